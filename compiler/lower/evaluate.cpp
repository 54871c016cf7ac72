// Expressions: names, arithmetic over numbers and tensors, members. Calls are in calls.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/lower/evaluator.hpp"

namespace nnc {

using ast::BinaryOp;
using ast::Overloaded;

namespace {

// A study that needs more than this to expand is a mistake; the limit keeps every program bounded in time.
constexpr std::int64_t kWorkLimit = 20'000'000;
constexpr std::int64_t kRangeLimit = 1'000'000;

std::string_view op_text(BinaryOp op) {
  switch (op) {
    case BinaryOp::Or: return "or";
    case BinaryOp::And: return "and";
    case BinaryOp::Equal: return "==";
    case BinaryOp::NotEqual: return "!=";
    case BinaryOp::Less: return "<";
    case BinaryOp::LessEqual: return "<=";
    case BinaryOp::Greater: return ">";
    case BinaryOp::GreaterEqual: return ">=";
    case BinaryOp::Range: return "..";
    case BinaryOp::Add: return "+";
    case BinaryOp::Subtract: return "-";
    case BinaryOp::Multiply: return "*";
    case BinaryOp::Divide: return "/";
    case BinaryOp::IntegerDivide: return "//";
    case BinaryOp::Remainder: return "%";
    case BinaryOp::MatMul: return "@";
    case BinaryOp::Power: return "^";
    case BinaryOp::Pipe: return "|>";
  }
  return "?";
}

Value make(auto data, const Span& span) { return Value{data, span}; }

// The comparison of two ordered things as a bool; empty if `op` is no comparison.
template <class T>
std::optional<bool> compare(BinaryOp op, const T& lhs, const T& rhs) {
  switch (op) {
    case BinaryOp::Equal: return lhs == rhs;
    case BinaryOp::NotEqual: return lhs != rhs;
    case BinaryOp::Less: return lhs < rhs;
    case BinaryOp::LessEqual: return lhs <= rhs;
    case BinaryOp::Greater: return lhs > rhs;
    case BinaryOp::GreaterEqual: return lhs >= rhs;
    default: return std::nullopt;
  }
}

}  // namespace

const Value* Frame::find(std::string_view name) const {
  for (auto local = locals.rbegin(); local != locals.rend(); ++local) {
    if (local->first == name) return &local->second;
  }
  return nullptr;
}

Span Evaluator::user_place(const Span& span) const {
  if (sources_.is_user_code(span)) return span;
  for (auto site = call_sites.rbegin(); site != call_sites.rend(); ++site) {
    if (sources_.is_user_code(*site)) return *site;
  }
  return span;
}

bool Evaluator::spend(const Span& span) {
  if (++work <= kWorkLimit) return true;
  if (!out_of_work) {
    out_of_work = true;
    sink_.report(diagnostics::TooMuchWork, user_place(span),
                 fmt::format("this study takes more than {} evaluation steps to expand", kWorkLimit))
        .hint("look for a `repeat` or `for` over a very large count");
  }
  return false;
}

Value Evaluator::wrong_type(const Span& span, const std::string& text, const Value& value, const std::string& needed) {
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
  return std::visit(
      Overloaded{
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
              return wrong_type(branch.condition->span, text_of(*branch.condition), condition, "a bool");
            }
            return evaluate(*flag ? *branch.then_value : *branch.else_value, frame);
          },
          [&](const ast::Paren& paren) { return evaluate(*paren.inner, frame); },
          [&](const ast::ErrorExpr&) { return Value{ErrorValue{}, expr.span}; },
      },
      expr.node);
}

