// Studies with the real executor: a softmax regression, written as a graph, is differentiated, planned and
// trained.
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/ir/graph.hpp"
#include "compiler/passes/passes.hpp"
#include "compiler/plan/planner.hpp"
#include "runtime/train/study.hpp"
#include "tests/unit/data_files.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

constexpr std::int64_t kFeatures = 16;
constexpr std::int64_t kClasses = 4;

ir::NodeId input(ir::Graph& graph, InputAttributes::Role role, const Shape& shape, ElementType type) {
  return add_node(graph, OpKind::Input, {}, InputAttributes{role, shape, type});
}

ir::NodeId constant(ir::Graph& graph, double value) {
  return add_node(graph, OpKind::Constant, {}, ConstantAttributes{value});
}

// prediction = softmax(features @ kernel + bias), loss = mean cross-entropy; training by gradient descent.
ir::Graph regression(bool train, double rate) {
  ir::Graph graph;
  graph.slots.push_back({"kernel",
                         ir::SlotRole::Parameter,
                         Shape{kFeatures, kClasses},
                         {Initializer::Kind::Uniform, -0.05, 0.05},
                         0,
                         {}});
  graph.slots.push_back({"bias", ir::SlotRole::Parameter, Shape{kClasses}, {}, -1, {}});
  const ir::NodeId features =
      input(graph, InputAttributes::Role::Features, Shape{kBatch, 4, 4, 1}, ElementType::Float);
  const ir::NodeId flat =
      add_node(graph, OpKind::Reshape, {features}, ShapeAttributes{Shape{kBatch, kFeatures}});
  const ir::NodeId target = input(graph, InputAttributes::Role::Target, Shape{kBatch}, ElementType::Int);
  const ir::NodeId kernel = add_node(graph, OpKind::Slot, {}, SlotAttributes{0});
  const ir::NodeId bias = add_node(graph, OpKind::Slot, {}, SlotAttributes{1});
  const ir::NodeId product = add_node(graph, OpKind::MatMul, {flat, kernel}, MatMulAttributes{});
  const ir::NodeId logits = add_node(graph, OpKind::Add, {product, bias});
  const ir::NodeId likelihood = add_node(graph, OpKind::LogSoftmax, {logits});
  const ir::NodeId picked = add_node(graph, OpKind::Pick, {likelihood, target});
  const ir::NodeId mean = add_node(graph, OpKind::Mean, {picked}, AxesAttributes{{0}});
  const ir::NodeId loss = add_node(graph, OpKind::Negate, {mean});
  const ir::NodeId prediction = add_node(graph, OpKind::Softmax, {logits});
  graph.outputs = {{"prediction", prediction}, {"loss", loss}};
  if (train) {
    const ir::NodeId factor = constant(graph, rate);
    for (const auto& [slot, gradient] : add_gradients(graph, loss).of) {
      const ir::NodeId weight = slot.index == 0 ? kernel : bias;
      const ir::NodeId step = add_node(graph, OpKind::Multiply, {factor, gradient});
      graph.updates.push_back({slot, add_node(graph, OpKind::Subtract, {weight, step})});
    }
  }
  REQUIRE(verify_graph(graph).empty());
  return ir::optimize(std::move(graph));
}

PlanMaker maker(double rate) {
  return [=](Phase phase, std::int64_t batch) {
    const ir::Graph graph = regression(phase == Phase::Train, rate);
    return plan_step(ir::bind_batch(graph, batch), {.updates = phase == Phase::Train});
  };
}

// Images of 4 x 4 with one bright row, which is the class; a little noise everywhere.
void write_rows(const TemporaryFolder& folder, std::uint32_t train, std::uint32_t test) {
  std::uint32_t state = 7;
  const auto write_half = [&](const std::string& stem, std::uint32_t count) {
    Bytes pixels;
    Bytes labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t label = (state = state * 1664525 + 1013904223) >> 30;
      labels.push_back(static_cast<std::uint8_t>(label));
      for (std::uint32_t pixel = 0; pixel < kFeatures; ++pixel) {
        state = state * 1664525 + 1013904223;
        pixels.push_back(static_cast<std::uint8_t>((state >> 26) + (pixel / 4 == label ? 150 : 0)));
      }
    }
    folder.write(stem + "-images-idx3-ubyte", idx_file({count, 4, 4}, pixels));
    folder.write(stem + "-labels-idx1-ubyte", idx_file({count}, labels));
  };
  write_half("train", train);
  write_half("t10k", test);
}

