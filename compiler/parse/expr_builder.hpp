// Expressions of the parse tree -> expressions of the syntax tree.
#pragma once

#include <optional>
#include <vector>

#include "compiler/parse/tree_reader.hpp"

namespace nnc {

class ExprBuilder : public TreeReader {
 public:
  using TreeReader::TreeReader;

  // Never null. Deeper than kMaxNesting: reported, and an ErrorExpr.
  ast::ExprPtr build(const Cursor& expression);
  // The expression, or an ErrorExpr at `place` if a mistake kept it from being read.
  ast::ExprPtr build_or_error(const std::optional<Cursor>& expression, const Span& place);
  // The first expression among the children.
  ast::ExprPtr build_first(const Cursor& parent);

 private:
  // An expression and the longest way down to a leaf.
  struct Deep {
    ast::ExprPtr expr;
    int depth = 1;
  };
  // A row of operands and operators, grouped as operators.def says.
  class Row;

  // `place` is where it is too deep, if it is.
  Deep make(ast::Expr expr, int depth, const Span& place);
  Deep build_expression(const Cursor& expression);
  Deep build_primary(const Cursor& primary);
  Deep build_list(const Cursor& list);
  Deep build_if(const Cursor& if_expression);
  Deep build_suffix(Deep base, const Cursor& suffix);
  int build_arguments(const Cursor& call, std::vector<ast::Argument>& arguments);
  ast::Expr leaf(const Cursor& primary);

  bool unusable_ = false;  // a mistake in the expression that is being built was reported
};

}  // namespace nnc
