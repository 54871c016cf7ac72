// The graph: one model, for one trial, as vectors and strong ids. Nodes are in evaluation order: inputs come
// before their users. Every node gives one tensor.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/base/ids.hpp"
#include "compiler/base/result.hpp"
#include "compiler/base/source.hpp"
#include "compiler/ops/ops.hpp"
#include "compiler/types/shape.hpp"

namespace nnc::ir {

using NodeId = Id<struct NodeTag>;
using SlotId = Id<struct SlotTag>;

struct Node {
  OpKind op;
  std::vector<NodeId> inputs;
  Attributes attributes;
  Shape shape;
  ElementType type = ElementType::Float;
  Span origin;  // the user's own code that asked for it; nowhere for what passes add
};

enum class SlotRole : std::uint8_t {
  Parameter,  // trained
  State,      // kept between steps by the model (running means)
  Optimizer,  // kept between steps by the optimizer
};

// Memory that outlives a step.
struct Slot {
  std::string name;  // its path: "dense_1.kernel"; optimizer state: "dense_1.kernel/m"
  SlotRole role = SlotRole::Parameter;
  Shape shape;  // never with a batch axis
  Initializer initializer;
  std::int32_t stream = -1;  // ordinal among the randomly initialised slots; -1: not random
  Span origin;
};

// At the end of a step the slot takes this value. Nodes read the values from before the step.
struct Update {
  SlotId slot;
  NodeId value;
};

struct Output {
  std::string name;  // "prediction", "loss", "grad:dense_1.kernel"
  NodeId node;
};

// The slot that a Slot node reads.
inline SlotId slot_of(const Node& node) {
  return SlotId(static_cast<std::size_t>(std::get<SlotAttributes>(node.attributes).slot));
}

struct Graph {
  std::vector<Node> nodes;
  std::vector<Slot> slots;  // Parameters and States in order of creation, then Optimizer
  std::vector<Update> updates;
  std::vector<Output> outputs;

  [[nodiscard]] const Node& node(NodeId id) const { return nodes[id.position()]; }
  [[nodiscard]] const Slot& slot(SlotId id) const { return slots[id.position()]; }
  // The output of that name; invalid if there is none.
  [[nodiscard]] NodeId find_output(std::string_view name) const;
};

// Appends a node, its shape and type computed by the rules of ops/. The caller has made sure that they fit
// (NNC_CHECK); the lowering, which has not, uses try_add_node.
NodeId add_node(Graph& graph, OpKind op, std::vector<NodeId> inputs, Attributes attributes = NoAttributes{},
                Span origin = {});
std::variant<NodeId, ShapeError> try_add_node(Graph& graph, OpKind op, std::vector<NodeId> inputs,
                                              Attributes attributes, Span origin);

// Checks every invariant: order, arities, attribute structs, shapes and types as the rules give them, slots
// and updates of equal shape, at most one update per slot. "" if all hold, else the first violation.
std::string verify_graph(const Graph& graph);

// The text form, one node per line: "%3 = matmul %1 %2 transpose_rhs=true : [batch, 256]".
std::string print_graph(const Graph& graph);
// Reads print_graph's text back (origins are lost).
Result<Graph> read_graph(std::string_view text);

}  // namespace nnc::ir
