// See trajectory_run.hpp. What is acknowledged to the schedule was kept in the store before.
#include "runtime/train/trajectory_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "compiler/base/check.hpp"
#include "runtime/record/predictions.hpp"
#include "runtime/train/elapsed.hpp"
#include "runtime/train/known_results.hpp"

namespace nnc::rt {
namespace {

using Clock = std::chrono::steady_clock;

// Writing a checkpoint may take this part of the time.
constexpr double kCheckpointShare = 0.01;

Clock::time_point after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// The training means of the epoch that is kept.
void record_training_metrics(std::int64_t epoch, TrialRecord& record) {
  for (const char* const name : {"train.loss", "train.accuracy"}) {
    const std::vector<double>& history = record.history[name];
    if (epoch >= 1 && epoch <= std::ssize(history))
      record.metrics[name] = history[static_cast<std::size_t>(epoch) - 1];
  }
}

// A metric may have no value.
bool same_metrics(const std::map<std::string, double>& lhs, const std::map<std::string, double>& rhs) {
  return std::ranges::equal(lhs, rhs, [](const auto& one, const auto& other) {
    return one.first == other.first &&
           (one.second == other.second || (std::isnan(one.second) && std::isnan(other.second)));
  });
}

std::vector<TrainingStop> training_stops(const std::vector<OpenTrial>& open) {
  std::vector<TrainingStop> stops;
  for (const OpenTrial& trial : open) stops.push_back({trial.stop.trial, trial.stop.epoch, trial.plan.stop});
  return stops;
}

}  // namespace

TrajectoryRun::TrajectoryRun(const TrialInputs& inputs, const Trajectory& trajectory,
                             std::vector<OpenTrial> open, Machinery& machinery,
                             const TrajectoryEvents& events, const std::string& data_name)
    : inputs_(inputs),
      trajectory_(trajectory),
      open_(std::move(open)),
      machinery_(machinery),
      events_(events),
      data_name_(data_name),
      base_(open_.front().identity.base) {}

TrajectoryRun::Outcome TrajectoryRun::run() {
  if (inputs_.options.reuse) take_known_weights();
  if (failure_) return Outcome::CannotStore;
  if (open_.empty()) return Outcome::Complete;
  TrainingState state = first_state();
  restored_epochs_ = state.finished_epochs();
  const std::size_t next = open_.front().stop.trial;
  if (restored_epochs_ > 0 || state.steps > 0) events_.going_on(next, restored_epochs_, state.steps);
  events_.heading_for(next);
  training_events_.due = after(inputs_.options.checkpoint_seconds);
  std::optional<Training> training;
  training_events_.stop_reached = [&](const TrainingStop& stop, const TrainingStop::End& end) {
    return give_result(stop, end, *training);
  };
  training_events_.epoch_complete = [&](std::int64_t epoch) {
    const bool forks = std::ranges::binary_search(trajectory_.forks, epoch);
    if (!forks && !std::ranges::binary_search(trajectory_.bookmarks, epoch)) {
      // Within an epoch of one step there is no other occasion.
      return Clock::now() < training_events_.due || training_events_.checkpoint();
    }
    if (!save(training->state(), true)) return false;
    if (forks) events_.fork(epoch);
    return true;
  };
  training_events_.checkpoint = [&] {
    const Clock::time_point begin = Clock::now();
    const bool saved = save(training->state(), false);
    training_events_.due =
        after(std::max(inputs_.options.checkpoint_seconds, seconds_since(begin) / kCheckpointShare));
    return saved;
  };
  // Whoever leaves before the place where training goes on need not wait for its end.
  for (const std::int64_t fork : trajectory_.forks) {
    if (fork < restored_epochs_ || (fork == restored_epochs_ && state.steps > 0)) events_.fork(fork);
  }
  training.emplace(inputs_, machinery_, training_stops(open_), std::move(state), training_events_);
  const Training::Outcome outcome = training->run();
  steps_trained_ = training->steps_trained();
  if (failure_) return Outcome::CannotStore;
  if (outcome == Training::Outcome::Diverged) {
    give_diverged(*training);
    return failure_ ? Outcome::CannotStore : Outcome::Diverged;
  }
  // From here training goes on: after an interruption, or when more epochs are wanted one day.
  if (!save(training->state(), false)) return Outcome::CannotStore;
  return outcome == Training::Outcome::Complete ? Outcome::Complete : Outcome::Interrupted;
}

// ---------------------------------------------------------------- where to begin

// A trial whose weights are known, but not all that is wanted to be known of it: another metric, lost
// predictions.
void TrajectoryRun::take_known_weights() {
  Store* store = inputs_.options.store;
  if (store == nullptr) return;
  const std::vector<OpenTrial> trials = open_;
  for (const OpenTrial& trial : trials) {
    Result<std::vector<TrialRecord>> known = store->with_state(outcome_id(base_, trial.plan));
    if (!known) {
      store_failed(known.failure());
      return;
    }
    // Its own record is found also where a damaged database does not name its state.
    if (const auto own = store->find(trial.identity.id); own && own.value()) {
      known.value().insert(known.value().begin(), *own.value());
    }
    for (const TrialRecord& record : known.value()) {
      if (record.finished() && judge_known(trial, record)) break;
      if (failure_) return;
    }
  }
}

bool TrajectoryRun::judge_known(const OpenTrial& trial, const TrialRecord& known) {
  if (known.weights_file.empty()) return false;
  const Result<std::string> content =
      inputs_.options.store->read_object(ObjectKind::Weights, known.weights_file);
  if (!content) return false;
  const Result<TensorFile> file = read_tensor_file(content.value());
  const StepPlan& plan = machinery_.train.plan();
  if (!file || !restore_weights(file.value(), plan, machinery_.state).ok()) return false;
  if (hash_weights(plan, machinery_.state) != known.weights_sha256) return false;
  TrialRecord record = start(trial);
  record.epochs = known.epochs;
  record.kept_epoch = known.kept_epoch;
  record.steps_trained = known.steps_trained;
  record.history = known.history;
  record.seconds_train = known.seconds_train;
  record.weights_sha256 = known.weights_sha256;
  record.weights_file = known.weights_file;
  record_training_metrics(record.kept_epoch, record);
  const Clock::time_point begin = Clock::now();
  if (!evaluate(trial, record)) return false;
  record.seconds_evaluate = seconds_since(begin);
  return keep(trial, std::move(record));
}

// The latest state on this way that is known, with the memory filled from it; otherwise the very first one.
TrainingState TrajectoryRun::first_state() {
  Store* store = inputs_.options.store;
  std::vector<CheckpointInfo> candidates;
  if (store != nullptr) candidates = find_states(*store, base_, inputs_.trial, open_.front().stop.epoch);
  if (!inputs_.options.reuse) {
    // What is trained anew begins with nothing but what this run left where the ways part.
    std::erase_if(candidates, [&](const CheckpointInfo& info) {
      return !info.complete || !trajectory_.parent || info.epoch != trajectory_.from;
    });
  }
  TrainingState state;
  for (const CheckpointInfo& info : candidates) {
    if (restore(info, state)) {
      last_save_ = info.state;
      // What a refit has from the way of another is left for the next one.
      const bool wanted = inputs_.trial.refit || std::ranges::binary_search(trajectory_.forks, info.epoch) ||
                          std::ranges::binary_search(trajectory_.bookmarks, info.epoch) ||
                          (trajectory_.parent && info.epoch <= trajectory_.from);
      if (wanted) last_save_.reset();
      return state;
    }
  }
  initialize_slots(machinery_.train.plan(), machinery_.state, inputs_.trial.seed);
  return {};
}

bool TrajectoryRun::restore(const CheckpointInfo& info, TrainingState& state) {
  const Result<std::string> content = inputs_.options.store->read_object(ObjectKind::Checkpoint, info.object);
  if (!content) return false;
  const Result<TensorFile> file = read_tensor_file(content.value());
  if (!file) return false;
  Result<TrainingState> restored = restore_checkpoint(file.value(), machinery_);
  if (!restored || is_too_late(restored.value())) return false;
  state = std::move(restored).value();
  return true;
}

// A trial would have stopped before.
bool TrajectoryRun::is_too_late(const TrainingState& state) const {
  return std::ranges::any_of(training_stops(open_), [&](const TrainingStop& stop) {
    const std::optional<TrainingStop::End> end = stop.find_end(state.history);
    return end && (end->known < state.finished_epochs() || state.steps > 0);
  });
}

// ---------------------------------------------------------------- results

TrialRecord TrajectoryRun::start(const OpenTrial& trial) const {
  TrialRecord record = start_record(trial.plan, data_name_);
  record.identity = trial.identity.id;
  record.identity_fields = trial.fields;
  record.base = trial.identity.base;
  record.state = outcome_id(base_, trial.plan);
  record_samples(inputs_.samples, trial.plan.measures_test, record);
  return record;
}

OpenTrial& TrajectoryRun::open_trial(std::size_t trial) {
  const auto found =
      std::ranges::find_if(open_, [&](const OpenTrial& one) { return one.stop.trial == trial; });
  NNC_CHECK(found != open_.end());
  return *found;
}

bool TrajectoryRun::give_result(const TrainingStop& stop, const TrainingStop::End& end,
                                const Training& training) {
  const OpenTrial trial = open_trial(stop.trial);
  const TrainingState& state = training.state();
  TrialRecord record = start(trial);
  record.epochs = end.known;
  record.kept_epoch = end.kept;
  record.steps_trained = end.known * training.steps_per_epoch();
  record.history = state.history;
  record.seconds_train = state.seconds_train;
  record_training_metrics(end.kept, record);
  record.weights_sha256 = hash_weights(machinery_.train.plan(), machinery_.state);
  const Clock::time_point begin = Clock::now();
  if (!evaluate(trial, record)) return false;
  record.seconds_evaluate = state.seconds_validated + seconds_since(begin);
  const bool was_next = open_.front().stop.trial == stop.trial;
  if (!keep(trial, std::move(record))) return false;
  if (was_next && !open_.empty()) events_.heading_for(open_.front().stop.trial);
  return true;
}

// All trials that would have gone on: whatever they are, they go through this step.
void TrajectoryRun::give_diverged(const Training& training) {
  const TrainingState& state = training.state();
  diverged_in_ = state.epoch;
  const std::vector<OpenTrial> trials = open_;
  for (const OpenTrial& trial : trials) {
    TrialRecord record = start(trial);
    record.status = TrialStatus::Diverged;
    record.reason = training.reason();
    record.epochs = state.finished_epochs();
    record.steps_trained = training.steps_done();
    record.history = state.history;
    record.seconds_train = state.seconds_train;
    record.seconds_evaluate = state.seconds_validated;
    diverged_ = record;
    if (!keep(trial, std::move(record))) return;
  }
  drop_last_save("");
}

// The weights that are kept, on every part that the trial may look at. False if it was stopped.
bool TrajectoryRun::evaluate(const OpenTrial& trial, TrialRecord& record) {
  const TrialSamples& samples = inputs_.samples;
  if (!samples.valid.empty()) {
    if (!judge_part(trial, {inputs_.data.train, samples.valid}, "valid", record)) return false;
    const JudgedPart fitted{inputs_.data.train, samples.train};
    if (!judge(inputs_, machinery_.evaluate, fitted, trial.plan.metrics, "fitted", record)) return false;
  }
  if (!trial.plan.measures_test) return true;
  return judge_part(trial, {inputs_.data.test, samples.test}, "test", record);
}

bool TrajectoryRun::judge_part(const OpenTrial& trial, const JudgedPart& judged, const std::string& name,
                               TrialRecord& record) {
  const std::optional<Predictions> predictions =
      judge(inputs_, machinery_.evaluate, judged, trial.plan.metrics, name, record);
  if (!predictions) return false;
  if (inputs_.options.store == nullptr) return true;
  const Result<std::string> file =
      inputs_.options.store->put_object(ObjectKind::Predictions, predictions_content(*predictions));
  if (!file) return store_failed(file.failure());
  record.predictions[name] = file.value();
  return true;
}

bool TrajectoryRun::keep(const OpenTrial& trial, TrialRecord record) {
  if (Store* store = inputs_.options.store; store != nullptr) {
    if (inputs_.options.keep_states && record.finished() && record.weights_file.empty()) {
      const TensorFile weights = weights_file(machinery_.train.plan(), machinery_.state);
      const Result<std::string> file = store->put_object(ObjectKind::Weights, tensor_file_content(weights));
      if (!file) return store_failed(file.failure());
      record.weights_file = file.value();
    }
    if (!inputs_.options.reuse) compare_with_known(record);
    record.date = date_now();
    if (Status kept = store->put(record); !kept) return store_failed(kept.failure());
  }
  const std::size_t index = trial.stop.trial;
  std::erase_if(open_, [&](const OpenTrial& one) { return one.stop.trial == index; });
  events_.result(index, std::move(record));
  return true;
}

// The same trial gives the same bits, always; if it does not, that is a bug here or a fault of the machine.
void TrajectoryRun::compare_with_known(const TrialRecord& record) {
  const Result<std::optional<TrialRecord>> found = inputs_.options.store->find(record.identity);
  if (!found || !found.value()) return;
  const TrialRecord& known = *found.value();
  const bool same =
      known.weights_sha256 == record.weights_sha256 && same_metrics(known.metrics, record.metrics);
  if (known.status == TrialStatus::Failed || same) return;
  events_.not_the_same(fmt::format(
      "`{}` gave another result than the same trial before: weights {}, before {}", record.experiment,
      record.weights_sha256.substr(0, 10), known.weights_sha256.substr(0, 10)));
}

// ---------------------------------------------------------------- states on the way

// `wanted`: others will begin with it, so that it stays until the run is over. False if it cannot be kept.
bool TrajectoryRun::save(const TrainingState& state, bool wanted) {
  Store* store = inputs_.options.store;
  const bool complete = state.steps == 0;
  const std::int64_t epoch = complete ? state.finished_epochs() : state.epoch;
  if (store == nullptr || epoch == 0 || !inputs_.options.share) return true;
  if (!inputs_.options.keep_states && !wanted) return true;
  if (complete && epoch == restored_epochs_ && !wanted) return true;  // it is what was read
  CheckpointInfo info;
  info.base = base_;
  info.state = state_id(base_, inputs_.trial, epoch);
  info.epoch = epoch;
  info.steps = state.steps;
  info.complete = complete;
  if (Status kept = store->put_checkpoint(info, checkpoint_file(machinery_, state)); !kept)
    return store_failed(kept.failure());
  drop_last_save(info.state);
  if (!wanted) last_save_ = info.state;
  return true;
}

// The checkpoint before is not needed any more, unless it was replaced.
void TrajectoryRun::drop_last_save(const std::string& but) {
  if (last_save_ && *last_save_ != but && inputs_.options.store != nullptr) {
    // One that stays costs only space.
    static_cast<void>(inputs_.options.store->drop_checkpoint(*last_save_).ok());
  }
  last_save_.reset();
}

bool TrajectoryRun::store_failed(Failure failure) {
  failure_ = std::move(failure);
  return false;
}

}  // namespace nnc::rt
