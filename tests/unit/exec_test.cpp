// The executor: every way to plan and run a graph gives the same values; a step allocates nothing.
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "compiler/passes/passes.hpp"
#include "tests/ops/networks.hpp"
#include "tests/ops/random_graph.hpp"
#include "tests/unit/exec_support.hpp"

// Counts the allocations of this program. The sanitizers bring an allocator of their own and stay uncounted.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define NNC_COUNTS_ALLOCATIONS 1
static std::atomic<long> allocation_count{0};
static std::atomic<long> aligned_count{0};  // those of Memory among them
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void* malloc(std::size_t bytes) noexcept {
  ++allocation_count;
  return __libc_malloc(bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  ++allocation_count;
  ++aligned_count;
  return __libc_memalign(alignment, bytes);
}
}
#endif

namespace nnc::test {
namespace {

using ir::NodeId;

// Bit for bit, but any NaN equals any other.
bool equal_values(const Values& lhs, const Values& rhs) {
  return lhs.size() == rhs.size() && std::equal(lhs.begin(), lhs.end(), rhs.begin(), [](double a, double b) {
           return a == b || (std::isnan(a) && std::isnan(b));
         });
}

void check_equal(const RunResult& lhs, const RunResult& rhs) {
  for (const auto& [name, values] : lhs.outputs) {
    INFO(name);
    CHECK(equal_values(values, rhs.outputs.at(name)));
  }
  for (std::size_t i = 0; i < lhs.slots.size(); ++i) {
    INFO("slot " << i);
    CHECK(equal_values(lhs.slots[i], rhs.slots[i]));
  }
}

void check_near(const RunResult& lhs, const RunResult& rhs, double tolerance) {
  const auto near = [&](const Values& a, const Values& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      const bool close = std::abs(a[i] - b[i]) <= tolerance * (1 + std::abs(b[i]));
      if (!close) CHECK(a[i] == b[i]);
    }
  };
  for (const auto& [name, values] : lhs.outputs) {
    INFO(name);
    near(values, rhs.outputs.at(name));
  }
  for (std::size_t i = 0; i < lhs.slots.size(); ++i) {
    INFO("slot " << i);
    near(lhs.slots[i], rhs.slots[i]);
  }
}

PlanOptions plain_options(bool wide = false) {
  PlanOptions options;
  options.wide = wide;
  options.fuse = false;
  options.in_place = false;
  return options;
}

TEST_CASE("fused plans in place give the bits of plain plans", "[exec]") {
  for (const bool wide : {false, true}) {
    for (unsigned seed = 0; seed < 400; ++seed) {
      const RandomGraph random = make_random_graph(seed);
      INFO("seed " << seed << (wide ? ", wide" : ""));
      PlanOptions options = plain_options(wide);
      const RunResult plain = GraphRunner(random.graph, options, rt::KernelSet::Reference).run(random.inputs);
      options.in_place = true;
      check_equal(GraphRunner(random.graph, options, rt::KernelSet::Reference).run(random.inputs), plain);
      options.fuse = true;
      check_equal(GraphRunner(random.graph, options, rt::KernelSet::Reference).run(random.inputs), plain);
      options.in_place = false;
      check_equal(GraphRunner(random.graph, options, rt::KernelSet::Reference).run(random.inputs), plain);
    }
  }
}

TEST_CASE("a gradient that is used up a few rows at a time gives the bits of one that is stored", "[exec]") {
  PlanOptions stored;
  stored.chain = false;
  PlanOptions plain = plain_options();
  plain.chain = false;
  for (const int threads : {1, 3}) {
    for (const rt::KernelSet kernels : {rt::KernelSet::Fast, rt::KernelSet::Reference}) {
      const ir::Graph graph = make_mlp(211, 193, 3);
      Trainer chained(graph, 7, {}, kernels, threads);
      const auto chains = [](const PlanStep& step) {
        const auto* fused = std::get_if<FusedStep>(&step);
        return fused != nullptr && fused->producer.has_value();
      };
      CHECK(std::any_of(chained.plan.steps.begin(), chained.plan.steps.end(), chains) ==
            (PlanOptions().fuse && PlanOptions().chain));
      for (const PlanOptions& options : {stored, plain}) {
        Trainer other(graph, 7, options, kernels, threads);
        Trainer again(graph, 7, {}, kernels, threads);
        for (int i = 0; i < 3; ++i) CHECK(again.step() == other.step());
        CHECK(std::memcmp(again.state.data(), other.state.data(), again.plan.state_bytes) == 0);
      }
    }
  }
}

TEST_CASE("optimised fast plans agree with plain reference plans", "[exec]") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const RandomGraph random = make_random_graph(seed);
    INFO("seed " << seed);
    const RunResult plain =
        GraphRunner(random.graph, plain_options(), rt::KernelSet::Reference).run(random.inputs);
    const ir::Graph optimized = ir::optimize(random.graph);
    check_near(GraphRunner(optimized, {}, rt::KernelSet::Fast).run(random.inputs), plain, 2e-4);
  }
}