Value Evaluator::evaluate_name(const ast::NameRef& name, const Span& span, Frame& frame) {
  if (name.name == "in") return frame.input ? *frame.input : Value{ErrorValue{}, span};
  if (const Value* local = frame.find(name.name)) {
    Value value = *local;
    // A slot's name reads as what was last assigned to it.
    if (const auto* tensor = value.get<Tensor>(); tensor != nullptr && lowering != nullptr) {
      const ir::Node& node = graph().node(tensor->node);
      if (node.op == OpKind::Slot) {
        const auto slot = ir::SlotId(static_cast<std::size_t>(std::get<SlotAttributes>(node.attributes).slot));
        value.data = Tensor{lowering->slot_values.at(slot), tensor->classes};
      }
    }
    return value;
  }
  if (name.name == "training") return make(lowering == nullptr || lowering->training, span);
  if (const ast::Declaration* declaration = program_.find_from(sources_, span.file, name.name)) {
    if (const auto* let = std::get_if<ast::LetDecl>(&declaration->node)) {
      Frame top;
      return evaluate(*let->value, top);
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
    return make_node(OpKind::Negate, {operand}, NoAttributes{}, expr.span, text_of(expr));
  }
  return wrong_type(unary.operand->span, text_of(*unary.operand), operand, "a number or a tensor");
}

Value Evaluator::evaluate_binary(const ast::Binary& binary, const ast::Expr& expr, Frame& frame) {
  if (binary.op == BinaryOp::Pipe) return evaluate_pipe(binary, expr, frame);
  if (binary.op == BinaryOp::And || binary.op == BinaryOp::Or) return evaluate_logic(binary, frame);
  const Value lhs = evaluate(*binary.lhs, frame);
  const Value rhs = evaluate(*binary.rhs, frame);
  if (lhs.is_error() || rhs.is_error()) return Value{ErrorValue{}, expr.span};
  if (lhs.get<Tensor>() != nullptr || rhs.get<Tensor>() != nullptr) return evaluate_tensors(binary, lhs, rhs, expr);
  if (binary.op == BinaryOp::Range) return evaluate_range(lhs, rhs, expr);
  const auto* left = lhs.get<std::int64_t>();
  const auto* right = rhs.get<std::int64_t>();
  if (left != nullptr && right != nullptr) return evaluate_integers(binary.op, *left, *right, expr);
  if (lhs.number() && rhs.number()) return evaluate_floats(binary.op, *lhs.number(), *rhs.number(), expr);
  if (binary.op == BinaryOp::Equal) return make(values_equal(lhs, rhs), expr.span);
  if (binary.op == BinaryOp::NotEqual) return make(!values_equal(lhs, rhs), expr.span);
  sink_.report(diagnostics::BadOperands, user_place(expr.span), std::string(op_text(binary.op)), describe_kind(lhs),
               describe_kind(rhs))
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
  return apply(layer, input, binary.rhs->span, frame);
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
    for (std::int64_t i = 0; i <= distance; ++i) items->push_back(make(*first + i, expr.span));
  }
  return make(List(std::move(items)), expr.span);
}

