// Text made safe for HTML, Markdown and file names. Numbers and names of fields:
// runtime/results/value_text.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nnc::rt {

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
