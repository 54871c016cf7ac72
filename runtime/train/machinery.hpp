// What one trial computes with: its memory, and a runner for every batch size that occurs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "compiler/base/result.hpp"
#include "runtime/exec/executor.hpp"
#include "runtime/train/plan_runner.hpp"
#include "runtime/train/trial.hpp"

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

struct Machinery {
  explicit Machinery(int most_threads) : team(most_threads) {}

  MemoryBudget::Share share;  // before what it stands for, so that it is given back after that
  Memory state;
  Memory work;     // shared by all runners, as what follows: one runs at a time
  Memory scratch;  // of single steps
  Memory best;     // the state of the best epoch; empty unless training may stop early
  ThreadTeam team;
  Runners train;
  Runners evaluate;
};

// Fails if there is not enough memory.
Result<std::unique_ptr<Machinery>> make_machinery(const TrialInputs& inputs);

}  // namespace nnc::rt