Value Evaluator::evaluate_integers(BinaryOp op, std::int64_t lhs, std::int64_t rhs, const ast::Expr& expr) {
  if (const auto flag = compare(op, lhs, rhs)) return make(*flag, expr.span);
  std::int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case BinaryOp::Add: overflow = __builtin_add_overflow(lhs, rhs, &result); break;
    case BinaryOp::Subtract: overflow = __builtin_sub_overflow(lhs, rhs, &result); break;
    case BinaryOp::Multiply: overflow = __builtin_mul_overflow(lhs, rhs, &result); break;
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
      for (std::int64_t i = 0; i < rhs && !overflow; ++i) overflow = __builtin_mul_overflow(result, lhs, &result);
      break;
    }
    default: return evaluate_floats(op, static_cast<double>(lhs), static_cast<double>(rhs), expr);
  }
  if (!overflow) return make(result, expr.span);
  sink_.report(diagnostics::IntegerOverflow, user_place(expr.span), text_of(expr));
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::evaluate_floats(BinaryOp op, double lhs, double rhs, const ast::Expr& expr) {
  if (const auto flag = compare(op, lhs, rhs)) return make(*flag, expr.span);
  switch (op) {
    case BinaryOp::Add: return make(lhs + rhs, expr.span);
    case BinaryOp::Subtract: return make(lhs - rhs, expr.span);
    case BinaryOp::Multiply: return make(lhs * rhs, expr.span);
    case BinaryOp::Power: return make(std::pow(lhs, rhs), expr.span);
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
    default: break;
  }
  sink_.report(diagnostics::BadOperands, user_place(expr.span), std::string(op_text(op)), "a number", "a number");
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::tensor_power(const Value& base, const Value& exponent, const ast::Expr& expr) {
  // Small constant exponents without pow(): exact, faster, and with simpler gradients.
  if (base.get<Tensor>() != nullptr && exponent.number()) {
    const double power = *exponent.number();
    const auto square = [&] { return make_node(OpKind::Multiply, {base, base}, NoAttributes{}, expr.span, text_of(expr)); };
    if (power == 1) return base;
    if (power == 2) return square();
    if (power == 3) return make_node(OpKind::Multiply, {square(), base}, NoAttributes{}, expr.span, text_of(expr));
    if (power == 0.5) return make_node(OpKind::Sqrt, {base}, NoAttributes{}, expr.span, text_of(expr));
    if (power == -1) {
      return make_node(OpKind::Divide, {make(1.0, expr.span), base}, NoAttributes{}, expr.span, text_of(expr));
    }
  }
  return make_node(OpKind::Power, {base, exponent}, NoAttributes{}, expr.span, text_of(expr));
}

Value Evaluator::evaluate_tensors(const ast::Binary& binary, const Value& lhs, const Value& rhs, const ast::Expr& expr) {
  const std::string text = text_of(expr);
  const auto node = [&](OpKind op, const Value& first, const Value& second) {
    return make_node(op, {first, second}, NoAttributes{}, expr.span, text);
  };
  switch (binary.op) {
    case BinaryOp::Add: return node(OpKind::Add, lhs, rhs);
    case BinaryOp::Subtract: return node(OpKind::Subtract, lhs, rhs);
    case BinaryOp::Multiply: return node(OpKind::Multiply, lhs, rhs);
    case BinaryOp::Divide: return node(OpKind::Divide, lhs, rhs);
    case BinaryOp::Power: return tensor_power(lhs, rhs, expr);
    case BinaryOp::Greater: return node(OpKind::Greater, lhs, rhs);
    case BinaryOp::GreaterEqual: return node(OpKind::GreaterEqual, lhs, rhs);
    case BinaryOp::Less: return node(OpKind::Greater, rhs, lhs);
    case BinaryOp::LessEqual: return node(OpKind::GreaterEqual, rhs, lhs);
    case BinaryOp::Equal: return node(OpKind::Equal, lhs, rhs);
    case BinaryOp::MatMul:
      return make_node(OpKind::MatMul, {lhs, rhs}, MatMulAttributes{}, expr.span, text);
    default: break;
  }
  sink_.report(diagnostics::BadOperands, user_place(expr.span), std::string(op_text(binary.op)), describe_kind(lhs),
               describe_kind(rhs));
  return Value{ErrorValue{}, expr.span};
}

std::optional<Tensor> Evaluator::to_tensor(const Value& value, const Span& span) {
  if (const auto* tensor = value.get<Tensor>()) return *tensor;
  const auto number = value.number();
  if (!number || lowering == nullptr) return std::nullopt;
  return Tensor{ir::add_node(graph(), OpKind::Constant, {}, ConstantAttributes{*number}, user_place(span))};
}

void Evaluator::label_tensor(DiagnosticBuilder& builder, const Value& value, std::string_view what) {
  const auto* tensor = value.get<Tensor>();
  if (tensor == nullptr) return;
  const ir::Node& node = graph().node(tensor->node);
  builder.label(node.origin, fmt::format("{} {}", what, node.shape.to_string()));
}

void Evaluator::label_chain(DiagnosticBuilder& builder) {
  // One label per place; a place inside a loop shows all the shapes it gave.
  std::vector<std::pair<Span, std::string>> places;
  for (const Lowering::Application& application : lowering->applications) {
    const std::string shape = application.output.sample_string();
    const auto known = std::find_if(places.begin(), places.end(),
                                    [&](const auto& place) { return place.first == application.span; });
    if (known == places.end()) {
      places.emplace_back(application.span, fmt::format("gives {}", shape));
    } else {
      known->second += ", then " + shape;
    }
  }
  constexpr std::size_t kMostLabels = 8;
  const std::size_t first = places.size() > kMostLabels ? places.size() - kMostLabels : 0;
  for (std::size_t i = first; i < places.size(); ++i) builder.label(places[i].first, places[i].second);
}

// What the shape rules found wrong, told with the places the shapes came from.
static void report_shape_error(Evaluator& evaluator, const ShapeError& error, const std::vector<Value>& inputs,
                               const Span& span, const std::string& text) {
  const Span place = evaluator.user_place(span);
  const auto shape = [&](std::size_t i) -> const Shape& { return evaluator.shape_of(*inputs[i].get<Tensor>()); };
  const auto label_all = [&](DiagnosticBuilder& builder) {
    for (const Value& input : inputs) evaluator.label_tensor(builder, input);
  };
  switch (error.kind) {
    case ShapeError::Kind::MatMulInner: {
      auto builder = evaluator.sink().report(diagnostics::MatmulMismatch, place, text,
                                             fmt::format("{}", shape(0)[-1]), fmt::format("{}", shape(1)[0]));
      label_all(builder);
      break;
    }
    case ShapeError::Kind::Operands: {
      auto builder = evaluator.sink().report(diagnostics::OperandShapes, place, text, shape(0).to_string(),
                                             inputs.size() > 1 ? shape(1).to_string() : error.message);
      label_all(builder);
      break;
    }
    case ShapeError::Kind::WindowTooLarge: {
      auto builder = evaluator.sink().report(diagnostics::WindowTooLarge, place,
                                             std::string(evaluator.sources().text(place)), shape(0).sample_string(),
                                             error.message);
      evaluator.label_chain(builder);
      builder.hint("use fewer or smaller windows, or `pad: same`");
      break;
    }
    case ShapeError::Kind::Reshape: {
      auto builder = evaluator.sink().report(diagnostics::ReshapeMismatch, place, error.message);
      label_all(builder);
      break;
    }
    case ShapeError::Kind::Rank:
    case ShapeError::Kind::Channels:
    case ShapeError::Kind::Other: {
      auto builder = evaluator.sink().report(diagnostics::BadShape, place, fmt::format("`{}`: {}", text, error.message));
      label_all(builder);
      break;
    }
  }
}

Value Evaluator::make_node(OpKind op, const std::vector<Value>& inputs, Attributes attributes, const Span& span,
                           const std::string& expr_text) {
  if (lowering == nullptr) return Value{ErrorValue{}, span};
  std::vector<ir::NodeId> nodes;
  std::vector<Value> tensors;
  for (const Value& input : inputs) {
    if (input.is_error()) return input;
    const auto tensor = to_tensor(input, span);
    if (!tensor) return wrong_type(span, expr_text, input, "a tensor or a number");
    nodes.push_back(tensor->node);
    tensors.push_back(Value{*tensor, input.origin});
  }
  const Span place = user_place(span);
  auto added = ir::try_add_node(graph(), op, std::move(nodes), std::move(attributes), place);
  if (const auto* error = std::get_if<ShapeError>(&added)) {
    report_shape_error(*this, *error, tensors, span, expr_text);
    return Value{ErrorValue{}, span};
  }
  return Value{Tensor{std::get<ir::NodeId>(added)}, place};
}

Value Evaluator::evaluate_index(const ast::Index& index, const ast::Expr& expr, Frame& frame) {
  const Value base = evaluate(*index.base, frame);
  if (base.is_error()) return base;
  if (index.arguments.size() != 1 || index.arguments.front().name) {
    return wrong_type(expr.span, text_of(expr), base, "one position in brackets");
  }
  const Value position = evaluate(*index.arguments.front().value, frame);
  if (position.is_error()) return position;
  const auto* at = position.get<std::int64_t>();
  if (at == nullptr) return wrong_type(index.arguments.front().span, text_of(*index.arguments.front().value), position, "an int");
  std::vector<Value> items;
  if (const auto* list = base.get<List>()) {
    items = **list;
  } else if (const auto* dims = base.get<Dims>()) {
    for (const std::int64_t size : dims->sizes) items.push_back(make(size, expr.span));
  } else {
    return wrong_type(index.base->span, text_of(*index.base), base, "a list");
  }
  const auto count = static_cast<std::int64_t>(items.size());
  const std::int64_t wrapped = *at < 0 ? *at + count : *at;
  if (wrapped >= 0 && wrapped < count) return items[static_cast<std::size_t>(wrapped)];
  sink_.report(diagnostics::OutOfRange, user_place(expr.span),
               fmt::format("`{}` asks for item {} of a list of {}", text_of(expr), *at, count))
      .hint("positions start at 0; -1 is the last item");
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::tensor_member(const Value& value, const ast::Name& member, const ast::Expr& expr) {
  const Tensor& tensor = *value.get<Tensor>();
  const Shape& shape = shape_of(tensor);
  const int axes = shape.rank() - (shape.has_batch() ? 1 : 0);  // per sample
  const auto axis_size = [&](int from_end, int needed) -> Value {
    if (axes >= needed) return make(shape[-from_end], expr.span);
    auto builder = sink_.report(diagnostics::BadShape, user_place(expr.span),
                                fmt::format("{} has no `{}`", shape.to_string(), member.text));
    label_tensor(builder, value);
    return Value{ErrorValue{}, expr.span};
  };
  if (member.text == "features" || member.text == "channels") return axis_size(1, 1);
  if (member.text == "width") return axis_size(2, 3);
  if (member.text == "height") return axis_size(3, 3);
  if (member.text == "rank") return make(static_cast<std::int64_t>(axes), expr.span);
  if (member.text == "classes") return make(static_cast<std::int64_t>(tensor.classes), expr.span);
  if (member.text == "shape") {
    auto sizes = std::make_shared<std::vector<Value>>();
    for (int axis = shape.rank() - axes; axis < shape.rank(); ++axis) sizes->push_back(make(shape[axis], expr.span));
    return make(List(std::move(sizes)), expr.span);
  }
  sink_.report(diagnostics::UnknownMember, user_place(member.span), "a tensor", member.text)
      .hint(did_you_mean_hint(member.text, {"features", "channels", "width", "height", "rank", "classes", "shape"}));
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::evaluate_member(const ast::Member& member, const ast::Expr& expr, Frame& frame) {
  const Value base = evaluate(*member.base, frame);
  if (base.is_error()) return base;
  if (base.get<Tensor>() != nullptr) return tensor_member(base, member.member, expr);
  if (const auto* dims = base.get<Dims>()) {
    if (member.member.text == "height" && !dims->sizes.empty()) return make(dims->sizes.front(), expr.span);
    if (member.member.text == "width" && dims->sizes.size() > 1) return make(dims->sizes[1], expr.span);
  }
  if (const auto* ref = base.get<DeclarationRef>();
      ref != nullptr && std::holds_alternative<ast::DataDecl>(ref->declaration->node)) {
    if (member.member.text == "train") return make(DataSplit{ref->declaration, true}, expr.span);
    if (member.member.text == "test") return make(DataSplit{ref->declaration, false}, expr.span);
  }
  sink_.report(diagnostics::UnknownMember, user_place(member.member.span), describe_kind(base), member.member.text);
  return Value{ErrorValue{}, expr.span};
}

}  // namespace nnc
