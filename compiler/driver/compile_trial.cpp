// See compile_trial.hpp.
#include "compiler/driver/compile_trial.hpp"

#include <algorithm>
#include <memory>

#include "compiler/lower/model.hpp"
#include "compiler/passes/passes.hpp"
#include "compiler/plan/planner.hpp"

namespace nnc {

Result<ir::Graph> TrialCompiler::graph(std::size_t trial, rt::Phase phase,
                                       const ObserveGraph& observe) const {
  const TrialSetup& setup = study_.setups.at(trial);
  const bool training = phase == rt::Phase::Train;
  Sink sink;
  auto lowered = lower_trial(sources_, program_, setup, study_.plan.data.at(setup.data), training, sink);
  if (!lowered) return failure_of_trial(sources_, sink);
  const auto show = [&](std::string_view name, const ir::Graph& graph) {
    if (observe) observe(name, graph);
  };
  show("lowered", lowered->graph);
  // Rewritten before differentiation too: the gradient of log(softmax(x)) overflows where that of
  // log_softmax(x) does not.
  ir::Graph graph = ir::optimize(std::move(lowered->graph));
  if (training) {
    const ir::Gradients gradients = ir::add_gradients(graph, graph.find_output("loss"));
    show("gradients", graph);
    if (!lower_updates(sources_, program_, setup, gradients.of, graph, sink))
      return failure_of_trial(sources_, sink);
    show("updates", graph);
  }
  return ir::optimize(std::move(graph), observe);
}

Result<rt::CompiledTrial> TrialCompiler::compile(std::size_t trial) const {
  auto train = graph(trial, rt::Phase::Train);
  if (!train) return train.failure();
  auto evaluate = graph(trial, rt::Phase::Evaluate);
  if (!evaluate) return evaluate.failure();
  auto graphs = std::make_shared<const std::pair<ir::Graph, ir::Graph>>(std::move(train).value(),
                                                                        std::move(evaluate).value());
  rt::CompiledTrial compiled;
  compiled.plans = [graphs](rt::Phase phase, std::int64_t batch) {
    return plan_step(ir::bind_batch(phase == rt::Phase::Train ? graphs->first : graphs->second, batch));
  };
  return compiled;
}

rt::StudyCompiler TrialCompiler::for_runtime() const {
  return {[this](std::size_t trial) { return identify(trial); },
          [this](std::size_t trial) { return compile(trial); }};
}

}  // namespace nnc
