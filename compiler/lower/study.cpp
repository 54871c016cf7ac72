// See study.hpp. Expands every experiment, then builds the graph of every trial to check its shapes.
#include "compiler/lower/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <unordered_map>

#include "compiler/lower/experiments.hpp"
#include "compiler/lower/metrics.hpp"
#include "compiler/lower/model.hpp"
#include "compiler/lower/structure.hpp"
#include "compiler/plan/scale_name.hpp"
#include "compiler/sema/settings.hpp"

namespace nnc {

Value read_override(const CheckedProgram& program, const std::string& text) {
  std::int64_t integer = 0;
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, integer);
      read.ec == std::errc{} && read.ptr == end) {
    return Value{integer, {}};
  }
  double real = 0;
  if (const auto read = std::from_chars(text.data(), end, real); read.ec == std::errc{} && read.ptr == end) {
    return Value{real, {}};
  }
  if (text == "true" || text == "false") return Value{text == "true", {}};
  if (const ast::Declaration* declaration = program.find(text)) return Value{DeclarationRef{declaration}, {}};
  return Value{text, {}};
}

namespace {

const ast::Declaration* find_let(const CheckedProgram& program, const std::string& name) {
  for (const ast::Declaration& declaration : program.main_module().module.declarations) {
    const auto* let = std::get_if<ast::LetDecl>(&declaration.node);
    if (let != nullptr && let->name.text == name) return &declaration;
  }
  return nullptr;
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
    evaluator.sink()
        .report(diagnostics::UnknownSetting, {}, "recipe", name)
        .note(fmt::format("from the command line: --set {}={}", name, value))
        .hint(did_you_mean_hint(name, known));
  }
}

// Training and evaluation share their parameters, so both must make the same ones in the same order.
void check_same_slots(const std::vector<ir::Slot>& evaluation, const std::vector<ir::Slot>& training,
                      Sink& sink) {
  for (std::size_t i = 0; i < std::max(evaluation.size(), training.size()); ++i) {
    const bool same = i < evaluation.size() && i < training.size() &&
                      evaluation[i].name == training[i].name && evaluation[i].shape == training[i].shape;
    if (same) continue;
    const ir::Slot& slot = i < training.size() ? training[i] : evaluation[i];
    sink.report(diagnostics::MisplacedStatement, slot.origin, "param or state",
                "code that depends on `training`")
        .here(fmt::format("`{}` is not the same while training and otherwise", slot.name));
    return;
  }
}

// Some metrics mean nothing for outputs that are no probabilities.
void check_metrics(const ir::Graph& graph, const TrialSetup& setup, const TrialPlan& trial, Sink& sink) {
  ir::NodeId end = graph.find_output("prediction");
  while (graph.node(end).op == OpKind::Reshape) end = graph.node(end).inputs.front();
  if (graph.node(end).op == OpKind::Softmax || graph.node(end).op == OpKind::Sigmoid) return;
  for (const MetricPlan& metric : trial.metrics) {
    if (!metric.needs_probabilities) continue;
    sink.report(diagnostics::MetricMismatch, setup.metrics_span, metric.name,
                "it needs probabilities, and the model does not end with softmax or sigmoid")
        .label(graph.node(end).origin, "the model ends here")
        .hint("let the model end with softmax, as in `dense(10, softmax)`, or leave the metric out");
  }
}

// Builds the trial's graphs as training and evaluation will, and throws them away.
void check_trial(Evaluator& evaluator, const TrialSetup& setup, const DataPlan& data, TrialPlan& trial) {
  Sink& sink = evaluator.sink();
  auto lowered = lower_trial(evaluator.sources(), evaluator.program(), setup, data, true, sink);
  if (!lowered) return;
  std::vector<std::pair<ir::SlotId, ir::NodeId>> gradients;
  for (std::size_t i = 0; i < lowered->graph.nodes.size(); ++i) {
    const ir::Node& node = lowered->graph.nodes[i];
    if (node.op != OpKind::Slot) continue;
    const ir::SlotId id = ir::slot_of(node);
    const ir::Slot& slot = lowered->graph.slot(id);
    if (slot.role != ir::SlotRole::Parameter) continue;
    trial.parameters += slot.shape.element_count().value_or(0);
    // A tensor of the right shape stands in for the gradient.
    gradients.emplace_back(id, ir::NodeId(i));
  }
  trial.layers = std::move(lowered->layers);
  check_metrics(lowered->graph, setup, trial, sink);
  if (gradients.empty()) {
    sink.report(diagnostics::NothingToTrain, setup.train_span,
                fmt::format("model `{}` has no parameters to train", trial.model));
    return;
  }
  const std::vector<ir::Slot> slots = lowered->graph.slots;
  lower_updates(evaluator.sources(), evaluator.program(), setup, gradients, lowered->graph, sink);
  const auto evaluation = lower_trial(evaluator.sources(), evaluator.program(), setup, data, false, sink);
  if (evaluation) check_same_slots(evaluation->graph.slots, slots, sink);
}

