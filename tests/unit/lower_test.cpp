// Lowering to graphs: how parameters are named and shared, what is built while training and otherwise, which
// settings are in force.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/lower/model.hpp"
#include "tests/unit/lower_support.hpp"

using namespace nnc;

namespace {

using Program = LoweredProgram;

ir::Graph graph_of(Program& program, std::size_t trial = 0, bool training = true) {
  const TrialSetup& setup = program.study->setups.at(trial);
  auto lowered = lower_trial(program.sources, program.checked, setup, program.study->plan.data.at(setup.data),
                             training, program.sink);
  REQUIRE(lowered.has_value());
  CHECK(ir::verify_graph(lowered->graph).empty());
  return std::move(lowered->graph);
}

std::vector<std::string> slot_names(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Slot& slot : graph.slots) names.push_back(slot.name);
  return names;
}

int count_ops(const ir::Graph& graph, OpKind op) {
  return static_cast<int>(std::count_if(graph.nodes.begin(), graph.nodes.end(),
                                        [&](const ir::Node& node) { return node.op == op; }));
}

const ir::Slot& slot_named(const ir::Graph& graph, const std::string& name) {
  const auto found = std::find_if(graph.slots.begin(), graph.slots.end(),
                                  [&](const ir::Slot& slot) { return slot.name == name; });
  REQUIRE(found != graph.slots.end());
  return *found;
}

std::string net(const std::string& body) {
  return "model net {\n" + body + "\n}\nexperiment e { train net on images with quick }\n";
}

}  // namespace

TEST_CASE("parameters are named by their place and kind", "[lower]") {
  Program program(net("flatten; dense(8, relu); dense(10, softmax)"));
  CHECK(slot_names(graph_of(program)) ==
        std::vector<std::string>{"dense_1.kernel", "dense_1.bias", "dense_2.kernel", "dense_2.bias"});
}

TEST_CASE("inserting a dropout renames nothing and moves no random stream", "[lower]") {
  Program without(net("flatten; dense(8, relu); dense(10, softmax)"));
  Program with(net("flatten; dropout(0.1); dense(8, relu); dropout(0.5); dense(10, softmax)"));
  const ir::Graph before = graph_of(without);
  const ir::Graph after = graph_of(with);
  CHECK(slot_names(before) == slot_names(after));
  for (std::size_t i = 0; i < before.slots.size(); ++i)
    CHECK(before.slots[i].stream == after.slots[i].stream);
}

TEST_CASE("each dropout draws from a place of its own", "[lower]") {
  Program program(net("flatten; dropout(0.1); dense(8, relu); dropout(0.5); dense(10, softmax)"));
  const ir::Graph graph = graph_of(program);
  std::vector<int> places;
  for (const ir::Node& node : graph.nodes) {
    if (node.op == OpKind::RandomUniform) places.push_back(std::get<RandomAttributes>(node.attributes).place);
  }
  CHECK(places == std::vector<int>{0, 1});
}

TEST_CASE("a layer named by let is shared by all its applications", "[lower]") {
  Program program(net("flatten; dense(16); let twice = dense(16, relu); twice; twice; dense(10, softmax)"));
  const ir::Graph graph = graph_of(program);
  CHECK(slot_names(graph) == std::vector<std::string>{"dense_1.kernel", "dense_1.bias", "twice.kernel",
                                                      "twice.bias", "dense_2.kernel", "dense_2.bias"});
  CHECK(count_ops(graph, OpKind::MatMul) == 4);
  CHECK(program.study->plan.trials[0].parameters == 784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10);
}

TEST_CASE("layers inside a layer of the study's own are named under it", "[lower]") {
  Program program("layer pair(units: int) { dense(units); dense(units) }\n" +
                  net("flatten; pair(8); pair(8); dense(10, softmax)"));
  const auto names = slot_names(graph_of(program));
  CHECK(names.front() == "pair_1.dense_1.kernel");
  CHECK(std::find(names.begin(), names.end(), "pair_2.dense_2.bias") != names.end());
  CHECK(names.back() == "dense_1.bias");
}

TEST_CASE("dropout is absent outside training", "[lower]") {
  Program program(net("flatten; dropout(0.5); dense(10, softmax)"));
  CHECK(count_ops(graph_of(program, 0, true), OpKind::RandomUniform) == 1);
  CHECK(count_ops(graph_of(program, 0, false), OpKind::RandomUniform) == 0);
}

TEST_CASE("batch norm updates its running means while training only", "[lower]") {
  Program program(net("conv2d(4, 3x3); batch_norm; flatten; dense(10, softmax)"));
  CHECK(graph_of(program, 0, true).updates.size() == 2);
  CHECK(graph_of(program, 0, false).updates.empty());
  CHECK(slot_named(graph_of(program), "batch_norm_1.running_variance").role == ir::SlotRole::State);
  CHECK(slot_named(graph_of(program), "batch_norm_1.scale").role == ir::SlotRole::Parameter);
}