StudyPlan rows_study(const TemporaryFolder& folder) {
  StudyPlan plan;
  DataPlan data;
  data.name = "rows";
  data.directory = folder.path();
  data.scale = Scale::Unit;
  data.sample_shape = Shape{4, 4, 1};
  data.train_count = 301;
  data.test_count = 613;
  data.class_count = kClasses;
  plan.data = {data};
  TrialPlan trial;
  trial.id = "a";
  trial.batch = 32;
  trial.epochs = 12;
  trial.metrics = {{"accuracy", "accuracy", "", Direction::Higher},
                   {"roc_auc", "roc_auc", "ovo", Direction::Higher},
                   {"log_loss", "log_loss", "", Direction::Lower}};
  plan.trials = {trial};
  return plan;
}

TrialRecord train(const StudyPlan& plan, double rate, bool reference_kernels = false) {
  RunOptions options;
  options.reference_kernels = reference_kernels;
  Result<StudyResult> result = run_study(
      plan,
      [=](std::size_t) -> Result<CompiledTrial> {
        return CompiledTrial{maker(rate), "regression"};
      },
      {}, options);
  REQUIRE(result.ok());
  return result.value().record.trials.at(0);
}

}  // namespace

TEST_CASE("a small network learns what can be learned, whatever the size of the last batch", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  const StudyPlan plan = rows_study(folder);
  const TrialRecord trial = train(plan, 1.0);
  INFO(trial.reason);
  REQUIRE(trial.status == TrialStatus::Done);
  CHECK(trial.steps_trained == 120);
  CHECK(trial.metrics.at("test.accuracy") > 0.98);
  CHECK(trial.metrics.at("test.roc_auc") > 0.98);
  CHECK(trial.metrics.at("test.loss") == Approx(trial.metrics.at("test.log_loss")).epsilon(1e-4));
  const std::vector<double>& losses = trial.history.at("train.loss");
  CHECK(losses.front() < std::log(4.0) + 0.05);
  CHECK(losses.back() < losses.front() / 2);
}

TEST_CASE("running a study again gives the same bits", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  const StudyPlan plan = rows_study(folder);
  const TrialRecord first = train(plan, 1.0);
  const TrialRecord second = train(plan, 1.0);
  CHECK(first.weights_sha256 == second.weights_sha256);
  CHECK(first.metrics == second.metrics);
  CHECK(first.history == second.history);
}

TEST_CASE("the reference kernels train to nearly the same numbers as the fast ones", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  const StudyPlan plan = rows_study(folder);
  const TrialRecord fast = train(plan, 1.0);
  const TrialRecord reference = train(plan, 1.0, true);
  const std::vector<double>& losses = reference.history.at("train.loss");
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    CHECK(fast.history.at("train.loss")[epoch] == Approx(losses[epoch]).epsilon(1e-4));
  }
}

TEST_CASE("a learning rate that is far too large diverges and says when", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  const TrialRecord trial = train(rows_study(folder), 1e39);
  CHECK(trial.status == TrialStatus::Diverged);
  CHECK(trial.steps_trained <= 3);
  CHECK_THAT(trial.reason, Catch::Contains("step"));
}

TEST_CASE("folds trained at once have the same bits as one after the other", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  StudyPlan plan = rows_study(folder);
  plan.trials[0].epochs = 4;
  plan.trials[0].validation = ValidationPlan{};
  plan.trials[0].stop = StopPlan{"valid.loss", Direction::Lower, 2};
  for (int fold = 0; fold < 5; ++fold) {
    if (fold > 0) plan.trials.push_back(plan.trials[0]);
    plan.trials.back().fold = fold;
    plan.trials.back().id = std::to_string(fold);
  }
  const CompileTrial compile = [](std::size_t) -> Result<CompiledTrial> {
    return CompiledTrial{maker(1.0), "regression"};
  };
  std::vector<StudyResult> results;
  for (const int jobs : {1, 3}) {
    RunOptions options;
    options.jobs = jobs;
    options.threads = jobs;
    Result<StudyResult> result = run_study(plan, compile, {}, options);
    REQUIRE(result.ok());
    results.push_back(std::move(result).value());
  }
  REQUIRE(results[0].record.trials.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    const TrialRecord& one = results[0].record.trials[i];
    const TrialRecord& other = results[1].record.trials[i];
    INFO(one.reason);
    REQUIRE(one.status == TrialStatus::Done);
    CHECK(one.weights_sha256 == other.weights_sha256);
    CHECK(one.metrics == other.metrics);
    CHECK(one.history == other.history);
    CHECK(one.metrics.at("valid.accuracy") > 0.9);
    CHECK(one.samples.at("train") + one.samples.at("valid") == 301);
  }
}
