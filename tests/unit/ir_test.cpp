// The graph: building, the verifier, and the text form, whose print -> read -> print is a fixed point.
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "tests/ops/random_graph.hpp"

namespace nnc::test {
namespace {

using ir::NodeId;

ir::Graph read_back(const ir::Graph& graph) {
  const std::string text = ir::print_graph(graph);
  Result<ir::Graph> result = ir::read_graph(text);
  INFO(text);
  INFO((result.ok() ? "" : result.failure().message));
  REQUIRE(result.ok());
  return std::move(result).value();
}

TEST_CASE("a node gets the shape and type of the rules", "[ir]") {
  GraphBuilder b;
  const NodeId x = b.features(Shape{kBatch, 3});
  const NodeId y = b.add(OpKind::MatMul, {x, b.slot("w", Shape{3, 2})}, MatMulAttributes{});
  CHECK(b.graph.node(y).shape == Shape{kBatch, 2});
  CHECK(b.graph.node(b.classes(Shape{kBatch})).type == ElementType::Int);
  CHECK(ir::verify_graph(b.graph).empty());
}

TEST_CASE("shapes that do not fit are refused with a reason and leave the graph as it was", "[ir]") {
  GraphBuilder b;
  const NodeId x = b.slot("w", Shape{3, 2});
  const auto result = ir::try_add_node(b.graph, OpKind::MatMul, {x, x}, MatMulAttributes{}, {});
  REQUIRE(std::holds_alternative<ShapeError>(result));
  CHECK(std::get<ShapeError>(result).kind == ShapeError::Kind::MatMulInner);
  CHECK(b.graph.nodes.size() == 1);
  CHECK_THROWS_AS(b.add(OpKind::MatMul, {x, x}, MatMulAttributes{}), InternalError);
}

TEST_CASE("the verifier names what is broken", "[ir]") {
  GraphBuilder b;
  const NodeId w = b.slot("w", Shape{2});
  const NodeId y = b.add(OpKind::Add, {w, w});
  b.output("y", y);
  b.update(0, y);
  REQUIRE(ir::verify_graph(b.graph).empty());
  const auto broken = [&](auto change) {
    ir::Graph graph = b.graph;
    change(graph);
    return ir::verify_graph(graph);
  };
  CHECK(!broken([](auto& g) { g.nodes[1].inputs[0] = NodeId(std::size_t{1}); }).empty());
  CHECK(!broken([](auto& g) { g.nodes[1].inputs.pop_back(); }).empty());
  CHECK(!broken([](auto& g) { g.nodes[1].shape = Shape{3}; }).empty());
  CHECK(!broken([](auto& g) { g.nodes[1].type = ElementType::Int; }).empty());
  CHECK(!broken([](auto& g) { g.nodes[1].attributes = ConstantAttributes{1}; }).empty());
  CHECK(!broken([](auto& g) { g.nodes[0].attributes = SlotAttributes{1}; }).empty());
  CHECK(!broken([](auto& g) { g.slots[0].shape = Shape{kBatch}; }).empty());
  CHECK(!broken([](auto& g) { g.updates.push_back(g.updates[0]); }).empty());
  CHECK(!broken([](auto& g) { g.outputs[0].node = NodeId{}; }).empty());
  CHECK(!broken([](auto& g) { g.outputs.push_back(g.outputs[0]); }).empty());
}

TEST_CASE("an integer is refused where numbers are computed", "[ir]") {
  GraphBuilder b;
  const NodeId labels = b.classes(Shape{kBatch});
  b.graph.nodes.push_back({OpKind::Negate, {labels}, NoAttributes{}, Shape{kBatch}, ElementType::Float, {}});
  CHECK(ir::verify_graph(b.graph) == "%1: input 0 is an integer");
}

TEST_CASE("graphs are printed one node per line", "[ir]") {
  GraphBuilder b;
  const NodeId x = b.features(Shape{kBatch, 3});
  const NodeId w = b.slot("dense_1.kernel", Shape{2, 3});
  b.graph.slots[0].initializer = {Initializer::Kind::Uniform, -0.1, 0.1};
  b.graph.slots[0].stream = 0;
  b.output("prediction", b.add(OpKind::MatMul, {x, w}, MatMulAttributes{false, true}));
  b.update(0, b.add(OpKind::Negate, {w}));
  CHECK(ir::print_graph(b.graph) ==
        "slot $0 \"dense_1.kernel\" parameter [2, 3] uniform -0.1 0.1 stream=0\n"
        "%0 = input role=features shape=[batch, 3] type=float : [batch, 3]\n"
        "%1 = slot slot=0 : [2, 3]\n"
        "%2 = matmul %0 %1 transpose_rhs=true : [batch, 2]\n"
        "%3 = negate %1 : [2, 3]\n"
        "update $0 = %3\n"
        "output \"prediction\" = %2\n");
}

TEST_CASE("every attribute survives print and read", "[ir]") {
  GraphBuilder b;
  const NodeId image = b.features(Shape{kBatch, 6, 8, 3});
  const WindowAttributes window{{3, 2}, {2, 1}, {0, 1}, {1, 0}, Shape{kBatch, 6, 8, 3}};
  const NodeId conv = b.add(OpKind::Conv2d, {image, b.slot("k \"\\\n\xc3\xa4", Shape{3, 2, 3, 4})}, window);
  b.add(OpKind::MaxPool2d, {conv}, WindowAttributes{{2, 2}, {1, 1}, {1, 0}, {0, 1}, {}});
  b.add(OpKind::Transpose, {image}, PermutationAttributes{{0, 3, 1, 2}});
  b.add(OpKind::Slice, {image}, SliceAttributes{1, 2, 5});
  b.add(OpKind::Pad, {image}, PadAttributes{2, 0, 7});
  b.add(OpKind::Concat, {image, image, image}, ConcatAttributes{3});
  b.add(OpKind::Mean, {image}, AxesAttributes{{0, 2}});
  b.add(OpKind::Sum, {image}, AxesAttributes{});
  b.add(OpKind::OneHot, {b.classes(Shape{kBatch})}, ClassesAttributes{10});
  b.add(OpKind::RandomUniform, {}, RandomAttributes{3, Shape{kBatch, 4}});
  b.step_number();
  for (const double value :
       {0.1, -0.0, 1e-300, 12345678.9, std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    b.constant(value);
  }
  b.graph.slots[0].initializer = {Initializer::Kind::TruncatedNormal, 0, 1.0 / 3};
  const ir::Graph read = read_back(b.graph);
  CHECK(ir::print_graph(read) == ir::print_graph(b.graph));
  for (std::size_t i = 0; i + 1 < b.graph.nodes.size(); ++i) {
    CHECK(read.nodes[i].attributes == b.graph.nodes[i].attributes);
  }
  CHECK(read.slots[0].name == b.graph.slots[0].name);
  CHECK(read.slots[0].initializer == b.graph.slots[0].initializer);
}

TEST_CASE("random graphs survive print and read", "[ir]") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const ir::Graph graph = make_random_graph(seed).graph;
    CHECK(ir::print_graph(read_back(graph)) == ir::print_graph(graph));
  }
}

TEST_CASE("the reader refuses what is no graph, with the line", "[ir]") {
  const auto problem = [](std::string_view text) {
    const Result<ir::Graph> result = ir::read_graph(text);
    return result.ok() ? std::string() : result.failure().message;
  };
  CHECK(problem("").empty());
  CHECK(problem("%0 = nonsense : []") == "line 1: unknown operation `nonsense`");
  CHECK(problem("%1 = constant value=1 : []") == "line 1: nodes are not in order");
  CHECK(problem("%0 = constant value=1 : []\n%1 = add %0 %2 : []") ==
        "%1: input %2 is not computed before it");
  CHECK(!problem("%0 = constant value=1 : [2]").empty());
  CHECK(!problem("%0 = constant : []").empty());
  CHECK(!problem("%0 = constant value=1 value=2 : []").empty());
  CHECK(!problem("%0 = constant value=1 axis=2 : []").empty());
  CHECK(!problem("%0 = constant value=1 : [] more").empty());
  CHECK(!problem("%0 = slot slot=4 : []").empty());
  CHECK(!problem("slot $0 \"w").empty());
  CHECK(!problem("slot $0 \"w\" parameter [99999999999999999999] constant 0 0").empty());
  CHECK(!problem("output \"x\" = %99999999999").empty());
}

// Damages a good text at random places: every result is a graph or a reason, never a crash.
TEST_CASE("the reader survives damaged text", "[ir]") {
  std::mt19937 random(5);
  const std::string letters = "%$=[]\",:-x019 \n\\batchslot";
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::string text = ir::print_graph(make_random_graph(seed % 40).graph);
    const int edits = 1 + static_cast<int>(random() % 8);
    for (int i = 0; i < edits; ++i) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = letters[random() % letters.size()];
          break;
        case 1:
          text.erase(at, 1 + random() % 20);
          break;
        default:
          text.insert(at, 1 + random() % 3, letters[random() % letters.size()]);
      }
      if (text.empty()) text = " ";
    }
    const Result<ir::Graph> result = ir::read_graph(text);
    if (result.ok()) CHECK(ir::verify_graph(result.value()).empty());
  }
}

}  // namespace
}  // namespace nnc::test
