// Parse tree -> syntax tree. What a mistake left incomplete becomes a node with an ErrorExpr where that still
// says something (the name of a `let`, the settings before the wrong one), and is left out otherwise.
#pragma once

#include <string_view>

#include "compiler/ast/ast.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/parse/outline.hpp"
#include "compiler/parse/syntax_tree.hpp"

namespace nnc {

struct BuildInput {
  std::string_view text;
  FileId file;
  const Outline& outline;
  Sink& sink;
};

ast::Module build_module(const syntax::Tree& tree, const BuildInput& input);

}  // namespace nnc
