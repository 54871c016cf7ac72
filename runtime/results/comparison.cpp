// See comparison.hpp. In order: facts are compared outright; measured numbers by a test over seeds or folds;
// single runs over their samples; and where none of that can be done, the reason is the finding.
#include "runtime/results/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/base/number_text.hpp"
#include "runtime/results/evaluate.hpp"
#include "runtime/results/results.hpp"

namespace nnc::rt {
namespace {

using Op = ReportExpr::Binary::Op;

Verdict outright(bool holds) { return holds ? Verdict::Supported : Verdict::Refuted; }

Verdict verdict_of(Op op, const MeanTest& test) {
  if (!std::isfinite(test.low) || !std::isfinite(test.high)) return Verdict::Inconclusive;
  const bool above = test.low > 0;
  const bool below = test.high < 0;
  if (!above && !below) return Verdict::Inconclusive;
  switch (op) {
    case Op::Greater:
    case Op::GreaterEqual:
      return outright(above);
    case Op::Less:
    case Op::LessEqual:
      return outright(below);
    case Op::Equal:
      return Verdict::Refuted;
    case Op::NotEqual:
      return Verdict::Supported;
    default:
      return Verdict::Inconclusive;
  }
}

bool holds(Op op, double lhs, double rhs) {
  switch (op) {
    case Op::Greater:
      return lhs > rhs;
    case Op::GreaterEqual:
      return lhs >= rhs;
    case Op::Less:
      return lhs < rhs;
    case Op::LessEqual:
      return lhs <= rhs;
    case Op::Equal:
      return lhs == rhs;
    default:
      return lhs != rhs;
  }
}

// ---------------------------------------------------------------- words

// A constant is written in the unit of what it is compared with.
std::string side_text(const Quantity& side, const Quantity& other) {
  const bool takes_other = side.unit.plain() && !side.measured && !other.unit.plain();
  return number_text(takes_other ? other.unit : side.unit, side.value);
}

std::string without_unit(std::string text) {
  constexpr std::string_view kUnit = " points";
  if (text.ends_with(kUnit)) text.resize(text.size() - kUnit.size());
  return text;
}

std::string p_text(double p) {
  if (std::isnan(p)) return "no p";
  return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.2g}", p);
}

// "89.10 % against 88.70 %: 0.40 points, 95 % interval 0.12 to 0.70 over 5 seeds (paired t-test, p = 0.016)"
std::string evidence_of(const Quantity& lhs, const Quantity& rhs, const MeanTest& test, std::size_t choices,
                        const std::string& units, const std::string& method) {
  const Unit unit = combine(Op::Subtract, lhs, rhs).unit;
  const double p = std::min(1.0, test.p * static_cast<double>(choices));
  const std::string chosen =
      choices > 1 ? fmt::format(", corrected for a choice among {} points", choices) : "";
  return fmt::format("{} against {}: {}, 95 % interval {} to {} over {} ({}, {}{})", side_text(lhs, rhs),
                     side_text(rhs, lhs), number_text(unit, test.mean),
                     without_unit(number_text(unit, test.low)), without_unit(number_text(unit, test.high)),
                     units, method, p_text(p), chosen);
}

// ---------------------------------------------------------------- tests

double confidence_of(const Comparison& comparison) {
  return 1 - 0.05 / static_cast<double>(std::max<std::size_t>(comparison.choices, 1));
}

// "5 seeds", "10 folds of 2 seeds"
std::string units_text(const Units& units) {
  const auto count = static_cast<std::int64_t>(units.values.size());
  if (units.kind != Units::Kind::Folds) return count_text(count, "seed");
  if (units.seeds < 2) return count_text(count, "fold");
  return count_text(count, "fold") + " of " + count_text(static_cast<std::int64_t>(units.seeds), "seed");
}

// Empty where fewer than two units are common to both sides, or all differences are the same: then there is
// no spread to judge by.
std::optional<Finding> compare_units(const Comparison& comparison, const Quantity& lhs, const Quantity& rhs) {
  const Units units = units_of(combine(Op::Subtract, lhs, rhs).replicates);
  const std::optional<MeanTest> test = test_units(units, confidence_of(comparison));
  if (!test || test->low == test->high) return std::nullopt;
  const bool folds = units.kind == Units::Kind::Folds;
  const bool means = !folds && (has_folds(lhs.replicates) || has_folds(rhs.replicates));
  const std::string method = std::string(lhs.measured && rhs.measured ? "paired t-test" : "t-test") +
                             (folds   ? " corrected for the overlap of the folds"
                              : means ? " of the means over the folds"
                                      : "");
  const std::string counted = units_text(units);
  return Finding{verdict_of(comparison.op, *test), evidence_of(paired_with(lhs, rhs), paired_with(rhs, lhs),
                                                               *test, comparison.choices, counted, method)};
}

// Both sides over folds that are not the same. Of each other they know nothing, and only whole sides are
// known.
std::optional<Finding> compare_unpaired(const Comparison& comparison, const Quantity& lhs,
                                        const Quantity& rhs) {
  if (!paired_with(lhs, rhs).replicates.unpaired) return std::nullopt;
  const Units left = units_of(lhs.replicates);
  const Units right = units_of(rhs.replicates);
  const std::optional<MeanTest> test = test_unpaired(left, right, confidence_of(comparison));
  if (!test || test->low == test->high) return std::nullopt;
  const std::string counted = fmt::format("{} and {}", left.values.size(), units_text(right));
  return Finding{verdict_of(comparison.op, *test),
                 evidence_of(lhs, rhs, *test, comparison.choices, counted,
                             "unpaired t-test corrected for the overlap of the folds")};
}

// The run that both sides share, where neither has another one: of several, one would speak against the means
// that readers see.
std::optional<Replicate> only_run(const Quantity& lhs, const Quantity& rhs) {
  if (lhs.replicates.values.size() > 1 || rhs.replicates.values.size() > 1) return std::nullopt;
  const Replicates& runs = combine(Op::Subtract, lhs, rhs).replicates;
  return runs.values.empty() ? std::nullopt : std::optional(runs.values.front());
}

// Of sides with all their runs.
std::string why_undecided(const Quantity& lhs, const Quantity& rhs) {
  if (combine(Op::Subtract, lhs, rhs).replicates.unpaired)
    return "their folds are different, so nothing can be paired";
  for (const Quantity* side : {&lhs, &rhs}) {
    if (side->measured && side->replicates.values.empty())
      return "no test speaks of extremes, deviations and sizes of differences";
  }
  const Units units = units_of(combine(Op::Subtract, lhs, rhs).replicates);
  if (units.values.size() > 1)
    return "the difference was the same in all runs: there is no spread to judge by";
  const std::size_t most = std::max(lhs.replicates.values.size(), rhs.replicates.values.size());
  if (most > 1) return "the sides have fewer than two seeds or folds in common";
  return "one run; repeat over seeds to decide";
}

Finding compare_measured(const RunRecord& record, const LoadPredictions& load, const Comparison& comparison,
                         const Quantity& all_lhs, const Quantity& all_rhs) {
  const Quantity lhs = paired_with(all_lhs, all_rhs);
  const Quantity rhs = paired_with(all_rhs, all_lhs);
  if (const auto found = compare_units(comparison, all_lhs, all_rhs)) return *found;
  if (const auto found = compare_unpaired(comparison, all_lhs, all_rhs)) return *found;
  const std::optional<Replicate> run = only_run(all_lhs, all_rhs);
  const auto samples =
      run ? test_samples(record, load, comparison, run, confidence_of(comparison)) : std::nullopt;
  if (samples) {
    const Verdict verdict = verdict_of(comparison.op, samples->test);
    return {verdict, evidence_of(lhs, rhs, samples->test, comparison.choices, samples->samples,
                                 "one run each, so this speaks of the samples and not of other seeds")};
  }
  return inconclusive(fmt::format("{} against {}: {}", side_text(all_lhs, all_rhs),
                                  side_text(all_rhs, all_lhs), why_undecided(all_lhs, all_rhs)));
}

Finding compare_numbers(const RunRecord& record, const LoadPredictions& load, const Comparison& comparison,
                        const Quantity& lhs, const Quantity& rhs) {
  if (!std::isfinite(lhs.value) || !std::isfinite(rhs.value)) return inconclusive("a value is not a number");
  if (lhs.measured || rhs.measured) return compare_measured(record, load, comparison, lhs, rhs);
  return {outright(holds(comparison.op, lhs.value, rhs.value)),
          fmt::format("{} against {}", side_text(lhs, rhs), side_text(rhs, lhs))};
}

Finding compare_words(Op op, const std::string& lhs, const std::string& rhs) {
  const bool same = lhs == rhs;
  const Verdict verdict = op == Op::Equal      ? outright(same)
                          : op == Op::NotEqual ? outright(!same)
                                               : Verdict::Inconclusive;
  return {verdict, fmt::format("{} against {}", lhs, rhs)};
}

}  // namespace

Finding compare(const RunRecord& record, const LoadPredictions& load, const Comparison& comparison) {
  const ResultValue lhs = evaluate(record, comparison.lhs);
  const ResultValue rhs = evaluate(record, comparison.rhs);
  for (const ResultValue* side : {&lhs, &rhs}) {
    if (const auto* none = std::get_if<NoResult>(side)) return inconclusive(none->reason);
  }
  if (lhs.index() != rhs.index()) return inconclusive("the sides cannot be compared");
  if (const auto* word = std::get_if<std::string>(&lhs))
    return compare_words(comparison.op, *word, std::get<std::string>(rhs));
  if (const bool* truth = std::get_if<bool>(&lhs)) {
    const auto text = [](bool value) { return std::string(value ? "true" : "false"); };
    return compare_words(comparison.op, text(*truth), text(std::get<bool>(rhs)));
  }
  return compare_numbers(record, load, comparison, std::get<Quantity>(lhs), std::get<Quantity>(rhs));
}

}  // namespace nnc::rt
