// Local identities. In: a graph. Out: the same with nodes replaced by simpler ones, one node at a time.
// A rule looks at a node whose inputs have been simplified and gives the node that stands for it, or none.
// Rules keep values up to rounding, signs of zero and payloads of NaN; what they may not do is turn a NaN or
// infinity into a number.
#include <algorithm>
#include <array>
#include <optional>

#include "compiler/passes/passes.hpp"
#include "compiler/passes/rewriter.hpp"

namespace nnc::ir {
namespace {

// The node under consideration (a copy: rules append to the graph).
struct Candidate {
  Graph& graph;
  const Node& node;

  [[nodiscard]] NodeId input(std::size_t i = 0) const { return node.inputs[i]; }
  [[nodiscard]] const Node& input_node(std::size_t i = 0) const { return graph.node(node.inputs[i]); }
  [[nodiscard]] bool is_constant(std::size_t i, double value) const {
    const auto* constant = std::get_if<ConstantAttributes>(&input_node(i).attributes);
    return constant != nullptr && constant->value == value;
  }
  [[nodiscard]] bool has_result_shape(std::size_t i) const { return input_node(i).shape == node.shape; }
  [[nodiscard]] NodeId add(OpKind op, std::vector<NodeId> inputs,
                           Attributes attributes = NoAttributes{}) const {
    return add_node(graph, op, std::move(inputs), std::move(attributes), node.origin);
  }
};

using Rule = NodeId (*)(const Candidate&);

// log(softmax(x)) -> log_softmax(x): no overflow, one pass.
NodeId join_log_softmax(const Candidate& c) {
  if (c.node.op != OpKind::Log || c.input_node().op != OpKind::Softmax) return {};
  return c.add(OpKind::LogSoftmax, {c.input_node().inputs.front()});
}

// -(-x) -> x, |-x| -> |x|
NodeId drop_double_negation(const Candidate& c) {
  if (c.node.inputs.empty() || c.input_node().op != OpKind::Negate) return {};
  const NodeId inner = c.input_node().inputs.front();
  if (c.node.op == OpKind::Negate) return inner;
  if (c.node.op == OpKind::Abs) return c.add(OpKind::Abs, {inner});
  return {};
}

// x + 0, 0 + x, x - 0, x * 1, 1 * x, x / 1, x ^ 1 -> x, where broadcasting does not change the shape.
NodeId drop_neutral_operand(const Candidate& c) {
  const OpKind op = c.node.op;
  const bool additive = op == OpKind::Add || op == OpKind::Subtract;
  const bool multiplicative = op == OpKind::Multiply || op == OpKind::Divide || op == OpKind::Power;
  if (!additive && !multiplicative) return {};
  const double neutral = additive ? 0 : 1;
  if (c.is_constant(1, neutral) && c.has_result_shape(0)) return c.input(0);
  const bool commutes = op == OpKind::Add || op == OpKind::Multiply;
  if (commutes && c.is_constant(0, neutral) && c.has_result_shape(1)) return c.input(1);
  return {};
}

// 0 - x -> -x, -1 * x -> -x, x + -y -> x - y, x - -y -> x + y
NodeId use_signs(const Candidate& c) {
  const OpKind op = c.node.op;
  if (op == OpKind::Multiply) {
    if (c.is_constant(1, -1) && c.has_result_shape(0)) return c.add(OpKind::Negate, {c.input(0)});
    if (c.is_constant(0, -1) && c.has_result_shape(1)) return c.add(OpKind::Negate, {c.input(1)});
  }
  if (op == OpKind::Subtract && c.is_constant(0, 0) && c.has_result_shape(1)) {
    return c.add(OpKind::Negate, {c.input(1)});
  }
  if (op != OpKind::Add && op != OpKind::Subtract) return {};
  const OpKind opposite = op == OpKind::Add ? OpKind::Subtract : OpKind::Add;
  if (c.input_node(1).op == OpKind::Negate)
    return c.add(opposite, {c.input(0), c.input_node(1).inputs.front()});
  if (op == OpKind::Add && c.input_node(0).op == OpKind::Negate) {
    return c.add(OpKind::Subtract, {c.input(1), c.input_node(0).inputs.front()});
  }
  return {};
}

// x ^ 2 -> x * x, x ^ -1 -> 1 / x, x ^ 0.5 -> sqrt(x): each is far cheaper than a power.
NodeId expand_power(const Candidate& c) {
  if (c.node.op != OpKind::Power || !c.has_result_shape(0)) return {};
  if (c.is_constant(1, 2)) return c.add(OpKind::Multiply, {c.input(0), c.input(0)});
  if (c.is_constant(1, 0.5)) return c.add(OpKind::Sqrt, {c.input(0)});
  if (c.is_constant(1, -1))
    return c.add(OpKind::Divide, {c.add(OpKind::Constant, {}, ConstantAttributes{1}), c.input(0)});
  return {};
}

// A choice that is already made.
NodeId decide_select(const Candidate& c) {
  if (c.node.op != OpKind::Select) return {};
  const auto* condition = std::get_if<ConstantAttributes>(&c.input_node(0).attributes);
  if (condition == nullptr) return c.input(1) == c.input(2) && c.has_result_shape(1) ? c.input(1) : NodeId{};
  const std::size_t chosen = condition->value != 0 ? 1 : 2;
  return c.has_result_shape(chosen) ? c.input(chosen) : NodeId{};
}

// Whether a reshape only adds or removes sizes of one in front, which broadcasting does by itself.
bool only_moves_leading_ones(const Graph& graph, const Node& node) {
  if (node.op != OpKind::Reshape) return false;
  const auto without_ones = [](const std::vector<std::int64_t>& sizes) {
    const auto first = std::find_if(sizes.begin(), sizes.end(), [](std::int64_t size) { return size != 1; });
    return std::vector<std::int64_t>(first, sizes.end());
  };
  return without_ones(node.shape.sizes()) == without_ones(graph.node(node.inputs.front()).shape.sizes());
}

// Elementwise operations and broadcasts repeat operands by themselves: what an operand's broadcast or leading
// ones do goes, if the result still gets its shape.
NodeId drop_operand_broadcast(const Candidate& c) {
  if (op_info(c.node.op).op_class != OpClass::Elementwise && c.node.op != OpKind::Broadcast) return {};
  for (std::size_t i = 0; i < c.node.inputs.size(); ++i) {
    if (c.input_node(i).op != OpKind::Broadcast && !only_moves_leading_ones(c.graph, c.input_node(i)))
      continue;
    std::vector<NodeId> inputs = c.node.inputs;
    inputs[i] = c.input_node(i).inputs.front();
    std::vector<Shape> shapes;
    for (const NodeId input : inputs) shapes.push_back(c.graph.node(input).shape);
    const ShapeResult shape = infer_shape(c.node.op, shapes, c.node.attributes);
    if (const auto* result = std::get_if<Shape>(&shape); result != nullptr && *result == c.node.shape) {
      return c.add(c.node.op, std::move(inputs), c.node.attributes);
    }
  }
  return {};
}

// f(broadcast(x)) -> broadcast(f(x)): fewer elements to compute.
NodeId postpone_broadcast(const Candidate& c) {
  if (op_info(c.node.op).op_class != OpClass::Elementwise || c.node.inputs.size() != 1) return {};
  if (c.input_node().op != OpKind::Broadcast) return {};
  const NodeId small = c.add(c.node.op, {c.input_node().inputs.front()});
  return c.add(OpKind::Broadcast, {small}, ShapeAttributes{c.node.shape});
}

// Reshapes and broadcasts that change nothing, and chains of them.
NodeId drop_shape_change(const Candidate& c) {
  const OpKind op = c.node.op;
  if (op != OpKind::Reshape && op != OpKind::Broadcast) return {};
  if (c.has_result_shape(0)) return c.input();
  const NodeId before = c.input_node().op == OpKind::Reshape || c.input_node().op == OpKind::Broadcast
                            ? c.input_node().inputs.front()
                            : NodeId{};
  if (!before.valid()) return {};
  if (c.input_node().op == op) return c.add(op, {before}, c.node.attributes);
  const bool repeats_scalar = op == OpKind::Reshape && c.graph.node(before).shape.rank() == 0;
  if (repeats_scalar) return c.add(OpKind::Broadcast, {before}, c.node.attributes);
  return {};
}

NodeId drop_transpose(const Candidate& c) {
  if (c.node.op != OpKind::Transpose) return {};
  std::vector<int> order = std::get<PermutationAttributes>(c.node.attributes).order;
  if (std::is_sorted(order.begin(), order.end())) return c.input();
  if (c.input_node().op != OpKind::Transpose) return {};
  const std::vector<int>& inner = std::get<PermutationAttributes>(c.input_node().attributes).order;
  for (int& axis : order) axis = inner[static_cast<std::size_t>(axis)];
  return c.add(OpKind::Transpose, {c.input_node().inputs.front()}, PermutationAttributes{order});
}

// A matrix product reads its operands transposed at no cost.
NodeId absorb_transpose(const Candidate& c) {
  if (c.node.op != OpKind::MatMul) return {};
  MatMulAttributes attributes = std::get<MatMulAttributes>(c.node.attributes);
  std::vector<NodeId> inputs = c.node.inputs;
  for (std::size_t side = 0; side < 2; ++side) {
    if (c.input_node(side).op != OpKind::Transpose) continue;
    inputs[side] = c.input_node(side).inputs.front();
    bool& flag = side == 0 ? attributes.transpose_lhs : attributes.transpose_rhs;
    flag = !flag;
  }
  return inputs == c.node.inputs ? NodeId{} : c.add(OpKind::MatMul, std::move(inputs), attributes);
}

// Slices of everything, pads by nothing, concatenations of one.
NodeId drop_movement(const Candidate& c) {
  const bool movement = c.node.op == OpKind::Slice || c.node.op == OpKind::Pad ||
                        (c.node.op == OpKind::Concat && c.node.inputs.size() == 1);
  return movement && c.has_result_shape(0) ? c.input() : NodeId{};
}

// Sums, means and maxima over axes of size one are reshapes.
NodeId drop_reduction(const Candidate& c) {
  const auto* reduced = std::get_if<AxesAttributes>(&c.node.attributes);
  if (reduced == nullptr) return {};
  const Shape& shape = c.input_node().shape;
  const bool trivial =
      std::all_of(reduced->axes.begin(), reduced->axes.end(), [&](int a) { return shape[a] == 1; });
  if (!trivial) return {};
  if (c.has_result_shape(0)) return c.input();
  return c.add(OpKind::Reshape, {c.input()}, ShapeAttributes{c.node.shape});
}

// The gradient of pick has one entry per row; its sum over the row is that entry.
NodeId drop_pick_grad_sum(const Candidate& c) {
  if (c.node.op != OpKind::Sum || c.input_node().op != OpKind::PickGrad) return {};
  const std::vector<int>& axes = std::get<AxesAttributes>(c.node.attributes).axes;
  const bool last_only = axes.size() == 1 && axes.front() == c.input_node().shape.rank() - 1;
  return last_only ? c.input_node().inputs.front() : NodeId{};
}

constexpr std::array<Rule, 14> kSimplifications = {
    join_log_softmax, drop_double_negation,   drop_neutral_operand, use_signs,         expand_power,
    decide_select,    drop_operand_broadcast, postpone_broadcast,   drop_shape_change, drop_transpose,
    absorb_transpose, drop_movement,          drop_reduction,       drop_pick_grad_sum};

// Applies rules until none fits; a rule's result may have been there before, so it is looked at again too.
// The bound is never reached by the rules above; it guards against two rules that undo each other.
NodeId apply_rules(Graph& graph, NodeId id) {
  constexpr int kMaxSteps = 16;
  for (int step = 0; step < kMaxSteps; ++step) {
    const Node node = graph.node(id);
    NodeId simpler;
    for (const Rule rule : kSimplifications) {
      simpler = rule(Candidate{graph, node});
      if (simpler.valid()) break;
    }
    if (!simpler.valid()) return id;
    id = simpler;
  }
  return id;
}

}  // namespace

Graph simplify(Graph graph) {
  Rewriter rewriter(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    rewriter.stand_for(NodeId(i), apply_rules(rewriter.graph(), rewriter.copy(graph.nodes[i])));
  }
  return rewriter.finish();
}

}  // namespace nnc::ir