TEST_CASE("glorot uniform counts the area of a convolution's window", "[lower]") {
  Program program(net("conv2d(8, 3x5); flatten; dense(10, softmax)"));
  const Initializer initializer = slot_named(graph_of(program), "conv2d_1.kernel").initializer;
  CHECK(initializer.kind == Initializer::Kind::Uniform);
  CHECK(initializer.second == Approx(std::sqrt(6.0 / (15 * 1 + 15 * 8))));
  CHECK(initializer.first == -initializer.second);
}

TEST_CASE("same padding gives ceil(size / stride) with the odd pixel after the image", "[lower]") {
  Program program(net("conv2d(2, 3x2, stride: 2x3, pad: same); flatten; dense(10, softmax)"));
  const ir::Graph graph = graph_of(program);
  const auto conv = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                 [](const ir::Node& node) { return node.op == OpKind::Conv2d; });
  REQUIRE(conv != graph.nodes.end());
  CHECK(conv->shape == Shape{kBatch, 14, 10, 2});
  const auto& attributes = std::get<WindowAttributes>(conv->attributes);
  CHECK(attributes.pad_before == std::array<std::int64_t, 2>{0, 0});
  CHECK(attributes.pad_after == std::array<std::int64_t, 2>{1, 1});
}

TEST_CASE("an optimizer keeps its state per weight and reads what it assigned", "[lower]") {
  Program program(
      "recipe with_adam { loss: cross_entropy, optimizer: adam(lr: 0.1) }\n"
      "model net { flatten; dense(10, softmax) }\nexperiment e { train net on images with with_adam }\n");
  ir::Graph graph = graph_of(program);
  std::vector<std::pair<ir::SlotId, ir::NodeId>> gradients;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].op == OpKind::Slot)
      gradients.emplace_back(ir::SlotId(gradients.size()), ir::NodeId(i));
  }
  REQUIRE(lower_updates(program.sources, program.checked, program.study->setups[0], gradients, graph,
                        program.sink));
  CHECK(ir::verify_graph(graph).empty());
  CHECK(slot_names(graph) == std::vector<std::string>{"dense_1.kernel", "dense_1.bias", "dense_1.kernel/m",
                                                      "dense_1.kernel/v", "dense_1.bias/m",
                                                      "dense_1.bias/v"});
  CHECK(graph.updates.size() == 6);
}

TEST_CASE("a recipe is overridden by its heirs, by the train statement, and by the command line", "[lower]") {
  const std::string body =
      "recipe longer from quick { epochs: 3, batch: 16 }\nmodel net { flatten; dense(10, softmax) }\n"
      "experiment e { train net on images with longer { batch: 8 } }\n";
  Program plain(body);
  CHECK(plain.study->plan.trials[0].epochs == 3);
  CHECK(plain.study->plan.trials[0].batch == 8);
  StudyOptions options;
  options.set = {{"batch", "4"}};
  Program overridden(body, options);
  CHECK(overridden.study->plan.trials[0].batch == 4);
}

TEST_CASE("a file without a report gets one about everything", "[lower]") {
  Program program(net("flatten; dense(10, softmax)"));
  REQUIRE(program.study->plan.reports.size() == 1);
  CHECK(program.study->plan.reports[0].blocks.empty());  // the report chooses them
}

TEST_CASE("a let of the main file takes the value of --set, in bodies too", "[lower]") {
  StudyOptions options;
  options.set = {{"units", "12"}, {"epochs", "3"}};
  Program program("let units = 8\n" + net("flatten; dense(units); dense(10, softmax)"), options);
  CHECK(slot_named(graph_of(program), "dense_1.kernel").shape == Shape{784, 12});
  CHECK(program.study->plan.trials[0].epochs == 3);
}

TEST_CASE("trials that differ in their batch alone have the same layers", "[lower]") {
  Program program(
      "model net(units: int) { flatten; dense(units); dense(10, softmax) }\n"
      "experiment e { sweep units in [4, 8]; sweep size in [1, 2]; train net(units) on images with quick { "
      "batch: size } }");
  const auto& trials = program.study->plan.trials;
  REQUIRE(trials.size() == 4);
  CHECK(trials[0].parameters == trials[1].parameters);
  CHECK(trials[0].layers.size() == trials[1].layers.size());
  CHECK(trials[2].parameters == 784 * 8 + 8 + 8 * 10 + 10);
  CHECK(trials[3].parameters == trials[2].parameters);
}
