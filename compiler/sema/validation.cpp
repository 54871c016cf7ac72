// What looks at validation results while an experiment runs: `validate`, `select best`, `stop`. None of them
// may look at the test part.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/ast_walk.hpp"
#include "compiler/sema/checker.hpp"
#include "compiler/sema/leaks.hpp"

namespace nnc::sema {
namespace {

bool names_test(const ast::Expr& expr) {
  return any_of_nodes(expr, [](const ast::Expr& node) {
    const auto* name = std::get_if<ast::NameRef>(&node.node);
    return name != nullptr && name->name == "test";
  });
}

// `val_loss` and `accuracy` are a metric without its part.
std::string criterion_hint(const std::optional<ResultName>& name) {
  if (!name || name->metric != nullptr) return "such as `valid.accuracy`";
  std::string_view word = name->head.text;
  bool metric = word == "loss" || word == "accuracy";
  for (const std::string_view prefix : {"valid_", "val_"}) {
    if (!word.starts_with(prefix)) continue;
    word.remove_prefix(prefix.size());
    metric = true;
    break;
  }
  if (word == "acc") word = "accuracy";
  return metric && !word.empty() ? fmt::format("write `valid.{}`", word) : "such as `valid.accuracy`";
}

}  // namespace

void Checker::check_validation(const ast::ExprPtr& validation, Scope& scope) {
  if (validation == nullptr) return;
  scope.purpose = Purpose::Validation;
  const Type given = check_expr(*validation, scope, Kind::Validation);
  if (given.is(Kind::DataPart) && given.part == "test")
    return report_test_leak(validation->span, Purpose::Validation);
  if (given.is(Kind::Data) || given.is(Kind::DataPart)) {
    sink_
        .report(diagnostics::WrongType, validation->span, excerpt(*validation), describe(given),
                describe(Kind::Validation))
        .hint("`kfold(5)` and `holdout(0.2)` divide the training part of the data that `train` names");
    return;
  }
  if (given.is(Kind::Function)) {
    sink_
        .report(diagnostics::WrongType, validation->span, excerpt(*validation), describe(given),
                describe(Kind::Validation))
        .hint("write `kfold(5)` or `holdout(0.2)`");
    return;
  }
  require(*validation, given, Kind::Validation);
}

std::optional<ResultName> Checker::check_criterion(const ast::ExprPtr& metric, Purpose purpose,
                                                   Scope& scope) {
  if (metric == nullptr || std::holds_alternative<ast::ErrorExpr>(metric->node)) return std::nullopt;
  const std::optional<ResultName> name = read_result_name(*metric);
  if (name && name->metric != nullptr && find_global(scope, name->head.text) == nullptr) {
    record_word(name->head.span, SymbolKind::Part, {});
    record_metric(*name->metric);
    if (name->head.text != "test") return name;
    report_test_leak(metric->span, purpose);
    return std::nullopt;
  }
  if (names_test(*metric)) {
    report_test_leak(metric->span, purpose);
    return std::nullopt;
  }
  if (names_results(*metric, scope)) {
    scope.purpose = purpose;
    const int errors_before = sink_.error_count();
    check_expr(*metric, scope);
    if (sink_.error_count() > errors_before) return std::nullopt;
  }
  sink_.report(diagnostics::WrongType, metric->span, excerpt(*metric), "something else", "a metric of a part")
      .hint(criterion_hint(name));
  return std::nullopt;
}

void Checker::check_selection(const ast::ExperimentStatement& statement, const ast::SelectBest& selection,
                              Scope& scope, const ExperimentFacts& facts) {
  check_validation(selection.validation, scope);
  if (selection.validation && facts.validate_span.valid()) {
    sink_.report(diagnostics::DuplicateSetting, selection.validation->span, "over")
        .label(facts.validate_span, "the scheme is given here")
        .hint("leave out one of them: `select` uses the scheme of `validate`");
  }
  const std::string& owner = ast::declared_name(*scope.owner)->text;
  const std::optional<ResultName> by = check_criterion(selection.metric, Purpose::Selection, scope);
  if (facts.known && !facts.has_validation) {
    sink_.report(diagnostics::NoValidation, statement.span, "select", owner)
        .hint("say what to judge the points on: `select best by valid.accuracy over kfold(5)`");
    return;
  }
  if (!by || !facts.known) return;
  if (by->head.text == "train" || by->head.text == "fitted") {
    sink_
        .report(diagnostics::WrongType, selection.metric->span, excerpt(*selection.metric),
                "a result on what was trained on", "a metric of `valid`")
        .note("it prefers the point that remembers best, not the one that does best on new samples")
        .hint(fmt::format("write `valid.{}`", by->metric->text));
    return;
  }
  if (by->head.text != "valid") return report_unknown_result(owner, by->head.text, by->head.span, {"valid"});
  const bool known = by->metric->text == "loss" || std::find(facts.metrics.begin(), facts.metrics.end(),
                                                             by->metric->text) != facts.metrics.end();
  if (known || !facts.metrics_known) return;
  report_unknown_result(owner, "valid." + by->metric->text, by->metric->span, facts.metrics);
}

void Checker::check_stopping(const ast::StopEarly& stop, Scope& scope, const ExperimentFacts& facts) {
  scope.purpose = Purpose::Stopping;
  check_value(stop.patience, scope, Kind::Int);
  const std::optional<ResultName> by = check_criterion(stop.metric, Purpose::Stopping, scope);
  if (!by || !facts.known) return;
  const std::string& owner = ast::declared_name(*scope.owner)->text;
  if (by->head.text == "valid" && !facts.has_validation) {
    sink_.report(diagnostics::NoValidation, by->head.span, excerpt(*stop.metric), owner)
        .hint("add a line such as `validate over holdout(0.2)`");
    return;
  }
  if (by->head.text != "valid" && by->head.text != "train")
    return report_unknown_result(owner, by->head.text, by->head.span, {"valid", "train"});
  if (by->metric->text == "loss" || by->metric->text == "accuracy") return;
  sink_.report(diagnostics::UnknownResult, by->metric->span, owner, by->head.text + "." + by->metric->text)
      .note("after each epoch the loss and the accuracy of a part are known")
      .hint(fmt::format("such as `{}.loss`", by->head.text));
}

}  // namespace nnc::sema
