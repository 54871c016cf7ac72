// The two forms of a document.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/report/content.hpp"

namespace nnc::rt {

// One self-contained page.
std::string emit_html(const Document& document);

struct MarkdownFiles {
  std::string report;                                        // report.md
  std::vector<std::pair<std::string, std::string>> figures;  // path beside it, content
};
MarkdownFiles emit_markdown(const Document& document);

}  // namespace nnc::rt
