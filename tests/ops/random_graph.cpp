// See random_graph.hpp. A pool of nodes grows by operations on nodes of the pool that happen to fit.
#include "tests/ops/random_graph.hpp"

#include <algorithm>
#include <random>

#include "compiler/passes/passes.hpp"

namespace nnc::test {
namespace {

using ir::NodeId;

class Maker : public GraphBuilder {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  RandomGraph run() {
    make_leaves();
    const int count = pick(5, 40);
    for (int i = 0; i < count; ++i) grow();
    const NodeId loss = make_loss();
    make_updates(loss);
    output("loss", loss);
    const int outputs = pick(0, 3);
    for (int i = 0; i < outputs; ++i) output("extra_" + std::to_string(i), any());
    return {ir::bind_batch(std::move(graph), kRows), std::move(inputs_)};
  }

 private:
  static constexpr std::int64_t kRows = 6;
  static constexpr std::int64_t kColumns = 4;

  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  NodeId any() { return pool_[static_cast<std::size_t>(pick(0, static_cast<int>(pool_.size()) - 1))]; }
  const Shape& shape(NodeId id) const { return graph.node(id).shape; }
  void put(NodeId id) { pool_.push_back(id); }

  Values values(const Shape& shape) {
    std::uniform_real_distribution<double> distribution(-1, 1);
    Values result(static_cast<std::size_t>(shape.element_count().value()));
    // Rounded to float, so that wide and narrow runs start from the same numbers.
    for (double& value : result) value = static_cast<double>(static_cast<float>(distribution(random_)));
    return result;
  }

  void add_slot(const Shape& shape, ir::SlotRole role) {
    put(slot("slot_" + std::to_string(graph.slots.size()), shape, role));
    inputs_.slots.push_back(values(shape));
  }

  void make_leaves() {
    put(features(Shape{kBatch, kColumns}));
    inputs_.features = values(Shape{kRows, kColumns});
    add_slot(Shape{kColumns, kColumns}, ir::SlotRole::Parameter);
    add_slot(Shape{kColumns}, ir::SlotRole::Parameter);
    add_slot(Shape{3, 1}, ir::SlotRole::Parameter);
    add_slot(Shape{}, ir::SlotRole::State);
    add_slot(Shape{kColumns}, ir::SlotRole::State);
    put(constant(0.5));
    put(constant(1));
    put(step_number());
    put(add(OpKind::Tanh, {pool_.back()}));
  }

  // Every operation keeps its result around 1, by itself or through a tanh.
  void grow() {
    switch (pick(0, 11)) {
      case 0:
      case 1:
      case 2:
        return grow_binary();
      case 3:
      case 4:
        return grow_unary();
      case 5:
        return grow_reduction();
      case 6:
        return grow_movement();
      case 7:
        return grow_matmul();
      case 8:
        return grow_softmax();
      case 9:
        return grow_select();
      case 10:
        return put(add(OpKind::Maximum, {any(), constant(0)}));
      default:
        return put(
            read(ir::SlotId(static_cast<std::size_t>(pick(0, static_cast<int>(graph.slots.size()) - 1)))));
    }
  }

  void grow_unary() {
    const OpKind ops[] = {OpKind::Negate,   OpKind::Tanh, OpKind::Sigmoid,
                          OpKind::Softplus, OpKind::Erf,  OpKind::Abs};
    put(add(ops[pick(0, 5)], {any()}));
  }

  void grow_binary() {
    const OpKind ops[] = {OpKind::Add, OpKind::Subtract, OpKind::Multiply, OpKind::Maximum, OpKind::Minimum};
    const NodeId lhs = any();
    const NodeId rhs = any();
    if (!broadcast_shapes(shape(lhs), shape(rhs))) return;
    const NodeId result = add(ops[pick(0, 4)], {lhs, rhs});
    put(pick(0, 2) == 0 ? result : add(OpKind::Tanh, {result}));
  }

  void grow_select() {
    const NodeId lhs = any();
    const NodeId rhs = any();
    const NodeId condition = add(OpKind::Greater, {read(ir::SlotId(std::size_t{4})), constant(0)});
    auto result = ir::try_add_node(graph, OpKind::Select, {condition, lhs, rhs}, NoAttributes{}, {});
    if (const auto* id = std::get_if<NodeId>(&result)) put(*id);
  }

