// See diagnostic_pages.hpp.
#include "compiler/driver/diagnostic_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "compiler/base/embedded_file.hpp"

namespace nnc {

std::span<const EmbeddedFile> diagnostic_pages();

std::string code_of(const DiagnosticInfo& info) {
  Diagnostic diagnostic;
  diagnostic.number = info.number;
  diagnostic.severity = info.severity;
  return diagnostic.code();
}

std::string diagnostic_page(const DiagnosticInfo& info) {
  const std::string file = code_of(info) + ".md";
  for (const EmbeddedFile& page : diagnostic_pages()) {
    if (page.path == file) return std::string(page.text);
  }
  return fmt::format("# {}: {}\n\n{}\n", code_of(info), info.name, info.format);
}

std::string page_title(const std::string& page) {
  const std::string line = page.substr(0, page.find('\n'));
  const std::size_t colon = line.find(": ");
  return colon == std::string::npos ? line : line.substr(colon + 2);
}

}  // namespace nnc
