// See networks.hpp.
#include "tests/ops/networks.hpp"

#include "compiler/passes/passes.hpp"

namespace nnc::test {
namespace {

using ir::NodeId;

class Network : public GraphBuilder {
 public:
  NodeId parameter(const std::string& name, const Shape& shape, double limit) {
    const NodeId id = slot(name, shape);
    if (limit > 0) {
      graph.slots.back().initializer = {Initializer::Kind::Uniform, -limit, limit};
      graph.slots.back().stream = streams_++;
    }
    return id;
  }

  NodeId dense(const std::string& name, NodeId x, std::int64_t in, std::int64_t out) {
    const NodeId product =
        add(OpKind::MatMul, {x, parameter(name + ".kernel", Shape{in, out}, 0.3)}, MatMulAttributes{});
    return add(OpKind::Add, {product, parameter(name + ".bias", Shape{out}, 0)});
  }

  NodeId conv(const std::string& name, NodeId x, std::int64_t in, std::int64_t out, std::int64_t padding) {
    const WindowAttributes window{{3, 3}, {1, 1}, {padding, padding}, {padding, padding}, {}};
    const NodeId kernel = parameter(name + ".kernel", Shape{3, 3, in, out}, 0.3);
    const NodeId sum = add(OpKind::Conv2d, {x, kernel}, window);
    return add(OpKind::Add, {sum, parameter(name + ".bias", Shape{out}, 0)});
  }

  NodeId pool(NodeId x) {
    return add(OpKind::MaxPool2d, {x}, WindowAttributes{{2, 2}, {2, 2}, {0, 0}, {0, 0}, {}});
  }

  NodeId flatten(NodeId x, std::int64_t elements) {
    return add(OpKind::Reshape, {x}, ShapeAttributes{Shape{kBatch, elements}});
  }

  NodeId dropout(NodeId x, std::int64_t width, double rate) {
    const NodeId random = add(OpKind::RandomUniform, {}, RandomAttributes{0, Shape{kBatch, width}});
    const NodeId kept = add(OpKind::GreaterEqual, {random, constant(rate)});
    return add(OpKind::Multiply, {x, add(OpKind::Divide, {kept, constant(1 - rate)})});
  }

  NodeId relu(NodeId x) { return add(OpKind::Maximum, {x, constant(0)}); }

  ir::Graph finish(NodeId logits) {
    const NodeId probabilities = add(OpKind::Softmax, {logits});
    const NodeId picked = add(OpKind::Pick, {add(OpKind::Log, {probabilities}), classes(Shape{kBatch})});
    const NodeId loss = add(OpKind::Mean, {add(OpKind::Negate, {picked})}, AxesAttributes{{0}});
    const ir::Gradients gradients = ir::add_gradients(graph, loss);
    for (const auto& [parameter_slot, gradient] : gradients.of) add_adam(parameter_slot, gradient);
    output("loss", loss);
    output("prediction", probabilities);
    return std::move(graph);
  }

 private:
  NodeId moment(NodeId old, double rate, NodeId value) {
    const NodeId rest = add(OpKind::Multiply, {add(OpKind::Subtract, {constant(1), constant(rate)}), value});
    return add(OpKind::Add, {add(OpKind::Multiply, {constant(rate), old}), rest});
  }
  // 1 - beta ^ step
  NodeId correction(double beta) {
    return add(OpKind::Subtract, {constant(1), add(OpKind::Power, {constant(beta), step_number()})});
  }

  void add_adam(ir::SlotId weight_slot, NodeId gradient) {
    const ir::Slot weight = graph.slot(weight_slot);
    const NodeId m = slot(weight.name + "/m", weight.shape, ir::SlotRole::Optimizer);
    const std::size_t m_slot = graph.slots.size() - 1;
    const NodeId v = slot(weight.name + "/v", weight.shape, ir::SlotRole::Optimizer);
    const NodeId m_now = moment(m, 0.9, gradient);
    const NodeId v_now = moment(v, 0.999, add(OpKind::Power, {gradient, constant(2)}));
    const NodeId root = add(OpKind::Sqrt, {correction(0.999)});
    const NodeId scaled = add(OpKind::Multiply, {constant(0.01), root});
    const NodeId rate = add(OpKind::Divide, {scaled, correction(0.9)});
    const NodeId below = add(OpKind::Add, {add(OpKind::Sqrt, {v_now}), constant(1e-7)});
    const NodeId change = add(OpKind::Divide, {add(OpKind::Multiply, {rate, m_now}), below});
    update(m_slot, m_now);
    update(m_slot + 1, v_now);
    update(weight_slot.position(), add(OpKind::Subtract, {read(weight_slot), change}));
  }

  std::int32_t streams_ = 0;
};

}  // namespace

ir::Graph make_mlp(std::int64_t features, std::int64_t hidden, std::int64_t classes) {
  Network n;
  const NodeId x = n.features(Shape{kBatch, features});
  const NodeId h = n.relu(n.dense("dense_1", x, features, hidden));
  return n.finish(n.dense("dense_2", h, hidden, classes));
}

ir::Graph make_cnn(std::int64_t size, std::int64_t classes) {
  Network n;
  const NodeId x = n.features(Shape{kBatch, size, size, 1});
  const WindowAttributes window{{3, 3}, {1, 1}, {1, 1}, {1, 1}, {}};
  const NodeId conv =
      n.add(OpKind::Conv2d, {x, n.parameter("conv_1.kernel", Shape{3, 3, 1, 4}, 0.5)}, window);
  const NodeId h = n.relu(n.add(OpKind::Add, {conv, n.parameter("conv_1.bias", Shape{4}, 0)}));
  const NodeId pooled = n.add(OpKind::MaxPool2d, {h}, WindowAttributes{{2, 2}, {2, 2}, {0, 0}, {0, 0}, {}});
  const std::int64_t flat = size / 2 * (size / 2) * 4;
  const NodeId features = n.add(OpKind::Reshape, {pooled}, ShapeAttributes{Shape{kBatch, flat}});
  return n.finish(n.dense("dense_1", features, flat, classes));
}

ir::Graph make_deep_cnn(const DeepCnn& c, std::int64_t classes) {
  Network n;
  NodeId x = n.features(Shape{kBatch, c.size, c.size, 1});
  std::int64_t side = c.size;
  std::int64_t channels = 1;
  for (int block = 1; block <= c.blocks; ++block) {
    x = n.pool(n.relu(n.conv("conv_" + std::to_string(block), x, channels, c.filters, c.padding)));
    side = (side - 2 + 2 * c.padding) / 2;
    channels = c.filters;
  }
  const std::int64_t flat = side * side * channels;
  x = n.relu(n.dense("dense_1", n.flatten(x, flat), flat, c.hidden));
  return n.finish(n.dense("dense_2", x, c.hidden, classes));
}

ir::Graph make_dropout_mlp(std::int64_t features, std::int64_t hidden, std::int64_t classes, double rate) {
  Network n;
  const NodeId x = n.features(Shape{kBatch, features});
  const NodeId h = n.dropout(n.relu(n.dense("dense_1", x, features, hidden)), hidden, rate);
  return n.finish(n.dense("dense_2", h, hidden, classes));
}

ir::Graph without_optimizer(ir::Graph graph) {
  graph.updates.clear();
  graph = ir::eliminate_dead(std::move(graph));
  while (!graph.slots.empty() && graph.slots.back().role == ir::SlotRole::Optimizer) graph.slots.pop_back();
  return graph;
}

}  // namespace nnc::test
