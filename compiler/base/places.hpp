// Where a span is shown: shared by the text and the JSON form of diagnostics, so that both name the same
// line.
#pragma once

#include "compiler/base/source.hpp"

namespace nnc {

// The span clamped to its file. What points at the end of the file is moved to just behind the last text
// there, for the line after the last line break shows nothing.
Span visible_span(const SourceFile& file, const Span& span);

}  // namespace nnc
