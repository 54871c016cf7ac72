// See report_expressions.hpp.
#include "compiler/lower/report_expressions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nnc {

using ast::Overloaded;

namespace {

const std::string& called_name(const ast::Call& call) {
  static const std::string none;
  const auto* callee = std::get_if<ast::NameRef>(&call.callee->node);
  return callee == nullptr ? none : callee->name;
}

std::optional<ReportExpr::Aggregate::Kind> aggregate_named(std::string_view name) {
  using Kind = ReportExpr::Aggregate::Kind;
  if (name == "mean") return Kind::Mean;
  if (name == "deviation") return Kind::Deviation;
  if (name == "min") return Kind::Min;
  if (name == "max") return Kind::Max;
  if (name == "count") return Kind::Count;
  return std::nullopt;
}

std::optional<ReportExpr::Binary::Op> report_operator(ast::BinaryOp op) {
  using Op = ReportExpr::Binary::Op;
  switch (op) {
    case ast::BinaryOp::Or:
      return Op::Or;
    case ast::BinaryOp::And:
      return Op::And;
    case ast::BinaryOp::Equal:
      return Op::Equal;
    case ast::BinaryOp::NotEqual:
      return Op::NotEqual;
    case ast::BinaryOp::Less:
      return Op::Less;
    case ast::BinaryOp::LessEqual:
      return Op::LessEqual;
    case ast::BinaryOp::Greater:
      return Op::Greater;
    case ast::BinaryOp::GreaterEqual:
      return Op::GreaterEqual;
    case ast::BinaryOp::Add:
      return Op::Add;
    case ast::BinaryOp::Subtract:
      return Op::Subtract;
    case ast::BinaryOp::Multiply:
      return Op::Multiply;
    case ast::BinaryOp::Divide:
      return Op::Divide;
    default:
      return std::nullopt;
  }
}

}  // namespace

template <class Visit>
bool ReportExpressions::any_experiment(const ast::Expr& expr, Visit visit) const {
  const auto any = [&](const ast::ExprPtr& part) { return part != nullptr && any_experiment(*part, visit); };
  const auto any_argument = [&](const std::vector<ast::Argument>& arguments) {
    return std::any_of(arguments.begin(), arguments.end(),
                       [&](const ast::Argument& argument) { return any(argument.value); });
  };
  return std::visit(
      Overloaded{[&](const ast::NameRef& name) { return is_experiment(name.name) && visit(name.name); },
                 [&](const ast::ListLiteral& list) {
                   return std::any_of(list.items.begin(), list.items.end(), any);
                 },
                 [&](const ast::Unary& unary) { return any(unary.operand); },
                 [&](const ast::Binary& binary) { return any(binary.lhs) || any(binary.rhs); },
                 [&](const ast::Call& call) { return any(call.callee) || any_argument(call.arguments); },
                 [&](const ast::Index& index) { return any(index.base) || any_argument(index.arguments); },
                 [&](const ast::Member& member) { return any(member.base); },
                 [&](const ast::IfExpr& branch) {
                   return any(branch.condition) || any(branch.then_value) || any(branch.else_value);
                 },
                 [&](const ast::Paren& paren) { return any(paren.inner); },
                 [](const auto&) { return false; }},
      expr.node);
}

bool ReportExpressions::names_results(const ast::Expr& expr) const {
  return any_experiment(expr, [](const std::string&) { return true; });
}

bool ReportExpressions::names_skipped(const ast::Expr& expr) const {
  return any_experiment(expr, [&](const std::string& name) { return is_skipped(name); });
}

bool ReportExpressions::has_failed(const std::string& experiment) const {
  const ExpandedExperiment* expanded = expander_.find(experiment);
  return expanded == nullptr || expanded->failed;
}

// ---------------------------------------------------------------- references

