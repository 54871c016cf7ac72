// Samples on their way into a step: the same bits for any number of threads, whatever the number of features.
#include "runtime/train/plan_runner.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "compiler/passes/passes.hpp"
#include "compiler/plan/planner.hpp"
#include "tests/ops/networks.hpp"

namespace nnc::test {
namespace {

rt::Memory allocate(std::uint64_t bytes) { return std::move(rt::Memory::allocate(bytes)).value(); }

rt::Dataset make_data(std::size_t features, std::size_t count) {
  rt::Dataset data;
  data.features = features;
  for (std::size_t i = 0; i < count * features; ++i)
    data.train.bytes.push_back(i % 7 < 3 ? 0 : static_cast<std::uint8_t>(i * 131 % 251));
  for (std::size_t i = 0; i < count; ++i) data.train.labels.push_back(static_cast<std::uint8_t>(i % 10));
  return data;
}

// Two steps of training on 70 samples, the second on those that the first one prefetches.
std::vector<double> losses(std::int64_t features, int threads) {
  constexpr std::int64_t kBatch = 35;
  const rt::Dataset data = make_data(static_cast<std::size_t>(features), 2 * kBatch);
  const StepPlan plan = plan_step(ir::optimize(ir::bind_batch(make_mlp(features, 300, 10), kBatch)), {});
  rt::ThreadTeam team(threads);
  rt::Memory state = allocate(plan.state_bytes);
  rt::Memory work = allocate(plan.work_bytes);
  rt::Memory scratch = allocate(rt::memory_needs(plan, rt::KernelSet::Fast, threads).scratch);
  rt::PlanRunner runner(plan, {state, work, scratch, rt::KernelSet::Fast, &team});
  rt::initialize_slots(plan, state, 1);
  std::vector<std::uint32_t> order(data.train.count());
  std::iota(order.rbegin(), order.rend(), 0U);
  const rt::FittedScale scale = rt::fit_scale(Scale::Standard, data.train_samples(), order);
  std::vector<double> result;
  for (std::uint64_t step = 0; step < 2; ++step) {
    runner.run(data, data.train, scale, std::span(order).subspan(step * kBatch), {1, step + 1});
    result.push_back(runner.loss());
  }
  return result;
}

TEST_CASE("threads that share the features of a batch change nothing", "[train][threads]") {
  for (const std::int64_t features : {1, 63, 64, 65, 784, 1025}) {
    const std::vector<double> alone = losses(features, 1);
    CHECK(alone[0] != alone[1]);
    for (const int threads : {2, 3, 5, 16}) {
      CAPTURE(features, threads);
      CHECK(losses(features, threads) == alone);
    }
  }
}

}  // namespace
}  // namespace nnc::test
