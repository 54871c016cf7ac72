// Markdown of the report's prose as HTML.
#pragma once

#include <string>

namespace nnc::rt {

// GitHub's Markdown without raw HTML and without pictures from elsewhere (they become links): the page loads
// nothing. Headings start at level 2. Values between the marks of content.hpp get a <span class="value">.
std::string prose_html(const std::string& markdown);
// For report.md: the same text without the marks.
std::string prose_markdown(const std::string& markdown);

}  // namespace nnc::rt