// Each structure once: trials that are built like one without mistakes have none either.
void check_trials(Evaluator& evaluator, Study& study) {
  std::unordered_map<std::string, std::size_t> checked;
  for (std::size_t i = 0; i < study.setups.size(); ++i) {
    const TrialSetup& setup = study.setups[i];
    TrialPlan& trial = study.plan.trials[i];
    std::string structure = structure_of(setup, trial);
    if (const auto like = checked.find(structure); like != checked.end()) {
      trial.parameters = study.plan.trials[like->second].parameters;
      trial.layers = study.plan.trials[like->second].layers;
      continue;
    }
    const std::size_t known = evaluator.sink().diagnostics().size();
    check_trial(evaluator, setup, study.plan.data[setup.data], trial);
    if (evaluator.sink().diagnostics().size() == known) checked.emplace(std::move(structure), i);
  }
}

// Models that no experiment trains but that declare their input are checked with their defaults.
void check_other_models(Evaluator& evaluator, const Study& study) {
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
    summarize_model(evaluator.sources(), evaluator.program(), declaration, std::nullopt, evaluator.sink(),
                    evaluator.lets);
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
  const int errors_before = sink.error_count();
  Study study;
  const LoadedModule& main = program.main_module();
  study.plan.file = main.path;
  study.plan.source_text = std::string(sources.file(main.module.file).text());
  Evaluator evaluator(sources, program, sink);
  const auto lets = std::make_shared<const LetValues>(read_lets(program, options.set));
  evaluator.lets = lets.get();
  check_overrides(evaluator, options);
  if (!options.native_metrics.empty()) check_declared_metrics(evaluator, options.native_metrics);
  ExperimentExpander expander(evaluator, options, study);
  std::vector<std::string> experiments;
  for (const ast::Declaration& declaration : main.module.declarations) {
    const auto* experiment = std::get_if<ast::ExperimentDecl>(&declaration.node);
    if (experiment == nullptr) continue;
    experiments.push_back(experiment->name.text);
    if (options.only.empty() || options.only == experiment->name.text) expander.expand(declaration);
  }
  if (!options.only.empty() &&
      std::find(experiments.begin(), experiments.end(), options.only) == experiments.end()) {
    sink.report(diagnostics::UnknownName, {}, "experiment", options.only)
        .note(fmt::format("the file has {}", fmt::join(experiments, ", ")))
        .hint(did_you_mean_hint(options.only, experiments));
  }
  // Declared data that no experiment uses is looked at too: a wrong folder is a mistake here and not one day
  // later.
  for (const ast::Declaration& declaration : main.module.declarations) {
    if (std::holds_alternative<ast::DataDecl>(declaration.node)) {
      expander.data_index(declaration, ast::declared_name(declaration)->span);
    }
  }
  for (TrialSetup& setup : study.setups) setup.lets = lets;
  check_trials(evaluator, study);
  check_other_models(evaluator, study);
  lower_reports(evaluator, expander, options, study);
  if (sink.error_count() > errors_before) return std::nullopt;
  return study;
}

std::string print_study(const StudyPlan& plan) {
  std::string text = fmt::format("study {}\n", std::filesystem::path(plan.file).filename().string());
  for (const DataPlan& data : plan.data) {
    text += fmt::format("data {}: {} train, {} test, samples {}, {} classes, scale {}\n", data.name,
                        data.train_count, data.test_count, data.sample_shape.sample_string(),
                        data.class_count, scale_name(data.scale));
  }
  for (const TrialPlan& trial : plan.trials) {
    text += fmt::format("trial {} {}", trial.id, trial.experiment);
    for (const auto& [name, value] : trial.params) text += fmt::format(" {}={}", name, parameter_text(value));
    text += fmt::format(
        " seed={}\n  {} on {}, {} parameters, loss {}, optimizer {}, batch {}, epochs {}, shuffle {}\n",
        trial.seed, trial.model, plan.data[trial.data].name, trial.parameters, trial.loss, trial.optimizer,
        trial.batch, trial.epochs, trial.shuffle);
    text += "  metrics";
    for (const MetricPlan& metric : trial.metrics) {
      text += fmt::format(" {}{}{}", metric.name, metric.variant.empty() ? "" : ":", metric.variant);
    }
    text += "\n";
  }
  for (const ReportPlan& report : plan.reports) {
    text += fmt::format("report \"{}\": {} blocks\n", report.title, report.blocks.size());
  }
  return text;
}

}  // namespace nnc
