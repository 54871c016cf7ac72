// Experiments: the training, which statements they have, and what their trials will have as results. Sweeps
// and whatever looks at validation results have files of their own.
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
  const ast::ExperimentStatement* sample = nullptr;
  const ast::ExperimentStatement* stop = nullptr;
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
                 [&](const ast::Sample&) { verify_once(once.sample, statement, "sample", sink); },
                 [&](const ast::StopEarly&) { verify_once(once.stop, statement, "stop", sink); },
                 [&](const ast::Train&) { verify_once(once.train, statement, "train", sink); },
                 [&](const ast::RepeatSeeds&) { verify_once(once.repeat, statement, "repeat", sink); },
                 [&](const ast::SelectBest&) { verify_once(once.select, statement, "select", sink); },
                 [&](const ast::Validate&) { verify_once(once.validate, statement, "validate", sink); },
             },
             statement.node);
}

}  // namespace

void Checker::check_experiment(const ast::Declaration& declaration, const ast::ExperimentDecl& experiment) {
  Scope scope = scope_for(declaration, Place::Experiment);
  ExperimentFacts facts;
  facts.known = true;
  if (experiment.base) {
    check_base(*experiment.base, Kind::Experiment, scope);
    const ast::Declaration* base = find_global(scope, experiment.base->text, Kind::Experiment);
    facts = base != nullptr ? facts_of(*base) : ExperimentFacts{};
    for (const auto& [name, type] : facts.axes)
      scope.add({name, facts.axis_names[name], LocalKind::Axis, type, true});
    scope.frames.emplace_back();  // an axis of the base may be set anew
  }
  collect_facts(experiment, scope, facts);
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

// What counts wherever it stands. Sweeps come last, so that they know of a `sample` below them, and before
// all else: `train` may use an axis that is written below it.
void Checker::collect_facts(const ast::ExperimentDecl& experiment, Scope& scope, ExperimentFacts& facts) {
  for (const ast::ExperimentStatement& statement : experiment.statements) {
    if (std::holds_alternative<ast::Sample>(statement.node)) facts.has_sample = true;
    if (std::holds_alternative<ast::Validate>(statement.node)) {
      facts.has_validation = true;
      facts.validate_span = statement.span;
    }
    if (const auto* select = std::get_if<ast::SelectBest>(&statement.node)) {
      facts.selects = true;
      facts.has_validation = facts.has_validation || select->validation != nullptr;
    }
  }
  for (const ast::ExperimentStatement& statement : experiment.statements)
    if (const auto* sweep = std::get_if<ast::Sweep>(&statement.node)) check_sweep(*sweep, scope, facts);
}

void Checker::check_experiment_statement(const ast::ExperimentStatement& statement, Scope& scope,
                                         ExperimentFacts& facts) {
  std::visit(
      ast::Overloaded{
          [](const ast::Sweep&) {},
          [&](const ast::Sample& sample) {
            scope.purpose = Purpose::Count;
            check_value(sample.count, scope, Kind::Int);
          },
          [&](const ast::Where& where) {
            scope.purpose = Purpose::Condition;
            check_value(where.condition, scope, Kind::Bool);
          },
          [&](const ast::Train& train) { check_train(statement, train, scope, facts); },
          [&](const ast::RepeatSeeds& repeat) {
            scope.purpose = Purpose::Count;
            check_value(repeat.count, scope, Kind::Int);
          },
          [&](const ast::SelectBest& selection) { check_selection(statement, selection, scope, facts); },
          [&](const ast::Validate& validate) { check_validation(validate.validation, scope); },
          [&](const ast::StopEarly& stop) { check_stopping(stop, scope, facts); },
      },
      statement.node);
}

void Checker::check_train(const ast::ExperimentStatement& statement, const ast::Train& train, Scope& scope,
                          ExperimentFacts& facts) {
  facts.has_train = true;
  facts.metrics_known = false;
  facts.metrics.clear();
  scope.purpose = Purpose::Model;
  check_value(train.model, scope, Kind::Model);
  check_train_data(train.data, scope);
  scope.purpose = Purpose::Setting;
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

void Checker::check_train_data(const ast::ExprPtr& data, Scope& scope) {
  if (data == nullptr) return;
  scope.purpose = Purpose::TrainData;
  const Type given = check_expr(*data, scope, Kind::Data);
  if (!given.is(Kind::DataPart)) {
    require(*data, given, Kind::Data);
  } else if (given.part == "test") {
    report_test_leak(data->span, Purpose::TrainData);
  } else {
    sink_.report(diagnostics::WrongType, data->span, excerpt(*data), describe(given), describe(Kind::Data))
        .hint("name the data set: its training part is taken");
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

}  // namespace nnc::sema
