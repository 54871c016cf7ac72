// Expressions over results: what prose may show and claims may compare. Their types are those of all
// expressions; beyond that, only the operators are allowed that a report computes from the records.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/literals.hpp"
#include "compiler/sema/ast_walk.hpp"
#include "compiler/sema/checker.hpp"

namespace nnc::sema {
namespace {

// What can be written into a text.
bool is_printable(const Type& type) {
  return type.unknown() || type.is_number() || type.is(Kind::Bool) || type.is(Kind::String) ||
         type.is(Kind::Choice);
}

bool is_report_operator(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::Or:
    case ast::BinaryOp::And:
    case ast::BinaryOp::Equal:
    case ast::BinaryOp::NotEqual:
    case ast::BinaryOp::Less:
    case ast::BinaryOp::LessEqual:
    case ast::BinaryOp::Greater:
    case ast::BinaryOp::GreaterEqual:
    case ast::BinaryOp::Add:
    case ast::BinaryOp::Subtract:
    case ast::BinaryOp::Multiply:
    case ast::BinaryOp::Divide:
      return true;
    default:
      return false;
  }
}

const std::string& called_name(const ast::Call& call) {
  static const std::string none;
  const auto* callee = call.callee ? std::get_if<ast::NameRef>(&call.callee->node) : nullptr;
  return callee == nullptr ? none : callee->name;
}

}  // namespace

bool Checker::names_results(const ast::Expr& expr, Scope& scope) const {
  return any_of_nodes(expr, [&](const ast::Expr& node) {
    const auto* name = std::get_if<ast::NameRef>(&node.node);
    if (name == nullptr || scope.find(name->name) != nullptr) return false;
    const ast::Declaration* declaration = find_global(scope, name->name);
    return declaration != nullptr && std::holds_alternative<ast::ExperimentDecl>(declaration->node);
  });
}

Type Checker::check_report_call(const ast::Call& call, const std::string& name, Scope& scope) {
  return is_pick_function(name) ? check_pick(call, name, scope) : check_aggregate(call, name, scope);
}

// best(dropout), worst(dropout, by: test.f1): one point.
Type Checker::check_pick(const ast::Call& call, const std::string& name, Scope& scope) {
  Signature signature;
  signature.name = name;
  signature.parameters.resize(2);
  signature.parameters[0].name = "experiment";
  signature.parameters[0].type = Kind::Experiment;
  signature.parameters[1].name = "by";
  signature.parameters[1].required = false;
  signature.parameters[1].is_column = true;
  const std::vector<Type> given = bind_arguments(call, signature, scope);
  Type point = given.empty() ? Type{} : given.front();
  if (!point.is(Kind::Experiment) || point.declaration == nullptr) return {};
  const ast::Expr* experiment = nullptr;
  const ast::Expr* by = nullptr;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const ast::Argument& argument = call.arguments[i];
    const bool is_by = argument.name ? argument.name->text == "by" : i == 1;
    (is_by ? by : experiment) = argument.value.get();
  }
  if (point.is_pick && experiment != nullptr) {
    sink_.report(diagnostics::WrongType, experiment->span, excerpt(*experiment), "one point already",
                 "an experiment");
    return {};
  }
  if (by != nullptr) check_order(*by, point, scope);
  point.is_selected =
      name == "best" && by == nullptr && !point.at_point && facts_of(*point.declaration).selects;
  point.is_pick = true;
  return point;
}

// What points are ordered by: a metric of a part, because metrics know which way is better.
void Checker::check_order(const ast::Expr& by, const Type& point, Scope& scope) {
  const std::optional<ResultName> name = read_result_name(by);
  if (!name || name->metric == nullptr || find_global(scope, name->head.text) != nullptr) {
    if (std::holds_alternative<ast::ErrorExpr>(by.node)) return;
    sink_
        .report(diagnostics::WrongType, by.span, excerpt(by),
                name && name->metric == nullptr ? "another result" : "something else", "a metric of a part")
        .hint("points are ordered by a metric, such as `test.accuracy`");
    return;
  }
  const std::string& experiment = ast::declared_name(*point.declaration)->text;
  Type base = Kind::Experiment;
  base.declaration = point.declaration;
  const Type part = result_member(base, experiment, name->head);
  if (part.is(Kind::ExperimentPart)) {
    part_member(part, fmt::format("{}.{}", experiment, name->head.text), *name->metric);
  } else if (!part.unknown()) {
    sink_.report(diagnostics::WrongType, by.span, excerpt(by), "another result", "a metric of a part");
  }
}

