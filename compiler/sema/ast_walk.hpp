// Asking a question of every node of an expression, and looking through its parentheses. The parser limits
// how deep expressions nest.
#pragma once

#include <algorithm>

#include "compiler/ast/ast.hpp"

namespace nnc::sema {

// Whether the predicate is true of the expression or of something in it.
template <class Predicate>
bool any_of_nodes(const ast::Expr& expr, const Predicate& holds) {
  if (holds(expr)) return true;
  const auto in = [&](const ast::ExprPtr& part) { return part != nullptr && any_of_nodes(*part, holds); };
  const auto in_arguments = [&](const std::vector<ast::Argument>& arguments) {
    return std::any_of(arguments.begin(), arguments.end(),
                       [&](const ast::Argument& argument) { return in(argument.value); });
  };
  return std::visit(
      ast::Overloaded{
          [&](const ast::ListLiteral& list) { return std::any_of(list.items.begin(), list.items.end(), in); },
          [&](const ast::Unary& unary) { return in(unary.operand); },
          [&](const ast::Binary& binary) { return in(binary.lhs) || in(binary.rhs); },
          [&](const ast::Call& call) { return in(call.callee) || in_arguments(call.arguments); },
          [&](const ast::Index& index) { return in(index.base) || in_arguments(index.arguments); },
          [&](const ast::Member& member) { return in(member.base); },
          [&](const ast::IfExpr& choice) {
            return in(choice.condition) || in(choice.then_value) || in(choice.else_value);
          },
          [&](const ast::Paren& paren) { return in(paren.inner); },
          [](const auto&) { return false; },
      },
      expr.node);
}

inline const ast::Expr& without_parens(const ast::Expr& expr) {
  const ast::Expr* inner = &expr;
  while (const auto* paren = std::get_if<ast::Paren>(&inner->node)) {
    if (paren->inner == nullptr) break;
    inner = paren->inner.get();
  }
  return *inner;
}

}  // namespace nnc::sema
