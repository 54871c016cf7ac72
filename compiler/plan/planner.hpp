// From a graph to the plan of one step. In: a verified graph without a symbolic batch. Out: kernel calls in
// order, with every operand at a fixed place in memory.
#pragma once

#include "compiler/base/optimizations.hpp"
#include "compiler/ir/graph.hpp"
#include "compiler/plan/step_plan.hpp"

namespace nnc {

struct PlanOptions {
  bool wide = false;  // Float is 64 bits
  // Elementwise nodes become fused steps; otherwise one kernel call each.
  bool fuse = is_on(Optimization::FuseElementwise);
  // Matrix products are computed by the fused step that reads them, if nothing else does.
  bool chain = is_on(Optimization::ChainProducts);
  // Results may take the memory of operands that die, updates that of their slot.
  bool in_place = is_on(Optimization::InPlace);
  bool updates = true;  // run the updates of slots; false: outputs only
};

StepPlan plan_step(const ir::Graph& bound_graph, const PlanOptions& options = {});

}  // namespace nnc