  void grow_reduction() {
    const NodeId id = any();
    std::vector<int> axes;
    for (int axis = 0; axis < shape(id).rank(); ++axis) {
      if (pick(0, 1) == 1) axes.push_back(axis);
    }
    put(add(OpKind::Mean, {id}, AxesAttributes{axes}));
  }

  void grow_movement() {
    const NodeId id = any();
    const Shape from = shape(id);
    if (from.rank() == 0) return put(add(OpKind::Broadcast, {id}, ShapeAttributes{Shape{kColumns}}));
    std::vector<std::int64_t> sizes = from.sizes();
    sizes.push_back(1);
    switch (pick(0, 3)) {
      case 0:
        return put(add(OpKind::Reshape, {id}, ShapeAttributes{Shape(sizes)}));
      case 1:
        if (from.has_batch() || from.rank() != 2) return;
        return put(add(OpKind::Transpose, {id}, PermutationAttributes{{1, 0}}));
      case 2:
        if (from[-1] == kBatch || from[-1] < 2) return;
        return put(add(OpKind::Slice, {id}, SliceAttributes{from.rank() - 1, 1, from[-1]}));
      default:
        if (from[-1] == kBatch || from[-1] > 8) return;
        return put(add(OpKind::Concat, {id, id}, ConcatAttributes{from.rank() - 1}));
    }
  }

  void grow_matmul() {
    const NodeId lhs = any();
    const NodeId rhs = any();
    const MatMulAttributes flags{pick(0, 1) == 1, pick(0, 1) == 1};
    auto result = ir::try_add_node(graph, OpKind::MatMul, {lhs, rhs}, flags, {});
    if (const auto* id = std::get_if<NodeId>(&result)) put(add(OpKind::Tanh, {*id}));
  }

  void grow_softmax() {
    const NodeId id = any();
    if (shape(id).rank() == 0 || shape(id)[-1] == kBatch) return;
    put(add(pick(0, 1) == 0 ? OpKind::Softmax : OpKind::LogSoftmax, {id}));
  }

  // The mean of a few nodes, each averaged.
  NodeId make_loss() {
    NodeId loss = constant(0.25);
    const int terms = pick(1, 4);
    for (int i = 0; i < terms; ++i) {
      const NodeId term = pick(0, 1) == 0 ? any() : pool_.back();
      std::vector<int> axes;
      for (int axis = 0; axis < shape(term).rank(); ++axis) axes.push_back(axis);
      loss = add(OpKind::Add, {loss, add(OpKind::Mean, {term}, AxesAttributes{axes})});
    }
    return loss;
  }

  // Momentum for parameters; states take any value of their shape, also each other's and their own.
  void make_updates(NodeId loss) {
    const std::size_t states = graph.slots.size();
    for (const auto& [slot, gradient] : ir::add_gradients(graph, loss).of) {
      const Shape slot_shape = graph.slot(slot).shape;
      const NodeId momentum = this->slot(graph.slot(slot).name + "/m", slot_shape, ir::SlotRole::Optimizer);
      inputs_.slots.push_back(values(slot_shape));
      const NodeId decayed = add(OpKind::Multiply, {momentum, constant(0.9)});
      const NodeId now = add(OpKind::Add, {decayed, gradient});
      update(graph.slots.size() - 1, now);
      if (pick(0, 4) == 0) continue;
      const NodeId scaled = add(OpKind::Multiply, {now, constant(0.1)});
      update(slot.position(), add(OpKind::Subtract, {read(slot), scaled}));
    }
    for (std::size_t i = 0; i < states; ++i) {
      if (graph.slots[i].role != ir::SlotRole::State || pick(0, 3) == 0) continue;
      std::vector<NodeId> fitting;
      for (const NodeId id : pool_) {
        if (shape(id) == graph.slots[i].shape) fitting.push_back(id);
      }
      if (!fitting.empty())
        update(i, fitting[static_cast<std::size_t>(pick(0, static_cast<int>(fitting.size()) - 1))]);
    }
  }

  std::mt19937 random_;
  std::vector<NodeId> pool_;
  RunInputs inputs_;
};

}  // namespace

RandomGraph make_random_graph(unsigned seed) { return Maker(seed).run(); }

}  // namespace nnc::test
