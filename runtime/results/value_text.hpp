// Numbers and names of results as people read them.
#pragma once

#include <string>
#include <string_view>

#include "compiler/plan/result_fields.hpp"

namespace nnc::rt {

// "test.accuracy" -> "accuracy"; a field without a split is itself.
std::string metric_of(std::string_view field);
// "test.accuracy" -> "test"; "" if there is none.
std::string split_of(std::string_view field);
NumberForm form_of(std::string_view field);
// "test.roc_auc" -> "test ROC AUC".
std::string readable_field(std::string_view field);
// With its first letter in upper case.
std::string sentence(std::string text);

std::string format_number(NumberForm form, double value);
// "88.90 ± 0.20 %": a mean and half its 95 % confidence interval.
std::string format_spread(NumberForm form, double mean, double margin);
// The same for a difference of two such numbers: those of percentages are points, "0.31 points".
std::string format_difference(NumberForm form, double value);
std::string format_difference_spread(NumberForm form, double mean, double margin);
// A number without a unit that was computed from others: four significant digits, no power of ten where that
// can be.
std::string format_computed(double value);

}  // namespace nnc::rt
