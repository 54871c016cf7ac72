// Expressions as one line of source-like text. Brackets that the tree does not hold (made by rewriting, not
// by the parser) are added where the meaning asks for them.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/ast.hpp"
#include "compiler/ast/literals.hpp"

namespace nnc::ast {

std::string float_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\' || character == '{') result += '\\';
    if (character == '\n')
      result += "\\n";
    else if (character == '\t')
      result += "\\t";
    else
      result += character;
  }
  return result + "\"";
}

std::string dims_text(const std::vector<std::int64_t>& sizes) {
  return fmt::format("{}", fmt::join(sizes, "x"));
}

std::string_view operator_text(BinaryOp op) {
  switch (op) {
    case BinaryOp::Or:
      return "or";
    case BinaryOp::And:
      return "and";
    case BinaryOp::Equal:
      return "==";
    case BinaryOp::NotEqual:
      return "!=";
    case BinaryOp::Less:
      return "<";
    case BinaryOp::LessEqual:
      return "<=";
    case BinaryOp::Greater:
      return ">";
    case BinaryOp::GreaterEqual:
      return ">=";
    case BinaryOp::Range:
      return "..";
    case BinaryOp::Add:
      return "+";
    case BinaryOp::Subtract:
      return "-";
    case BinaryOp::Multiply:
      return "*";
    case BinaryOp::Divide:
      return "/";
    case BinaryOp::IntegerDivide:
      return "//";
    case BinaryOp::Remainder:
      return "%";
    case BinaryOp::MatMul:
      return "@";
    case BinaryOp::Power:
      return "^";
    case BinaryOp::Pipe:
      return "|>";
  }
  return "?";
}

namespace {

// Loosest first, as the language orders them.
enum Binding { kPipe, kOr, kAnd, kNot, kCompare, kRange, kSum, kProduct, kNegate, kPower, kPostfix };

Binding binding_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::Pipe:
      return kPipe;
    case BinaryOp::Or:
      return kOr;
    case BinaryOp::And:
      return kAnd;
    case BinaryOp::Equal:
    case BinaryOp::NotEqual:
    case BinaryOp::Less:
    case BinaryOp::LessEqual:
    case BinaryOp::Greater:
    case BinaryOp::GreaterEqual:
      return kCompare;
    case BinaryOp::Range:
      return kRange;
    case BinaryOp::Add:
    case BinaryOp::Subtract:
      return kSum;
    case BinaryOp::Power:
      return kPower;
    default:
      return kProduct;
  }
}

Binding binding_of(const Expr& expr) {
  if (const auto* binary = std::get_if<Binary>(&expr.node)) return binding_of(binary->op);
  if (const auto* unary = std::get_if<Unary>(&expr.node)) return unary->op == UnaryOp::Not ? kNot : kNegate;
  return kPostfix;
}

std::string text_of(const ExprPtr& expr) { return expr ? print_expr(*expr) : std::string("<none>"); }

// In brackets if it binds looser than its place needs.
std::string text_in(const ExprPtr& expr, int needed) {
  if (expr && binding_of(*expr) < needed) return fmt::format("({})", print_expr(*expr));
  return text_of(expr);
}

std::string list_of(const std::vector<ExprPtr>& items) {
  std::string result;
  for (const ExprPtr& item : items) result += (result.empty() ? "" : ", ") + text_of(item);
  return result;
}

std::string list_of(const std::vector<Argument>& arguments) {
  std::string result;
  for (const Argument& argument : arguments) {
    if (!result.empty()) result += ", ";
    if (argument.name) result += argument.name->text + ": ";
    result += text_of(argument.value);
  }
  return result;
}

// A long chain `a + b + c + ...` leans left; it is walked instead of descended into, however long it is.
std::string text_of(const Binary& binary) {
  std::vector<const Binary*> chain = {&binary};
  const auto left_of = [](const Binary& node) -> const Binary* {
    const auto* left = node.lhs ? std::get_if<Binary>(&node.lhs->node) : nullptr;
    const bool leans = left != nullptr && node.op != BinaryOp::Power && binding_of(node.op) != kCompare;
    return leans && binding_of(left->op) == binding_of(node.op) ? left : nullptr;
  };
  while (const Binary* left = left_of(*chain.back())) chain.push_back(left);
  const Binary& innermost = *chain.back();
  const Binding own = binding_of(binary.op);
  const bool strict_left = binary.op == BinaryOp::Power || own == kCompare;
  std::string result = text_in(innermost.lhs, strict_left ? own + 1 : own);
  std::reverse(chain.begin(), chain.end());
  for (const Binary* node : chain) {
    const int right = node->op == BinaryOp::Power ? kNegate : own + 1;
    result += fmt::format(" {} {}", operator_text(node->op), text_in(node->rhs, right));
  }
  return result;
}

std::string text_of(const Unary& unary) {
  if (unary.op == UnaryOp::Not) return "not " + text_in(unary.operand, kNot);
  return "-" + text_in(unary.operand, kNegate);
}

}  // namespace

std::string print_expr(const Expr& expr) {
  return std::visit(Overloaded{
                        [](const IntLiteral& node) { return std::to_string(node.value); },
                        [](const FloatLiteral& node) { return float_text(node.value); },
                        [](const BoolLiteral& node) { return std::string(node.value ? "true" : "false"); },
                        [](const NoneLiteral&) { return std::string("none"); },
                        [](const StringLiteral& node) { return quoted(node.value); },
                        [](const DimsLiteral& node) { return dims_text(node.sizes); },
                        [](const ListLiteral& node) { return fmt::format("[{}]", list_of(node.items)); },
                        [](const NameRef& node) { return node.name; },
                        [](const Unary& node) { return text_of(node); },
                        [](const Binary& node) { return text_of(node); },
                        [](const Call& node) {
                          return fmt::format("{}({})", text_in(node.callee, kPostfix),
                                             list_of(node.arguments));
                        },
                        [](const Index& node) {
                          return fmt::format("{}[{}]", text_in(node.base, kPostfix), list_of(node.arguments));
                        },
                        [](const Member& node) {
                          return fmt::format("{}.{}", text_in(node.base, kPostfix), node.member.text);
                        },
                        [](const IfExpr& node) {
                          return fmt::format("if {} {{ {} }} else {{ {} }}", text_of(node.condition),
                                             text_of(node.then_value), text_of(node.else_value));
                        },
                        [](const Paren& node) { return fmt::format("({})", text_of(node.inner)); },
                        [](const ErrorExpr&) { return std::string("<error>"); },
                    },
                    expr.node);
}

}  // namespace nnc::ast
