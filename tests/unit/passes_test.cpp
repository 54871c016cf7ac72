// The passes: each identity, differentiation at bends, and that optimised graphs give the same values.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "compiler/passes/passes.hpp"
#include "tests/ops/random_graph.hpp"

namespace nnc::test {
namespace {

using ir::NodeId;

// The nodes of a graph after the whole pipeline, as "op op op", without inputs, slots and constants.
std::string optimized_ops(const ir::Graph& graph) {
  std::string text;
  for (const ir::Node& node : ir::optimize(graph).nodes) {
    if (op_info(node.op).op_class == OpClass::Leaf) continue;
    if (!text.empty()) text += ' ';
    text += op_info(node.op).name;
  }
  return text;
}

// What remains of f(x) for a slot x [4, 3].
template <class Build>
std::string simplified(Build build) {
  GraphBuilder b;
  const NodeId x = b.slot("x", Shape{4, 3});
  b.output("y", build(b, x));
  return optimized_ops(b.graph);
}

TEST_CASE("a logarithm of softmax becomes log_softmax", "[passes]") {
  CHECK(simplified([](auto& b, NodeId x) { return b.add(OpKind::Log, {b.add(OpKind::Softmax, {x})}); }) ==
        "log_softmax");
}

TEST_CASE("neutral operands disappear", "[passes]") {
  for (const OpKind op : {OpKind::Add, OpKind::Subtract}) {
    CHECK(simplified([=](auto& b, NodeId x) { return b.add(op, {x, b.constant(0)}); }).empty());
  }
  for (const OpKind op : {OpKind::Multiply, OpKind::Divide, OpKind::Power}) {
    CHECK(simplified([=](auto& b, NodeId x) { return b.add(op, {x, b.constant(1)}); }).empty());
  }
  CHECK(simplified([](auto& b, NodeId x) { return b.add(OpKind::Add, {b.constant(0), x}); }).empty());
  CHECK(simplified([](auto& b, NodeId x) {
          return b.add(OpKind::Subtract, {b.constant(0), x});
        }) == "negate");
  CHECK(simplified([](auto& b, NodeId x) { return b.add(OpKind::Divide, {b.constant(1), x}); }) == "divide");
}

TEST_CASE("a product with zero stays, since the other factor may be infinite", "[passes]") {
  CHECK(simplified([](auto& b, NodeId x) {
          return b.add(OpKind::Multiply, {x, b.constant(0)});
        }) == "multiply");
}

TEST_CASE("a neutral operand that broadcasts stays a broadcast", "[passes]") {
  GraphBuilder b;
  const NodeId ones = b.add(OpKind::Broadcast, {b.constant(1)}, ShapeAttributes{Shape{4, 3}});
  b.output("y", b.add(OpKind::Multiply, {b.slot("x", Shape{3}), ones}));
  const ir::Graph result = ir::optimize(b.graph);
  CHECK(result.node(result.find_output("y")).shape == Shape{4, 3});
}

TEST_CASE("signs cancel", "[passes]") {
  const auto negate = [](auto& b, NodeId x) { return b.add(OpKind::Negate, {x}); };
  CHECK(simplified([=](auto& b, NodeId x) { return negate(b, negate(b, x)); }).empty());
  CHECK(simplified([=](auto& b, NodeId x) {
          return b.add(OpKind::Add, {b.add(OpKind::Exp, {x}), negate(b, x)});
        }) == "exp subtract");
  CHECK(simplified([=](auto& b, NodeId x) { return b.add(OpKind::Subtract, {x, negate(b, x)}); }) == "add");
}

TEST_CASE("powers with small exponents become products and roots", "[passes]") {
  const auto power = [](double exponent) {
    return simplified([=](auto& b, NodeId x) { return b.add(OpKind::Power, {x, b.constant(exponent)}); });
  };
  CHECK(power(2) == "multiply");
  CHECK(power(0.5) == "sqrt");
  CHECK(power(-1) == "divide");
  CHECK(power(3) == "power");
}

TEST_CASE("movements that move nothing disappear", "[passes]") {
  CHECK(simplified([](auto& b, NodeId x) {
          return b.add(OpKind::Reshape, {x}, ShapeAttributes{Shape{4, 3}});
        }).empty());
  CHECK(simplified([](auto& b, NodeId x) {
          return b.add(OpKind::Broadcast, {x}, ShapeAttributes{Shape{4, 3}});
        }).empty());
  CHECK(simplified([](auto& b, NodeId x) {
          return b.add(OpKind::Slice, {x}, SliceAttributes{0, 0, 4});
        }).empty());
  CHECK(simplified([](auto& b, NodeId x) {
          return b.add(OpKind::Pad, {x}, PadAttributes{1, 0, 0});
        }).empty());
  CHECK(
      simplified([](auto& b, NodeId x) { return b.add(OpKind::Concat, {x}, ConcatAttributes{0}); }).empty());
  CHECK(simplified([](auto& b, NodeId x) { return b.add(OpKind::Sum, {x}, AxesAttributes{}); }).empty());
  CHECK(simplified([](auto& b, NodeId x) {
          const NodeId once = b.add(OpKind::Transpose, {x}, PermutationAttributes{{1, 0}});
          return b.add(OpKind::Transpose, {once}, PermutationAttributes{{1, 0}});
        }).empty());
  CHECK(simplified([](auto& b, NodeId x) {
          const NodeId flat = b.add(OpKind::Reshape, {x}, ShapeAttributes{Shape{12}});
          return b.add(OpKind::Reshape, {flat}, ShapeAttributes{Shape{2, 6}});
        }) == "reshape");
}

TEST_CASE("a matrix product reads its operands transposed", "[passes]") {
  GraphBuilder b;
  const NodeId x = b.slot("x", Shape{4, 3});
  const NodeId turned = b.add(OpKind::Transpose, {x}, PermutationAttributes{{1, 0}});
  b.output("y", b.add(OpKind::MatMul, {turned, x}, MatMulAttributes{}));
  const ir::Graph result = ir::optimize(b.graph);
  CHECK(optimized_ops(b.graph) == "matmul");
  CHECK(std::get<MatMulAttributes>(result.nodes.back().attributes).transpose_lhs);
}

TEST_CASE("an operand is not repeated before an operation that broadcasts", "[passes]") {
  GraphBuilder b;
  const NodeId row = b.add(OpKind::Broadcast, {b.slot("b", Shape{3})}, ShapeAttributes{Shape{4, 3}});
  b.output("y", b.add(OpKind::Add, {b.slot("x", Shape{4, 3}), row}));
  CHECK(optimized_ops(b.graph) == "add");
}

TEST_CASE("scalar constants are computed in double", "[passes]") {
  GraphBuilder b;
  const NodeId rest = b.add(OpKind::Subtract, {b.constant(1), b.constant(0.999)});
  b.output("y", b.add(OpKind::Sqrt, {rest}));
  const ir::Graph result = ir::optimize(b.graph);
  REQUIRE(result.nodes.size() == 1);
  CHECK(std::get<ConstantAttributes>(result.nodes[0].attributes).value == std::sqrt(1 - 0.999));
}

TEST_CASE("the count behind a mean over the batch folds once the batch is bound", "[passes]") {
  GraphBuilder b;
  const NodeId product = b.add(OpKind::Multiply, {b.features(Shape{kBatch, 2}), b.slot("w", Shape{2})});
  const NodeId loss = b.add(OpKind::Mean, {product}, AxesAttributes{{0, 1}});
  b.output("gradient", ir::add_gradients(b.graph, loss).of.front().second);
  CHECK(optimized_ops(ir::bind_batch(b.graph, 8)).find("broadcast") == std::string::npos);
}

TEST_CASE("equal nodes are computed once, and sums in either order are equal", "[passes]") {
  CHECK(simplified([](auto& b, NodeId x) {
          const NodeId first = b.add(OpKind::Exp, {x});
          const NodeId second = b.add(OpKind::Exp, {x});
          const NodeId forth = b.add(OpKind::Add, {first, x});
          const NodeId back = b.add(OpKind::Add, {x, second});
          return b.add(OpKind::Multiply, {forth, back});
        }) == "exp add multiply");
}

TEST_CASE("constants of different sign of zero are not equal", "[passes]") {
  GraphBuilder b;
  b.output("plus", b.constant(0.0));
  b.output("minus", b.constant(-0.0));
  CHECK(ir::eliminate_common(b.graph).nodes.size() == 2);
}

TEST_CASE("random operations of different places stay apart", "[passes]") {
  GraphBuilder b;
  const NodeId first = b.add(OpKind::RandomUniform, {}, RandomAttributes{0, Shape{3}});
  const NodeId second = b.add(OpKind::RandomUniform, {}, RandomAttributes{1, Shape{3}});
  b.output("y", b.add(OpKind::Subtract, {first, second}));
  CHECK(ir::optimize(b.graph).nodes.size() == 3);
}

TEST_CASE("what nothing needs is dropped, but slots stay", "[passes]") {
  GraphBuilder b;
  const NodeId x = b.slot("x", Shape{2});
  b.slot("unused", Shape{3});
  b.add(OpKind::Exp, {x});
  b.update(0, b.add(OpKind::Negate, {x}));
  const ir::Graph result = ir::eliminate_dead(b.graph);
  CHECK(result.nodes.size() == 2);
  CHECK(result.slots.size() == 2);
}

TEST_CASE("binding the batch replaces it everywhere", "[passes]") {
  GraphBuilder b;
  const NodeId x = b.features(Shape{kBatch, 2, 2, 1});
  const NodeId random = b.add(OpKind::RandomUniform, {}, RandomAttributes{0, Shape{kBatch, 4}});
  const NodeId flat = b.add(OpKind::Reshape, {x}, ShapeAttributes{Shape{kBatch, 4}});
  b.output("y", b.add(OpKind::Add, {flat, random}));
  const ir::Graph bound = ir::bind_batch(b.graph, 5);
  CHECK(ir::verify_graph(bound).empty());
  for (const ir::Node& node : bound.nodes) CHECK(!node.shape.has_batch());
}

// ---------------------------------------------------------------- differentiation

Values gradient_of(GraphBuilder& b, NodeId loss, const RunInputs& inputs, std::size_t slot = 0) {
  b.output("gradient", ir::add_gradients(b.graph, loss).of.at(slot).second);
  PlanOptions options;
  options.wide = true;
  return GraphRunner(b.graph, options, rt::KernelSet::Reference).run(inputs).outputs.at("gradient");
}

TEST_CASE("at a tie of maximum or minimum the gradient goes to the right side", "[passes]") {
  for (const OpKind op : {OpKind::Maximum, OpKind::Minimum}) {
    for (const std::size_t side : {0, 1}) {
      GraphBuilder b;
      const NodeId lhs = b.slot("lhs", Shape{1});
      const NodeId loss = b.sum_all(b.add(op, {lhs, b.slot("rhs", Shape{1})}));
      CHECK(gradient_of(b, loss, {{{2}, {2}}, {}, {}}, side) == Values{side == 1 ? 1.0 : 0.0});
    }
  }
}

TEST_CASE("relu has gradient 0 at 0, abs too", "[passes]") {
  GraphBuilder relu;
  const NodeId x = relu.slot("x", Shape{3});
  CHECK(gradient_of(relu, relu.sum_all(relu.add(OpKind::Maximum, {x, relu.constant(0)})),
                    {{{-1, 0, 2}}, {}, {}}) == Values{0, 0, 1});
  GraphBuilder abs;
  const NodeId y = abs.slot("x", Shape{3});
  CHECK(gradient_of(abs, abs.sum_all(abs.add(OpKind::Abs, {y})), {{{-1, 0, 2}}, {}, {}}) == Values{-1, 0, 1});
}

TEST_CASE("a power has gradient 0 where base or exponent is 0", "[passes]") {
  GraphBuilder b;
  const NodeId base = b.slot("base", Shape{2});
  const NodeId loss = b.sum_all(b.add(OpKind::Power, {base, b.slot("exponent", Shape{2})}));
  CHECK(gradient_of(b, loss, {{{0, 3}, {2, 0}}, {}, {}}) == Values{0, 0});
  GraphBuilder c;
  const NodeId zero = c.slot("base", Shape{1});
  const NodeId sum = c.sum_all(c.add(OpKind::Power, {zero, c.slot("exponent", Shape{1})}));
  CHECK(gradient_of(c, sum, {{{0}, {2}}, {}, {}}, 1) == Values{0});
}

TEST_CASE("parameters without influence get zeros", "[passes]") {
  GraphBuilder b;
  const NodeId used = b.slot("used", Shape{2});
  const NodeId compared = b.slot("compared", Shape{2});
  b.slot("unused", Shape{2, 2});
  const NodeId mask = b.add(OpKind::Greater, {compared, b.constant(0)});
  const NodeId loss = b.sum_all(b.add(OpKind::Multiply, {used, mask}));
  const ir::Gradients gradients = ir::add_gradients(b.graph, loss);
  REQUIRE(gradients.of.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) b.output(std::to_string(i), gradients.of[i].second);
  PlanOptions options;
  options.wide = true;
  const RunResult result =
      GraphRunner(b.graph, options, rt::KernelSet::Reference).run({{{1, 1}, {1, -1}, {5, 5, 5, 5}}, {}, {}});
  CHECK(result.outputs.at("0") == Values{1, 0});
  CHECK(result.outputs.at("1") == Values{0, 0});
  CHECK(result.outputs.at("2") == Values{0, 0, 0, 0});
}

TEST_CASE("cross entropy of a hopelessly confident network has a finite gradient", "[passes]") {
  GraphBuilder b;
  const NodeId probabilities = b.add(OpKind::Softmax, {b.slot("logits", Shape{1, 3})});
  const NodeId picked = b.add(OpKind::Pick, {b.add(OpKind::Log, {probabilities}), b.classes(Shape{1})});
  const NodeId loss = b.sum_all(b.add(OpKind::Negate, {picked}));
  b.output("loss", loss);
  b.output("gradient", ir::add_gradients(b.graph, loss).of.front().second);
  const RunResult result =
      GraphRunner(ir::optimize(b.graph), {}, rt::KernelSet::Fast).run({{{0, 1e4, -1e4}}, {}, {2}});
  CHECK(result.outputs.at("gradient") == Values{0, 1, -1});
  CHECK(result.outputs.at("loss") == Values{2e4});
}

TEST_CASE("the gradient of cross entropy is one fused step after one kernel", "[passes]") {
  GraphBuilder b;
  const NodeId probabilities = b.add(OpKind::Softmax, {b.slot("logits", Shape{8, 3})});
  const NodeId picked = b.add(OpKind::Pick, {b.add(OpKind::Log, {probabilities}), b.classes(Shape{8})});
  const NodeId loss = b.add(OpKind::Mean, {b.add(OpKind::Negate, {picked})}, AxesAttributes{{0}});
  b.output("gradient", ir::add_gradients(b.graph, loss).of.front().second);
  CHECK(optimized_ops(b.graph) == "softmax broadcast pick_grad multiply subtract");
}

TEST_CASE("states are not differentiated", "[passes]") {
  GraphBuilder b;
  const NodeId x = b.slot("x", Shape{2}, ir::SlotRole::State);
  CHECK(ir::add_gradients(b.graph, b.sum_all(x)).of.empty());
}

TEST_CASE("the way back through relu keeps its result, not its input", "[passes]") {
  GraphBuilder b;
  const NodeId x = b.slot("x", Shape{3});
  const NodeId relu = b.add(OpKind::Maximum, {x, b.constant(0)});
  b.output("g", ir::add_gradients(b.graph, b.sum_all(relu)).of.front().second);
  const ir::Graph result = ir::optimize(b.graph);
  for (const ir::Node& node : result.nodes) {
    if (node.op == OpKind::Greater) CHECK(result.node(node.inputs[0]).op == OpKind::Maximum);
  }
}

// ---------------------------------------------------------------- pools

namespace {

// input -> blocks of conv(3x3), bias, relu, max_pool(2x2) -> sum, with random numbers in the parameters.
ir::Graph make_blocks(GraphBuilder& b, std::int64_t size, int blocks, std::int64_t channels) {
  NodeId x = b.features(Shape{2, size, size, 1});
  for (int i = 0; i < blocks; ++i) {
    const std::int64_t in = i == 0 ? 1 : channels;
    const std::string name = "block_" + std::to_string(i);
    x = b.add(OpKind::Conv2d, {x, b.slot(name + ".kernel", Shape{3, 3, in, channels})},
              WindowAttributes{{3, 3}, {1, 1}, {0, 0}, {0, 0}, {}});
    x = b.add(OpKind::Add, {x, b.slot(name + ".bias", Shape{channels})});
    x = b.add(OpKind::Maximum, {x, b.constant(0)});
    x = b.add(OpKind::MaxPool2d, {x}, WindowAttributes{{2, 2}, {2, 2}, {0, 0}, {0, 0}, {}});
  }
  b.output("pooled", x);
  b.output("loss", b.sum_all(x));
  return b.graph;
}

}  // namespace

TEST_CASE("a pool passes the bias and the relu before it and becomes one with its convolution", "[passes]") {
  GraphBuilder b;
  const std::string ops = optimized_ops(make_blocks(b, 9, 1, 3));
  const bool sinks = is_on(Optimization::SinkPools);
  const bool joins = sinks && is_on(Optimization::JoinPools);
  CHECK(ops == (joins   ? "conv2d_max add maximum sum"
                : sinks ? "conv2d max_pool2d add maximum sum"
                        : "conv2d add maximum max_pool2d sum"));
}

TEST_CASE("convolutions leave out what later pools drop", "[passes]") {
  GraphBuilder b;
  const ir::Graph result = ir::optimize(make_blocks(b, 28, 3, 2));
  std::vector<std::string> shapes;
  for (const ir::Node& node : result.nodes) {
    if (node.op == OpKind::Conv2dMax) shapes.push_back(node.shape.to_string());
  }
  for (const Optimization needed :
       {Optimization::SinkPools, Optimization::JoinPools, Optimization::CropWindows}) {
    if (!is_on(needed)) return;
  }
  // Of 13, 5 and 1 pixels: the last needs 2 x 2 of its convolution's 3, so 4 x 4 before it, so 10 x 10.
  CHECK(shapes == std::vector<std::string>{"[2, 10, 10, 2]", "[2, 4, 4, 2]", "[2, 1, 1, 2]"});
}

TEST_CASE("pools joined with convolutions change no value and no gradient", "[passes]") {
  for (const std::int64_t size : {28, 27, 23, 22}) {
    GraphBuilder b;
    ir::Graph plain = make_blocks(b, size, size > 22 ? 3 : 2, 3);
    ir::Graph joined = ir::optimize(plain);
    for (ir::Graph* graph : {&plain, &joined}) {
      const ir::Gradients gradients = ir::add_gradients(*graph, graph->find_output("loss"));
      for (const auto& [slot, gradient] : gradients.of)
        graph->outputs.push_back({"grad:" + graph->slot(slot).name, gradient});
    }
    RunInputs inputs;
    std::mt19937 random(static_cast<unsigned>(size));
    std::uniform_real_distribution<double> numbers(-1, 1);
    for (const ir::Slot& slot : plain.slots) {
      Values& values = inputs.slots.emplace_back(static_cast<std::size_t>(*slot.shape.element_count()));
      for (double& value : values) value = numbers(random);
    }
    inputs.features.resize(static_cast<std::size_t>(2 * size * size));
    for (double& value : inputs.features) value = std::max(0.0, numbers(random));
    PlanOptions options;
    options.wide = true;
    const RunResult expected = GraphRunner(plain, options, rt::KernelSet::Reference).run(inputs);
    const RunResult result = GraphRunner(ir::optimize(joined), options, rt::KernelSet::Reference).run(inputs);
    for (const auto& [name, values] : expected.outputs) {
      CAPTURE(size, name);
      REQUIRE(result.outputs.at(name).size() == values.size());
      for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(result.outputs.at(name)[i] == Approx(values[i]).epsilon(1e-9).margin(1e-12));
    }
  }
}

// ---------------------------------------------------------------- the pipeline

TEST_CASE("the pipeline shows every pass its result, and ends where nothing changes", "[passes]") {
  const ir::Graph graph = make_random_graph(3).graph;
  std::vector<std::string> names;
  const ir::Graph once =
      ir::optimize(graph, [&](std::string_view pass, const ir::Graph&) { names.emplace_back(pass); });
  REQUIRE(names.size() >= ir::pipeline().size());
  for (std::size_t i = 0; i < ir::pipeline().size(); ++i) {
    CHECK(names[i] == ir::pipeline()[i].name);
    CHECK(!ir::pipeline()[i].reason.empty());
  }
  CHECK(ir::print_graph(ir::optimize(once)) == ir::print_graph(once));
}

TEST_CASE("optimised random graphs give the same values", "[passes]") {
  PlanOptions options;
  options.wide = true;
  for (unsigned seed = 0; seed < 300; ++seed) {
    const RandomGraph random = make_random_graph(seed);
    const RunResult plain = GraphRunner(random.graph, options, rt::KernelSet::Reference).run(random.inputs);
    const ir::Graph optimized = ir::optimize(random.graph);
    const RunResult result = GraphRunner(optimized, options, rt::KernelSet::Reference).run(random.inputs);
    INFO("seed " << seed);
    for (const auto& [name, values] : plain.outputs) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(result.outputs.at(name)[i] == Approx(values[i]).epsilon(1e-9).margin(1e-9));
      }
    }
    for (std::size_t slot = 0; slot < plain.slots.size(); ++slot) {
      for (std::size_t i = 0; i < plain.slots[slot].size(); ++i) {
        CHECK(result.slots[slot][i] == Approx(plain.slots[slot][i]).epsilon(1e-9).margin(1e-9));
      }
    }
  }
}

}  // namespace
}  // namespace nnc::test
