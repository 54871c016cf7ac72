// The gradient rule of each operation: from the gradient of the result to the gradients of the inputs.
#pragma once

#include <vector>

#include "compiler/ir/graph.hpp"

namespace nnc::ir {

// One application of a rule. It appends nodes to the graph, so it holds ids, not references to nodes.
class VjpContext {
 public:
  VjpContext(Graph& graph, NodeId node, NodeId gradient, std::vector<bool> wanted)
      : graph_(graph), node_(node), gradient_(gradient), wanted_(std::move(wanted)) {}

  // The operation's result, its inputs, and the gradient of the result (of its shape).
  [[nodiscard]] NodeId result() const { return node_; }
  [[nodiscard]] NodeId input(std::size_t i) const { return graph_.node(node_).inputs[i]; }
  [[nodiscard]] std::size_t input_count() const { return graph_.node(node_).inputs.size(); }
  [[nodiscard]] NodeId gradient() const { return gradient_; }
  // Whether the gradient of this input is of use; a rule may leave the others out.
  [[nodiscard]] bool wants(std::size_t i) const { return wanted_[i]; }
  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] const Shape& shape(NodeId id) const { return graph_.node(id).shape; }
  template <class Struct>
  [[nodiscard]] const Struct& attributes() const {
    return std::get<Struct>(graph_.node(node_).attributes);
  }

  NodeId add(OpKind op, std::vector<NodeId> inputs, Attributes attributes = NoAttributes{});
  NodeId constant(double value);
  NodeId reshape(NodeId id, const Shape& shape);
  NodeId broadcast(NodeId id, const Shape& shape);
  // Sums over the axes along which an operand of this shape was repeated.
  NodeId unbroadcast(NodeId id, const Shape& shape);

 private:
  Graph& graph_;
  NodeId node_;
  NodeId gradient_;
  std::vector<bool> wanted_;
};

// Sum over the last axis, which stays with size one.  [.., C] -> [.., 1]
NodeId sum_over_last_axis(VjpContext& context, NodeId id);

// The gradients of the inputs, in order, each of its input's shape; invalid where it is zero or not wanted.
using VjpRule = std::vector<NodeId> (*)(VjpContext&);

// The rule of an operation; null if ops.def says that it has none.
VjpRule find_vjp_rule(OpKind op);

}  // namespace nnc::ir
