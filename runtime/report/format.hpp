// Values as people read them, and text made safe for HTML and Markdown.
#pragma once

#include <cstdint>
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
// "88.90 ± 0.20 %": mean and standard deviation.
std::string format_spread(NumberForm form, double mean, double deviation);

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
