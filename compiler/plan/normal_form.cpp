// See normal_form.hpp.
#include "compiler/plan/normal_form.hpp"

#include <set>

#include "compiler/plan/access.hpp"

namespace nnc {

using ir::Graph;
using ir::NodeId;

NodeId memory_root(const Graph& graph, NodeId id) {
  while (graph.node(id).op == OpKind::Reshape) id = graph.node(id).inputs.front();
  return id;
}

static NodeId add_copy(Graph& graph, NodeId id, const Shape& shape) {
  return ir::add_node(graph, OpKind::Broadcast, {id}, ShapeAttributes{shape}, graph.node(id).origin);
}

static void materialize_repetitions(Graph& graph, ir::Node& node) {
  for (NodeId& input : node.inputs) {
    if (!find_access(graph.node(input).shape, node.shape)) input = add_copy(graph, input, node.shape);
  }
}

ir::Graph normalize_for_planning(const Graph& graph, const PlanOptions& options) {
  Graph result;
  result.slots = graph.slots;
  result.nodes.reserve(graph.nodes.size());
  std::vector<NodeId> map;
  for (const ir::Node& old : graph.nodes) {
    ir::Node node = old;
    for (NodeId& input : node.inputs) input = map[input.position()];
    const bool elementwise = op_info(node.op).op_class == OpClass::Elementwise;
    if (options.fuse && elementwise) materialize_repetitions(result, node);
    result.nodes.push_back(std::move(node));
    map.emplace_back(result.nodes.size() - 1);
  }
  std::set<std::int32_t> updated;
  if (options.updates) {
    for (const ir::Update& update : graph.updates) {
      NodeId value = map[update.value.position()];
      const bool is_slot = result.node(memory_root(result, value)).op == OpKind::Slot;
      if (is_slot) value = add_copy(result, value, Shape(result.node(value).shape));
      result.updates.push_back({update.slot, value});
      updated.insert(update.slot.index);
    }
  }
  for (const ir::Output& output : graph.outputs) {
    NodeId value = map[output.node.position()];
    const auto* slot = std::get_if<SlotAttributes>(&result.node(memory_root(result, value)).attributes);
    if (slot != nullptr && updated.contains(slot->slot))
      value = add_copy(result, value, Shape(result.node(value).shape));
    result.outputs.push_back({output.name, value});
  }
  return result;
}

}  // namespace nnc