// sgd, as the lowering makes it under a schedule.
TEST_CASE("half the rate moves a weight half as far", "[exec]") {
  GraphBuilder b;
  const NodeId weight = b.slot("w", Shape{3});
  const NodeId rate =
      b.add(OpKind::Input, {}, InputAttributes{InputAttributes::Role::Rate, Shape{}, ElementType::Float});
  const NodeId scaled = b.add(OpKind::Multiply, {b.constant(0.25), rate});
  const NodeId change = b.add(OpKind::Multiply, {scaled, b.constant(2)});
  b.update(0, b.add(OpKind::Subtract, {weight, change}));
  for (const bool wide : {false, true}) {
    PlanOptions options;
    options.wide = wide;
    for (const rt::KernelSet kernels : {rt::KernelSet::Fast, rt::KernelSet::Reference}) {
      GraphRunner runner(b.graph, options, kernels);
      RunInputs inputs;
      inputs.slots = {{1, 2, 3}};
      CHECK(runner.run(inputs).slots[0] == Values{0.5, 1.5, 2.5});
      inputs.context.rate = 0.5;
      CHECK(runner.run(inputs).slots[0] == Values{0.75, 1.75, 2.75});
      inputs.context.rate = 0;
      CHECK(runner.run(inputs).slots[0] == inputs.slots[0]);
    }
  }
}

TEST_CASE("the same step on the same values gives the same bits again", "[exec]") {
  const RandomGraph random = make_random_graph(17);
  GraphRunner runner(random.graph, {}, rt::KernelSet::Fast);
  const RunResult first = runner.run(random.inputs);
  check_equal(runner.run(random.inputs), first);
}

// Rows shorter and longer than a block, columns, scalars, and index spaces that are no multiple of any block.
TEST_CASE("operands that repeat are read at the right place in every block", "[exec]") {
  for (const Shape& shape :
       {Shape{1, 1}, Shape{3, 7}, Shape{700, 3}, Shape{5, 1021}, Shape{3, 2500}, Shape{37, 64},
        Shape{2500, 1}, Shape{1, 2500}, Shape{11, 1024}, Shape{13, 7, 11}, Shape{3, 41, 100}}) {
    GraphBuilder b;
    RunInputs inputs;
    const auto add_slot = [&](const Shape& slot_shape) {
      Values values(static_cast<std::size_t>(slot_shape.element_count().value()));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 1000) / 8 + 1;
      inputs.slots.push_back(values);
      return b.slot("slot_" + std::to_string(inputs.slots.size()), slot_shape);
    };
    std::vector<std::int64_t> head(shape.sizes().size(), 1);
    head[0] = shape[0];
    NodeId sum = add_slot(shape);
    const NodeId row =
        add_slot(Shape(std::vector<std::int64_t>(shape.sizes().begin() + 1, shape.sizes().end())));
    sum = b.add(OpKind::Add, {sum, row});
    sum = b.add(OpKind::Subtract, {sum, b.add(OpKind::Negate, {add_slot(Shape{shape[-1]})})});
    sum = b.add(OpKind::Multiply, {sum, add_slot(Shape(head))});
    sum = b.add(OpKind::Subtract, {add_slot(Shape{1}), sum});
    b.output("y", sum);
    INFO(shape.to_string());
    const RunResult plain = GraphRunner(b.graph, plain_options(), rt::KernelSet::Reference).run(inputs);
    for (const rt::KernelSet kernels : {rt::KernelSet::Reference, rt::KernelSet::Fast}) {
      check_equal(GraphRunner(b.graph, {}, kernels).run(inputs), plain);
    }
    PlanOptions wide;
    wide.wide = true;
    check_equal(GraphRunner(b.graph, wide, rt::KernelSet::Reference).run(inputs),
                GraphRunner(b.graph, plain_options(true), rt::KernelSet::Reference).run(inputs));
  }
}

