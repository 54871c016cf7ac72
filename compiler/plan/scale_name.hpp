// The words for the scales of data, as the language writes them: one table for all who read or print them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/plan/study_plan.hpp"

namespace nnc {

// "none", "unit", "minmax", "standard".
std::string_view scale_name(Scale scale);
// All of them, in that order.
const std::vector<std::string>& scale_names();
// The scale of that name; empty if there is none.
std::optional<Scale> find_scale(std::string_view name);

}  // namespace nnc
