// Which settings the records of a program may have: data sets, metrics, and recipes, which a `train` may
// override.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/checker.hpp"

namespace nnc::sema {

const std::vector<SettingRule>& data_rules();
// `parameters`: those of the metric, one of which may be its variant.
std::vector<SettingRule> metric_rules(std::vector<std::string> parameters);
const std::vector<SettingRule>& recipe_rules();
// The names of the settings of a recipe.
std::vector<std::string> recipe_keys();

// What to write instead of a recipe's setting that other libraries have; "" for any other word.
std::string_view foreign_setting_hint(std::string_view key);

}  // namespace nnc::sema