TEST_CASE("slots can swap their values in a step", "[exec]") {
  for (const bool fuse : {true, false}) {
    GraphBuilder b;
    const NodeId x = b.slot("x", Shape{2}, ir::SlotRole::State);
    const NodeId y = b.slot("y", Shape{2}, ir::SlotRole::State);
    b.update(0, y);
    b.update(1, x);
    b.output("x", x);
    PlanOptions options;
    options.fuse = fuse;
    const RunResult result =
        GraphRunner(b.graph, options, rt::KernelSet::Fast).run({{{1, 2}, {3, 4}}, {}, {}});
    CHECK(result.slots == std::vector<Values>{{3, 4}, {1, 2}});
    CHECK(result.outputs.at("x") == Values{1, 2});
  }
}

TEST_CASE("two slots can take the same value, a constant, or their own", "[exec]") {
  GraphBuilder b;
  const NodeId x = b.slot("x", Shape{2});
  const NodeId y = b.slot("y", Shape{2});
  b.slot("z", Shape{2});
  b.slot("s", Shape{});
  const NodeId sum = b.add(OpKind::Add, {x, y});
  b.update(0, sum);
  b.update(1, sum);
  b.update(2, b.add(OpKind::Broadcast, {b.constant(5)}, ShapeAttributes{Shape{2}}));
  b.update(3, b.constant(7));
  const RunResult result =
      GraphRunner(b.graph, {}, rt::KernelSet::Fast).run({{{1, 2}, {3, 4}, {0, 0}, {0}}, {}, {}});
  CHECK(result.slots == std::vector<Values>{{4, 6}, {4, 6}, {5, 5}, {7}});
}

TEST_CASE("random numbers depend on seed and step", "[exec]") {
  GraphBuilder b;
  b.output("r", b.add(OpKind::RandomUniform, {}, RandomAttributes{0, Shape{16}}));
  GraphRunner runner(b.graph, {}, rt::KernelSet::Fast);
  const auto draw = [&](std::uint64_t seed, std::uint64_t step) {
    return runner.run({{}, {}, {}, {seed, step}}).outputs.at("r");
  };
  CHECK(draw(1, 1) == draw(1, 1));
  CHECK(draw(1, 1) != draw(1, 2));
  CHECK(draw(1, 1) != draw(2, 1));
}

// ---------------------------------------------------------------- training

TEST_CASE("networks learn a batch by heart, in every set of kernels and width", "[exec]") {
  for (const ir::Graph& graph : {make_mlp(12, 16, 3), make_cnn(6, 3)}) {
    PlanOptions wide;
    wide.wide = true;
    Trainer fast(graph, 9, {}, rt::KernelSet::Fast);
    Trainer reference(graph, 9, plain_options(), rt::KernelSet::Reference);
    Trainer exact(graph, 9, wide, rt::KernelSet::Reference);
    double loss = 0;
    for (int i = 0; i < 5; ++i) {
      loss = fast.step();
      CHECK(loss == Approx(reference.step()).epsilon(1e-3));
      CHECK(loss == Approx(exact.step()).epsilon(1e-3));
    }
    const double start = loss;
    for (int i = 0; i < 200; ++i) loss = fast.step();
    CHECK(loss < 0.5 * start);
  }
}

TEST_CASE("full batch, last batch and evaluation share the state", "[exec]") {
  const ir::Graph graph = make_mlp(12, 16, 3);
  Trainer train(graph, 8, {}, rt::KernelSet::Fast);
  const StepPlan plan = plan_step(ir::optimize(ir::bind_batch(without_optimizer(graph), 8)));
  rt::Memory work = Trainer::allocate(plan.work_bytes);
  rt::Memory scratch = Trainer::allocate(rt::memory_needs(plan, rt::KernelSet::Fast, 1).scratch);
  rt::Executor evaluate(plan, train.state, work, scratch);
  std::copy(train.executor.features().begin(), train.executor.features().end(), evaluate.features().begin());
  std::copy(train.executor.target_classes().begin(), train.executor.target_classes().end(),
            evaluate.target_classes().begin());
  evaluate.run({1, 0});
  const float before = evaluate.output("loss").front();
  CHECK(train.step() == Approx(before).epsilon(1e-5));
  evaluate.run({1, 0});
  CHECK(evaluate.output("loss").front() < before);
  CHECK(evaluate.output("nothing").empty());
  CHECK(evaluate.target_values().empty());
}

