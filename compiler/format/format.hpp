// A program in its canonical form: the same program, laid out in the one style (docs/format.md).
#pragma once

#include <optional>
#include <string>

#include "compiler/base/sink.hpp"
#include "compiler/base/source.hpp"

namespace nnc {

// Lines of code are no wider than this where that can be helped.
inline constexpr int kLineWidth = 120;

// The text of the file as it should be; it is the same text if nothing is to be changed. Nothing if the file
// has syntax errors, which are in the sink then. What comes back was read again and is the same program with
// the same comments; were it not, this throws an InternalError.
std::optional<std::string> format_source(const SourceMap& sources, FileId file, Sink& sink);

}  // namespace nnc
