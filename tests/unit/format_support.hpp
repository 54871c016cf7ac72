// What the tests of the formatter share.
#pragma once

#include <optional>
#include <string>

#include "compiler/format/format.hpp"

namespace nnc::test {

// Nothing if the text has syntax errors.
inline std::optional<std::string> try_format(std::string text) {
  SourceMap sources;
  Sink sink;
  const FileId file = sources.add("test.nn", std::move(text));
  return format_source(sources, file, sink);
}

}  // namespace nnc::test
