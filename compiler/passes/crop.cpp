// Pixels that nothing reads are not computed: a pool that drops the last column of a convolution needs
// neither it nor what only it was made of. In and out: a graph before differentiation; outputs keep their
// values bit for bit.
//
// Backwards, how much of each image its readers see; then forwards, convolutions whose result is not seen to
// the end get a negative padding there.
#include <algorithm>
#include <array>
#include <vector>

#include "compiler/passes/passes.hpp"
#include "compiler/passes/rewriter.hpp"

namespace nnc::ir {
namespace {

using Extent = std::array<std::int64_t, 2>;  // rows and columns from the first

bool is_convolution(OpKind op) { return op == OpKind::Conv2d || op == OpKind::Conv2dMax; }
bool is_window(OpKind op) { return is_convolution(op) || op == OpKind::MaxPool2d || op == OpKind::AvgPool2d; }

Extent extent_of(const Shape& image) { return {image[1], image[2]}; }

// Of an elementwise operation on one image with numbers that are the same for all its pixels: which input is
// the image; -1 if it is none such.
int image_operand(const Graph& graph, const Node& node) {
  if (op_info(node.op).op_class != OpClass::Elementwise || node.shape.rank() != 4) return -1;
  int image = -1;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Shape& shape = graph.node(node.inputs[i]).shape;
    const bool same_for_pixels = shape.rank() < 2 || (shape.rank() == 4 && shape[1] == 1 && shape[2] == 1);
    if (same_for_pixels && shape != node.shape) continue;
    if (image >= 0 || shape != node.shape) return -1;
    image = static_cast<int>(i);
  }
  return image;
}

class Cropper {
 public:
  explicit Cropper(const Graph& graph) : graph_(graph), rewriter_(graph) {
    find_croppable();
    find_seen();
  }

  Graph run() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      Node changed = node;
      if (is_convolution(node.op) && seen_[i] != extent_of(node.shape)) crop(changed, seen_[i]);
      rewriter_.stand_for(NodeId(i), rewriter_.copy(changed));
    }
    return rewriter_.finish();
  }

 private:
  // What can be made smaller: convolutions, and what is computed from one pixel by pixel.
  void find_croppable() {
    for (const Node& node : graph_.nodes) {
      const int image = image_operand(graph_, node);
      const bool follows = image >= 0 && croppable_[node.inputs[static_cast<std::size_t>(image)].position()];
      croppable_.push_back(is_convolution(node.op) || follows);
    }
  }

  void find_seen() {
    seen_.assign(graph_.nodes.size(), {0, 0});
    const auto see_all = [&](NodeId id) {
      const Shape& shape = graph_.node(id).shape;
      if (shape.rank() == 4) seen_[id.position()] = extent_of(shape);
    };
    for (const Output& output : graph_.outputs) see_all(output.node);
    for (const Update& update : graph_.updates) see_all(update.value);
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[i];
      const bool unread = seen_[i] == Extent{0, 0};
      if ((!croppable_[i] || unread) && node.shape.rank() == 4) seen_[i] = extent_of(node.shape);
      const int image = croppable_[i] ? image_operand(graph_, node) : -1;
      for (std::size_t input = 0; input < node.inputs.size(); ++input) {
        if (is_window(node.op) && input == 0) {
          see(node.inputs[0], reach(node, seen_[i]));
        } else if (static_cast<int>(input) == image) {
          see(node.inputs[input], seen_[i]);
        } else {
          see_all(node.inputs[input]);
        }
      }
    }
  }

  void see(NodeId id, const Extent& extent) {
    Extent& seen = seen_[id.position()];
    const Extent all = extent_of(graph_.node(id).shape);
    for (std::size_t axis = 0; axis < 2; ++axis)
      seen[axis] = std::max(seen[axis], std::min(extent[axis], all[axis]));
  }

  // How much of its frame, padding before included, windows look at for so much of the result.
  static Extent frame_reach(const WindowAttributes& a, const Extent& result) {
    Extent reach{};
    for (std::size_t axis = 0; axis < 2; ++axis)
      reach[axis] = (result[axis] * a.pool[axis] - 1) * a.stride[axis] + a.window[axis];
    return reach;
  }

  // All of the image where padding follows it: a smaller one would be padded too early.
  Extent reach(const Node& node, const Extent& result) const {
    const auto& a = std::get<WindowAttributes>(node.attributes);
    Extent reach = frame_reach(a, result);
    const Extent all = extent_of(graph_.node(node.inputs.front()).shape);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      reach[axis] -= a.pad_before[axis];
      if (a.pad_after[axis] > 0) reach[axis] = all[axis];
    }
    return reach;
  }

  void crop(Node& node, const Extent& seen) {
    auto& a = std::get<WindowAttributes>(node.attributes);
    const Extent frame = frame_reach(a, seen);
    const Extent image = extent_of(rewriter_.graph().node(rewriter_[node.inputs.front()]).shape);
    const Extent all = extent_of(node.shape);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      if (seen[axis] != all[axis]) a.pad_after[axis] = frame[axis] - a.pad_before[axis] - image[axis];
    }
  }

  const Graph& graph_;
  Rewriter rewriter_;
  std::vector<bool> croppable_;
  std::vector<Extent> seen_;  // of nodes with rank 4
};

}  // namespace

Graph crop_windows(Graph graph) { return Cropper(graph).run(); }

}  // namespace nnc::ir
