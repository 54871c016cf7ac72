// When two points of a sweep, or two references to trials, are the same.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/plan/report_plan.hpp"

namespace nnc {

// The same axes in the same order with the same values; 50 and 50.0 are the same.
bool same_point(const std::vector<std::pair<std::string, ParameterValue>>& lhs,
                const std::vector<std::pair<std::string, ParameterValue>>& rhs);
bool same_trials(const TrialsRef& lhs, const TrialsRef& rhs);

}  // namespace nnc
