// Every gradient rule against central differences in double. One list of cases, by operation; a test fails if
// an operation that ops.def marks Vjp has none. loss = sum(weights * y) with fixed random weights, so that
// every element of the result matters differently.
//
// Where an operation is not smooth (abs, sign, maximum, minimum, max_pool2d), its operands are values spaced
// by kSpacing, none of them at the bend and no two equal, so a step of kEpsilon never crosses the bend. The
// rules at the bends themselves are tested as values in tests/unit/passes_test.cpp.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <random>
#include <set>

#include "compiler/passes/passes.hpp"
#include "tests/ops/graph_runner.hpp"

namespace nnc::test {
namespace {

using ir::NodeId;

constexpr double kEpsilon = 1e-6;
constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-5;
constexpr double kSpacing = 0.05;

// Builds the function under test and the values of its slots.
class Case : public GraphBuilder {
 public:
  explicit Case(unsigned seed) : random_(seed) {}

  RunInputs inputs;

  // A parameter with values spread evenly over a range.
  NodeId parameter(const Shape& shape, double low = -1, double high = 1) {
    return fill(shape, ir::SlotRole::Parameter, uniform(shape, low, high));
  }
  // A parameter whose values are multiples of kSpacing plus `offset`, all different, in random order, around
  // 0.
  NodeId spaced(const Shape& shape, double offset = kSpacing / 2) {
    const auto count = static_cast<std::size_t>(shape.element_count().value());
    Values values(count);
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = (static_cast<double>(i) - std::floor(static_cast<double>(count) / 2)) * kSpacing + offset;
    }
    std::shuffle(values.begin(), values.end(), random_);
    return fill(shape, ir::SlotRole::Parameter, std::move(values));
  }
  NodeId fixed(const Shape& shape) { return fill(shape, ir::SlotRole::State, uniform(shape, -1, 1)); }

  Values uniform(const Shape& shape, double low, double high) {
    std::uniform_real_distribution<double> distribution(low, high);
    Values values(static_cast<std::size_t>(shape.element_count().value()));
    for (double& value : values) value = distribution(random_);
    return values;
  }
  std::vector<std::int32_t> labels(std::size_t count, std::int32_t classes) {
    std::vector<std::int32_t> result(count);
    for (auto& label : result) label = std::uniform_int_distribution<std::int32_t>(0, classes - 1)(random_);
    return result;
  }

