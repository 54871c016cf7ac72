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
  void add(StepPlan plan, const Equipment& equipment);

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
  explicit Machinery(int most_threads) : team(most_threads) {}

  Memory state;
  Memory work;     // shared by all runners, as what follows: one runs at a time
  Memory scratch;  // of single steps
  std::vector<BestState> best;
  ThreadTeam team;
  Runners train;
  Runners evaluate;

  [[nodiscard]] BestState& best_by(const StopPlan& rule);
};

// What a trial computes with, before there is memory for it.
struct MachineryPlan {
  std::vector<StepPlan> train;  // the one for full batches first
  std::vector<StepPlan> evaluate;
  std::vector<StopPlan> rules;  // different ones
  KernelSet kernels = KernelSet::Fast;
  int threads = 1;  // at most
  MemoryNeeds needs;

  // All that make_machinery allocates.
  [[nodiscard]] std::uint64_t bytes() const {
    return needs.state * (1 + rules.size()) + needs.work + needs.scratch;
  }
};

// How many samples of each part the trial trains on and is judged on.
struct PartSizes {
  std::size_t train = 0;
  std::size_t valid = 0;
  std::size_t test = 0;
};

// How it is computed; results do not depend on the threads.
struct ComputeOptions {
  KernelSet kernels = KernelSet::Fast;
  int threads = 1;
};

ComputeOptions compute_options(const RunOptions& options);

// `rules`: of the trials that read from the trajectory.
MachineryPlan plan_machinery(const CompiledTrial& compiled, std::int64_t batch, const PartSizes& sizes,
                             const std::vector<StopPlan>& rules, const ComputeOptions& options);
// Fails if there is not enough memory.
Result<std::unique_ptr<Machinery>> make_machinery(MachineryPlan plan);

}  // namespace nnc::rt
