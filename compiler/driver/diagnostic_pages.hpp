// The pages of docs/diagnostics, which are part of the binary.
#pragma once

#include <string>

#include "compiler/base/diagnostic.hpp"

namespace nnc {

// "E0404"
std::string code_of(const DiagnosticInfo& info);
// Markdown, beginning with "# E0404: <title>".
std::string diagnostic_page(const DiagnosticInfo& info);
// What follows the code in its first line.
std::string page_title(const std::string& page);

}  // namespace nnc
