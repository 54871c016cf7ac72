// Comparisons of two numbers that were measured: is the difference more than what other runs would have
// shown? In: two quantities or two expressions. Out: a verdict with the numbers it rests on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "compiler/plan/report_plan.hpp"
#include "runtime/record/predictions.hpp"
#include "runtime/record/record.hpp"
#include "runtime/results/quantity.hpp"
#include "runtime/stats/stats.hpp"

namespace nnc::rt {

struct Finding {
  Verdict verdict = Verdict::Inconclusive;
  std::string evidence;
};
inline Finding inconclusive(std::string evidence) { return {Verdict::Inconclusive, std::move(evidence)}; }

// What is compared, and how the sides came about.
struct Comparison {
  ReportExpr::Binary::Op op = ReportExpr::Binary::Op::Greater;  // one of the six that compare
  const ReportExpr& lhs;
  const ReportExpr& rhs;
  // Of how many points the best was taken by what is compared here. The best of many equal points looks
  // better than it is: intervals and p are those of so many tests at once (Bonferroni).
  std::size_t choices = 1;
};

Finding compare(const RunRecord& record, const LoadPredictions& load, const Comparison& comparison);

// One run on each side, where both sides are sums of accuracies and facts: a test over the samples that were
// judged.
struct SampleTest {
  MeanTest test;
  std::string samples;  // "10,000 test samples"
};
// `run` says which trial is meant where there are several. Empty where the sides are something else or the
// number of samples is not known.
std::optional<SampleTest> test_samples(const RunRecord& record, const LoadPredictions& load,
                                       const Comparison& comparison, const std::optional<Replicate>& run,
                                       double confidence);

}  // namespace nnc::rt
