// Conditions on which point is the best one: `best(dropout).rate > 0`. In: such a condition. Out: whether a
// point for which it holds is better than every point for which it does not.
#pragma once

#include <optional>

#include "runtime/results/comparison.hpp"

namespace nnc::rt {

// The best or worst whose axes or words, and beside constants nothing else, the condition depends on.
std::optional<TrialsRef> chosen_in(const ReportExpr& condition);

Finding decide_choice(const RunRecord& record, const LoadPredictions& load, const ReportExpr& condition,
                      const TrialsRef& chosen);

}  // namespace nnc::rt