// mean(depth.test.accuracy): one number over all trials of a result.
Type Checker::check_aggregate(const ast::Call& call, const std::string& name, Scope& scope) {
  Signature signature;
  signature.name = name;
  signature.parameters.resize(1);
  signature.parameters[0].name = "results";
  const std::vector<Type> given = bind_arguments(call, signature, scope);
  const bool counts = name == "count";
  if (given.size() == 1 && !given[0].unknown()) {
    const ast::Expr& result = without_parens(*call.arguments.front().value);
    const auto* member = std::get_if<ast::Member>(&result.node);
    const bool is_result =
        member != nullptr && names_results(result, scope) && !given[0].is(Kind::ExperimentPart);
    if (!is_result) {
      sink_
          .report(diagnostics::WrongType, result.span, excerpt(result),
                  given[0].is_number() ? "computed already" : describe(given[0]), "a result")
          .hint(fmt::format("such as `{}(baseline.test.accuracy)`", name));
    } else if (!counts) {
      require(result, given[0], Kind::Number);
    }
  }
  return counts ? Type(Kind::Int) : Type(Kind::Float);
}

// A value of prose or the condition of a claim.
Type Checker::check_report_value(const ast::ExprPtr& expr, Scope& scope, const Type& wanted) {
  if (expr == nullptr) return {};
  const int errors_before = sink_.error_count();
  const Type given = check_value(expr, scope, wanted);
  if (sink_.error_count() > errors_before) return {};
  const ast::Expr& value = without_parens(*expr);
  const bool is_axis = std::holds_alternative<ast::Member>(value.node) && names_results(value, scope) &&
                       !given.is(Kind::ExperimentPart);
  if (is_printable(given) || is_axis) {
    verify_report_operators(*expr, scope);
    return given;
  }
  auto report = sink_.report(diagnostics::WrongType, expr->span, excerpt(*expr), describe(given),
                             "a number, a string or a bool");
  const std::string text = excerpt(*expr);
  if (given.is(Kind::Experiment)) report.hint(fmt::format("name a result of it: `{}.test.accuracy`", text));
  if (given.is(Kind::ExperimentPart)) report.hint(fmt::format("name a metric of it: `{}.accuracy`", text));
  if (given.is(Kind::AllExperiments)) report.hint("name one experiment, and a result of it");
  return {};
}

// Reports an operation on results that a report does not compute. True if the expression speaks of results.
bool Checker::verify_report_operators(const ast::Expr& expr, Scope& scope) {
  const auto verify = [&](const ast::ExprPtr& part) {
    return part != nullptr && verify_report_operators(*part, scope);
  };
  const auto unsupported = [&](const Span& span, const std::string& what) {
    sink_.report(diagnostics::NotYet, span, what + " of results")
        .hint(
            "a report knows `+ - * /`, comparisons, `and`, `or`, `not`, `abs`, and `mean`, `deviation`, "
            "`min`, "
            "`max`, `count` over trials");
    return false;  // said once
  };
  if (const auto* paren = std::get_if<ast::Paren>(&expr.node)) return verify(paren->inner);
  if (const auto* unary = std::get_if<ast::Unary>(&expr.node)) return verify(unary->operand);
  if (const auto* binary = std::get_if<ast::Binary>(&expr.node)) {
    const bool lhs = verify(binary->lhs);
    const bool rhs = verify(binary->rhs);
    if (!lhs && !rhs) return false;
    if (is_report_operator(binary->op)) return true;
    return unsupported(binary->op_span, fmt::format("`{}`", ast::operator_text(binary->op)));
  }
  if (const auto* call = std::get_if<ast::Call>(&expr.node)) {
    const std::string& name = called_name(*call);
    if (is_report_function(name, call->arguments.size())) return true;
    bool speaks = false;
    for (const ast::Argument& argument : call->arguments) speaks = verify(argument.value) || speaks;
    if (!speaks || name == "abs") return speaks;
    return unsupported(expr.span, fmt::format("`{}`", name.empty() ? "a call" : name));
  }
  if (std::holds_alternative<ast::Member>(expr.node)) return names_results(expr, scope);
  if (std::holds_alternative<ast::IfExpr>(expr.node) || std::holds_alternative<ast::ListLiteral>(expr.node) ||
      std::holds_alternative<ast::Index>(expr.node)) {
    if (names_results(expr, scope)) return unsupported(expr.span, "a choice or list");
  }
  return false;
}

}  // namespace nnc::sema
