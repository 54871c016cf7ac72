// The moves of planning, in order. See README.md.
#include "compiler/plan/planner.hpp"

#include "compiler/base/check.hpp"
#include "compiler/plan/emit.hpp"
#include "compiler/plan/normal_form.hpp"

namespace nnc {

static std::int64_t find_batch(const ir::Graph& graph) {
  for (const ir::Node& node : graph.nodes) {
    const auto* input = std::get_if<InputAttributes>(&node.attributes);
    if (input != nullptr && input->shape.rank() > 0) {
      return input->shape[0];
    }
  }
  return 0;
}

StepPlan plan_step(const ir::Graph& bound_graph, const PlanOptions& options) {
  for (const ir::Node& node : bound_graph.nodes)
    NNC_CHECK(!node.shape.has_batch(), "the batch size is not bound");
  const ir::Graph graph = normalize_for_planning(bound_graph, options);
  Units units(graph, options);
  const Schedule schedule = make_schedule(units, options);
  StepPlan plan = emit_plan(units, schedule, options);
  plan.batch = find_batch(graph);
  return plan;
}

}  // namespace nnc
