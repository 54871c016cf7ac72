// Runs a study: reads the data, trains and evaluates every trial, and gives back the record of the run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "compiler/base/result.hpp"
#include "compiler/plan/step_plan.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

enum class Phase : std::uint8_t { Train, Evaluate };

// The plan of one trial for a phase and a batch size. Train plans give the outputs "loss" (mean over the
// batch, a scalar) and "prediction" [batch, ...]; Evaluate plans give "prediction" and "loss".
using PlanMaker = std::function<StepPlan(Phase phase, std::int64_t batch)>;

struct CompiledTrial {
  PlanMaker plans;
  // Text that is equal for two trials exactly if they compute the same: their graphs with initial values,
  // loss and optimizer, without names that the author chose.
  std::string program;
};

// Compiles one trial, given by its index in StudyPlan::trials; called when the trial starts, from several
// threads at once. The driver gives it, so that the runtime never sees the front end.
using CompileTrial = std::function<Result<CompiledTrial>(std::size_t trial)>;

struct StepProgress {
  std::int64_t epoch = 0;   // from 1
  std::int64_t epochs = 0;  // in all; of a refit perhaps not what the plan says
  std::int64_t done = 0;    // steps of the trial
  std::int64_t total = 0;
  double loss = 0;      // running means of the epoch
  double accuracy = 0;  // not a number if the model does not tell classes apart
};

// What happens during a run, for the progress display and the partial record; `trial` is an index into
// StudyPlan::trials. Called from the training threads, but never two at once.
struct RunEvents {
  // Not for trials that need no training, because their result is known or they do not compile.
  std::function<void(std::size_t trial)> trial_started;
  // At most ten times a second per trial within an epoch, and at its end.
  std::function<void(std::size_t trial, const StepProgress& progress)> progress;
  std::function<void(std::size_t trial, const StepProgress& progress, double seconds)> epoch_ended;
  // Also for trials that need no training because their result is known.
  std::function<void(std::size_t trial, const TrialRecord& record)> trial_ended;
  // A refit that will not be trained, because another point was selected.
  std::function<void(std::size_t trial)> trial_dropped;
};

struct RunOptions {
  bool reference_kernels = false;
  const std::atomic<bool>* stop = nullptr;  // set from a signal handler: finish the step and return
  int jobs = 1;                             // trials at once
  int threads = 1;                          // at most, within each trial
  bool smoke = false;                       // one epoch on a sliver of the data
  std::string folder;                       // predictions are written below it; none if empty
  // The finished record of an earlier run with that identity, or null; called like the events. Its
  // predictions lie in `folder`.
  std::function<const TrialRecord*(const std::string& identity)> known;
};

struct StudyResult {
  RunRecord record;  // file, version, command, date, machine and claims are the caller's to fill
  bool interrupted = false;
};

// The records come in the order of the plan, whatever ended first; refits that were not chosen have none.
// Results depend neither on the number of jobs nor of threads. Fails only if the data cannot be read; a trial
// that fails is recorded with its reason and the others go on.
Result<StudyResult> run_study(const StudyPlan& plan, const CompileTrial& compile, const RunEvents& events,
                              const RunOptions& options);

// SHA-256 of everything that can change the result of a trial, and of nothing else: what `known` is asked
// for. `data_sha256` stands for the samples and labels, `program` is CompiledTrial's; of the options, the
// kernels and the size of the data count.
std::string trial_identity(const TrialPlan& trial, const DataPlan& data, std::string_view data_sha256,
                           std::string_view program, const RunOptions& options);

}  // namespace nnc::rt
