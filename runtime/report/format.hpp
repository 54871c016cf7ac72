// Values as people read them, and text made safe for HTML and Markdown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/plan/study_plan.hpp"

namespace nnc::rt {

// How the numbers of a result field are written.
enum class Unit : std::uint8_t {
  Percent,  // 88.85 %
  Score,    // 0.9912: metrics between 0 and 1
  Loss,     // four significant digits
  Seconds,  // 4.2 ms, 11.9 s, 3 min 05 s, 2 h 07 min
  Count,    // 203,530
  Plain,    // the shortest form that reads back
};

// "test.accuracy" -> "accuracy"; a field without a split is itself.
std::string metric_of(std::string_view field);
// "test.accuracy" -> "test"; "" if there is none.
std::string split_of(std::string_view field);
Unit unit_of(std::string_view field);
// "test.roc_auc" -> "test ROC AUC".
std::string readable_field(std::string_view field);
// With its first letter in upper case.
std::string sentence(std::string text);

std::string format_number(Unit unit, double value);
// "88.90 ± 0.20 %": mean and standard deviation.
std::string format_spread(Unit unit, double mean, double deviation);
std::string format_count(std::int64_t value);
std::string format_seconds(double seconds);
std::string format_value(const ParameterValue& value);

// Valid UTF-8 without control characters except newline and tab; what is not is replaced by U+FFFD.
std::string valid_text(std::string_view text);
// For content and for quoted attributes.
std::string escape_html(std::string_view text);
// As plain words inside Markdown, also inside a table cell.
std::string escape_markdown(std::string_view text);
// JSON inside a <script> element: `<` cannot end it.
std::string escape_script(std::string_view json);
// Lower-case letters, digits and single dashes, at most 48; never empty.
std::string slug(std::string_view text);
std::string base64(std::string_view bytes);

}  // namespace nnc::rt
