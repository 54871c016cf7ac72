// For tests of the executor: a network that trains on one batch of made-up samples.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/passes/passes.hpp"
#include "compiler/plan/planner.hpp"
#include "runtime/exec/executor.hpp"

namespace nnc::test {

struct Trainer {
  Trainer(const ir::Graph& graph, std::int64_t batch, const PlanOptions& options, rt::KernelSet kernels,
          int threads = 1)
      : plan(plan_step(ir::optimize(ir::bind_batch(graph, batch)), options)),
        team(threads),
        state(allocate(plan.state_bytes)),
        work(allocate(plan.work_bytes)),
        scratch(allocate(rt::memory_needs(plan, kernels, threads).scratch)),
        executor(plan, state, work, scratch, kernels, &team) {
    rt::initialize_slots(plan, state, 1);
    for (std::size_t i = 0; i < executor.target_classes().size(); ++i) {
      executor.target_classes()[i] = static_cast<std::int32_t>(i % 3);
    }
    const auto fill = [](auto span) {
      for (std::size_t i = 0; i < span.size(); ++i) span[i] = static_cast<float>((i * 37 + 11) % 64) / 64.0F;
    };
    if (plan.wide)
      fill(executor.features_wide());
    else
      fill(executor.features());
  }

  static rt::Memory allocate(std::uint64_t bytes) {
    Result<rt::Memory> memory = rt::Memory::allocate(bytes);
    return std::move(memory).value();
  }

  double step() {
    executor.run({1, ++steps});
    return plan.wide ? executor.output_wide("loss").front()
                     : static_cast<double>(executor.output("loss").front());
  }

  StepPlan plan;
  rt::ThreadTeam team;
  rt::Memory state;
  rt::Memory work;
  rt::Memory scratch;
  rt::Executor executor;
  std::uint64_t steps = 0;
};

}  // namespace nnc::test
