// A plan with its executor: fill it with samples, run it, look at what came out.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/data/dataset.hpp"
#include "runtime/exec/executor.hpp"

namespace nnc::rt {

// What the runners of a trial share: memory that is large enough for all of them, and the threads.
struct Equipment {
  Memory& state;
  Memory& work;
  Memory& scratch;
  KernelSet kernels = KernelSet::Fast;
  ThreadTeam* team = nullptr;
};

class PlanRunner {
 public:
  // What the executor needs must outlive the runner. Several runners may share it, as long as only one runs
  // and its outputs are read before the next one does.
  PlanRunner(StepPlan plan, const Equipment& equipment);

  // Executors keep the place of their plan.
  PlanRunner(const PlanRunner&) = delete;
  PlanRunner& operator=(const PlanRunner&) = delete;

  [[nodiscard]] const StepPlan& plan() const { return plan_; }
  [[nodiscard]] std::size_t batch() const { return static_cast<std::size_t>(plan_.batch); }

  // One step on the first samples of `left`, as many as the plan's batch. Those after them come next
  // and are prefetched meanwhile. Allocates nothing.
  void run(const Dataset& data, const DataPart& part, const FittedScale& scale,
           std::span<const std::uint32_t> left, const StepContext& context);

  // Of the last step: the mean loss of its samples, and the prediction [batch x columns].
  [[nodiscard]] double loss() const;
  [[nodiscard]] std::span<const float> prediction() const { return executor_.output("prediction"); }
  [[nodiscard]] std::size_t columns() const { return prediction().size() / batch(); }

 private:
  void fill_features(const SampleBytes& samples, const FittedScale& scale,
                     std::span<const std::uint32_t> left);
  void fill_targets(const DataPart& part, std::span<const std::uint32_t> indices);

  StepPlan plan_;
  Executor executor_;
  ThreadTeam* team_;
};

}  // namespace nnc::rt
