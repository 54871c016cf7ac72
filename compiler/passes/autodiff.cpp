// Reverse-mode differentiation. In: a graph and the node of the loss. Out: nodes appended for the gradient of
// every parameter. Walks back from the loss over the nodes that depend on a parameter; each passes the sum of
// what its users sent through the rule of its operation (vjp_rules.cpp).
#include "compiler/base/check.hpp"
#include "compiler/passes/passes.hpp"
#include "compiler/passes/vjp_rules.hpp"

namespace nnc::ir {
namespace {

class Differentiator {
 public:
  Differentiator(Graph& graph, NodeId loss) : graph_(graph), loss_(loss) {
    arrived_.resize(loss.position() + 1);
    find_dependent();
  }

  Gradients run() {
    arrived_[loss_.position()] = seed();
    for (std::size_t i = loss_.position() + 1; i-- > 0;) {
      if (dependent_[i] && arrived_[i].valid()) propagate(NodeId(i));
    }
    return collect();
  }

 private:
  // Marks the nodes up to the loss whose value a parameter can change smoothly.
  void find_dependent() {
    dependent_.assign(arrived_.size(), false);
    for (std::size_t i = 0; i < dependent_.size(); ++i) {
      const Node& node = graph_.nodes[i];
      if (node.op == OpKind::Slot) {
        dependent_[i] = graph_.slot(slot_of(node)).role == SlotRole::Parameter;
      } else if (find_vjp_rule(node.op) != nullptr && node.type == ElementType::Float) {
        for (const NodeId input : node.inputs) dependent_[i] = dependent_[i] || dependent_[input.position()];
      }
    }
  }

  // d(sum of the loss) / d(loss): ones.
  NodeId seed() {
    const Shape shape = graph_.node(loss_).shape;
    const NodeId one = add_node(graph_, OpKind::Constant, {}, ConstantAttributes{1});
    return shape.rank() == 0 ? one : add_node(graph_, OpKind::Broadcast, {one}, ShapeAttributes{shape});
  }

  void propagate(NodeId id) {
    const OpKind op = graph_.node(id).op;
    if (op == OpKind::Slot) return;
    if (const NodeId softmax = logged_softmax(id); softmax.valid()) return propagate_log_softmax(id, softmax);
    const std::vector<NodeId> inputs = graph_.node(id).inputs;
    std::vector<bool> wanted;
    for (const NodeId input : inputs) wanted.push_back(dependent_[input.position()]);
    VjpContext context(graph_, id, arrived_[id.position()], wanted);
    const std::vector<NodeId> gradients = find_vjp_rule(op)(context);
    NNC_CHECK(gradients.size() == inputs.size(), std::string(op_info(op).name));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (wanted[i] && gradients[i].valid()) send(inputs[i], gradients[i]);
    }
  }

  // The softmax whose logarithm this node is.
  [[nodiscard]] NodeId logged_softmax(NodeId id) const {
    const Node& node = graph_.node(id);
    if (node.op != OpKind::Log || graph_.node(node.inputs.front()).op != OpKind::Softmax) return {};
    return node.inputs.front();
  }

  // log(softmax(x)) as one operation: g - softmax(x) * sum(g, -1). Step by step the gradient would be divided
  // by the probability and multiplied by it again, which is 0 / 0 for a confident network.
  void propagate_log_softmax(NodeId id, NodeId softmax) {
    VjpContext context(graph_, id, arrived_[id.position()], {true});
    const NodeId x = graph_.node(softmax).inputs.front();
    const NodeId sum = sum_over_last_axis(context, context.gradient());
    const NodeId share = context.add(OpKind::Multiply, {softmax, sum});
    send(x, context.add(OpKind::Subtract, {context.gradient(), share}));
  }

  void send(NodeId to, NodeId gradient) {
    NNC_CHECK(graph_.node(to).shape == graph_.node(gradient).shape,
              std::string(op_info(graph_.node(to).op).name));
    NodeId& sum = arrived_[to.position()];
    sum = sum.valid()
              ? add_node(graph_, OpKind::Add, {sum, gradient}, NoAttributes{}, graph_.node(gradient).origin)
              : gradient;
  }

  // A slot may be read by several nodes.
  Gradients collect() {
    std::vector<NodeId> sums(graph_.slots.size());
    for (std::size_t i = 0; i < arrived_.size(); ++i) {
      if (graph_.nodes[i].op != OpKind::Slot || !arrived_[i].valid()) continue;
      NodeId& sum = sums[slot_of(graph_.nodes[i]).position()];
      sum = sum.valid() ? add_node(graph_, OpKind::Add, {sum, arrived_[i]}) : arrived_[i];
    }
    Gradients gradients;
    for (std::size_t slot = 0; slot < sums.size(); ++slot) {
      if (graph_.slots[slot].role != SlotRole::Parameter) continue;
      gradients.of.emplace_back(SlotId(slot),
                                sums[slot].valid() ? sums[slot] : zeros(graph_.slots[slot].shape));
    }
    return gradients;
  }

  NodeId zeros(const Shape& shape) {
    const NodeId zero = add_node(graph_, OpKind::Constant, {}, ConstantAttributes{0});
    return shape.rank() == 0 ? zero : add_node(graph_, OpKind::Broadcast, {zero}, ShapeAttributes{shape});
  }

  Graph& graph_;
  NodeId loss_;
  std::vector<bool> dependent_;
  std::vector<NodeId> arrived_;  // per node up to the loss: the sum of the gradients sent to it so far
};

}  // namespace

Gradients add_gradients(Graph& graph, NodeId loss) {
  NNC_CHECK(loss.valid() && loss.position() < graph.nodes.size());
  NNC_CHECK(graph.node(loss).type == ElementType::Float);
  return Differentiator(graph, loss).run();
}

}  // namespace nnc::ir
