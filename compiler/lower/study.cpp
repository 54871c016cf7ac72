// See study.hpp. Expands every experiment, then has the shapes of every trial checked and the reports made.
#include "compiler/lower/study.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/lower/check_trials.hpp"
#include "compiler/lower/experiments.hpp"
#include "compiler/lower/metrics.hpp"
#include "compiler/lower/model.hpp"
#include "compiler/lower/overrides.hpp"
#include "compiler/lower/point_mistakes.hpp"
#include "compiler/lower/reports.hpp"

namespace nnc {

namespace {

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

void report_mistakes(const SourceMap& sources, const CheckedProgram& program, const StudyOptions& options,
                     const PointMistakes& mistakes, Sink& sink) {
  Sink told;
  mistakes.report(told);
  for (Diagnostic& diagnostic : told.take()) {
    // What a wrong value replaces is of no interest yet.
    if (diagnostic.number == diagnostics::UnreadAxis.number && mistakes.has_errors()) continue;
    blame_command_line(sources, program, options.set, diagnostic);
    sink.add(std::move(diagnostic));
  }
}

}  // namespace

std::optional<Study> plan_study(const SourceMap& sources, const CheckedProgram& program,
                                const StudyOptions& options, Sink& sink) {
  Study study;
  const LoadedModule& main = program.main_module();
  study.plan.file = main.path;
  study.plan.source_text = std::string(sources.file(main.module.file).text());
  Sink found;  // emptied into `mistakes`, which knows of points
  PointMistakes mistakes;
  Evaluator evaluator(sources, program, found);
  const auto lets =
      std::make_shared<const LetValues>(read_lets(program, check_overrides(evaluator, options.set)));
  evaluator.lets = lets.get();
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
  report_mistakes(sources, program, options, mistakes, sink);
  if (mistakes.has_errors()) return std::nullopt;
  return study;
}

}  // namespace nnc