std::optional<TrialsRef> ReportExpressions::read_trials(const ast::Expr& expr) {
  return std::visit(Overloaded{[&](const ast::NameRef& name) -> std::optional<TrialsRef> {
                                 if (!is_experiment(name.name)) return std::nullopt;
                                 return TrialsRef{name.name, {}, TrialsRef::Pick::All, ""};
                               },
                               [&](const ast::Index& index) { return read_point(index); },
                               [&](const ast::Call& call) { return read_pick(call); },
                               [&](const ast::Paren& paren) { return read_trials(*paren.inner); },
                               [](const auto&) -> std::optional<TrialsRef> { return std::nullopt; }},
                    expr.node);
}

// epochs[n: 50]
std::optional<TrialsRef> ReportExpressions::read_point(const ast::Index& index) {
  auto trials = read_trials(*index.base);
  if (!trials || trials->pick != TrialsRef::Pick::All) return std::nullopt;
  for (const ast::Argument& argument : index.arguments) {
    if (!argument.name) return std::nullopt;
    Frame top;
    const Value value = evaluator_.evaluate(*argument.value, top);
    if (value.is_error()) return std::nullopt;
    trials->point.emplace_back(argument.name->text, to_parameter(value));
  }
  return trials;
}

// best(dropout), worst(epochs[n: 50], by: test.f1)
std::optional<TrialsRef> ReportExpressions::read_pick(const ast::Call& call) {
  const std::string& name = called_name(call);
  if ((name != "best" && name != "worst") || call.arguments.empty()) return std::nullopt;
  const ast::Argument* of = nullptr;
  const ast::Argument* by = nullptr;
  for (const ast::Argument& argument : call.arguments) {
    const bool orders = argument.name ? argument.name->text == "by" : of != nullptr;
    (orders ? by : of) = &argument;
  }
  auto trials = of == nullptr ? std::nullopt : read_trials(*of->value);
  if (!trials || trials->pick != TrialsRef::Pick::All) return std::nullopt;
  trials->pick = name == "best" ? TrialsRef::Pick::Best : TrialsRef::Pick::Worst;
  if (by != nullptr) {
    trials->by = dotted_name(*by->value);
    return trials;
  }
  // Of all points the selected one is best; of some, the one that would have been selected among them.
  const bool selected = trials->pick == TrialsRef::Pick::Best && trials->point.empty() &&
                        index_.selection(trials->experiment) != nullptr;
  if (!selected) trials->by = index_.main_field(trials->experiment);
  return trials;
}

// "epochs[n: 50].test.accuracy" -> the trials and "test.accuracy".
std::optional<ResultRef> ReportExpressions::read_result(const ast::Expr& expr) {
  if (const auto* paren = std::get_if<ast::Paren>(&expr.node)) return read_result(*paren->inner);
  const auto* member = std::get_if<ast::Member>(&expr.node);
  if (member == nullptr) return std::nullopt;
  if (auto trials = read_trials(*member->base)) return ResultRef{std::move(*trials), member->member.text};
  auto base = read_result(*member->base);
  if (base) base->field += "." + member->member.text;
  return base;
}

bool ReportExpressions::verify_exists(const TrialsRef& trials, const ast::Expr& expr) {
  if (is_skipped(trials.experiment) || !index_.points(trials).empty()) return true;
  if (has_failed(trials.experiment)) return false;
  auto builder = evaluator_.sink().report(diagnostics::UnknownResult, expr.span, trials.experiment,
                                          evaluator_.text_of(expr));
  constexpr std::size_t kMostPoints = 6;
  const auto points = index_.points({trials.experiment, {}, TrialsRef::Pick::All, ""});
  for (std::size_t i = 0; i < std::min(points.size(), kMostPoints); ++i) {
    builder.note(fmt::format("a trial is at {}", point_in_brackets(*points[i])));
  }
  builder.hint("no trial is at that point");
  return false;
}

