// Threads within a step: the same bits for any number of them, and no memory but what was announced.
#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <thread>

#include "runtime/exec/step_program.hpp"
#include "tests/ops/networks.hpp"
#include "tests/ops/random_graph.hpp"
#include "tests/unit/exec_support.hpp"

namespace nnc::test {
namespace {

using ir::NodeId;

bool same_bytes(const rt::Memory& lhs, const rt::Memory& rhs) {
  return lhs.size() == rhs.size() && std::memcmp(lhs.data(), rhs.data(), lhs.size()) == 0;
}

int count_cut_steps(const StepPlan& plan, int threads) {
  int count = 0;
  for (const PlanStep& step : plan.steps) {
    if (rt::StepProgram(step, plan.wide, rt::KernelSet::Fast, threads).parts > 1) ++count;
  }
  return count;
}

constexpr DeepCnn kSmallCnn{23, 2, 17, 1, 61};

// Large enough that most of their time is worth sharing; batches that leave a rest everywhere.
struct Case {
  const char* name;
  ir::Graph graph;
  std::int64_t batch;
};
std::vector<Case> networks() {
  return {{"mlp", make_mlp(784, 256, 10), 33},
          {"mlp with dropout", make_dropout_mlp(601, 307, 10, 0.3), 17},
          {"cnn", make_deep_cnn(kSmallCnn, 10), 13}};
}

TEST_CASE("a network trains to the same bits with any number of threads", "[exec][threads]") {
  constexpr int kSteps = 8;
  for (const Case& c : networks()) {
    INFO(c.name);
    Trainer alone(c.graph, c.batch, {}, rt::KernelSet::Fast);
    for (int i = 0; i < kSteps; ++i) alone.step();
    for (const int threads : {2, 3, 5}) {
      INFO(threads << " threads");
      Trainer shared(c.graph, c.batch, {}, rt::KernelSet::Fast, threads);
      if (rt::is_cut_in_parts(OpKind::MatMul)) CHECK(count_cut_steps(shared.plan, threads) >= 2);
      for (int i = 0; i < kSteps; ++i) shared.step();
      CHECK(same_bytes(shared.state, alone.state));
    }
  }
}

TEST_CASE("the number of threads may change while a network trains", "[exec][threads]") {
  const ir::Graph graph = make_deep_cnn(kSmallCnn, 10);
  Trainer alone(graph, 13, {}, rt::KernelSet::Fast);
  Trainer shared(graph, 13, {}, rt::KernelSet::Fast, 4);
  std::atomic<bool> done = false;
  std::thread other([&] {
    for (int i = 0; !done; ++i) {
      shared.team.set_threads(i % 5);
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 20; ++i) {
    alone.step();
    shared.step();
  }
  done = true;
  other.join();
  CHECK(same_bytes(shared.state, alone.state));
}

void check_same(const RunResult& lhs, const RunResult& rhs) {
  const auto same = [](const Values& a, const Values& b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0);
  };
  for (const auto& [name, values] : lhs.outputs) {
    INFO(name);
    CHECK(same(values, rhs.outputs.at(name)));
  }
  for (std::size_t i = 0; i < lhs.slots.size(); ++i) {
    INFO("slot " << i);
    CHECK(same(lhs.slots[i], rhs.slots[i]));
  }
}

TEST_CASE("steps of every kind give the same bits however they are cut", "[exec][threads]") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const RandomGraph random = make_random_graph(seed);
    INFO("seed " << seed);
    for (const rt::KernelSet kernels : {rt::KernelSet::Fast, rt::KernelSet::Reference}) {
      GraphRunner runner(random.graph, {}, kernels);
      const RunResult whole = runner.run(random.inputs);
      for (const int parts : {2, 3, 7}) check_same(runner.run_in_parts(random.inputs, parts), whole);
    }
  }
}

// Rows, columns and scalars that are spread over blocks, in index spaces of many blocks.
TEST_CASE("fused steps read operands that repeat at the right place in every part", "[exec][threads]") {
  for (const Shape& shape : {Shape{1, 1}, Shape{3, 7}, Shape{700, 3}, Shape{5, 1021}, Shape{3, 2500},
                             Shape{37, 64}, Shape{2500, 1}, Shape{11, 1024}, Shape{13, 7, 11}}) {
    GraphBuilder b;
    RunInputs inputs;
    const auto add_slot = [&](const Shape& slot_shape) {
      Values values(static_cast<std::size_t>(slot_shape.element_count().value()));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 997) / 7 + 1;
      inputs.slots.push_back(values);
      return b.slot("slot_" + std::to_string(inputs.slots.size()), slot_shape);
    };
    std::vector<std::int64_t> head(shape.sizes().size(), 1);
    head[0] = shape[0];
    const NodeId x = add_slot(shape);
    NodeId sum = b.add(OpKind::Add, {x, add_slot(Shape{shape[-1]})});
    sum = b.add(OpKind::Multiply, {sum, add_slot(Shape(head))});
    sum = b.add(OpKind::Divide, {b.add(OpKind::Tanh, {sum}), add_slot(Shape{1})});
    b.update(0, b.add(OpKind::Subtract, {x, b.add(OpKind::Multiply, {sum, b.constant(0.3)})}));
    b.output("y", sum);
    INFO(shape.to_string());
    for (const bool wide : {false, true}) {
      PlanOptions options;
      options.wide = wide;
      GraphRunner runner(b.graph, options, wide ? rt::KernelSet::Reference : rt::KernelSet::Fast);
      const RunResult whole = runner.run(inputs);
      for (int parts = 1; parts <= 7; ++parts) check_same(runner.run_in_parts(inputs, parts), whole);
    }
  }
}

TEST_CASE("a step writes nothing beyond the memory it asks for", "[exec][threads]") {
  constexpr std::uint64_t kBeyond = 4096;
  constexpr int kThreads = 3;
  for (const Case& c : networks()) {
    INFO(c.name);
    const StepPlan plan = plan_step(ir::optimize(ir::bind_batch(c.graph, c.batch)));
    const rt::MemoryNeeds needs = rt::memory_needs(plan, rt::KernelSet::Fast, kThreads);
    CHECK(needs.state == plan.state_bytes);
    CHECK(needs.work == plan.work_bytes);
    CHECK(needs.scratch >= rt::memory_needs(plan, rt::KernelSet::Fast, 1).scratch);
    rt::ThreadTeam team(kThreads);
    rt::Memory state = Trainer::allocate(needs.state);
    rt::Memory work = Trainer::allocate(needs.work);
    rt::Memory scratch = Trainer::allocate(needs.scratch + kBeyond);
    rt::Executor executor(plan, state, work, scratch, rt::KernelSet::Fast, &team);
    rt::initialize_slots(plan, state, 1);
    std::fill(executor.features().begin(), executor.features().end(), 0.5F);
    std::fill(executor.target_classes().begin(), executor.target_classes().end(), 1);
    std::memset(scratch.data() + needs.scratch, 0x5a, kBeyond);
    for (std::uint64_t step = 1; step <= 3; ++step) executor.run({1, step});
    const std::byte* beyond = scratch.data() + needs.scratch;
    CHECK(std::all_of(beyond, beyond + kBeyond, [](std::byte b) { return b == std::byte{0x5a}; }));
  }
}

}  // namespace
}  // namespace nnc::test