#ifdef NNC_COUNTS_ALLOCATIONS
TEST_CASE("a training step allocates nothing", "[exec]") {
  for (const ir::Graph& graph : {make_mlp(784, 256, 3), make_cnn(12, 3)}) {
    for (const rt::KernelSet kernels : {rt::KernelSet::Fast, rt::KernelSet::Reference}) {
      for (const int threads : {1, 3}) {
        Trainer trainer(graph, 16, {}, kernels, threads);
        trainer.step();
        const long before = allocation_count;
        const int steps = kernels == rt::KernelSet::Fast ? 100 : 3;
        for (int i = 0; i < steps; ++i) trainer.step();
        CHECK(allocation_count - before == 0);
      }
    }
  }
}

TEST_CASE("an executor allocates no memory of tensors", "[exec]") {
  for (const rt::KernelSet kernels : {rt::KernelSet::Fast, rt::KernelSet::Reference}) {
    Trainer trainer(make_cnn(12, 3), 16, {}, kernels, 3);
    const long before = aligned_count;
    const rt::Executor another(trainer.plan, trainer.state, trainer.work, trainer.scratch, kernels,
                               &trainer.team);
    CHECK(aligned_count - before == 0);
  }
}
#endif

// ---------------------------------------------------------------- memory and first values

TEST_CASE("memory is aligned and zero, and impossible sizes are refused", "[exec]") {
  Result<rt::Memory> memory = rt::Memory::allocate(1000);
  REQUIRE(memory.ok());
  CHECK(reinterpret_cast<std::uintptr_t>(memory.value().data()) % 64 == 0);
  CHECK(std::all_of(memory.value().data(), memory.value().data() + 1000,
                    [](std::byte b) { return b == std::byte{0}; }));
  CHECK(rt::Memory::allocate(0).ok());
  CHECK(!rt::Memory::allocate(std::uint64_t{1} << 50).ok());
  CHECK(!rt::Memory::allocate(std::numeric_limits<std::uint64_t>::max()).ok());
}

TEST_CASE("slots start from their initializers, alike in both widths", "[exec]") {
  GraphBuilder b;
  using Kind = Initializer::Kind;
  for (const Initializer& initializer :
       {Initializer{Kind::Constant, 2.5, 0}, Initializer{Kind::Uniform, -3, -1},
        Initializer{Kind::Normal, 1, 2}, Initializer{Kind::TruncatedNormal, 1, 2}}) {
    b.slot("slot_" + std::to_string(b.graph.slots.size()), Shape{100, 100});
    b.graph.slots.back().initializer = initializer;
    b.graph.slots.back().stream = static_cast<std::int32_t>(b.graph.slots.size());
  }
  PlanOptions options;
  const StepPlan narrow = plan_step(b.graph, options);
  options.wide = true;
  const StepPlan wide = plan_step(b.graph, options);
  rt::Memory narrow_state = Trainer::allocate(narrow.state_bytes);
  rt::Memory wide_state = Trainer::allocate(wide.state_bytes);
  rt::initialize_slots(narrow, narrow_state, 9);
  rt::initialize_slots(wide, wide_state, 9);
  const auto values = [&](std::size_t slot) {
    const auto* data = reinterpret_cast<const double*>(wide_state.data() + wide.slots[slot].operand.offset);
    const auto* rounded =
        reinterpret_cast<const float*>(narrow_state.data() + narrow.slots[slot].operand.offset);
    for (std::size_t i = 0; i < 10000; ++i) REQUIRE(rounded[i] == static_cast<float>(data[i]));
    return Values(data, data + 10000);
  };
  const auto mean = [](const Values& v) {
    double sum = 0;
    for (const double x : v) sum += x;
    return sum / static_cast<double>(v.size());
  };
  CHECK(values(0) == Values(10000, 2.5));
  const Values uniform = values(1);
  CHECK(*std::min_element(uniform.begin(), uniform.end()) >= -3);
  CHECK(*std::max_element(uniform.begin(), uniform.end()) < -1);
  CHECK(mean(uniform) == Approx(-2).margin(0.03));
  const Values normal = values(2);
  CHECK(mean(normal) == Approx(1).margin(0.1));
  CHECK(*std::max_element(normal.begin(), normal.end()) > 6);
  const Values truncated = values(3);
  CHECK(mean(truncated) == Approx(1).margin(0.1));
  CHECK(*std::min_element(truncated.begin(), truncated.end()) >= -3);
  CHECK(*std::max_element(truncated.begin(), truncated.end()) <= 5);
}

}  // namespace
}  // namespace nnc::test
