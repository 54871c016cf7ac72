// One trial: its parameters from the first values to the last, and what they are worth on the test samples.
#pragma once

#include "runtime/data/dataset.hpp"
#include "runtime/train/study.hpp"

namespace nnc::rt {

struct TrialInputs {
  const TrialPlan& trial;
  const Dataset& data;
  const FittedScale& scale;
  const CompileTrial& compile;
  const RunEvents& events;
  const RunOptions& options;
};

struct TrialOutcome {
  TrialRecord record;
  bool interrupted = false;  // the record is not complete then
};

// Never fails: what goes wrong is the status and the reason of the record.
TrialOutcome run_trial(const TrialInputs& inputs);

}  // namespace nnc::rt
