// The same name in several analyses: what it is, by where it is declared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/lsp/session.hpp"

namespace nnc::lsp {

struct Symbol {
  std::string path;  // of the file of the declaration
  std::uint32_t begin = 0;
  std::string name;
  bool is_library = false;
};

// Nothing where there is no name, or one of the language, which nothing declares.
std::optional<Symbol> symbol_at(const Place& place);
// Every use of it that the analysis knows of, its declaration included, in all files of the program.
std::vector<sema::Reference> uses_of(const Analysis& analysis, const Symbol& symbol);

// The file that an import of the main file names.
std::string import_path(const Analysis& analysis, const ast::ImportDecl& import);

}  // namespace nnc::lsp
