// Expressions: names, arithmetic over numbers and tensors. Calls are in calls.cpp, members and positions in
// members.cpp.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "compiler/ast/literals.hpp"
#include "compiler/lower/evaluator.hpp"

namespace nnc {

using ast::BinaryOp;
using ast::Overloaded;

namespace {

// A study that needs more than this to expand is a mistake; the limit keeps every program bounded in time.
constexpr std::int64_t kWorkLimit = 10'000'000;
constexpr std::int64_t kRangeLimit = 1'000'000;

Value make(auto data, const Span& span) { return Value{data, span}; }

// The comparison of two ordered things as a bool; empty if `op` is no comparison.
template <class T>
std::optional<bool> compare(BinaryOp op, const T& lhs, const T& rhs) {
  switch (op) {
    case BinaryOp::Equal:
      return lhs == rhs;
    case BinaryOp::NotEqual:
      return lhs != rhs;
    case BinaryOp::Less:
      return lhs < rhs;
    case BinaryOp::LessEqual:
      return lhs <= rhs;
    case BinaryOp::Greater:
      return lhs > rhs;
    case BinaryOp::GreaterEqual:
      return lhs >= rhs;
    default:
      return std::nullopt;
  }
}

}  // namespace

const Value* Frame::find(std::string_view name) const {
  for (auto local = locals.rbegin(); local != locals.rend(); ++local) {
    if (local->first == name) return &local->second;
  }
  return nullptr;
}

const Value* Evaluator::given_let(const ast::Declaration& declaration) const {
  if (lets == nullptr) return nullptr;
  const auto given = lets->find(&declaration);
  return given == lets->end() ? nullptr : &given->second;
}

Span Evaluator::user_place(const Span& span) const {
  if (sources_.is_user_code(span)) return span;
  for (auto site = call_sites.rbegin(); site != call_sites.rend(); ++site) {
    if (sources_.is_user_code(*site)) return *site;
  }
  return span;
}

bool Evaluator::give_up(const Span& span, const std::string& reason, const std::string& hint) {
  if (!out_of_work) sink_.report(diagnostics::TooMuchWork, user_place(span), reason).hint(hint);
  out_of_work = true;
  return false;
}

bool Evaluator::spend(const Span& span, std::int64_t steps) {
  if (out_of_work) return false;
  work += steps;
  if (work > kWorkLimit) {
    return give_up(span, fmt::format("this takes more than {} evaluation steps", kWorkLimit),
                   "look for a `repeat`, a `for`, a list or a sweep that is very large");
  }
  if (!stack_.has_room()) {
    return give_up(span, "this nests too deeply to be evaluated",
                   "let fewer layers, functions or lets build on each other");
  }
  return true;
}

// Lists are compared item by item, at a cost: equal parts that are one list cost nothing.
bool Evaluator::equal(const Value& lhs, const Value& rhs, const Span& span) {
  const auto* left = lhs.get<List>();
  const auto* right = rhs.get<List>();
  if (left == nullptr || right == nullptr) return scalars_equal(lhs, rhs);
  if (*left == *right) return true;
  if ((*left)->size() != (*right)->size()) return false;
  for (std::size_t i = 0; i < (*left)->size(); ++i) {
    if (!spend(span) || !equal((**left)[i], (**right)[i], span)) return false;
  }
  return true;
}

Value Evaluator::wrong_type(const Span& span, const std::string& text, const Value& value,
                            const std::string& needed) {
  if (!value.is_error()) {
    sink_.report(diagnostics::WrongType, user_place(span), text, describe_kind(value), needed)
        .label(value.origin == span ? Span{} : value.origin, "it comes from here");
  }
  return Value{ErrorValue{}, span};
}

Value Evaluator::evaluate_as(const ast::Expr& expr, const ast::TypeExpr* type, Frame& frame) {
  const auto* choice = type == nullptr ? nullptr : std::get_if<ast::ChoiceType>(&type->node);
  const auto* name = std::get_if<ast::NameRef>(&expr.node);
  if (choice == nullptr || name == nullptr) return evaluate(expr, frame);
  for (const ast::Name& word : choice->choices) {
    if (word.text == name->name) return Value{Word{name->name}, expr.span};
  }
  return evaluate(expr, frame);
}

Value Evaluator::evaluate(const ast::Expr& expr, Frame& frame) {
  if (!spend(expr.span)) return Value{};
  return std::visit(Overloaded{
                        [&](const ast::IntLiteral& literal) { return make(literal.value, expr.span); },
                        [&](const ast::FloatLiteral& literal) { return make(literal.value, expr.span); },
                        [&](const ast::BoolLiteral& literal) { return make(literal.value, expr.span); },
                        [&](const ast::NoneLiteral&) { return make(NoneValue{}, expr.span); },
                        [&](const ast::StringLiteral& literal) { return make(literal.value, expr.span); },
                        [&](const ast::DimsLiteral& literal) { return make(Dims{literal.sizes}, expr.span); },
                        [&](const ast::ListLiteral& literal) {
                          auto items = std::make_shared<std::vector<Value>>();
                          for (const ast::ExprPtr& item : literal.items) {
                            items->push_back(evaluate(*item, frame));
                            if (items->back().is_error()) return Value{ErrorValue{}, expr.span};
                          }
                          return make(List(std::move(items)), expr.span);
                        },
                        [&](const ast::NameRef& name) { return evaluate_name(name, expr.span, frame); },
                        [&](const ast::Unary& unary) { return evaluate_unary(unary, expr, frame); },
                        [&](const ast::Binary& binary) { return evaluate_binary(binary, expr, frame); },
                        [&](const ast::Call& call) { return evaluate_call(call, expr, frame); },
                        [&](const ast::Index& index) { return evaluate_index(index, expr, frame); },
                        [&](const ast::Member& member) { return evaluate_member(member, expr, frame); },
                        [&](const ast::IfExpr& branch) {
                          const Value condition = evaluate(*branch.condition, frame);
                          if (condition.is_error()) return condition;
                          const bool* flag = condition.get<bool>();
                          if (flag == nullptr) {
                            return wrong_type(branch.condition->span, text_of(*branch.condition), condition,
                                              "a bool");
                          }
                          return evaluate(*flag ? *branch.then_value : *branch.else_value, frame);
                        },
                        [&](const ast::Paren& paren) { return evaluate(*paren.inner, frame); },
                        [&](const ast::ErrorExpr&) {
                          return Value{ErrorValue{}, expr.span};
                        },
                    },
                    expr.node);
}

// Experiments are no values: `experiment dropout` leaves the layer `dropout` where it is.
const ast::Declaration* Evaluator::find_value(FileId file, const std::string& name) const {
  const ast::Declaration* declaration = program_.find_from(sources_, file, name);
  if (declaration == nullptr || !std::holds_alternative<ast::ExperimentDecl>(declaration->node))
    return declaration;
  const auto library = program_.library_names.find(name);
  return library == program_.library_names.end() ? declaration : library->second;
}

Value Evaluator::evaluate_name(const ast::NameRef& name, const Span& span, Frame& frame) {
  if (name.name == "in") return frame.input ? *frame.input : Value{ErrorValue{}, span};
  if (const Value* local = frame.find(name.name)) {
    if (frame.tells_shapes && lowering != nullptr) lowering->reads_shapes = true;
    Value value = *local;
    // A slot's name reads as what was last assigned to it.
    if (const auto* tensor = value.get<Tensor>(); tensor != nullptr && lowering != nullptr) {
      const ir::Node& node = graph().node(tensor->node);
      if (node.op == OpKind::Slot) {
        value.data = Tensor{lowering->slot_values.at(ir::slot_of(node)), tensor->classes};
      }
    }
    return value;
  }
  if (name.name == "training") return make(lowering == nullptr || lowering->training, span);
  if (const ast::Declaration* declaration = find_value(span.file, name.name)) {
    if (const auto* let = std::get_if<ast::LetDecl>(&declaration->node)) {
      if (const Value* given = given_let(*declaration)) return *given;
      const auto known = let_values_.find(declaration);
      if (known != let_values_.end()) return known->second;
      Frame top;
      return let_values_[declaration] = evaluate(*let->value, top);
    }
    return make(DeclarationRef{declaration}, span);
  }
  if (const BuiltinInfo* builtin = find_builtin(name.name)) return make(BuiltinRef{builtin}, span);
  // Unknown names were reported by the checker; what is left is a word of a choice, as in `average == micro`.
  return make(Word{name.name}, span);
}

Value Evaluator::evaluate_unary(const ast::Unary& unary, const ast::Expr& expr, Frame& frame) {
  const Value operand = evaluate(*unary.operand, frame);
  if (operand.is_error()) return operand;
  if (unary.op == ast::UnaryOp::Not) {
    const bool* flag = operand.get<bool>();
    return flag != nullptr ? make(!*flag, expr.span)
                           : wrong_type(unary.operand->span, text_of(*unary.operand), operand, "a bool");
  }
  if (const auto* integer = operand.get<std::int64_t>()) {
    if (*integer != std::numeric_limits<std::int64_t>::min()) return make(-*integer, expr.span);
    sink_.report(diagnostics::IntegerOverflow, user_place(expr.span), text_of(expr));
    return Value{ErrorValue{}, expr.span};
  }
  if (const auto* real = operand.get<double>()) return make(-*real, expr.span);
  if (operand.get<Tensor>() != nullptr) {
    return make_node(OpKind::Negate, {operand}, NoAttributes{}, expr.span, expr);
  }
  return wrong_type(unary.operand->span, text_of(*unary.operand), operand, "a number or a tensor");
}

Value Evaluator::evaluate_binary(const ast::Binary& binary, const ast::Expr& expr, Frame& frame) {
  if (binary.op == BinaryOp::Pipe) return evaluate_pipe(binary, expr, frame);
  if (binary.op == BinaryOp::And || binary.op == BinaryOp::Or) return evaluate_logic(binary, frame);
  const Value lhs = evaluate(*binary.lhs, frame);
  const Value rhs = evaluate(*binary.rhs, frame);
  if (lhs.is_error() || rhs.is_error()) return Value{ErrorValue{}, expr.span};
  if (lhs.get<Tensor>() != nullptr || rhs.get<Tensor>() != nullptr)
    return evaluate_tensors(binary, lhs, rhs, expr);
  if (binary.op == BinaryOp::Range) return evaluate_range(lhs, rhs, expr);
  const auto* left = lhs.get<std::int64_t>();
  const auto* right = rhs.get<std::int64_t>();
  if (left != nullptr && right != nullptr) return evaluate_integers(binary.op, *left, *right, expr);
  if (lhs.number() && rhs.number()) return evaluate_floats(binary.op, *lhs.number(), *rhs.number(), expr);
  if (binary.op == BinaryOp::Equal) return make(equal(lhs, rhs, expr.span), expr.span);
  if (binary.op == BinaryOp::NotEqual) return make(!equal(lhs, rhs, expr.span), expr.span);
  sink_
      .report(diagnostics::BadOperands, user_place(expr.span), std::string(ast::operator_text(binary.op)),
              describe_kind(lhs), describe_kind(rhs))
      .here(fmt::format("in `{}`", text_of(expr)));
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::evaluate_logic(const ast::Binary& binary, Frame& frame) {
  const Value lhs = evaluate(*binary.lhs, frame);
  if (lhs.is_error()) return lhs;
  const bool* left = lhs.get<bool>();
  if (left == nullptr) return wrong_type(binary.lhs->span, text_of(*binary.lhs), lhs, "a bool");
  if (*left == (binary.op == BinaryOp::Or)) return lhs;
  Value rhs = evaluate(*binary.rhs, frame);
  if (rhs.is_error() || rhs.get<bool>() != nullptr) return rhs;
  return wrong_type(binary.rhs->span, text_of(*binary.rhs), rhs, "a bool");
}

Value Evaluator::evaluate_pipe(const ast::Binary& binary, const ast::Expr& expr, Frame& frame) {
  const Value input = evaluate(*binary.lhs, frame);
  const Value layer = evaluate(*binary.rhs, frame);
  if (input.is_error() || layer.is_error()) return Value{ErrorValue{}, expr.span};
  const GraphSize before = graph_size();
  Value result = apply(layer, input, binary.rhs->span, frame);
  trace_statement(binary.rhs->span, result, before);
  return result;
}

Value Evaluator::evaluate_range(const Value& lhs, const Value& rhs, const ast::Expr& expr) {
  const auto* first = lhs.get<std::int64_t>();
  const auto* last = rhs.get<std::int64_t>();
  if (first == nullptr || last == nullptr) {
    return wrong_type(expr.span, text_of(expr), first == nullptr ? lhs : rhs, "an int on both sides of `..`");
  }
  auto items = std::make_shared<std::vector<Value>>();
  if (*last >= *first) {
    std::int64_t distance = 0;
    if (__builtin_sub_overflow(*last, *first, &distance) || distance >= kRangeLimit) {
      sink_.report(diagnostics::TooMuchWork, user_place(expr.span),
                   fmt::format("`{}` has more than {} numbers", text_of(expr), kRangeLimit));
      return Value{ErrorValue{}, expr.span};
    }
    if (!spend(expr.span, distance + 1)) return Value{ErrorValue{}, expr.span};
    for (std::int64_t i = 0; i <= distance; ++i) items->push_back(make(*first + i, expr.span));
  }
  return make(List(std::move(items)), expr.span);
}

Value Evaluator::evaluate_integers(BinaryOp op, std::int64_t lhs, std::int64_t rhs, const ast::Expr& expr) {
  if (const auto flag = compare(op, lhs, rhs)) return make(*flag, expr.span);
  std::int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case BinaryOp::Add:
      overflow = __builtin_add_overflow(lhs, rhs, &result);
      break;
    case BinaryOp::Subtract:
      overflow = __builtin_sub_overflow(lhs, rhs, &result);
      break;
    case BinaryOp::Multiply:
      overflow = __builtin_mul_overflow(lhs, rhs, &result);
      break;
    case BinaryOp::IntegerDivide:
    case BinaryOp::Remainder: {
      if (rhs == 0) {
        sink_.report(diagnostics::DivisionByZero, user_place(expr.span), text_of(expr));
        return Value{ErrorValue{}, expr.span};
      }
      overflow = lhs == std::numeric_limits<std::int64_t>::min() && rhs == -1;
      if (overflow) break;
      // Rounded down, so that the remainder has the sign of the divisor.
      const std::int64_t remainder = lhs % rhs;
      const bool adjust = remainder != 0 && (remainder < 0) != (rhs < 0);
      result = op == BinaryOp::IntegerDivide ? lhs / rhs - (adjust ? 1 : 0) : remainder + (adjust ? rhs : 0);
      break;
    }
    case BinaryOp::Power: {
      if (rhs < 0) return evaluate_floats(op, static_cast<double>(lhs), static_cast<double>(rhs), expr);
      result = 1;
      if (lhs == 0 || lhs == 1 || lhs == -1) {
        result = rhs == 0 ? 1 : (lhs == -1 && rhs % 2 == 0 ? 1 : lhs);
        break;
      }
      for (std::int64_t i = 0; i < rhs && !overflow; ++i)
        overflow = __builtin_mul_overflow(result, lhs, &result);
      break;
    }
    default:
      return evaluate_floats(op, static_cast<double>(lhs), static_cast<double>(rhs), expr);
  }
  if (!overflow) return make(result, expr.span);
  sink_.report(diagnostics::IntegerOverflow, user_place(expr.span), text_of(expr));
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::evaluate_floats(BinaryOp op, double lhs, double rhs, const ast::Expr& expr) {
  if (const auto flag = compare(op, lhs, rhs)) return make(*flag, expr.span);
  switch (op) {
    case BinaryOp::Add:
      return make(lhs + rhs, expr.span);
    case BinaryOp::Subtract:
      return make(lhs - rhs, expr.span);
    case BinaryOp::Multiply:
      return make(lhs * rhs, expr.span);
    case BinaryOp::Power:
      return make(std::pow(lhs, rhs), expr.span);
    case BinaryOp::Divide:
    case BinaryOp::IntegerDivide:
    case BinaryOp::Remainder: {
      if (rhs == 0) {
        sink_.report(diagnostics::DivisionByZero, user_place(expr.span), text_of(expr));
        return Value{ErrorValue{}, expr.span};
      }
      if (op == BinaryOp::Divide) return make(lhs / rhs, expr.span);
      const double quotient = std::floor(lhs / rhs);
      return make(op == BinaryOp::IntegerDivide ? quotient : lhs - quotient * rhs, expr.span);
    }
    default:
      break;
  }
  sink_.report(diagnostics::BadOperands, user_place(expr.span), std::string(ast::operator_text(op)),
               "a number", "a number");
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::tensor_power(const Value& base, const Value& exponent, const ast::Expr& expr) {
  // Small constant exponents without pow(): exact, faster, and with simpler gradients.
  if (base.get<Tensor>() != nullptr && exponent.number()) {
    const double power = *exponent.number();
    const auto square = [&] {
      return make_node(OpKind::Multiply, {base, base}, NoAttributes{}, expr.span, expr);
    };
    if (power == 1) return base;
    if (power == 2) return square();
    if (power == 3) return make_node(OpKind::Multiply, {square(), base}, NoAttributes{}, expr.span, expr);
    if (power == 0.5) return make_node(OpKind::Sqrt, {base}, NoAttributes{}, expr.span, expr);
    if (power == -1) {
      return make_node(OpKind::Divide, {make(1.0, expr.span), base}, NoAttributes{}, expr.span, expr);
    }
  }
  return make_node(OpKind::Power, {base, exponent}, NoAttributes{}, expr.span, expr);
}

Value Evaluator::evaluate_tensors(const ast::Binary& binary, const Value& lhs, const Value& rhs,
                                  const ast::Expr& expr) {
  const auto node = [&](OpKind op, const Value& first, const Value& second) {
    return make_node(op, {first, second}, NoAttributes{}, expr.span, expr);
  };
  switch (binary.op) {
    case BinaryOp::Add:
      return node(OpKind::Add, lhs, rhs);
    case BinaryOp::Subtract:
      return node(OpKind::Subtract, lhs, rhs);
    case BinaryOp::Multiply:
      return node(OpKind::Multiply, lhs, rhs);
    case BinaryOp::Divide:
      return node(OpKind::Divide, lhs, rhs);
    case BinaryOp::Power:
      return tensor_power(lhs, rhs, expr);
    case BinaryOp::Greater:
      return node(OpKind::Greater, lhs, rhs);
    case BinaryOp::GreaterEqual:
      return node(OpKind::GreaterEqual, lhs, rhs);
    case BinaryOp::Less:
      return node(OpKind::Greater, rhs, lhs);
    case BinaryOp::LessEqual:
      return node(OpKind::GreaterEqual, rhs, lhs);
    case BinaryOp::Equal:
      return node(OpKind::Equal, lhs, rhs);
    case BinaryOp::MatMul:
      return make_node(OpKind::MatMul, {lhs, rhs}, MatMulAttributes{}, expr.span, expr);
    default:
      break;
  }
  sink_.report(diagnostics::BadOperands, user_place(expr.span), std::string(ast::operator_text(binary.op)),
               describe_kind(lhs), describe_kind(rhs));
  return Value{ErrorValue{}, expr.span};
}

}  // namespace nnc
