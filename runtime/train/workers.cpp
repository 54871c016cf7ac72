// Takes, compiles, trains and ends trials. In: the schedule. Out: the records in it, events on the way.
#include "runtime/train/workers.hpp"

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

#include "compiler/base/check.hpp"
#include "runtime/exec/executor.hpp"
#include "runtime/train/prediction_files.hpp"

namespace nnc::rt {
namespace {

// The same event, if there is one, under a lock.
template <class... Args>
std::function<void(Args...)> one_at_a_time(const std::function<void(Args...)>& event, std::mutex& lock) {
  if (!event) return nullptr;
  return [&event, &lock](Args... args) {
    const std::lock_guard guard(lock);
    event(args...);
  };
}

RunEvents one_at_a_time(const RunEvents& events, std::mutex& lock) {
  return {one_at_a_time(events.trial_started, lock), one_at_a_time(events.progress, lock),
          one_at_a_time(events.epoch_ended, lock), one_at_a_time(events.trial_ended, lock),
          one_at_a_time(events.trial_dropped, lock)};
}

}  // namespace

Workers::Workers(const StudyPlan& plan, const std::vector<LoadedData>& loaded, const CompileTrial& compile,
                 const RunEvents& events, const RunOptions& options, Schedule& schedule)
    : plan_(plan),
      loaded_(loaded),
      compile_(compile),
      options_(options),
      schedule_(schedule),
      samples_(plan, loaded),
      events_(one_at_a_time(events, callbacks_)),
      stop_{options.stop, &failed_},
      memory_(physical_memory() / 4 * 3) {}

bool Workers::run() {
  std::vector<std::thread> threads;
  const auto useful = static_cast<int>(std::min<std::size_t>(plan_.trials.size(), 1024));
  start_threads(threads, std::min(options_.jobs, useful) - 1);
  work();
  for (std::thread& thread : threads) thread.join();
  if (thrown_) std::rethrow_exception(thrown_);
  return !stop_.raised() || schedule_.complete();
}

// A machine that has no threads left runs the study with fewer.
void Workers::start_threads(std::vector<std::thread>& threads, int count) {
  try {
    for (int i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    return;
  } catch (const std::bad_alloc&) {
    return;
  }
}

void Workers::work() {
  try {
    while (const std::optional<std::size_t> index = next_trial()) process(*index);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!thrown_) thrown_ = std::current_exception();
    failed_ = true;
  }
  changed_.notify_all();
}

std::optional<std::size_t> Workers::next_trial() {
  std::unique_lock lock(mutex_);
  while (!stop_.raised()) {
    if (const std::optional<std::size_t> index = schedule_.take()) return index;
    if (schedule_.running() == 0) return std::nullopt;
    changed_.wait(lock);
  }
  return std::nullopt;
}

void Workers::process(std::size_t index) {
  const TrialPlan& trial = plan_.trials[index];
  TrialRecord record = start_record(trial, plan_.data.at(trial.data).name);
  Outcome outcome = Outcome::Ended;
  try {
    outcome = attempt(index, record);
  } catch (const std::bad_alloc&) {
    fail(record, {"the trial needs more memory than is free", "choose a smaller batch or a smaller model"});
  }
  if (outcome == Outcome::Ended) end(index, std::move(record));
  if (outcome == Outcome::Stopped) {
    const std::lock_guard lock(mutex_);
    schedule_.abandon(index);
  }
  changed_.notify_all();
}

Workers::Outcome Workers::attempt(std::size_t index, TrialRecord& record) {
  const TrialPlan trial = [&] {
    const std::lock_guard lock(mutex_);
    return schedule_.plan_of(index);
  }();
  record.epochs = trial.epochs;
  Result<std::shared_ptr<const TrialSamples>> samples = samples_.get(trial);
  if (!samples) {
    fail(record, samples.failure());
    return Outcome::Ended;
  }
  Result<CompiledTrial> compiled = compile_(index);
  if (!compiled) {
    fail(record, compiled.failure());
    return Outcome::Ended;
  }
  record.identity = trial_identity(trial, plan_.data[trial.data], loaded_[trial.data].data->sha256,
                                   compiled.value().program, options_);
  const Schedule::Claim claim = [&] {
    const std::lock_guard lock(mutex_);
    return schedule_.claim(index, record.identity);
  }();
  if (claim.turn == Schedule::Turn::Wait) return Outcome::PutBack;
  if (claim.turn == Schedule::Turn::Same) {
    if (take_over(*claim.same, options_.folder, record)) return Outcome::Ended;
    const std::lock_guard lock(mutex_);
    schedule_.insist(index, record.identity);
  } else if (take_known(record.identity, record)) {
    return Outcome::Ended;
  }
  return train(index, trial, compiled.value(), *samples.value(), record);
}

bool Workers::take_known(const std::string& identity, TrialRecord& record) {
  if (!options_.known) return false;
  std::optional<TrialRecord> known;
  {
    const std::lock_guard lock(callbacks_);
    if (const TrialRecord* found = options_.known(identity)) known = *found;
  }
  return known && known->finished() && take_over(*known, options_.folder, record);
}

Workers::Outcome Workers::train(std::size_t index, const TrialPlan& trial, const CompiledTrial& compiled,
                                const TrialSamples& samples, TrialRecord& record) {
  if (events_.trial_started) events_.trial_started(index);
  const TrialInputs inputs{trial, index,  *loaded_[trial.data].data, samples, compiled, events_, options_,
                           stop_, memory_};
  return run_trial(inputs, record) ? Outcome::Ended : Outcome::Stopped;
}

void Workers::end(std::size_t index, TrialRecord record) {
  if (events_.trial_ended) events_.trial_ended(index, record);
  std::vector<std::size_t> dropped;
  {
    const std::lock_guard lock(mutex_);
    dropped = schedule_.end(index, std::move(record));
  }
  if (!events_.trial_dropped) return;
  for (const std::size_t trial : dropped) events_.trial_dropped(trial);
}

}  // namespace nnc::rt
