// See rows_study.hpp.
#include "tests/unit/rows_study.hpp"

#include <catch2/catch.hpp>

#include "compiler/ir/graph.hpp"
#include "compiler/passes/passes.hpp"
#include "compiler/plan/planner.hpp"
#include "runtime/train/prepared_study.hpp"

namespace nnc::test {

using namespace nnc::rt;

namespace {

constexpr std::int64_t kFeatures = 16;
constexpr std::int64_t kRowClasses = 4;

ir::NodeId input(ir::Graph& graph, InputAttributes::Role role, const Shape& shape, ElementType type) {
  return add_node(graph, OpKind::Input, {}, InputAttributes{role, shape, type});
}

ir::NodeId constant(ir::Graph& graph, double value) {
  return add_node(graph, OpKind::Constant, {}, ConstantAttributes{value});
}

// velocity <- momentum * velocity + step; gives the new one.
ir::NodeId with_momentum(ir::Graph& graph, ir::SlotId slot, ir::NodeId step, double momentum) {
  ir::Slot velocity;
  velocity.name = graph.slot(slot).name + "/velocity";
  velocity.role = ir::SlotRole::Optimizer;
  velocity.shape = graph.slot(slot).shape;
  graph.slots.push_back(velocity);
  const ir::SlotId place(graph.slots.size() - 1);
  const ir::NodeId before =
      add_node(graph, OpKind::Slot, {}, SlotAttributes{static_cast<std::int32_t>(place.position())});
  const ir::NodeId kept = add_node(graph, OpKind::Multiply, {constant(graph, momentum), before});
  const ir::NodeId after = add_node(graph, OpKind::Add, {kept, step});
  graph.updates.push_back({place, after});
  return after;
}

// prediction = softmax(features @ kernel + bias), loss = mean cross-entropy; training by gradient descent
// with the rate of the schedule, perhaps with momentum and with noise on what is learned from.
ir::Graph regression(bool train, const Regression& how) {
  ir::Graph graph;
  graph.slots.push_back({"kernel",
                         ir::SlotRole::Parameter,
                         Shape{kFeatures, kRowClasses},
                         {Initializer::Kind::Uniform, -0.05, 0.05},
                         0,
                         {}});
  graph.slots.push_back({"bias", ir::SlotRole::Parameter, Shape{kRowClasses}, {}, -1, {}});
  const ir::NodeId features =
      input(graph, InputAttributes::Role::Features, Shape{kBatch, 4, 4, 1}, ElementType::Float);
  ir::NodeId flat = add_node(graph, OpKind::Reshape, {features}, ShapeAttributes{Shape{kBatch, kFeatures}});
  if (train && how.noise) {
    const ir::NodeId noise =
        add_node(graph, OpKind::RandomUniform, {}, RandomAttributes{0, Shape{kBatch, kFeatures}});
    flat = add_node(graph, OpKind::Multiply, {flat, noise});
  }
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
    const ir::NodeId scheduled = input(graph, InputAttributes::Role::Rate, Shape{}, ElementType::Float);
    const ir::NodeId factor = add_node(graph, OpKind::Multiply, {constant(graph, how.rate), scheduled});
    for (const auto& [slot, gradient] : add_gradients(graph, loss).of) {
      const ir::NodeId weight = slot.index == 0 ? kernel : bias;
      ir::NodeId step = add_node(graph, OpKind::Multiply, {factor, gradient});
      if (how.momentum > 0) step = with_momentum(graph, slot, step, how.momentum);
      graph.updates.push_back({slot, add_node(graph, OpKind::Subtract, {weight, step})});
    }
  }
  REQUIRE(verify_graph(graph).empty());
  return ir::optimize(std::move(graph));
}

}  // namespace

StudyCompiler regression_compiler(const Regression& how) {
  const PlanMaker plans = [how](Phase phase, std::int64_t batch) {
    const ir::Graph graph = regression(phase == Phase::Train, how);
    return plan_step(ir::bind_batch(graph, batch), {.updates = phase == Phase::Train});
  };
  return {[](std::size_t) -> Result<ProgramIdentity> {
            return ProgramIdentity{"regression", "descent", "form"};
          },
          [plans](std::size_t) -> Result<CompiledTrial> { return CompiledTrial{plans}; }};
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
  data.class_count = kRowClasses;
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

RunRecord run_rows(const StudyPlan& plan, const StudyCompiler& compiler, const RunOptions& options) {
  const Result<std::shared_ptr<PreparedStudy>> study = PreparedStudy::make(plan, compiler, options);
  REQUIRE(study.ok());
  StudyResult result = run_study(*study.value(), {});
  REQUIRE_FALSE(result.failure.has_value());
  return std::move(result.record);
}

}  // namespace nnc::test