 private:
  NodeId fill(const Shape& shape, ir::SlotRole role, Values values) {
    inputs.slots.push_back(std::move(values));
    return slot("slot_" + std::to_string(graph.slots.size()), shape, role);
  }
  std::mt19937 random_;
};

// Compares all gradients of a scalar loss with central differences.
void check_gradients(Case& c, NodeId loss, std::int64_t batch = 3) {
  const ir::Gradients gradients = ir::add_gradients(c.graph, loss);
  for (const auto& [slot, gradient] : gradients.of) c.output(c.graph.slot(slot).name, gradient);
  c.output("loss", loss);
  REQUIRE(ir::verify_graph(c.graph).empty());
  const ir::Graph bound = ir::bind_batch(c.graph, batch);
  REQUIRE(ir::verify_graph(bound).empty());
  PlanOptions options;
  options.wide = true;
  GraphRunner runner(bound, options, rt::KernelSet::Reference);
  ir::Graph forward = bound;
  forward.outputs = {bound.outputs.back()};
  GraphRunner forward_runner(forward, options, rt::KernelSet::Reference);
  const RunResult analytic = runner.run(c.inputs);
  for (const auto& [slot, gradient] : gradients.of) {
    const Values& expected = analytic.outputs.at(c.graph.slot(slot).name);
    Values& values = c.inputs.slots[slot.position()];
    REQUIRE(expected.size() == values.size());
    const std::size_t stride = std::max<std::size_t>(1, values.size() / 64);  // enough of the large ones
    for (std::size_t i = 0; i < values.size(); i += stride) {
      const double middle = values[i];
      values[i] = middle + kEpsilon;
      const double above = forward_runner.run(c.inputs).outputs.at("loss").front();
      values[i] = middle - kEpsilon;
      const double below = forward_runner.run(c.inputs).outputs.at("loss").front();
      values[i] = middle;
      const double numeric = (above - below) / (2 * kEpsilon);
      INFO(c.graph.slot(slot).name << "[" << i << "]: rule " << expected[i] << ", differences " << numeric);
      CHECK(std::abs(expected[i] - numeric) <= kAbsolute + kRelative * std::abs(numeric));
    }
  }
}

void check_result(Case& c, NodeId result, std::int64_t batch = 3) {
  const Shape shape = c.graph.node(result).shape;
  NodeId weighted = result;
  if (!shape.has_batch()) weighted = c.add(OpKind::Multiply, {result, c.fixed(shape)});
  check_gradients(c, c.sum_all(weighted), batch);
}

struct OpCase {
  OpKind op;
  std::function<NodeId(Case&)> build;
};

std::vector<OpCase> unary_cases() {
  std::vector<OpCase> cases;
  const std::vector<Shape> shapes = {Shape{},     Shape{1},        Shape{7},
                                     Shape{3, 5}, Shape{2, 1, 11}, Shape{2, 3, 4, 5}};
  const std::set<OpKind> positive = {OpKind::Log, OpKind::Sqrt};
  const std::set<OpKind> bent = {OpKind::Abs, OpKind::Sign};
  for (const OpKind op : {OpKind::Negate, OpKind::Exp, OpKind::Log, OpKind::Sqrt, OpKind::Abs, OpKind::Sign,
                          OpKind::Tanh, OpKind::Sigmoid, OpKind::Softplus, OpKind::Erf}) {
    for (const Shape& shape : shapes) {
      cases.push_back({op, [=](Case& c) {
                         if (bent.contains(op)) return c.add(op, {c.spaced(shape)});
                         const double low = positive.contains(op) ? 0.3 : -2;
                         return c.add(op, {c.parameter(shape, low, 2)});
                       }});
    }
  }
  return cases;
}

std::vector<std::pair<Shape, Shape>> broadcast_pairs() {
  return {{Shape{}, Shape{}},
          {Shape{5}, Shape{5}},
          {Shape{2, 3}, Shape{3}},
          {Shape{3}, Shape{2, 3}},
          {Shape{2, 1}, Shape{1, 3}},
          {Shape{4, 1}, Shape{4, 7}},
          {Shape{}, Shape{3, 2}},
          {Shape{3, 2}, Shape{1}},
          {Shape{2, 1, 3}, Shape{2, 5, 3}},
          {Shape{1, 1}, Shape{2, 3, 5}},
          {Shape{2, 3, 5}, Shape{2, 1, 1}}};
}

std::vector<OpCase> binary_cases() {
  std::vector<OpCase> cases;
  for (const auto& pair : broadcast_pairs()) {
    const Shape lhs = pair.first;
    const Shape rhs = pair.second;
    for (const OpKind op : {OpKind::Add, OpKind::Subtract, OpKind::Multiply}) {
      cases.push_back({op, [=](Case& c) { return c.add(op, {c.parameter(lhs), c.parameter(rhs)}); }});
    }
    cases.push_back({OpKind::Divide, [=](Case& c) {
                       return c.add(OpKind::Divide, {c.parameter(lhs), c.parameter(rhs, 0.5, 2)});
                     }});
    cases.push_back({OpKind::Power, [=](Case& c) {
                       return c.add(OpKind::Power, {c.parameter(lhs, 0.5, 2), c.parameter(rhs, -2, 2)});
                     }});
    // Offsets of a quarter and three quarters of the spacing: no tie between the two sides.
    for (const OpKind op : {OpKind::Maximum, OpKind::Minimum}) {
      cases.push_back({op, [=](Case& c) {
                         return c.add(op, {c.spaced(lhs, kSpacing / 4), c.spaced(rhs, 3 * kSpacing / 4)});
                       }});
    }
    cases.push_back({OpKind::Select, [=](Case& c) {
                       const NodeId condition = c.add(OpKind::Greater, {c.fixed(lhs), c.constant(0)});
                       return c.add(OpKind::Select, {condition, c.parameter(rhs), c.parameter(Shape{})});
                     }});
    cases.push_back({OpKind::Select, [=](Case& c) {
                       const NodeId condition = c.add(OpKind::Greater, {c.fixed(Shape{}), c.constant(0)});
                       return c.add(OpKind::Select, {condition, c.parameter(lhs), c.parameter(rhs)});
                     }});
  }
  for (const double exponent : {2.0, 3.0, -1.0, 0.5, 0.0, 1.0}) {
    cases.push_back({OpKind::Power, [=](Case& c) {
                       return c.add(OpKind::Power, {c.parameter(Shape{5}, 0.5, 2), c.constant(exponent)});
                     }});
  }
  cases.push_back({OpKind::Maximum, [](Case& c) {
                     return c.add(OpKind::Maximum, {c.spaced(Shape{13}), c.constant(0)});
                   }});
  return cases;
}

std::vector<OpCase> reduction_cases() {
  std::vector<OpCase> cases;
  for (const Shape& shape : {Shape{1}, Shape{7}, Shape{3, 5}, Shape{2, 3, 4}, Shape{4, 1}}) {
    for (const OpKind op : {OpKind::Softmax, OpKind::LogSoftmax}) {
      cases.push_back({op, [=](Case& c) { return c.add(op, {c.parameter(shape, -2, 2)}); }});
    }
  }
  const std::vector<std::pair<Shape, std::vector<int>>> reductions = {{Shape{}, {}},
                                                                      {Shape{5}, {0}},
                                                                      {Shape{2, 3}, {}},
                                                                      {Shape{2, 3}, {0}},
                                                                      {Shape{2, 3}, {1}},
                                                                      {Shape{2, 3, 5}, {1}},
                                                                      {Shape{2, 3, 5}, {0, 2}},
                                                                      {Shape{2, 3, 5}, {0, 1, 2}},
                                                                      {Shape{1, 7, 1}, {0}},
                                                                      {Shape{2, 3, 4, 5}, {1, 2}},
                                                                      {Shape{2, 3, 4, 5}, {0, 1, 2}}};
  for (const auto& reduction : reductions) {
    const Shape shape = reduction.first;
    const std::vector<int> axes = reduction.second;
    for (const OpKind op : {OpKind::Sum, OpKind::Mean}) {
      cases.push_back({op, [=](Case& c) { return c.add(op, {c.parameter(shape)}, AxesAttributes{axes}); }});
    }
  }
  return cases;
}

void add_movement(std::vector<OpCase>& cases, OpKind op, const Shape& shape, const Attributes& attributes) {
  cases.push_back({op, [=](Case& c) { return c.add(op, {c.parameter(shape)}, attributes); }});
}

std::vector<OpCase> movement_cases() {
  std::vector<OpCase> cases;
  add_movement(cases, OpKind::Reshape, Shape{2, 3}, ShapeAttributes{Shape{6}});
  add_movement(cases, OpKind::Reshape, Shape{}, ShapeAttributes{Shape{1, 1}});
  add_movement(cases, OpKind::Reshape, Shape{2, 3, 4}, ShapeAttributes{Shape{4, 6}});
  add_movement(cases, OpKind::Broadcast, Shape{}, ShapeAttributes{Shape{2, 3}});
  add_movement(cases, OpKind::Broadcast, Shape{3}, ShapeAttributes{Shape{2, 3}});
  add_movement(cases, OpKind::Broadcast, Shape{2, 1}, ShapeAttributes{Shape{2, 3}});
  add_movement(cases, OpKind::Broadcast, Shape{2, 1, 3}, ShapeAttributes{Shape{5, 2, 4, 3}});
  add_movement(cases, OpKind::Broadcast, Shape{2, 3}, ShapeAttributes{Shape{2, 3}});
  add_movement(cases, OpKind::Transpose, Shape{2, 3}, PermutationAttributes{{1, 0}});
  add_movement(cases, OpKind::Transpose, Shape{2, 3, 5}, PermutationAttributes{{2, 0, 1}});
  add_movement(cases, OpKind::Transpose, Shape{2, 3, 5, 4}, PermutationAttributes{{0, 3, 1, 2}});
  add_movement(cases, OpKind::Slice, Shape{7}, SliceAttributes{0, 2, 5});
  add_movement(cases, OpKind::Slice, Shape{2, 5, 3}, SliceAttributes{1, 0, 1});
  add_movement(cases, OpKind::Slice, Shape{2, 3}, SliceAttributes{1, 0, 3});
  add_movement(cases, OpKind::Pad, Shape{3}, PadAttributes{0, 1, 2});
  add_movement(cases, OpKind::Pad, Shape{2, 3, 4}, PadAttributes{1, 0, 2});
  add_movement(cases, OpKind::Pad, Shape{2, 3}, PadAttributes{1, 0, 0});
  for (const int axis : {0, 1}) {
    cases.push_back({OpKind::Concat, [=](Case& c) {
                       const Shape second = axis == 0 ? Shape{1, 3} : Shape{2, 5};
                       const std::vector<NodeId> parts = {c.parameter(Shape{2, 3}), c.parameter(second),
                                                          c.parameter(Shape{2, 3})};
                       return c.add(OpKind::Concat, parts, ConcatAttributes{axis});
                     }});
  }
  cases.push_back({OpKind::Concat, [](Case& c) {
                     const NodeId same = c.parameter(Shape{3});
                     return c.add(OpKind::Concat, {same, same}, ConcatAttributes{0});
                   }});
  return cases;
}

std::vector<OpCase> matmul_cases() {
  std::vector<OpCase> cases;
  for (const auto& sizes :
       {std::array{1, 1, 1}, std::array{2, 3, 5}, std::array{7, 1, 4}, std::array{5, 11, 3}}) {
    for (int flags = 0; flags < 4; ++flags) {
      cases.push_back({OpKind::MatMul, [=](Case& c) {
                         const bool ta = (flags & 1) != 0;
                         const bool tb = (flags & 2) != 0;
                         const auto [m, k, n] = sizes;
                         const NodeId lhs = c.parameter(ta ? Shape{k, m} : Shape{m, k});
                         const NodeId rhs = c.parameter(tb ? Shape{n, k} : Shape{k, n});
                         return c.add(OpKind::MatMul, {lhs, rhs}, MatMulAttributes{ta, tb});
                       }});
    }
  }
  cases.push_back({OpKind::MatMul, [](Case& c) {
                     const NodeId shared = c.parameter(Shape{3, 3});
                     return c.add(OpKind::MatMul, {shared, shared}, MatMulAttributes{false, true});
                   }});
  return cases;
}

struct ImageSetup {
  Shape image;
  std::int64_t out_channels;
  WindowAttributes window;
};

std::vector<ImageSetup> image_setups() {
  return {{Shape{1, 1, 1, 1}, 1, {{1, 1}, {1, 1}, {0, 0}, {0, 0}, {}}},
          {Shape{2, 5, 5, 3}, 2, {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {}}},
          {Shape{1, 7, 5, 2}, 3, {{2, 3}, {2, 1}, {0, 1}, {1, 1}, {}}},
          {Shape{2, 6, 7, 1}, 5, {{2, 2}, {2, 2}, {0, 0}, {0, 0}, {}}},
          {Shape{1, 8, 9, 3}, 2, {{3, 3}, {2, 3}, {0, 2}, {1, 0}, {}}},
          {Shape{3, 4, 4, 2}, 2, {{4, 4}, {3, 3}, {1, 1}, {2, 2}, {}}}};
}

std::vector<OpCase> window_cases() {
  std::vector<OpCase> cases;
  for (const ImageSetup& setup : image_setups()) {
    cases.push_back(
        {OpKind::Conv2d, [=](Case& c) {
           const auto& w = setup.window.window;
           const NodeId kernel = c.parameter(Shape{w[0], w[1], setup.image[3], setup.out_channels});
           return c.add(OpKind::Conv2d, {c.parameter(setup.image), kernel}, setup.window);
         }});
    cases.push_back({OpKind::MaxPool2d, [=](Case& c) {
                       return c.add(OpKind::MaxPool2d, {c.spaced(setup.image)}, setup.window);
                     }});
    // Large windows of a few values: the maxima are apart, whatever the small steps do.
    cases.push_back({OpKind::Conv2dMax, [=](Case& c) {
                       const auto& w = setup.window.window;
                       WindowAttributes window = setup.window;
                       window.pool = {std::min<std::int64_t>(2, setup.image[1] / 3 + 1), 1};
                       const NodeId kernel =
                           c.parameter(Shape{w[0], w[1], setup.image[3], setup.out_channels});
                       return c.add(OpKind::Conv2dMax, {c.parameter(setup.image), kernel}, window);
                     }});
    cases.push_back({OpKind::AvgPool2d, [=](Case& c) {
                       return c.add(OpKind::AvgPool2d, {c.parameter(setup.image)}, setup.window);
                     }});
  }
  return cases;
}

std::vector<OpCase> index_cases() {
  std::vector<OpCase> cases;
  for (const Shape& shape : {Shape{5, 7}, Shape{3, 1}, Shape{1, 2}}) {
    cases.push_back({OpKind::Pick, [=](Case& c) {
                       c.inputs.classes =
                           c.labels(static_cast<std::size_t>(shape[0]), static_cast<int>(shape[1]));
                       return c.add(OpKind::Pick, {c.parameter(shape), c.classes(Shape{shape[0]})});
                     }});
  }
  return cases;
}

std::vector<OpCase> all_cases() {
  std::vector<OpCase> cases;
  for (const auto& part : {unary_cases(), binary_cases(), reduction_cases(), movement_cases(), matmul_cases(),
                           window_cases(), index_cases()}) {
    cases.insert(cases.end(), part.begin(), part.end());
  }
  return cases;
}

TEST_CASE("every operation with a gradient has a gradient case", "[grad]") {
  std::set<OpKind> covered;
  for (const OpCase& op_case : all_cases()) covered.insert(op_case.op);
  for (const OpInfo& info : all_ops()) {
    INFO(info.name);
    CHECK(covered.contains(info.kind) == info.has_vjp);
  }
}

TEST_CASE("gradients agree with central differences", "[grad]") {
  unsigned seed = 0;
  for (const OpCase& op_case : all_cases()) {
    Case c(++seed);
    INFO(op_info(op_case.op).name << ", case " << seed);
    check_result(c, op_case.build(c));
  }
}

TEST_CASE("gradients sum over a symbolic batch", "[grad]") {
  for (const std::int64_t batch : {1, 2, 7}) {
    Case c(11);
    const NodeId x = c.features(Shape{kBatch, 5});
    c.inputs.features = c.uniform(Shape{batch, 5}, -1, 1);
    const NodeId product = c.add(OpKind::MatMul, {x, c.parameter(Shape{5, 3})}, MatMulAttributes{});
    const NodeId shifted = c.add(OpKind::Add, {product, c.parameter(Shape{3})});
    const NodeId centered =
        c.add(OpKind::Subtract, {shifted, c.add(OpKind::Mean, {shifted}, AxesAttributes{{0}})});
    const NodeId square = c.add(OpKind::Multiply, {centered, c.add(OpKind::Tanh, {shifted})});
    check_gradients(c, c.add(OpKind::Mean, {square}, AxesAttributes{{0, 1}}), batch);
  }
}

TEST_CASE("cross entropy over logits has the right gradient", "[grad]") {
  Case c(12);
  const NodeId x = c.features(Shape{kBatch, 4});
  c.inputs.features = c.uniform(Shape{5, 4}, -1, 1);
  c.inputs.classes = c.labels(5, 3);
  const NodeId logits = c.add(OpKind::MatMul, {x, c.parameter(Shape{4, 3})}, MatMulAttributes{});
  const NodeId probabilities = c.add(OpKind::Log, {c.add(OpKind::Softmax, {logits})});
  const NodeId picked = c.add(OpKind::Pick, {probabilities, c.classes(Shape{kBatch})});
  const NodeId loss = c.add(OpKind::Mean, {c.add(OpKind::Negate, {picked})}, AxesAttributes{{0}});
  check_gradients(c, loss, 5);
}

// conv -> normalisation over batch, height and width -> relu -> skip -> mean. Relu bends at 0, so its operand
// is compared with 0 first: the test is only worth something if none is within 1e-4 of it.
TEST_CASE("a residual block has the right gradient", "[grad]") {
  Case c(13);
  const NodeId x = c.parameter(Shape{2, 5, 5, 3});
  const WindowAttributes same{{3, 3}, {1, 1}, {1, 1}, {1, 1}, {}};
  const NodeId conv = c.add(OpKind::Conv2d, {x, c.parameter(Shape{3, 3, 3, 3}, -0.5, 0.5)}, same);
  const AxesAttributes axes{{0, 1, 2}};
  const NodeId centered = c.add(OpKind::Subtract, {conv, c.add(OpKind::Mean, {conv}, axes)});
  const NodeId variance = c.add(OpKind::Mean, {c.add(OpKind::Multiply, {centered, centered})}, axes);
  const NodeId deviation = c.add(OpKind::Sqrt, {c.add(OpKind::Add, {variance, c.constant(1e-3)})});
  const NodeId normal = c.add(OpKind::Divide, {centered, deviation});
  const NodeId scaled = c.add(OpKind::Multiply, {normal, c.parameter(Shape{3}, 0.5, 1.5)});
  const NodeId shifted = c.add(OpKind::Add, {scaled, c.parameter(Shape{3}, -0.2, 0.2)});
  const NodeId relu = c.add(OpKind::Maximum, {shifted, c.constant(0)});
  const NodeId joined = c.add(OpKind::Add, {relu, x});
  c.output("shifted", shifted);
  PlanOptions wide;
  wide.wide = true;
  const RunResult forward = GraphRunner(c.graph, wide, rt::KernelSet::Reference).run(c.inputs);
  for (const double value : forward.outputs.at("shifted")) REQUIRE(std::abs(value) > 1e-4);
  const NodeId pooled = c.add(OpKind::Mean, {joined}, AxesAttributes{{1, 2}});
  check_result(c, c.add(OpKind::Tanh, {pooled}));
}

TEST_CASE("a shared parameter gets the sum of its gradients", "[grad]") {
  Case c(14);
  const NodeId first = c.parameter(Shape{4, 4});
  const NodeId second = c.read(ir::SlotId(0));  // the same slot, read by another node
  const NodeId product = c.add(OpKind::MatMul, {first, c.add(OpKind::Tanh, {second})}, MatMulAttributes{});
  check_result(c, c.add(OpKind::Add, {product, second}));
}

}  // namespace
}  // namespace nnc::test
