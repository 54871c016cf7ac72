// Blocks and statements of the parse tree -> those of the syntax tree.
#pragma once

#include <optional>

#include "compiler/parse/expr_builder.hpp"
#include "compiler/parse/tree_reader.hpp"

namespace nnc {

class StatementBuilder : public TreeReader {
 public:
  explicit StatementBuilder(const BuildInput& input) : TreeReader(input), exprs_(input) {}

  ast::Block build_block(const Cursor& block);
  // `= expression`: a block of that one statement.
  ast::Block build_short_body(const Cursor& body);

 private:
  // Nothing if a mistake left too little of it.
  std::optional<ast::Statement> build_statement(const Cursor& statement);
  std::optional<ast::Statement> build_slot(const Cursor& slot, ast::SlotKind kind);
  std::optional<ast::Statement> build_for(const Cursor& loop);
  std::optional<ast::Statement> build_expects(const Cursor& expects);
  std::optional<ast::Statement> build_if(const Cursor& statement);
  ast::ExpectsShape build_expects_shape(const Cursor& shape);
  std::optional<std::string> build_hint(const Cursors& children);
  ast::Block body_of(const Cursor& statement);

  ExprBuilder exprs_;
  int depth_ = 0;
};

}  // namespace nnc
