// Text to layout to text, and the proof that it is still the same program.
#include "compiler/format/format.hpp"

#include <string_view>

#include "compiler/base/check.hpp"
#include "compiler/format/layout_builder.hpp"
#include "compiler/format/printer.hpp"
#include "compiler/format/same_program.hpp"
#include "compiler/parse/parse.hpp"

namespace nnc {
namespace {

// A file keeps the line ends that its first line has.
std::string_view line_end_of(std::string_view text) {
  const std::size_t first = text.find('\n');
  return first != std::string_view::npos && first > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";
}

// Whatever goes wrong here must not reach the user's file.
void check_same_program(const SourceFile& source, const ParsedText& parsed, const std::string& formatted) {
  SourceMap sources;
  Sink mistakes;
  const FileId file = sources.add(source.path(), formatted);
  const ParsedText again = parse_text(sources, file, mistakes);
  NNC_CHECK(!mistakes.has_errors(), "the formatter made a syntax error of `" + source.path() +
                                        "`: " + mistakes.sorted().front().message);
  const std::string difference = format::difference(source.text(), parsed, formatted, again);
  NNC_CHECK(difference.empty(), "the formatter would change `" + source.path() + "`: " + difference);
}

}  // namespace

std::optional<std::string> format_source(const SourceMap& sources, FileId file, Sink& sink) {
  const SourceFile& source = sources.file(file);
  const int errors_before = sink.error_count();
  const ParsedText parsed = parse_text(sources, file, sink);
  if (sink.error_count() > errors_before) return std::nullopt;
  const format::Layout layout =
      format::LayoutBuilder(source.text(), parsed.file.trivia).build_file(syntax::Cursor(parsed.tree, 0));
  std::string formatted = format::print_layout(layout, kLineWidth, line_end_of(source.text()));
  check_same_program(source, parsed, formatted);
  return formatted;
}

}  // namespace nnc
