// Whether a claim can be decided at all, known before anything is trained. The verdict itself is found by the
// runtime, from the records, by the rules that are asked about here.
#pragma once

#include <optional>
#include <string>

#include "compiler/lower/trial_index.hpp"

namespace nnc {

struct Doubt {
  std::string reason;
  std::string hint;
};

// Why no run can decide the condition; empty if one can.
//   - Numbers that are measured with two or more seeds or folds in common are compared by a paired t-test.
//   - Two sides that are measured over folds of their own are compared by an unpaired one.
//   - Accuracies that are measured once are compared over the samples, if they are only added, subtracted and
//     scaled.
//   - What depends on a property of one best or worst point is decided by comparing that point with the best
//     one that has another property, by the same rules.
//     Together with measured numbers it is not decided.
//   - What is known without training is decided outright.
std::optional<Doubt> find_doubt(const ReportExpr& condition, const TrialIndex& index);

}  // namespace nnc
