// Texts that are inside of the program (the standard library, pages of diagnostics), as files that every
// editor can open. Editors that know of no other kind of document can show them, search them and ask about
// names in them.
#pragma once

#include <string>
#include <string_view>

#include "compiler/lsp/analysis.hpp"

namespace nnc::lsp {

// Writes the file if it is not there with that text; its path, or "" if that cannot be done.
std::string cache_file(const World& world, const std::string& name, std::string_view text);
// Whether a path is of a file of the standard library that was written so.
bool is_cached_library(const World& world, const std::string& path);

}  // namespace nnc::lsp
