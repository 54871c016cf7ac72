// Diagnostics as one line each, "path:line:column: error E0201: message (hint)": what editors read into their
// lists.
#include <algorithm>

#include "compiler/base/places.hpp"
#include "compiler/base/render.hpp"
#include "compiler/base/text_width.hpp"

namespace nnc {

std::string render_short(const SourceMap& sources, const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.primary.valid()) {
      const SourceFile& file = sources.file(diagnostic.primary.file);
      const LineColumn place = file.line_column(visible_span(file, diagnostic.primary).begin);
      out += fmt::format("{}:{}:{}: ", printable(file.path()), place.line, place.column);
    }
    // A message quotes the program, and what it quotes may have several lines.
    std::string message = diagnostic.message;
    if (!diagnostic.hint.empty()) message += fmt::format(" ({})", diagnostic.hint);
    std::replace(message.begin(), message.end(), '\n', ' ');
    out += fmt::format("{} {}: {}\n", diagnostic.severity == Severity::Error ? "error" : "warning",
                       diagnostic.code(), printable(message));
  }
  return out;
}

}  // namespace nnc
