// The invariants of a graph, as a program. In: any graph, however broken. Out: "" or the first violation as a
// sentence that names the node, slot, update or output. Runs between passes and on every graph read from
// text.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/ir/graph.hpp"

namespace nnc::ir {

static bool in_range(std::int64_t index, std::size_t size) {
  return index >= 0 && static_cast<std::size_t>(index) < size;
}

// Sizes are zero or more; only the first axis may be the symbolic batch.
static bool is_wellformed(const Shape& shape) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] < 0 && !(axis == 0 && shape[axis] == kBatch)) return false;
  }
  return true;
}

static std::string verify_inputs(const Graph& graph, std::size_t position) {
  const Node& node = graph.nodes[position];
  const OpInfo& info = op_info(node.op);
  const bool arity_holds =
      info.arity < 0 ? !node.inputs.empty() : node.inputs.size() == static_cast<std::size_t>(info.arity);
  if (!arity_holds) return fmt::format("%{}: {} has {} inputs", position, info.name, node.inputs.size());
  if (node.attributes.index() != info.attribute_index) {
    return fmt::format("%{}: {} carries the attributes of another operation", position, info.name);
  }
  for (const NodeId input : node.inputs) {
    if (!in_range(input.index, position)) {
      return fmt::format("%{}: input %{} is not computed before it", position, input.index);
    }
  }
  return {};
}

// Integers are class labels or places of maxima: they can be moved around and index, nothing else.
static bool takes_int(OpKind op, std::size_t input) {
  if (op == OpKind::Conv2dMaxGradInput || op == OpKind::Conv2dMaxGradKernel) return input == 2;
  if (op == OpKind::Pick || op == OpKind::PickGrad) return input == 1;
  return op == OpKind::OneHot || op_info(op).op_class == OpClass::Movement;
}

static std::string verify_input_types(const Graph& graph, std::size_t position) {
  const Node& node = graph.nodes[position];
  const bool moves = op_info(node.op).op_class == OpClass::Movement;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const bool is_int = graph.node(node.inputs[i]).type == ElementType::Int;
    if (is_int && !takes_int(node.op, i)) return fmt::format("%{}: input {} is an integer", position, i);
    if (!is_int && !moves && takes_int(node.op, i))
      return fmt::format("%{}: input {} is a float", position, i);
  }
  return {};
}

static std::string verify_slot_node(const Graph& graph, std::size_t position) {
  const Node& node = graph.nodes[position];
  const std::int32_t slot = std::get<SlotAttributes>(node.attributes).slot;
  if (!in_range(slot, graph.slots.size())) return fmt::format("%{}: there is no slot ${}", position, slot);
  const Shape& expected = graph.slots[static_cast<std::size_t>(slot)].shape;
  if (node.shape == expected && node.type == ElementType::Float) return {};
  return fmt::format("%{}: slot ${} is {}, not {}", position, slot, expected.to_string(),
                     node.shape.to_string());
}

static std::string verify_result(const Graph& graph, std::size_t position) {
  const Node& node = graph.nodes[position];
  if (!is_wellformed(node.shape)) return fmt::format("%{}: the shape has an impossible size", position);
  if (node.op == OpKind::Slot) return verify_slot_node(graph, position);
  std::vector<Shape> shapes;
  std::vector<ElementType> types;
  for (const NodeId input : node.inputs) {
    shapes.push_back(graph.node(input).shape);
    types.push_back(graph.node(input).type);
  }
  const ShapeResult shape = infer_shape(node.op, shapes, node.attributes);
  const std::string_view name = op_info(node.op).name;
  if (const auto* error = std::get_if<ShapeError>(&shape)) {
    return fmt::format("%{}: {}: {}", position, name, error->message);
  }
  if (std::get<Shape>(shape) != node.shape) {
    return fmt::format("%{}: {} gives {}, not {}", position, name, std::get<Shape>(shape).to_string(),
                       node.shape.to_string());
  }
  if (infer_type(node.op, types, node.attributes) != node.type) {
    return fmt::format("%{}: {} has the wrong element type", position, name);
  }
  return {};
}

static std::string verify_slots(const Graph& graph) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < graph.slots.size(); ++i) {
    const Slot& slot = graph.slots[i];
    if (!is_wellformed(slot.shape) || slot.shape.has_batch()) {
      return fmt::format("slot ${}: {} cannot be kept", i, slot.shape.to_string());
    }
    if (!names.insert(slot.name).second) return fmt::format("slot ${}: a second slot is named so", i);
  }
  return {};
}

static std::string verify_updates(const Graph& graph) {
  std::set<SlotId> updated;
  for (const Update& update : graph.updates) {
    if (!in_range(update.slot.index, graph.slots.size())) {
      return fmt::format("update: there is no slot ${}", update.slot.index);
    }
    if (!in_range(update.value.index, graph.nodes.size())) {
      return fmt::format("update of ${}: there is no node %{}", update.slot.index, update.value.index);
    }
    const Node& value = graph.node(update.value);
    if (value.shape != graph.slot(update.slot).shape || value.type != ElementType::Float) {
      return fmt::format("update of ${}: %{} has another shape or type", update.slot.index,
                         update.value.index);
    }
    if (!updated.insert(update.slot).second)
      return fmt::format("slot ${} is updated twice", update.slot.index);
  }
  return {};
}

static std::string verify_outputs(const Graph& graph) {
  std::set<std::string_view> names;
  for (const Output& output : graph.outputs) {
    if (!in_range(output.node.index, graph.nodes.size())) {
      return fmt::format("output \"{}\": there is no node %{}", output.name, output.node.index);
    }
    if (!names.insert(output.name).second) return fmt::format("two outputs are named \"{}\"", output.name);
  }
  return {};
}

std::string verify_graph(const Graph& graph) {
  if (std::string problem = verify_slots(graph); !problem.empty()) return problem;
  for (std::size_t position = 0; position < graph.nodes.size(); ++position) {
    if (std::string problem = verify_inputs(graph, position); !problem.empty()) return problem;
    if (std::string problem = verify_input_types(graph, position); !problem.empty()) return problem;
    if (std::string problem = verify_result(graph, position); !problem.empty()) return problem;
  }
  if (std::string problem = verify_updates(graph); !problem.empty()) return problem;
  return verify_outputs(graph);
}

}  // namespace nnc::ir
