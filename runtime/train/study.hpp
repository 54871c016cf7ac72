// Runs a study: trains and evaluates every trial, and gives back the record of the run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "compiler/base/result.hpp"
#include "compiler/plan/step_plan.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

class Store;

enum class Phase : std::uint8_t { Train, Evaluate };

// The plan of one trial for a phase and a batch size. Train plans give the outputs "loss" (mean over the
// batch, a scalar) and "prediction" [batch, ...]; Evaluate plans give "prediction" and "loss".
using PlanMaker = std::function<StepPlan(Phase phase, std::int64_t batch)>;

struct CompiledTrial {
  PlanMaker plans;
};

// What a trial computes, whatever its author called things: equal for two trials exactly if they train the
// same network with the same loss in the same way. SHA-256, hex.
struct ProgramIdentity {
  std::string model;      // the graphs for training and for evaluation, initial values and loss among them
  std::string optimizer;  // what happens to a weight of each of the model's shapes
  std::string form;       // of both, whatever the numbers in them are: equal forms need the same memory
  friend bool operator==(const ProgramIdentity&, const ProgramIdentity&) = default;
};

// What the driver gives, so that the runtime never sees the language. Trials are given by their index in
// StudyPlan::trials. Called from several threads at once.
struct StudyCompiler {
  std::function<Result<ProgramIdentity>(std::size_t trial)> identify;
  // Called when the trial starts.
  std::function<Result<CompiledTrial>(std::size_t trial)> compile;
};

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
  // Before it starts: its way begins with a state that is known, after so many epochs and, if it is in the
  // middle of one, steps of the next.
  std::function<void(std::size_t trial, std::int64_t epochs, std::int64_t steps)> going_on;
  // Another program trains it, or what it has in common with others: until it starts or ends, it waits for
  // that. Told once.
  std::function<void(std::size_t trial)> waiting;
};

struct RunOptions {
  bool reference_kernels = false;
  const std::atomic<bool>* stop = nullptr;  // set from a signal handler: finish the step and return
  int jobs = 1;                             // trials at once
  int cores = 1;                            // that the run may use
  int threads = 1;                          // within each trial; 0: cores without a trial help those that run
  bool smoke = false;                       // one epoch on a sliver of the data
  Store* store = nullptr;   // what is known of trials, and where results are kept; may be null
  bool reuse = true;        // what the store knows, results and states of training, is not trained again
  bool keep_states = true;  // weights and states of training; false: only records and predictions
  double checkpoint_seconds = 10;  // so often, unless that would take more than a hundredth of the time
  bool share = true;               // equal trials, and what trials have in common, are trained once

  // At most, within each trial.
  [[nodiscard]] int most_threads() const { return threads > 0 ? threads : cores; }
};

struct StudyResult {
  RunRecord record;  // file, version, command, date, machine and claims are the caller's to fill
  bool interrupted = false;
  std::optional<Failure>
      failure;  // why results could not be kept: a full disk; what was kept before is in the record
};

class PreparedStudy;

// The records come in the order of the plan, whatever ended first; refits that were not chosen have none.
// Results do not depend on the number of jobs. A trial that fails is recorded with its reason and the others
// go on.
StudyResult run_study(PreparedStudy& study, const RunEvents& events);

}  // namespace nnc::rt
