// What the tests of the parser share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/base/render.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/parse/parse.hpp"

namespace nnc::test {

struct Parsed {
  std::unique_ptr<SourceMap> sources = std::make_unique<SourceMap>();
  FileId file;
  Sink sink;
  ParsedFile result;

  [[nodiscard]] std::string tree() const { return ast::print_module(result.module); }
  [[nodiscard]] std::string text(const Span& span) const { return std::string(sources->text(span)); }
  // "2:9 E0101 expected ...", one per line, in the order of the text.
  [[nodiscard]] std::string mistakes() const {
    std::string lines;
    for (const Diagnostic& diagnostic : sink.sorted()) {
      const LineColumn place = sources->file(file).line_column(diagnostic.primary.begin);
      lines += fmt::format("{}:{} {} {}\n", place.line, place.column, diagnostic.code(), diagnostic.message);
    }
    return lines;
  }
};

inline Parsed parse(std::string text) {
  Parsed parsed;
  parsed.file = parsed.sources->add("test.nn", std::move(text));
  parsed.result = parse_file(*parsed.sources, parsed.file, parsed.sink);
  return parsed;
}

}  // namespace nnc::test
