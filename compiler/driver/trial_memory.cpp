// See trial_memory.hpp.
#include "compiler/driver/trial_memory.hpp"

#include "compiler/passes/passes.hpp"
#include "compiler/plan/planner.hpp"

namespace nnc {

Result<TrialMemory> TrialMemories::of(std::size_t trial, std::int64_t batch) {
  Result<std::string> layout = compiler_.layout(trial);
  if (!layout) return layout.failure();
  const std::pair key(std::move(layout).value(), batch);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  auto graph = graphs_.find(key.first);
  if (graph == graphs_.end()) {
    Result<ir::Graph> made = compiler_.graph(trial, rt::Phase::Train);
    if (!made) return made.failure();
    graph = graphs_.emplace(key.first, std::move(made).value()).first;
  }
  const StepPlan step = plan_step(ir::bind_batch(graph->second, batch));
  return known_[key] = {step.state_bytes, step.work_bytes};
}

}  // namespace nnc
