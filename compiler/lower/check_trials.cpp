// See check_trials.hpp. A model is looked at once per experiment, what an optimizer does to a weight once per
// shape: a grid over both builds as many graphs as there are models and optimizers, not as there are trials.
#include "compiler/lower/check_trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "compiler/lower/model.hpp"
#include "compiler/lower/structure.hpp"

namespace nnc {
namespace {

using Sizes = std::vector<std::int64_t>;

// What building a model's graphs gave.
struct CheckedModel {
  std::int64_t parameters = 0;
  SharedList<LayerSummary> layers;
  ir::Graph weights;  // the slots alone: what an optimizer sees of the model
  std::set<Sizes> shapes;
  // Those of the optimizer come between.
  std::vector<Diagnostic> mistakes_in_training;
  std::vector<Diagnostic> mistakes_in_evaluation;
};

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

// The slots of a graph with the nodes that read them, and nothing else.
ir::Graph weights_of(ir::Graph graph) {
  ir::Graph weights;
  for (const ir::Node& node : graph.nodes) {
    if (node.op == OpKind::Slot) weights.nodes.push_back(node);
  }
  weights.slots = std::move(graph.slots);
  return weights;
}

// Builds the graphs of a trial's model as training and evaluation will.
CheckedModel check_model(const Evaluator& evaluator, const TrialSetup& setup, const DataPlan& data,
                         const TrialPlan& trial, const ObserveModel& on_model) {
  Sink sink;
  CheckedModel checked;
  ModelTrace seen{trial.experiment, trial.params, setup.model->declaration, {}};
  const auto lower = [&](bool training) {
    return lower_trial(evaluator.sources(), evaluator.program(), setup, data, training, sink,
                       training && on_model ? &seen.statements : nullptr);
  };
  auto training = lower(true);
  if (on_model) on_model(std::move(seen));
  if (training) {
    checked.layers = std::move(training->layers);
    check_metrics(training->graph, setup, trial, sink);
    checked.weights = weights_of(std::move(training->graph));
    for (const ir::Node& node : checked.weights.nodes) {
      const ir::Slot& slot = checked.weights.slot(ir::slot_of(node));
      if (slot.role != ir::SlotRole::Parameter) continue;
      checked.parameters += slot.shape.element_count().value_or(0);
      checked.shapes.insert(slot.shape.sizes());
    }
    if (checked.shapes.empty()) {
      sink.report(diagnostics::NothingToTrain, setup.train_span,
                  fmt::format("model `{}` has no parameters to train", trial.model));
    }
  }
  checked.mistakes_in_training = sink.take();
  if (checked.shapes.empty()) return checked;
  const auto evaluation = lower(false);
  if (evaluation) check_same_slots(evaluation->graph.slots, checked.weights.slots, sink);
  checked.mistakes_in_evaluation = sink.take();
  return checked;
}

class TrialChecks {
 public:
  TrialChecks(const Evaluator& evaluator, const StudyOptions& options, Study& study,
              ExperimentExpander& expander, PointMistakes& mistakes)
      : evaluator_(evaluator), options_(options), study_(study), expander_(expander), mistakes_(mistakes) {}

  void run();

 private:
  const CheckedModel& model_of(std::size_t trial);
  const std::vector<Diagnostic>& updates_of(std::size_t trial, const CheckedModel& model);
  std::vector<Diagnostic> check_updates(const TrialSetup& setup, const CheckedModel& model);

  const Evaluator& evaluator_;
  const StudyOptions& options_;
  Study& study_;
  ExperimentExpander& expander_;
  PointMistakes& mistakes_;
  // Of one experiment, because mistakes have places, which are those of the experiment: models by their
  // structures and what the metrics demand; what optimizers make of them.
  std::map<std::pair<std::size_t, std::size_t>, CheckedModel> models_;
  std::map<std::pair<const CheckedModel*, std::size_t>, std::vector<Diagnostic>> updates_;
  Numbering demands_;
  // What an optimizer does to a weight depends on the weight's shape and on nothing else. Per optimizer with
  // its settings: the shapes without mistakes.
  std::unordered_map<std::size_t, std::set<Sizes>> known_updates_;
};

const CheckedModel& TrialChecks::model_of(std::size_t trial) {
  const TrialSetup& setup = study_.setups[trial];
  const TrialPlan& plan = study_.plan.trials[trial];
  const std::pair key(setup.model_structure, demands_.number(metric_demands(plan)));
  const auto known = models_.find(key);
  if (known != models_.end()) return known->second;
  study_.graphs_built += 2;  // for training and for evaluation
  return models_
      .emplace(key, check_model(evaluator_, setup, study_.plan.data[setup.data], plan, options_.on_model))
      .first->second;
}

std::vector<Diagnostic> TrialChecks::check_updates(const TrialSetup& setup, const CheckedModel& model) {
  std::set<Sizes>& known = known_updates_[setup.optimizer_structure];
  std::set<Sizes> fresh;
  std::vector<std::pair<ir::SlotId, ir::NodeId>> gradients;
  for (std::size_t i = 0; i < model.weights.nodes.size(); ++i) {
    const ir::SlotId id = ir::slot_of(model.weights.nodes[i]);
    const ir::Slot& slot = model.weights.slot(id);
    const Sizes& sizes = slot.shape.sizes();
    if (slot.role != ir::SlotRole::Parameter || known.contains(sizes) || !fresh.insert(sizes).second)
      continue;
    // A tensor of the right shape stands in for the gradient.
    gradients.emplace_back(id, ir::NodeId(i));
  }
  if (gradients.empty()) return {};
  ++study_.graphs_built;
  Sink sink;
  ir::Graph graph = model.weights;
  if (lower_updates(evaluator_.sources(), evaluator_.program(), setup, gradients, graph, sink))
    known.merge(fresh);
  return sink.take();
}

const std::vector<Diagnostic>& TrialChecks::updates_of(std::size_t trial, const CheckedModel& model) {
  const TrialSetup& setup = study_.setups[trial];
  const auto [known, fresh] = updates_.try_emplace({&model, setup.optimizer_structure});
  if (fresh) known->second = check_updates(setup, model);
  return known->second;
}

void TrialChecks::run() {
  const std::vector<TrialSetup>& setups = study_.setups;
  std::vector<TrialPlan>& trials = study_.plan.trials;
  const CheckedModel* model = nullptr;  // of the trial before
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const bool same_experiment = i > 0 && trials[i].experiment == trials[i - 1].experiment;
    const bool same_point = same_experiment && setups[i].point == setups[i - 1].point;
    if (!same_experiment) {
      updates_.clear();
      models_.clear();
    }
    if (!same_point) {
      if (options_.give_up && options_.give_up()) return;
      model = &model_of(i);
      const std::vector<Diagnostic>& updates = updates_of(i, *model);
      for (const auto* found : {&model->mistakes_in_training, &updates, &model->mistakes_in_evaluation}) {
        if (found->empty()) continue;
        mistakes_.add_shapes(*found, trials[i].experiment, setups[i].point);
        expander_.mark_failed(trials[i].experiment);
      }
    }
    trials[i].parameters = model->parameters;
    trials[i].layers = model->layers;
  }
}

}  // namespace

void check_trials(const Evaluator& evaluator, const StudyOptions& options, Study& study,
                  ExperimentExpander& expander, PointMistakes& mistakes) {
  TrialChecks(evaluator, options, study, expander, mistakes).run();
}

}  // namespace nnc
