// Max pools and what stands before them. In and out: a graph; outputs keep their values bit for bit.
//   sink_pools  pool(relu(conv + bias)) -> relu(pool(conv) + bias)
//   join_pools  pool(conv) -> conv2d_max, whose gradients need to know only where the maxima were
// Both are for graphs before differentiation, where nothing but the pool reads what it discards. Where rounding
// makes two values equal that a bias was added to, sink_pools takes the place of the larger one before it.
#include <vector>

#include "compiler/passes/passes.hpp"
#include "compiler/passes/rewriter.hpp"

namespace nnc::ir {
namespace {

std::vector<int> count_uses(const Graph& graph) {
  std::vector<int> uses(graph.nodes.size(), 0);
  for (const Node& node : graph.nodes) {
    for (const NodeId input : node.inputs) ++uses[input.position()];
  }
  for (const Update& update : graph.updates) ++uses[update.value.position()];
  for (const Output& output : graph.outputs) ++uses[output.node.position()];
  return uses;
}

// Whether a value is the same for all pixels of an image: a number, or one per channel.
bool is_same_for_pixels(const Shape& shape) {
  for (int axis = 0; axis + 1 < shape.rank(); ++axis) {
    if (shape[axis] != 1) return false;
  }
  return true;
}

// An operation that keeps the order of the pixels of a channel: which input are they, and which is the other?
struct Monotone {
  std::size_t pixels = 0;
  bool found = false;
};
Monotone find_monotone(const Graph& graph, const Node& node) {
  const bool either = node.op == OpKind::Add || node.op == OpKind::Maximum || node.op == OpKind::Minimum;
  if (!either && node.op != OpKind::Subtract) return {};
  for (std::size_t i = 0; i < (either ? 2 : 1); ++i) {
    const bool fits = graph.node(node.inputs[i]).shape == node.shape &&
                      is_same_for_pixels(graph.node(node.inputs[1 - i]).shape);
    if (fits) return {i, true};
  }
  return {};
}

class Sinker {
 public:
  explicit Sinker(const Graph& graph) : graph_(graph), uses_(count_uses(graph)), rewriter_(graph) {}

  Graph run() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      rewriter_.stand_for(NodeId(i), node.op == OpKind::MaxPool2d ? sink(node) : rewriter_.copy(node));
    }
    return rewriter_.finish();
  }

 private:
  NodeId sink(const Node& pool) {
    std::vector<NodeId> passed;  // from the pool backwards
    NodeId below = pool.inputs.front();
    while (uses_[below.position()] == 1) {
      const Monotone monotone = find_monotone(graph_, graph_.node(below));
      if (!monotone.found) break;
      passed.push_back(below);
      below = graph_.node(below).inputs[monotone.pixels];
    }
    NodeId result =
        add_node(rewriter_.graph(), pool.op, {rewriter_[below]}, pool.attributes, pool.origin);
    for (std::size_t i = passed.size(); i-- > 0;) {
      const Node& node = graph_.node(passed[i]);
      std::vector<NodeId> inputs = rewriter_.inputs(node);
      inputs[find_monotone(graph_, node).pixels] = result;
      result = add_node(rewriter_.graph(), node.op, std::move(inputs), node.attributes, node.origin);
    }
    return result;
  }

  const Graph& graph_;
  std::vector<int> uses_;
  Rewriter rewriter_;
};

// Gradients count the floats of an image in 32 bits.
constexpr std::int64_t kLargestImage = std::int64_t{1} << 30;

// The attributes of both in one, if a pool's windows lie side by side on nothing but the convolution's result.
bool can_join(const Graph& graph, const Node& convolution, const WindowAttributes& pool) {
  const Shape& image = graph.node(convolution.inputs.front()).shape;
  const auto& window = std::get<WindowAttributes>(convolution.attributes);
  double pixels = static_cast<double>(image[3]);
  for (std::size_t i = 0; i < 2; ++i)
    pixels *= static_cast<double>(image[static_cast<int>(i) + 1] + window.pad_before[i] + window.pad_after[i]);
  const std::array<std::int64_t, 2> none = {0, 0};
  const bool discards = pool.window[0] * pool.window[1] > 1;
  return discards && pool.stride == pool.window && pool.pad_before == none && pool.pad_after == none &&
         pixels <= static_cast<double>(kLargestImage);
}

}  // namespace

Graph sink_pools(Graph graph) { return Sinker(graph).run(); }

Graph join_pools(Graph graph) {
  const std::vector<int> uses = count_uses(graph);
  Rewriter rewriter(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const bool is_pool = node.op == OpKind::MaxPool2d;
    const Node* below = is_pool ? &graph.node(node.inputs.front()) : nullptr;
    const bool joins = is_pool && below->op == OpKind::Conv2d && uses[node.inputs.front().position()] == 1 &&
                       can_join(graph, *below, std::get<WindowAttributes>(node.attributes));
    if (!joins) {
      rewriter.stand_for(NodeId(i), rewriter.copy(node));
      continue;
    }
    WindowAttributes both = std::get<WindowAttributes>(below->attributes);
    both.pool = std::get<WindowAttributes>(node.attributes).window;
    rewriter.stand_for(NodeId(i), add_node(rewriter.graph(), OpKind::Conv2dMax, rewriter.inputs(*below),
                                           both, below->origin));
  }
  return rewriter.finish();
}

}  // namespace nnc::ir
