// The planner: what runs together, in which order, in whose memory.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "compiler/passes/passes.hpp"
#include "compiler/plan/access.hpp"
#include "compiler/plan/arena.hpp"
#include "tests/ops/networks.hpp"
#include "tests/ops/random_graph.hpp"

namespace nnc::test {
namespace {

using ir::NodeId;
using Access = FusedStep::Access;

// Also where a run of the tests has them switched off: what they do is the subject here.
PlanOptions all_on() {
  PlanOptions options;
  options.fuse = options.chain = options.in_place = true;
  return options;
}

std::vector<const FusedStep*> fused_steps(const StepPlan& plan) {
  std::vector<const FusedStep*> steps;
  for (const PlanStep& step : plan.steps) {
    if (const auto* fused = std::get_if<FusedStep>(&step)) steps.push_back(fused);
  }
  return steps;
}

bool same_memory(const Operand& lhs, const Operand& rhs) {
  return lhs.region == rhs.region && lhs.offset == rhs.offset;
}

TEST_CASE("operands repeat over leading or trailing axes, or not at all", "[plan]") {
  CHECK(find_access(Shape{2, 3}, Shape{2, 3}) == Access::Full);
  CHECK(find_access(Shape{2, 3}, Shape{1, 2, 3}) == Access::Full);
  CHECK(find_access(Shape{}, Shape{1, 1}) == Access::Full);
  CHECK(find_access(Shape{1, 1}, Shape{2, 3}) == Access::Scalar);
  CHECK(find_access(Shape{3}, Shape{2, 3}) == Access::Row);
  CHECK(find_access(Shape{1, 3}, Shape{2, 3}) == Access::Row);
  CHECK(find_access(Shape{4, 3}, Shape{5, 4, 3}) == Access::Row);
  CHECK(find_access(Shape{2, 1}, Shape{2, 3}) == Access::Column);
  CHECK(find_access(Shape{2, 4, 1, 1}, Shape{2, 4, 5, 3}) == Access::Column);
  CHECK(!find_access(Shape{2, 1, 3}, Shape{2, 4, 3}));
  CHECK(!find_access(Shape{4, 1}, Shape{2, 4, 3}));
}

TEST_CASE("buffers that are alive together never overlap", "[plan]") {
  std::mt19937 random(3);
  for (int round = 0; round < 100; ++round) {
    std::vector<Buffer> buffers(1 + random() % 60);
    std::uint64_t sum = 0;
    for (Buffer& buffer : buffers) {
      buffer.bytes = 1 + random() % 5000;
      buffer.begin = random() % 20;
      buffer.end = buffer.begin + random() % 10;
      sum += align_bytes(buffer.bytes);
    }
    const std::uint64_t total = place_buffers(buffers);
    CHECK(total <= sum);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      const Buffer& a = buffers[i];
      REQUIRE(a.offset % kTensorAlignment == 0);
      REQUIRE(a.offset + a.bytes <= total);
      for (std::size_t j = 0; j < i; ++j) {
        const Buffer& b = buffers[j];
        const bool together = a.begin <= b.end && b.begin <= a.end;
        const bool overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        REQUIRE(!(together && overlap));
      }
    }
  }
}

TEST_CASE("buffers that follow each other share memory", "[plan]") {
  std::vector<Buffer> buffers = {{100, 0, 1, 0}, {100, 2, 3, 0}, {100, 4, 5, 0}};
  CHECK(place_buffers(buffers) == 128);
}

TEST_CASE("impossible sizes stay impossible instead of wrapping around", "[plan]") {
  std::vector<Buffer> buffers = {{kImpossibleBytes, 0, 1, 0}, {kImpossibleBytes, 0, 1, 0}, {64, 0, 1, 0}};
  CHECK(place_buffers(buffers) >= kImpossibleBytes);
  GraphBuilder b;
  const std::int64_t huge = std::int64_t{1} << 60;
  b.output("y", b.add(OpKind::Broadcast, {b.slot("x", Shape{huge, 1})}, ShapeAttributes{Shape{huge, 4}}));
  CHECK(plan_step(b.graph, all_on()).work_bytes >= kImpossibleBytes);
}

TEST_CASE("bias and relu after a product are one step", "[plan]") {
  GraphBuilder b;
  const NodeId x = b.features(Shape{2, 3});
  const NodeId w = b.slot("kernel", Shape{3, 4});
  const NodeId bias = b.slot("bias", Shape{4});
  const NodeId product = b.add(OpKind::MatMul, {x, w}, MatMulAttributes{});
  const NodeId shifted = b.add(OpKind::Add, {product, bias});
  b.output("y", b.add(OpKind::Maximum, {shifted, b.constant(0)}));
  CHECK(print_step_plan(plan_step(b.graph, all_on())) ==
        "plan batch=2 float=32 state=128 work=128\n"
        "slot state+0[3, 4] parameter kernel ~ " +
            b.graph.slots[0].initializer.to_string() +
            "\n"
            "slot state+64[4] parameter bias ~ " +
            b.graph.slots[0].initializer.to_string() +
            "\n"
            "features work+0[2, 3]\n"
            "   0: matmul  work+0[2, 3], state+0[3, 4] -> work+64[2, 4]\n"
            "   1: fused [2, 4]\n"
            "       r0 = load work+64[2, 4]\n"
            "       r1 = load row state+64[4]\n"
            "       r2 = add r0 r1\n"
            "       r3 = 0\n"
            "       r4 = maximum r2 r3\n"
            "       store r4 -> work+64[2, 4]\n"
            "output y = work+64[2, 4]\n");
}

TEST_CASE("an optimizer updates moments and weight of a parameter in one step, in place", "[plan]") {
  const ir::Graph graph = ir::optimize(ir::bind_batch(make_mlp(5, 7, 3), 4));
  const StepPlan plan = plan_step(graph, all_on());
  std::size_t updates = 0;
  for (const FusedStep* step : fused_steps(plan)) {
    const bool writes_state = std::any_of(step->stores.begin(), step->stores.end(), [](const auto& store) {
      return store.operand.region == Region::State;
    });
    if (!writes_state) continue;
    ++updates;
    CHECK(step->stores.size() == 3);
    CHECK(step->inputs.size() == 5);  // gradient, rate, m, v, weight
    for (const FusedStep::Store& store : step->stores) {
      CHECK(std::any_of(step->inputs.begin(), step->inputs.end(), [&](const FusedStep::Input& input) {
        return same_memory(input.operand, store.operand) && input.access == Access::Full;
      }));
    }
  }
  CHECK(updates == 4);
}

TEST_CASE("a training step of a small network takes few steps", "[plan]") {
  const ir::Graph graph = ir::optimize(ir::bind_batch(make_mlp(5, 7, 3), 4));
  const StepPlan plan = plan_step(graph, all_on());
  INFO(print_step_plan(plan));
  CHECK(plan.steps.size() <= 23);
}

TEST_CASE("evaluation plans find the parameters where training put them", "[plan]") {
  const ir::Graph graph = make_mlp(5, 7, 3);
  const StepPlan train = plan_step(ir::optimize(ir::bind_batch(graph, 4)), all_on());
  const StepPlan evaluate = plan_step(ir::optimize(ir::bind_batch(without_optimizer(graph), 16)), all_on());
  REQUIRE(evaluate.slots.size() == 4);
  for (std::size_t i = 0; i < evaluate.slots.size(); ++i) {
    CHECK(evaluate.slots[i].name == train.slots[i].name);
    CHECK(same_memory(evaluate.slots[i].operand, train.slots[i].operand));
    CHECK(train.slots[i].trained);
  }
  CHECK(train.slots.back().optimizer);
  CHECK(evaluate.state_bytes < train.state_bytes);
}

TEST_CASE("optimizer slots come last in memory whatever their order in the graph", "[plan]") {
  GraphBuilder b;
  b.slot("m", Shape{3}, ir::SlotRole::Optimizer);
  b.slot("w", Shape{3});
  const StepPlan plan = plan_step(b.graph, all_on());
  CHECK(plan.slots[0].name == "w");
  CHECK(plan.slots[0].operand.offset == 0);
}

TEST_CASE("reshapes are views", "[plan]") {
  GraphBuilder b;
  const NodeId x = b.slot("x", Shape{2, 6});
  const NodeId y = b.add(OpKind::Transpose, {x}, PermutationAttributes{{1, 0}});
  const NodeId z = b.add(OpKind::Reshape, {y}, ShapeAttributes{Shape{3, 4}});
  b.output("z", b.add(OpKind::Transpose, {z}, PermutationAttributes{{1, 0}}));
  const StepPlan plan = plan_step(b.graph, all_on());
  REQUIRE(plan.steps.size() == 2);
  const auto& first = std::get<KernelStep>(plan.steps[0]);
  const auto& second = std::get<KernelStep>(plan.steps[1]);
  CHECK(same_memory(first.output, second.inputs[0]));
  CHECK(second.inputs[0].shape == Shape{3, 4});
}

TEST_CASE("a slot is read before it is updated in place", "[plan]") {
  GraphBuilder b;
  const NodeId w = b.slot("w", Shape{2, 2});
  b.update(0, b.add(OpKind::Negate, {w}));
  b.output("y", b.add(OpKind::MatMul, {w, w}, MatMulAttributes{}));
  const StepPlan plan = plan_step(b.graph, all_on());
  REQUIRE(plan.steps.size() == 2);
  CHECK(std::holds_alternative<KernelStep>(plan.steps[0]));
  CHECK(std::get<FusedStep>(plan.steps[1]).stores[0].operand.region == Region::State);
}

TEST_CASE("a slot read as a row by its own update goes through a temporary", "[plan]") {
  GraphBuilder b;
  const NodeId w = b.slot("w", Shape{4});
  const NodeId tiled = b.add(OpKind::Add, {w, b.slot("x", Shape{3, 4})});
  const NodeId mean = b.add(OpKind::Mean, {tiled}, AxesAttributes{{0}});
  const NodeId next = b.add(OpKind::Softmax, {b.add(OpKind::Add, {mean, w})});
  b.update(0, next);
  b.output("w", w);
  const StepPlan plan = plan_step(b.graph, all_on());
  CHECK(plan.outputs[0].operand.region == Region::Work);
}

TEST_CASE("without fusing every elementwise node is a kernel call", "[plan]") {
  GraphBuilder b;
  const NodeId x = b.slot("x", Shape{2, 3});
  b.output("y", b.add(OpKind::Exp, {b.add(OpKind::Negate, {x})}));
  PlanOptions options = all_on();
  options.fuse = false;
  CHECK(fused_steps(plan_step(b.graph, options)).empty());
  CHECK(plan_step(b.graph, options).steps.size() == 2);
}

TEST_CASE("a plan without updates leaves the slots alone", "[plan]") {
  PlanOptions options = all_on();
  options.updates = false;
  const StepPlan plan = plan_step(ir::optimize(ir::bind_batch(make_mlp(5, 7, 3), 4)), options);
  for (const FusedStep* step : fused_steps(plan)) {
    for (const auto& store : step->stores) CHECK(store.operand.region == Region::Work);
  }
  CHECK(plan.steps.size() <= 9);
}

// Which bytes a step reads and writes, for a check of plans against each other's rules.
TEST_CASE("steps of random graphs read only what was written before, and never overlap in part", "[plan]") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const StepPlan plan = plan_step(ir::optimize(make_random_graph(seed).graph), all_on());
    const auto inside = [&](const Operand& operand) {
      const std::uint64_t bytes = static_cast<std::uint64_t>(operand.shape.element_count().value()) * 4;
      const std::uint64_t limit = operand.region == Region::State ? plan.state_bytes : plan.work_bytes;
      return operand.offset % kTensorAlignment == 0 && operand.offset + bytes <= limit;
    };
    const auto overlap = [](const Operand& lhs, const Operand& rhs) {
      const auto end = [](const Operand& o) {
        return o.offset + static_cast<std::uint64_t>(o.shape.element_count().value()) * 4;
      };
      return lhs.region == rhs.region && lhs.offset < end(rhs) && rhs.offset < end(lhs);
    };
    for (const PlanStep& step : plan.steps) {
      if (const auto* kernel = std::get_if<KernelStep>(&step)) {
        REQUIRE(inside(kernel->output));
        for (const Operand& input : kernel->inputs) {
          REQUIRE(inside(input));
          REQUIRE(!overlap(input, kernel->output));
        }
        continue;
      }
      const auto& fused = std::get<FusedStep>(step);
      for (std::size_t i = 0; i < fused.stores.size(); ++i) {
        REQUIRE(inside(fused.stores[i].operand));
        for (std::size_t j = 0; j < i; ++j)
          REQUIRE(!overlap(fused.stores[i].operand, fused.stores[j].operand));
        for (const FusedStep::Input& input : fused.inputs) {
          REQUIRE(inside(input.operand));
          if (!overlap(input.operand, fused.stores[i].operand)) continue;
          REQUIRE(same_memory(input.operand, fused.stores[i].operand));
          REQUIRE(input.access == Access::Full);
        }
      }
    }
  }
}

}  // namespace
}  // namespace nnc::test