bool ReportExpressions::verify_one_point(const TrialsRef& trials, const ast::Expr& expr,
                                         const std::string& rest) {
  if (!verify_exists(trials, expr)) return false;
  if (is_skipped(trials.experiment) || trials.pick != TrialsRef::Pick::All) return true;
  const auto points = index_.points(trials);
  if (points.size() == 1) return true;
  if (has_failed(trials.experiment)) return false;
  auto builder = evaluator_.sink().report(diagnostics::AmbiguousPoint, expr.span, trials.experiment,
                                          static_cast<int>(points.size()));
  const std::string point = point_in_brackets(*points.front());
  // Of a selection only the chosen point is tested.
  const bool selected_only = rest.starts_with(".test.") && index_.selection(trials.experiment) != nullptr;
  builder.hint(selected_only ? fmt::format("for example `best({}){}`", trials.experiment, rest)
                             : fmt::format("for example `{}{}{}`", trials.experiment, point, rest));
  return false;
}

// ---------------------------------------------------------------- expressions

ReportExprPtr ReportExpressions::make(decltype(ReportExpr::node) node, const ast::Expr& expr) const {
  return std::make_shared<const ReportExpr>(ReportExpr{std::move(node), evaluator_.text_of(expr)});
}

ReportExprPtr ReportExpressions::unsupported(const ast::Expr& expr) {
  evaluator_.sink().report(diagnostics::NotYet, expr.span,
                           fmt::format("`{}` in a report", evaluator_.text_of(expr)));
  return nullptr;
}

ReportExprPtr ReportExpressions::lower_constant(const ast::Expr& expr) {
  Frame top;
  const Value value = evaluator_.evaluate(expr, top);
  if (value.is_error()) return nullptr;
  return make(ReportExpr::Constant{to_parameter(value)}, expr);
}

ReportExprPtr ReportExpressions::lower_result(const ast::Expr& expr) {
  auto result = read_result(expr);
  if (!result) return unsupported(expr);
  if (!verify_one_point(result->trials, expr, "." + result->field)) return nullptr;
  return make(ReportExpr::Result{std::move(*result)}, expr);
}

ReportExprPtr ReportExpressions::lower_unary(ReportExpr::Unary::Op op, const ast::Expr& operand,
                                             const ast::Expr& expr) {
  ReportExprPtr lowered = lower(operand);
  return lowered == nullptr ? nullptr : make(ReportExpr::Unary{op, std::move(lowered)}, expr);
}

ReportExprPtr ReportExpressions::lower_binary(const ast::Binary& binary, const ast::Expr& expr) {
  const auto op = report_operator(binary.op);
  if (!op) return unsupported(expr);
  ReportExprPtr lhs = lower(*binary.lhs);
  ReportExprPtr rhs = lower(*binary.rhs);
  if (lhs == nullptr || rhs == nullptr) return nullptr;
  return make(ReportExpr::Binary{*op, std::move(lhs), std::move(rhs)}, expr);
}

ReportExprPtr ReportExpressions::lower_call(const ast::Call& call, const ast::Expr& expr) {
  const std::string& name = called_name(call);
  if (call.arguments.size() != 1) return unsupported(expr);
  const ast::Expr& argument = *call.arguments.front().value;
  if (name == "abs") return lower_unary(ReportExpr::Unary::Op::Abs, argument, expr);
  const auto kind = aggregate_named(name);
  auto over = kind ? read_result(argument) : std::nullopt;
  if (!over) return unsupported(expr);
  if (!verify_exists(over->trials, argument)) return nullptr;
  return make(ReportExpr::Aggregate{*kind, std::move(*over)}, expr);
}

ReportExprPtr ReportExpressions::lower(const ast::Expr& expr) {
  if (!names_results(expr)) return lower_constant(expr);
  return std::visit(Overloaded{[&](const ast::Paren& paren) { return lower(*paren.inner); },
                               [&](const ast::Unary& unary) {
                                 const bool is_not = unary.op == ast::UnaryOp::Not;
                                 return lower_unary(
                                     is_not ? ReportExpr::Unary::Op::Not : ReportExpr::Unary::Op::Negate,
                                     *unary.operand, expr);
                               },
                               [&](const ast::Binary& binary) { return lower_binary(binary, expr); },
                               [&](const ast::Call& call) { return lower_call(call, expr); },
                               [&](const ast::Member&) { return lower_result(expr); },
                               [&](const auto&) { return unsupported(expr); }},
                    expr.node);
}

}  // namespace nnc
