// One trial: its parameters from the first values to the last, and what they are worth on each part of the
// data.
#pragma once

#include <atomic>

#include "runtime/data/dataset.hpp"
#include "runtime/train/memory_budget.hpp"
#include "runtime/train/samples.hpp"
#include "runtime/train/study.hpp"

namespace nnc::rt {

// Why to end after the present step: the user asked for it, or another thread of the run found a bug.
struct StopSignal {
  const std::atomic<bool>* user = nullptr;
  const std::atomic<bool>* failed = nullptr;

  [[nodiscard]] bool raised() const {
    const auto is_set = [](const std::atomic<bool>* flag) {
      return flag != nullptr && flag->load(std::memory_order_relaxed);
    };
    return is_set(user) || is_set(failed);
  }
};

struct TrialInputs {
  const TrialPlan& trial;
  std::size_t index;  // in the plan, for events
  const Dataset& data;
  const TrialSamples& samples;
  const CompiledTrial& compiled;
  const RunEvents& events;
  const RunOptions& options;
  const StopSignal& stop;
  MemoryBudget& memory;
};

// A record that says which trial it is, and nothing of its results.
TrialRecord start_record(const TrialPlan& trial, const std::string& data_name);
void fail(TrialRecord& record, const Failure& failure);

// Trains and judges; `record` comes from start_record. False if it was stopped: the record is not complete
// then. What goes wrong is the status and the reason of the record.
bool run_trial(const TrialInputs& inputs, TrialRecord& record);

}  // namespace nnc::rt
