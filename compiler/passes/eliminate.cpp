// Removes nodes: those equal to an earlier one, and those that nothing needs.
// In and out: a graph; the values of outputs and updates do not change.
#include <algorithm>
#include <bit>
#include <unordered_map>

#include "compiler/passes/passes.hpp"
#include "compiler/passes/rewriter.hpp"

namespace nnc::ir {

// Sums and products are the same bits either way round; an order of the operands makes such nodes equal.
static void order_operands(OpKind op, std::vector<NodeId>& inputs) {
  if (op == OpKind::Add || op == OpKind::Multiply) std::sort(inputs.begin(), inputs.end());
}

// Constants are compared as bits: 0 and -0 differ, a NaN equals itself.
static bool equal_attributes(const Attributes& lhs, const Attributes& rhs) {
  const auto* left = std::get_if<ConstantAttributes>(&lhs);
  const auto* right = std::get_if<ConstantAttributes>(&rhs);
  if (left == nullptr || right == nullptr) return lhs == rhs;
  return std::bit_cast<std::uint64_t>(left->value) == std::bit_cast<std::uint64_t>(right->value);
}

static std::size_t hash_node(OpKind op, const std::vector<NodeId>& inputs) {
  std::size_t hash = static_cast<std::size_t>(op) + 1;
  for (const NodeId input : inputs) hash = hash * 1'000'003 + input.position();
  return hash;
}

Graph eliminate_common(Graph graph) {
  Rewriter rewriter(graph);
  std::unordered_multimap<std::size_t, NodeId> seen;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    std::vector<NodeId> inputs = rewriter.inputs(node);
    order_operands(node.op, inputs);
    const std::size_t hash = hash_node(node.op, inputs);
    NodeId equal;
    for (auto [it, end] = seen.equal_range(hash); it != end && !equal.valid(); ++it) {
      const Node& other = rewriter.graph().node(it->second);
      const bool same = other.op == node.op && other.inputs == inputs &&
                        equal_attributes(other.attributes, node.attributes);
      if (same) equal = it->second;
    }
    if (!equal.valid()) {
      equal = add_node(rewriter.graph(), node.op, std::move(inputs), node.attributes, node.origin);
      seen.emplace(hash, equal);
    }
    rewriter.stand_for(NodeId(i), equal);
  }
  return rewriter.finish();
}

Graph eliminate_dead(Graph graph) {
  std::vector<bool> needed(graph.nodes.size(), false);
  for (const Update& update : graph.updates) needed[update.value.position()] = true;
  for (const Output& output : graph.outputs) needed[output.node.position()] = true;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const NodeId input : graph.nodes[i].inputs) needed[input.position()] = true;
  }
  Rewriter rewriter(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (needed[i]) rewriter.stand_for(NodeId(i), rewriter.copy(graph.nodes[i]));
  }
  return rewriter.finish();
}

}  // namespace nnc::ir
