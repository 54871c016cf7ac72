// What one trial computes with: its memory, and a runner for every batch size that occurs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "runtime/exec/executor.hpp"
#include "runtime/train/plan_runner.hpp"
#include "runtime/train/study.hpp"

namespace nnc::rt {

// Runners of one phase. Samples are visited in the given order: in batches of one size, then what is left.
class Runners {
 public:
  void add(StepPlan plan, Memory& state, Memory& work, KernelSet kernels);

  // For the next of `left` samples: a full batch, or all that are left.
  [[nodiscard]] PlanRunner& next(std::size_t left) const;
  // The size of a full batch.
  [[nodiscard]] std::size_t batch() const { return runners_.front()->batch(); }
  [[nodiscard]] const StepPlan& plan() const { return runners_.front()->plan(); }

 private:
  std::vector<std::unique_ptr<PlanRunner>> runners_;  // the one for full batches first
};

// The state of the best epoch so far, by the rule of trials that stop early.
struct BestState {
  std::string field;
  Direction better = Direction::Lower;
  std::int64_t epoch = 0;  // from 1
  Memory memory;
};

struct Machinery {
  Memory state;
  Memory work;  // shared by all runners: one runs at a time
  std::vector<BestState> best;
  Runners train;
  Runners evaluate;

  [[nodiscard]] BestState& best_by(const StopPlan& rule);
};

// What a trial computes with, before there is memory for it.
struct MachineryPlan {
  std::vector<StepPlan> train;  // the one for full batches first
  std::vector<StepPlan> evaluate;
  std::vector<StopPlan> rules;  // different ones
  std::uint64_t state_bytes = 0;
  std::uint64_t work_bytes = 0;

  // All that make_machinery allocates.
  [[nodiscard]] std::uint64_t bytes() const { return state_bytes * (1 + rules.size()) + work_bytes; }
};

// How many samples of each part the trial trains on and is judged on.
struct PartSizes {
  std::size_t train = 0;
  std::size_t valid = 0;
  std::size_t test = 0;
};

// `rules`: of the trials that read from the trajectory.
MachineryPlan plan_machinery(const CompiledTrial& compiled, std::int64_t batch, const PartSizes& sizes,
                             const std::vector<StopPlan>& rules);
// Fails if there is not enough memory.
Result<std::unique_ptr<Machinery>> make_machinery(MachineryPlan plan, KernelSet kernels);

}  // namespace nnc::rt
