// Runs a study: reads the data, trains and evaluates every trial, and gives back the record of the run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "compiler/base/result.hpp"
#include "compiler/plan/step_plan.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

enum class Phase : std::uint8_t { Train, Evaluate };

// The plan of one trial for a phase and a batch size. Train plans give the outputs "loss" (mean over the
// batch, a scalar) and "prediction" [batch, ...]; Evaluate plans give "prediction" and "loss".
using PlanMaker = std::function<StepPlan(Phase phase, std::int64_t batch)>;

// Compiles one trial; called when the trial starts. The driver gives it, so that the runtime never sees the
// front end.
using CompileTrial = std::function<Result<PlanMaker>(const TrialPlan& trial)>;

// What happens during a run, for the progress display. Called from the training thread.
struct RunEvents {
  std::function<void(const TrialPlan& trial, std::size_t index, std::size_t count)> trial_started;
  // At most ten times a second within an epoch, and at its end. `done` and `total` count steps of the trial.
  std::function<void(const TrialPlan& trial, std::int64_t epoch, std::int64_t done, std::int64_t total,
                     double loss, double accuracy)>
      progress;
  std::function<void(const TrialPlan& trial, std::int64_t epoch, double loss, double accuracy,
                     double seconds)>
      epoch_ended;
  std::function<void(const TrialRecord& record)> trial_ended;
};

struct RunOptions {
  bool reference_kernels = false;
  const std::atomic<bool>* stop = nullptr;  // set from a signal handler: finish the step and return
};

struct StudyResult {
  RunRecord record;  // file, version, command, date and machine are the caller's to fill
  bool interrupted = false;
};

// Fails only if the data cannot be read; a trial that fails is recorded with its reason and the others go on.
Result<StudyResult> run_study(const StudyPlan& plan, const CompileTrial& compile, const RunEvents& events,
                              const RunOptions& options);

}  // namespace nnc::rt
