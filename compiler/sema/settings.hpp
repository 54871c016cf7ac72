// The settings of a recipe, which a `train` may override.
#pragma once

#include <vector>

#include "compiler/sema/checker.hpp"

namespace nnc::sema {

const std::vector<SettingRule>& recipe_rules();

}  // namespace nnc::sema
