// The first move of planning: what the later ones would have to treat specially becomes nodes of the graph.
#pragma once

#include "compiler/ir/graph.hpp"
#include "compiler/plan/planner.hpp"

namespace nnc {

// Copies are broadcasts to the same shape. One is made of
//   - a slot's value that is an output although the slot is updated, or that another slot takes over,
//   - an operand whose repetition no fused step knows (if fusing).
// Updates are dropped unless asked for.
ir::Graph normalize_for_planning(const ir::Graph& graph, const PlanOptions& options);

// The node whose memory this one shares: itself, or through reshapes the node they look at.
ir::NodeId memory_root(const ir::Graph& graph, ir::NodeId id);

}  // namespace nnc
