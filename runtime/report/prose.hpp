// Markdown of the report's prose as HTML.
#pragma once

#include <string>
#include <vector>

namespace nnc::rt {

// GitHub's Markdown without raw HTML and without pictures from elsewhere (they become links): the page loads
// nothing. Headings start at
// level 2. Values between the marks of content.hpp get a <span class="value">.
std::string prose_html(const std::string& markdown);
// Without the blanks that prose has in common because of the program around it; four blanks would mean code.
std::string without_margin(const std::string& text);

struct ProsePart {
  std::string title;  // of the heading it stands under, as plain text; "" before the first
  std::string markdown;
};
// Cuts prose at its headings of the first two levels: they become sections of the report.
std::vector<ProsePart> split_prose(const std::string& markdown);
// For report.md: the same text without the marks.
std::string prose_markdown(const std::string& markdown);

}  // namespace nnc::rt
