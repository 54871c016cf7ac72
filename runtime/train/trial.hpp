// What a trial trains on, and the record of what came of it.
#pragma once

#include <atomic>
#include <string>

#include "runtime/data/dataset.hpp"
#include "runtime/train/samples.hpp"
#include "runtime/train/study.hpp"

namespace nnc::rt {

// Why to end after the present step: the user asked for it, or the run cannot go on.
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
  const TrialPlan& trial;  // how to train
  const Dataset& data;
  const TrialSamples& samples;
  const RunEvents& events;
  const RunOptions& options;
  const StopSignal& stop;
};

// A record that says which trial it is, and nothing of its results.
TrialRecord start_record(const TrialPlan& trial, const std::string& data_name);
// How many samples there are of each part that it may look at.
void record_samples(const TrialSamples& samples, bool tests, TrialRecord& record);
// The time, as a record has it.
std::string date_now();
void fail(TrialRecord& record, const Failure& failure);

// The result of an equal trial as that of this one. What was trained becomes Cached: it was not trained for
// this one.
TrialRecord record_as(const TrialPlan& trial, const std::string& data_name, const TrialRecord& equal);

// Metrics that users declare may name computations that do not exist.
Status check_metrics(const TrialPlan& trial);

}  // namespace nnc::rt
