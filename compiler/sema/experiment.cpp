// Experiments: sweeps, the training, selections; and what their trials will have as results.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/metric_names.hpp"
#include "compiler/sema/settings.hpp"

namespace nnc::sema {
namespace {

// How often each kind of statement may stand in one experiment, and under which name to say so.
struct Once {
  const ast::ExperimentStatement* train = nullptr;
  const ast::ExperimentStatement* repeat = nullptr;
  const ast::ExperimentStatement* select = nullptr;
  const ast::ExperimentStatement* validate = nullptr;
};

void verify_once(const ast::ExperimentStatement*& first, const ast::ExperimentStatement& statement,
                 const std::string& word, Sink& sink) {
  if (first == nullptr) {
    first = &statement;
    return;
  }
  sink.report(diagnostics::DuplicateSetting, statement.span, word).label(first->span, "first here");
}

void verify_once(Once& once, const ast::ExperimentStatement& statement, Sink& sink) {
  std::visit(ast::Overloaded{
                 [](const ast::Sweep&) {},
                 [](const ast::Where&) {},
                 [&](const ast::Train&) { verify_once(once.train, statement, "train", sink); },
                 [&](const ast::RepeatSeeds&) { verify_once(once.repeat, statement, "repeat", sink); },
                 [&](const ast::SelectBest&) { verify_once(once.select, statement, "select", sink); },
                 [&](const ast::Validate&) { verify_once(once.validate, statement, "validate", sink); },
             },
             statement.node);
}

// The words of a sweep over choices, such as `[valid, same]`.
bool is_word_of(const std::set<std::string, std::less<>>& words, const ast::Expr& expr) {
  const auto* ref = std::get_if<ast::NameRef>(&expr.node);
  return ref != nullptr && words.contains(ref->name);
}

}  // namespace

void Checker::report_test_leak(const Span& span) {
  sink_.report(diagnostics::TestLeak, span, "the test part is only for the report")
      .note("a choice made by test results makes the reported test result too good")
      .hint("use `valid` with a validation scheme, as in `select best by valid.accuracy over kfold(5)`");
}

void Checker::check_experiment(const ast::Declaration& declaration, const ast::ExperimentDecl& experiment) {
  Scope scope = scope_for(declaration, Place::Experiment);
  ExperimentFacts facts;
  facts.known = true;
  if (experiment.base) {
    check_base(*experiment.base, Kind::Experiment, scope);
    const ast::Declaration* base = find_global(scope, experiment.base->text);
    facts = base != nullptr ? facts_of(*base) : ExperimentFacts{};
    for (const auto& [name, type] : facts.axes) scope.add({name, {}, LocalKind::Axis, type, true});
    scope.frames.emplace_back();  // an axis of the base may be set anew
  }
  // Sweeps count wherever they stand: `train` may use an axis that is written below it.
  for (const ast::ExperimentStatement& statement : experiment.statements) {
    if (const auto* sweep = std::get_if<ast::Sweep>(&statement.node)) check_sweep(*sweep, scope, facts);
    facts.has_validation = facts.has_validation || std::holds_alternative<ast::Validate>(statement.node);
    const auto* select = std::get_if<ast::SelectBest>(&statement.node);
    facts.has_validation = facts.has_validation || (select != nullptr && select->validation != nullptr);
  }
  // Selections need the metrics of the training, wherever that stands.
  Once once;
  for (const bool selections : {false, true}) {
    for (const ast::ExperimentStatement& statement : experiment.statements) {
      if (std::holds_alternative<ast::SelectBest>(statement.node) != selections) continue;
      verify_once(once, statement, sink_);
      check_experiment_statement(statement, scope, facts);
    }
  }
  if (facts.known && !facts.has_train && !experiment.base) {
    sink_
        .report(diagnostics::NothingToTrain, experiment.name.span,
                fmt::format("experiment `{}` trains nothing", experiment.name.text))
        .hint("add a line such as `train ann() on fashion with standard`");
    facts.known = false;
  }
  // A statement that could not be read may be the one that makes the difference.
  if (loaded_.is_broken(declaration.span)) facts.known = facts.metrics_known = false;
  facts_[&declaration] = std::move(facts);
}

void Checker::check_experiment_statement(const ast::ExperimentStatement& statement, Scope& scope,
                                         ExperimentFacts& facts) {
  std::visit(
      ast::Overloaded{
          [](const ast::Sweep&) {},
          [&](const ast::Where& where) { check_value(where.condition, scope, Kind::Bool); },
          [&](const ast::Train& train) { check_train(statement, train, scope, facts); },
          [&](const ast::RepeatSeeds& repeat) { check_value(repeat.count, scope, Kind::Int); },
          [&](const ast::SelectBest& selection) { check_selection(selection, scope, facts); },
          [&](const ast::Validate& validate) { check_value(validate.validation, scope, Kind::Validation); },
      },
      statement.node);
}

void Checker::check_sweep(const ast::Sweep& sweep, Scope& scope, ExperimentFacts& facts) {
  for (const ast::SweepAxis& axis : sweep.axes) {
    Type element;
    const auto* list = axis.values ? std::get_if<ast::ListLiteral>(&axis.values->node) : nullptr;
    const bool has_words =
        list != nullptr && std::any_of(list->items.begin(), list->items.end(), [&](const auto& item) {
          const auto* ref = item ? std::get_if<ast::NameRef>(&item->node) : nullptr;
          return ref != nullptr && is_word_of(choice_words_, *item) && scope.find(ref->name) == nullptr &&
                 find_global(scope, ref->name) == nullptr && find_builtin(ref->name) == nullptr;
        });
    if (has_words) {
      const std::vector<std::string> words(choice_words_.begin(), choice_words_.end());
      element = check_value(axis.values, scope, list_of(choice_of(words))).element_type();
    } else if (axis.values) {
      const Type values = check_expr(*axis.values, scope);
      if (require(*axis.values, values, Kind::List)) element = values.element_type();
    }
    const auto known = std::find_if(facts.axes.begin(), facts.axes.end(),
                                    [&](const auto& earlier) { return earlier.first == axis.name.text; });
    if (known == facts.axes.end()) {
      facts.axes.emplace_back(axis.name.text, element);
    } else {
      known->second = element;
    }
    declare(scope, {axis.name.text, axis.name.span, LocalKind::Axis, std::move(element), true});
  }
}

void Checker::check_train(const ast::ExperimentStatement& statement, const ast::Train& train, Scope& scope,
                          ExperimentFacts& facts) {
  facts.has_train = true;
  facts.metrics_known = false;
  facts.metrics.clear();
  check_value(train.model, scope, Kind::Model);
  check_value(train.data, scope, Kind::Data);
  const Type recipe = check_value(train.recipe, scope, Kind::Recipe);
  check_settings(train.overrides, recipe_rules(), "recipe", scope);
  if (recipe.declaration == nullptr) return;

  bool complete = true;
  auto settings = settings_in_force(*recipe.declaration, complete);
  for (const ast::Setting& setting : train.overrides) settings[setting.key.text] = &setting;
  if (!complete) return;
  for (const SettingRule& rule : recipe_rules()) {
    if (!rule.required || settings.contains(rule.key)) continue;
    const ast::Name& name = *ast::declared_name(*recipe.declaration);
    auto report =
        sink_.report(diagnostics::MissingSetting, train.recipe ? train.recipe->span : statement.span,
                     "recipe", name.text, std::string(rule.key));
    label_declaration(report, name.span, "declared here");
    break;
  }
  const auto metrics = settings.find("metrics");
  if (metrics == settings.end()) {
    facts.metrics_known = true;
    facts.metrics = {"accuracy"};  // what is measured when a recipe does not say
  } else {
    facts.metrics_known = collect_metrics(metrics->second->value, facts.metrics);
  }
}

// The names under which the metrics of a literal list appear in results; false if they cannot be told.
bool Checker::collect_metrics(const ast::ExprPtr& list, std::vector<std::string>& names) {
  const auto* literal = list ? std::get_if<ast::ListLiteral>(&list->node) : nullptr;
  if (literal == nullptr) return false;
  for (const ast::ExprPtr& item : literal->items) {
    if (item == nullptr) return false;
    const ast::Expr* named = item.get();
    const auto* call = std::get_if<ast::Call>(&named->node);
    if (call != nullptr) named = call->callee.get();
    const auto* ref = named ? std::get_if<ast::NameRef>(&named->node) : nullptr;
    const ast::Declaration* metric =
        ref ? program_.find_from(sources_, named->span.file, ref->name) : nullptr;
    if (metric == nullptr || !std::holds_alternative<ast::MetricDecl>(metric->node)) return false;
    const bool taken = std::find(names.begin(), names.end(), ref->name) != names.end();
    const auto* variant = call && call->arguments.size() == 1 && call->arguments.front().value
                              ? std::get_if<ast::NameRef>(&call->arguments.front().value->node)
                              : nullptr;
    if (taken && variant == nullptr) return false;
    names.push_back(metric_result_name(ref->name, variant == nullptr ? "" : variant->name, taken));
  }
  return true;
}

void Checker::check_selection(const ast::SelectBest& selection, Scope& scope, const ExperimentFacts& facts) {
  check_value(selection.validation, scope, Kind::Validation);
  if (selection.metric == nullptr || std::holds_alternative<ast::ErrorExpr>(selection.metric->node)) return;
  const auto* member = std::get_if<ast::Member>(&selection.metric->node);
  const auto* split = member && member->base ? std::get_if<ast::NameRef>(&member->base->node) : nullptr;
  if (split == nullptr) {
    sink_
        .report(diagnostics::WrongType, selection.metric->span, excerpt(*selection.metric), "something else",
                "a metric of a part")
        .hint("such as `valid.accuracy`");
    return;
  }
  if (split->name == "test") return report_test_leak(selection.metric->span);
  if (!facts.known) return;
  const std::string owner = ast::declared_name(*scope.owner)->text;
  if (split->name != "valid" && split->name != "train") {
    report_unknown_result(owner, split->name, member->base->span, {"valid", "train"});
    return;
  }
  if (split->name == "valid" && !facts.has_validation) {
    sink_.report(diagnostics::UnknownResult, member->base->span, owner, "valid")
        .hint("say what to validate on: `select best by ... over kfold(5)`");
    return;
  }
  const bool known = member->member.text == "loss" || std::find(facts.metrics.begin(), facts.metrics.end(),
                                                                member->member.text) != facts.metrics.end();
  if (known || !facts.metrics_known) return;
  report_unknown_result(owner, split->name + "." + member->member.text, member->member.span, facts.metrics);
}

}  // namespace nnc::sema
