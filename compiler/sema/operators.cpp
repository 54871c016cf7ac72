// Operators on numbers, tensors and lists.
#include "compiler/ast/literals.hpp"
#include "compiler/sema/checker.hpp"

namespace nnc::sema {
namespace {

bool is_elementwise(const Type& type) { return type.is_number() || type.is(Kind::Tensor); }

// Whether two values can be equal at all.
bool comparable(const Type& lhs, const Type& rhs) {
  if (lhs.is(Kind::None) || rhs.is(Kind::None)) return true;
  return accepts(lhs, rhs) || accepts(rhs, lhs) || (lhs.is(Kind::Choice) && rhs.is(Kind::Choice));
}

}  // namespace

Type Checker::check_unary(const ast::Unary& unary, Scope& scope) {
  if (unary.op == ast::UnaryOp::Not) {
    check_value(unary.operand, scope, Kind::Bool);
    return Kind::Bool;
  }
  return check_value(unary.operand, scope, Kind::Elementwise);
}

Type Checker::check_binary(const ast::Binary& binary, Scope& scope) {
  switch (binary.op) {
    case ast::BinaryOp::Or:
    case ast::BinaryOp::And:
      check_value(binary.lhs, scope, Kind::Bool);
      check_value(binary.rhs, scope, Kind::Bool);
      return Kind::Bool;
    case ast::BinaryOp::Equal:
    case ast::BinaryOp::NotEqual:
    case ast::BinaryOp::Less:
    case ast::BinaryOp::LessEqual:
    case ast::BinaryOp::Greater:
    case ast::BinaryOp::GreaterEqual:
      return check_comparison(binary, scope);
    case ast::BinaryOp::Range:
      check_value(binary.lhs, scope, Kind::Int);
      check_value(binary.rhs, scope, Kind::Int);
      return list_of(Kind::Int);
    case ast::BinaryOp::Pipe:
      check_value(binary.lhs, scope, Kind::Tensor);
      check_value(binary.rhs, scope, Kind::Layer);
      return Kind::Tensor;
    default:
      return check_arithmetic(binary, scope);
  }
}

Type Checker::report_bad_operands(const ast::Binary& binary, const Type& lhs, const Type& rhs) {
  const Span place = binary.op_span.valid() ? binary.op_span : cover(binary.lhs->span, binary.rhs->span);
  auto report = sink_.report(diagnostics::BadOperands, place, std::string(ast::operator_text(binary.op)),
                             describe(lhs), describe(rhs));
  report.label(binary.lhs->span, describe(lhs)).label(binary.rhs->span, describe(rhs));
  if (lhs.is(Kind::Layer) || rhs.is(Kind::Layer)) report.hint("apply the layer first: `in |> layer`");
  return {};
}

Type Checker::check_comparison(const ast::Binary& binary, Scope& scope) {
  if (!binary.lhs || !binary.rhs) return {};
  const Type lhs = check_expr(*binary.lhs, scope);
  const Type rhs = check_expr(*binary.rhs, scope, lhs.is(Kind::Choice) ? lhs : Type{});
  if (is_elementwise(lhs) && is_elementwise(rhs)) {
    return lhs.is(Kind::Tensor) || rhs.is(Kind::Tensor) ? Kind::Tensor : Kind::Bool;
  }
  if (lhs.unknown() || rhs.unknown()) return {};
  const bool equality = binary.op == ast::BinaryOp::Equal || binary.op == ast::BinaryOp::NotEqual;
  if (equality && comparable(lhs, rhs)) return Kind::Bool;
  return report_bad_operands(binary, lhs, rhs);
}

Type Checker::check_arithmetic(const ast::Binary& binary, Scope& scope) {
  if (!binary.lhs || !binary.rhs) return {};
  const Type lhs = check_expr(*binary.lhs, scope);
  const Type rhs = check_expr(*binary.rhs, scope);
  if (lhs.unknown() || rhs.unknown()) return {};
  if (binary.op == ast::BinaryOp::MatMul) {
    if (lhs.is(Kind::Tensor) && rhs.is(Kind::Tensor)) return Kind::Tensor;
    return report_bad_operands(binary, lhs, rhs);
  }
  if (!is_elementwise(lhs) || !is_elementwise(rhs)) return report_bad_operands(binary, lhs, rhs);
  if (lhs.is(Kind::Tensor) || rhs.is(Kind::Tensor)) return Kind::Tensor;
  if (binary.op == ast::BinaryOp::Divide) return Kind::Float;
  if (lhs.is(Kind::Int) && rhs.is(Kind::Int))
    return binary.op == ast::BinaryOp::Power ? Kind::Number : Kind::Int;
  return lhs.is(Kind::Float) || rhs.is(Kind::Float) ? Kind::Float : Kind::Number;
}

}  // namespace nnc::sema
