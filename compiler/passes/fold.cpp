// Computes operations on scalar constants while compiling, in double, so that 1 - beta1 is rounded once.
// In: a graph. Out: the same with fewer scalar nodes. A sum or mean over a repeated scalar is a product (or
// the scalar).
#include <cmath>
#include <optional>

#include "compiler/passes/passes.hpp"
#include "compiler/passes/rewriter.hpp"

namespace nnc::ir {

static std::optional<double> constant_of(const Graph& graph, NodeId id) {
  const auto* constant = std::get_if<ConstantAttributes>(&graph.node(id).attributes);
  return constant == nullptr ? std::nullopt : std::optional(constant->value);
}

static double sign_of(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }
static double sigmoid_of(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}
static double softplus_of(double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

static std::optional<double> fold_unary(OpKind op, double x) {
  switch (op) {
    case OpKind::Negate:
      return -x;
    case OpKind::Exp:
      return std::exp(x);
    case OpKind::Log:
      return std::log(x);
    case OpKind::Sqrt:
      return std::sqrt(x);
    case OpKind::Abs:
      return std::fabs(x);
    case OpKind::Sign:
      return sign_of(x);
    case OpKind::Tanh:
      return std::tanh(x);
    case OpKind::Sigmoid:
      return sigmoid_of(x);
    case OpKind::Softplus:
      return softplus_of(x);
    case OpKind::Erf:
      return std::erf(x);
    default:
      return std::nullopt;
  }
}

static std::optional<double> fold_binary(OpKind op, double lhs, double rhs) {
  switch (op) {
    case OpKind::Add:
      return lhs + rhs;
    case OpKind::Subtract:
      return lhs - rhs;
    case OpKind::Multiply:
      return lhs * rhs;
    case OpKind::Divide:
      return lhs / rhs;
    case OpKind::Power:
      return std::pow(lhs, rhs);
    case OpKind::Greater:
      return lhs > rhs ? 1.0 : 0.0;
    case OpKind::GreaterEqual:
      return lhs >= rhs ? 1.0 : 0.0;
    case OpKind::Equal:
      return lhs == rhs ? 1.0 : 0.0;
    case OpKind::Maximum:
    case OpKind::Minimum:
      // What a NaN gives is the kernels' business.
      if (std::isnan(lhs) || std::isnan(rhs)) return std::nullopt;
      return (op == OpKind::Maximum) == (lhs > rhs) ? lhs : rhs;
    default:
      return std::nullopt;
  }
}

static std::optional<double> fold_elementwise(const Graph& graph, const Node& node) {
  std::vector<double> values;
  for (const NodeId input : node.inputs) {
    const std::optional<double> value = constant_of(graph, input);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  if (values.size() == 1) return fold_unary(node.op, values[0]);
  if (values.size() == 2) return fold_binary(node.op, values[0], values[1]);
  if (node.op == OpKind::Select) return values[0] != 0 ? values[1] : values[2];
  return std::nullopt;
}

// sum(broadcast(s)) over everything is s * count, once the count is known; the mean is s.
static NodeId fold_reduction(Graph& graph, const Node& node) {
  if ((node.op != OpKind::Sum && node.op != OpKind::Mean) || node.shape.rank() != 0) return {};
  const Node& repeated = graph.node(node.inputs.front());
  if (repeated.op != OpKind::Broadcast) return {};
  const NodeId scalar = repeated.inputs.front();
  if (graph.node(scalar).shape.rank() != 0) return {};
  if (node.op == OpKind::Mean) return scalar;
  const std::optional<std::int64_t> count = repeated.shape.element_count();
  if (!count) return {};
  const NodeId factor =
      add_node(graph, OpKind::Constant, {}, ConstantAttributes{static_cast<double>(*count)}, node.origin);
  return add_node(graph, OpKind::Multiply, {scalar, factor}, NoAttributes{}, node.origin);
}

Graph fold_constants(Graph graph) {
  Rewriter rewriter(graph);
  Graph& now = rewriter.graph();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node node = graph.nodes[i];
    node.inputs = rewriter.inputs(node);
    std::optional<double> value;
    if (op_info(node.op).op_class == OpClass::Elementwise) value = fold_elementwise(now, node);
    NodeId folded = value ? add_node(now, OpKind::Constant, {}, ConstantAttributes{*value}, node.origin)
                          : fold_reduction(now, node);
    if (!folded.valid()) {
      folded = add_node(now, node.op, std::move(node.inputs), std::move(node.attributes), node.origin);
    }
    rewriter.stand_for(NodeId(i), folded);
  }
  return rewriter.finish();
}

}  // namespace nnc::ir
