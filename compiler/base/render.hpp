// Diagnostics as text for people and as JSON for tools.
#pragma once

#include <string>
#include <vector>

#include "compiler/base/diagnostic.hpp"

namespace nnc {

struct RenderOptions {
  bool color = false;
};

// The user's own lines with carets under the primary place and dashes under the labels, then notes and the
// hint. Columns count display width (tabs as 4, wide characters as 2).
std::string render_diagnostic(const SourceMap& sources, const Diagnostic& diagnostic,
                              const RenderOptions& options);

// All of them in order, then "2 errors, 1 warning".
std::string render_diagnostics(const SourceMap& sources, const std::vector<Diagnostic>& diagnostics,
                               const RenderOptions& options);

// One line each, "path:line:column: error E0201: message (hint)"; columns from 1, in bytes. Without a place
// only the rest.
std::string render_short(const SourceMap& sources, const std::vector<Diagnostic>& diagnostics);

// A JSON array; places have path, line, column (from 1, in bytes) and byte offsets. `suggestion` is the one
// edit that mends the mistake; of several names that may have been meant (`alternatives`) none is.
std::string diagnostics_json(const SourceMap& sources, const std::vector<Diagnostic>& diagnostics);

}  // namespace nnc
