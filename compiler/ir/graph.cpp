// Builds graphs node by node. In: an operation, ids of nodes that exist, attributes. Out: the id of the new
// node, with the shape and type that the rules of ops/ give. Slots have no rule: the graph itself knows their
// shape.
#include "compiler/ir/graph.hpp"

#include <algorithm>

#include "compiler/base/check.hpp"

namespace nnc::ir {

NodeId Graph::find_output(std::string_view name) const {
  const auto found =
      std::find_if(outputs.begin(), outputs.end(), [&](const Output& o) { return o.name == name; });
  return found == outputs.end() ? NodeId{} : found->node;
}

static ShapeResult result_shape(const Graph& graph, OpKind op, const std::vector<NodeId>& inputs,
                                const Attributes& attributes) {
  if (op == OpKind::Slot) {
    const auto slot = static_cast<std::size_t>(std::get<SlotAttributes>(attributes).slot);
    NNC_CHECK(slot < graph.slots.size());
    return graph.slots[slot].shape;
  }
  std::vector<Shape> shapes;
  shapes.reserve(inputs.size());
  for (const NodeId input : inputs) shapes.push_back(graph.node(input).shape);
  return infer_shape(op, shapes, attributes);
}

static ElementType result_type(const Graph& graph, OpKind op, const std::vector<NodeId>& inputs,
                               const Attributes& attributes) {
  std::vector<ElementType> types;
  types.reserve(inputs.size());
  for (const NodeId input : inputs) types.push_back(graph.node(input).type);
  return infer_type(op, types, attributes);
}

std::variant<NodeId, ShapeError> try_add_node(Graph& graph, OpKind op, std::vector<NodeId> inputs,
                                              Attributes attributes, Span origin) {
  NNC_CHECK(attributes.index() == op_info(op).attribute_index, std::string(op_info(op).name));
  for (const NodeId input : inputs) {
    NNC_CHECK(input.valid() && input.position() < graph.nodes.size(), std::string(op_info(op).name));
  }
  ShapeResult shape = result_shape(graph, op, inputs, attributes);
  if (auto* error = std::get_if<ShapeError>(&shape)) return std::move(*error);
  const ElementType type = result_type(graph, op, inputs, attributes);
  graph.nodes.push_back(
      {op, std::move(inputs), std::move(attributes), std::get<Shape>(std::move(shape)), type, origin});
  return NodeId(graph.nodes.size() - 1);
}

NodeId add_node(Graph& graph, OpKind op, std::vector<NodeId> inputs, Attributes attributes, Span origin) {
  auto added = try_add_node(graph, op, std::move(inputs), std::move(attributes), origin);
  if (const auto* error = std::get_if<ShapeError>(&added)) {
    NNC_CHECK(false, std::string(op_info(op).name) + ": " + error->message);
  }
  return std::get<NodeId>(added);
}

}  // namespace nnc::ir
