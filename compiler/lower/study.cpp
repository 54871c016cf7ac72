// See study.hpp. Expands every experiment, then has the shapes of every trial checked and the reports made.
#include "compiler/lower/study.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/lower/check_trials.hpp"
#include "compiler/lower/experiments.hpp"
#include "compiler/lower/metrics.hpp"
#include "compiler/lower/model.hpp"
#include "compiler/lower/point_mistakes.hpp"
#include "compiler/lower/recipes.hpp"
#include "compiler/lower/reports.hpp"
#include "compiler/sema/settings.hpp"

namespace nnc {

namespace {

const ast::Declaration* find_let(const CheckedProgram& program, const std::string& name) {
  for (const ast::Declaration& declaration : program.main_module().module.declarations) {
    const auto* let = std::get_if<ast::LetDecl>(&declaration.node);
    if (let != nullptr && let->name.text == name) return &declaration;
  }
  return nullptr;
}

// The first experiment that sweeps over the name; "" if none does.
std::string experiment_with_axis(const CheckedProgram& program, const std::string& name) {
  const auto in_line = [&](const ast::SweepLine& line) {
    return std::any_of(line.axes.begin(), line.axes.end(),
                       [&](const ast::SweepAxis& axis) { return axis.name.text == name; });
  };
  const auto in_branch = [&](const ast::SweepBranch& branch) {
    return std::any_of(branch.lines.begin(), branch.lines.end(), in_line);
  };
  for (const ast::Declaration& declaration : program.main_module().module.declarations) {
    const auto* experiment = std::get_if<ast::ExperimentDecl>(&declaration.node);
    if (experiment == nullptr) continue;
    for (const ast::ExperimentStatement& statement : experiment->statements) {
      const auto* sweep = std::get_if<ast::Sweep>(&statement.node);
      if (sweep != nullptr && std::any_of(sweep->branches.begin(), sweep->branches.end(), in_branch))
        return experiment->name.text;
    }
  }
  return {};
}

bool is_recipe_setting(const std::string& name) {
  const std::vector<std::string> keys = sema::recipe_keys();
  return std::find(keys.begin(), keys.end(), name) != keys.end();
}

void check_overrides(Evaluator& evaluator, const StudyOptions& options) {
  const CheckedProgram& program = evaluator.program();
  for (const auto& [name, value] : options.set) {
    if (is_recipe_setting(name) || find_let(program, name) != nullptr) continue;
    std::vector<std::string> known = sema::recipe_keys();
    for (const ast::Declaration& declaration : program.main_module().module.declarations) {
      if (const auto* let = std::get_if<ast::LetDecl>(&declaration.node)) known.push_back(let->name.text);
    }
    auto report = evaluator.sink().report(diagnostics::UnknownSetting, {}, "recipe", name);
    report.note(fmt::format("from the command line: --set {}={}", name, value));
    if (const std::string experiment = experiment_with_axis(program, name); !experiment.empty()) {
      report.note(fmt::format("`{}` is an axis of `{}`, whose values are in its `sweep`", name, experiment))
          .hint(fmt::format("change the list there, or put a name into it that `--set` can give a value: "
                            "`let chosen = {}` and `sweep {} in [chosen]`",
                            value, name));
      continue;
    }
    const std::string_view foreign = sema::foreign_setting_hint(name);
    report.hint(foreign.empty() ? did_you_mean_hint(name, known) : std::string(foreign));
  }
}

// The one experiment to run must be one.
void check_only(Evaluator& evaluator, const std::string& only) {
  if (only.empty()) return;
  std::vector<std::string> experiments;
  for (const ast::Declaration& declaration : evaluator.program().main_module().module.declarations) {
    const auto* experiment = std::get_if<ast::ExperimentDecl>(&declaration.node);
    if (experiment != nullptr) experiments.push_back(experiment->name.text);
  }
  if (std::find(experiments.begin(), experiments.end(), only) != experiments.end()) return;
  evaluator.sink()
      .report(diagnostics::UnknownName, {}, "experiment", only)
      .note(fmt::format("the file has {}", fmt::join(experiments, ", ")))
      .hint(did_you_mean_hint(only, experiments));
}

// Models that no experiment trains but that declare their input are checked with their defaults.
void check_other_models(Evaluator& evaluator, const StudyOptions& options, const Study& study) {
  for (const ast::Declaration& declaration : evaluator.program().main_module().module.declarations) {
    const auto* function = as_function(&declaration);
    if (function == nullptr || function->kind != ast::FunctionKind::Model) continue;
    const bool trained = std::any_of(study.setups.begin(), study.setups.end(), [&](const TrialSetup& setup) {
      return setup.model->declaration == &declaration;
    });
    const bool declares_input =
        std::any_of(function->body.statements.begin(), function->body.statements.end(),
                    [](const ast::Statement& statement) {
                      return std::holds_alternative<ast::InputDecl>(statement.node);
                    });
    const bool has_defaults =
        std::all_of(function->parameters.begin(), function->parameters.end(),
                    [](const ast::Parameter& parameter) { return parameter.default_value != nullptr; });
    if (trained || !declares_input || !has_defaults) continue;
    ModelTrace seen{"", {}, &declaration, {}};
    summarize_model(evaluator.sources(), evaluator.program(), declaration, std::nullopt, evaluator.sink(),
                    evaluator.lets, options.on_model ? &seen.statements : nullptr);
    if (options.on_model) options.on_model(std::move(seen));
  }
}

}  // namespace

LetValues read_lets(const CheckedProgram& program,
                    const std::vector<std::pair<std::string, std::string>>& set) {
  LetValues lets;
  for (const auto& [name, value] : set) {
    const ast::Declaration* let = is_recipe_setting(name) ? nullptr : find_let(program, name);
    if (let != nullptr) lets[let] = read_override(program, value);
  }
  return lets;
}

std::optional<Study> plan_study(const SourceMap& sources, const CheckedProgram& program,
                                const StudyOptions& options, Sink& sink) {
  Study study;
  const LoadedModule& main = program.main_module();
  study.plan.file = main.path;
  study.plan.source_text = std::string(sources.file(main.module.file).text());
  Sink found;  // emptied into `mistakes`, which knows of points
  PointMistakes mistakes;
  Evaluator evaluator(sources, program, found);
  const auto lets = std::make_shared<const LetValues>(read_lets(program, options.set));
  evaluator.lets = lets.get();
  check_overrides(evaluator, options);
  if (!options.native_metrics.empty()) check_declared_metrics(evaluator, options.native_metrics);
  check_only(evaluator, options.only);
  mistakes.add(found.take());
  ExperimentExpander expander(evaluator, options, study, mistakes);
  for (const ast::Declaration& declaration : main.module.declarations) {
    const auto* experiment = std::get_if<ast::ExperimentDecl>(&declaration.node);
    const bool wanted =
        experiment != nullptr && (options.only.empty() || options.only == experiment->name.text);
    if (wanted && !(options.give_up && options.give_up())) expander.expand(declaration);
  }
  // Declared data that no experiment uses is looked at too: a wrong folder is a mistake here and not one day
  // later.
  for (const ast::Declaration& declaration : main.module.declarations) {
    if (std::holds_alternative<ast::DataDecl>(declaration.node)) {
      expander.data().index(declaration, ast::declared_name(declaration)->span);
    }
  }
  for (TrialSetup& setup : study.setups) setup.lets = lets;
  check_trials(evaluator, options, study, expander, mistakes);
  check_other_models(evaluator, options, study);
  mistakes.add(found.take());
  lower_reports(evaluator, expander, options, study);
  mistakes.add(found.take());
  mistakes.report(sink);
  if (mistakes.has_errors()) return std::nullopt;
  return study;
}

}  // namespace nnc
