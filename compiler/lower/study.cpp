// See study.hpp. Expands every experiment, then builds the graph of every trial to check its shapes.
#include "compiler/lower/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "compiler/lower/experiments.hpp"
#include "compiler/lower/model.hpp"

namespace nnc {

std::optional<std::pair<std::string, Value>> read_override(Evaluator& evaluator, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  const std::string name = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  std::int64_t integer = 0;
  const char* end = value.data() + value.size();
  if (const auto read = std::from_chars(value.data(), end, integer); read.ec == std::errc{} && read.ptr == end) {
    return std::pair{name, Value{integer, {}}};
  }
  double real = 0;
  if (const auto read = std::from_chars(value.data(), end, real); read.ec == std::errc{} && read.ptr == end) {
    return std::pair{name, Value{real, {}}};
  }
  if (value == "true" || value == "false") return std::pair{name, Value{value == "true", {}}};
  if (const ast::Declaration* declaration = evaluator.program().find(value)) {
    return std::pair{name, Value{DeclarationRef{declaration}, {}}};
  }
  return std::pair{name, Value{value, {}}};
}

namespace {

const std::vector<std::string> kSettings = {"loss", "optimizer", "batch", "epochs", "metrics", "shuffle", "seed"};

void check_overrides(Evaluator& evaluator, const StudyOptions& options) {
  for (const std::string& text : options.set) {
    const auto override = read_override(evaluator, text);
    const std::string name = override ? override->first : text;
    if (override && std::find(kSettings.begin(), kSettings.end(), name) != kSettings.end()) continue;
    evaluator.sink().report(diagnostics::UnknownSetting, {}, "recipe", name)
        .note("from the command line: --set " + text)
        .hint(did_you_mean_hint(name, kSettings));
  }
}

// Training and evaluation share their parameters, so both must make the same ones in the same order.
void check_same_slots(const std::vector<ir::Slot>& evaluation, const std::vector<ir::Slot>& training, Sink& sink) {
  for (std::size_t i = 0; i < std::max(evaluation.size(), training.size()); ++i) {
    const bool same = i < evaluation.size() && i < training.size() && evaluation[i].name == training[i].name &&
                      evaluation[i].shape == training[i].shape;
    if (same) continue;
    const ir::Slot& slot = i < training.size() ? training[i] : evaluation[i];
    sink.report(diagnostics::MisplacedStatement, slot.origin, "param or state", "code that depends on `training`")
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
    const auto& slot = lowered->graph.slots[static_cast<std::size_t>(std::get<SlotAttributes>(node.attributes).slot)];
    if (slot.role != ir::SlotRole::Parameter) continue;
    trial.parameters += slot.shape.element_count().value_or(0);
    // A tensor of the right shape stands in for the gradient.
    gradients.emplace_back(ir::SlotId(static_cast<std::size_t>(std::get<SlotAttributes>(node.attributes).slot)), ir::NodeId(i));
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

// Models that no experiment trains but that declare their input are checked with their defaults.
void check_other_models(Evaluator& evaluator, const Study& study) {
  for (const ast::Declaration& declaration : evaluator.program().main_module().module.declarations) {
    const auto* function = as_function(&declaration);
    if (function == nullptr || function->kind != ast::FunctionKind::Model) continue;
    const bool trained = std::any_of(study.setups.begin(), study.setups.end(), [&](const TrialSetup& setup) {
      return setup.model->declaration == &declaration;
    });
    const bool declares_input = std::any_of(
        function->body.statements.begin(), function->body.statements.end(),
        [](const ast::Statement& statement) { return std::holds_alternative<ast::InputDecl>(statement.node); });
    const bool has_defaults = std::all_of(function->parameters.begin(), function->parameters.end(),
                                          [](const ast::Parameter& parameter) { return parameter.default_value != nullptr; });
    if (trained || !declares_input || !has_defaults) continue;
    summarize_model(evaluator.sources(), evaluator.program(), declaration, std::nullopt, evaluator.sink());
  }
}

}  // namespace

std::optional<Study> plan_study(const SourceMap& sources, const CheckedProgram& program, const StudyOptions& options,
                                Sink& sink) {
  const int errors_before = sink.error_count();
  Study study;
  const LoadedModule& main = program.main_module();
  study.plan.file = main.path;
  study.plan.source_text = std::string(sources.file(main.module.file).text());
  Evaluator evaluator(sources, program, sink);
  check_overrides(evaluator, options);
  ExperimentExpander expander(evaluator, options, study);
  std::vector<std::string> experiments;
  for (const ast::Declaration& declaration : main.module.declarations) {
    const auto* experiment = std::get_if<ast::ExperimentDecl>(&declaration.node);
    if (experiment == nullptr) continue;
    experiments.push_back(experiment->name.text);
    if (options.only.empty() || options.only == experiment->name.text) expander.expand(declaration);
  }
  if (!options.only.empty() && std::find(experiments.begin(), experiments.end(), options.only) == experiments.end()) {
    sink.report(diagnostics::UnknownName, {}, "experiment", options.only)
        .hint(did_you_mean_hint(options.only, experiments));
  }
  // Declared data that no experiment uses is looked at too: a wrong folder is a mistake here and not one day later.
  for (const ast::Declaration& declaration : main.module.declarations) {
    if (std::holds_alternative<ast::DataDecl>(declaration.node)) {
      expander.data_index(declaration, ast::declared_name(declaration)->span);
    }
  }
  for (std::size_t i = 0; i < study.setups.size(); ++i) {
    check_trial(evaluator, study.setups[i], study.plan.data[study.setups[i].data], study.plan.trials[i]);
  }
  check_other_models(evaluator, study);
  lower_reports(evaluator, expander, options, study);
  if (sink.error_count() > errors_before) return std::nullopt;
  return study;
}

static std::string print_parameter(const ParameterValue& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

std::string print_study(const StudyPlan& plan) {
  std::string text = fmt::format("study {}\n", std::filesystem::path(plan.file).filename().string());
  static constexpr const char* kScales[] = {"none", "unit", "minmax", "standard"};
  for (const DataPlan& data : plan.data) {
    text += fmt::format("data {}: {} train, {} test, samples {}, {} classes, scale {}\n", data.name, data.train_count,
                        data.test_count, data.sample_shape.sample_string(), data.class_count,
                        kScales[static_cast<std::size_t>(data.scale)]);
  }
  for (const TrialPlan& trial : plan.trials) {
    text += fmt::format("trial {} {}", trial.id, trial.experiment);
    for (const auto& [name, value] : trial.params) text += fmt::format(" {}={}", name, print_parameter(value));
    text += fmt::format(" seed={}\n  {} on {}, {} parameters, loss {}, optimizer {}, batch {}, epochs {}, shuffle {}\n",
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
