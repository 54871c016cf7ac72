// Takes, compiles, trains and ends trajectories. In: the schedule. Out: the records in it, events on the way.
#include "runtime/train/workers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

#include "compiler/base/check.hpp"
#include "compiler/base/number_text.hpp"
#include "runtime/exec/executor.hpp"
#include "runtime/train/known_results.hpp"

namespace nnc::rt {
namespace {

// How often a program looks whether another one has given something back.
constexpr std::chrono::milliseconds kLookAgain{100};

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
          one_at_a_time(events.epoch_ended, lock),   one_at_a_time(events.trial_ended, lock),
          one_at_a_time(events.trial_dropped, lock), one_at_a_time(events.going_on, lock),
          one_at_a_time(events.waiting, lock)};
}

}  // namespace

Workers::Workers(PreparedStudy& study, const RunEvents& events, Schedule& schedule)
    : study_(study),
      options_(study.options()),
      schedule_(schedule),
      events_(one_at_a_time(events, callbacks_)),
      stop_{options_.stop, &failed_},
      memory_(physical_memory() / 4 * 3) {}

bool Workers::run() {
  settle_known();
  std::vector<std::thread> threads;
  const auto useful = static_cast<int>(std::min<std::size_t>(study_.plan().trials.size(), 1024));
  start_threads(threads, std::min(options_.jobs, useful) - 1);
  work();
  for (std::thread& thread : threads) thread.join();
  if (thrown_) std::rethrow_exception(thrown_);
  const bool complete = schedule_.complete();
  if (complete) drop_passing_states();
  return complete;
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
    while (const std::optional<std::size_t> index = next()) process(*index);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!thrown_) thrown_ = std::current_exception();
    failed_ = true;
  }
  changed_.notify_all();
}

std::optional<std::size_t> Workers::next() {
  std::unique_lock lock(mutex_);
  const auto fit = [this](std::size_t index) { return fits(index); };
  while (!stop_.raised()) {
    if (const std::optional<std::size_t> index = schedule_.take(fit)) return index;
    if (schedule_.running() == 0 && schedule_.ready() == 0) return std::nullopt;
    changed_.wait_for(lock, kLookAgain);
  }
  return std::nullopt;
}

bool Workers::fits(std::size_t index) {
  const auto obstacle = obstacles_.find(index);
  if (obstacle == obstacles_.end()) return true;
  return Clock::now() >= obstacle->second.not_before && memory_.fits(obstacle->second.bytes);
}

void Workers::process(std::size_t index) {
  bool ended = true;
  try {
    ended = attempt(index);
  } catch (const std::bad_alloc&) {
    fail_all(index,
             {"the trial needs more memory than is free", "choose a smaller batch or a smaller model"});
  }
  {
    const std::lock_guard lock(mutex_);
    if (ended) schedule_.end(index);
    share_cores();
  }
  changed_.notify_all();
}

// ---------------------------------------------------------------- threads

// Cores without a trial help those that run; whoever comes next gets one back.
void Workers::share_cores() {
  const std::size_t wanted = schedule_.running() + schedule_.ready();
  const auto trials = static_cast<int>(
      std::clamp<std::size_t>(wanted, 1, static_cast<std::size_t>(std::max(1, options_.jobs))));
  const int each = options_.threads > 0 ? options_.threads : std::max(1, options_.cores / trials);
  for (ThreadTeam* team : teams_) team->set_threads(std::min(each, options_.most_threads()));
}

Workers::TeamPlace::TeamPlace(Workers& workers, ThreadTeam& team) : workers_(workers), team_(team) {
  const std::lock_guard lock(workers_.mutex_);
  workers_.teams_.push_back(&team_);
  workers_.share_cores();
}

Workers::TeamPlace::~TeamPlace() {
  const std::lock_guard lock(workers_.mutex_);
  std::erase(workers_.teams_, &team_);
}

// ---------------------------------------------------------------- one trajectory

std::vector<OpenTrial> Workers::open_trials(std::size_t index) {
  std::vector<OpenTrial> open;
  {
    const std::lock_guard lock(mutex_);
    for (const TrajectoryStop& stop : schedule_.open_stops(index)) {
      open.push_back({schedule_.plan_of(stop.trial), schedule_.identity_of(stop.trial), {}, stop});
    }
  }
  for (OpenTrial& trial : open) trial.fields = study_.fields(trial.stop.trial, trial.plan);
  return open;
}

bool Workers::attempt(std::size_t index) {
  std::vector<OpenTrial> open = open_trials(index);
  if (open.empty()) return true;
  const std::string base = open.front().identity.base;
  if (!claim(base)) {
    tell_waiting(index, open.front().stop.trial);
    put_back(index, {0, Clock::now() + kLookAgain});
    return false;
  }
  // Given back at the end, whatever happens.
  const std::shared_ptr<void> claimed(nullptr, [&](void*) { give_back(base); });
  if (!take_known(open)) return true;
  fail_unmeasurable(open);
  if (open.empty()) return true;

  TrialPlan how = [&] {
    const std::lock_guard lock(mutex_);
    return schedule_.plan_of(schedule_.trajectory(index).trial);
  }();
  for (const OpenTrial& trial : open) how.measures_test = how.measures_test || trial.plan.measures_test;
  const Result<std::shared_ptr<const TrialSamples>> samples = study_.samples().get(how);
  if (!samples) {
    fail_all(index, samples.failure());
    return true;
  }
  const Result<CompiledTrial> compiled = study_.compiler().compile(open.front().stop.trial);
  if (!compiled) {
    fail_all(index, compiled.failure());
    return true;
  }
  std::vector<StopPlan> rules;
  for (const OpenTrial& trial : open) {
    if (trial.plan.stop) rules.push_back(*trial.plan.stop);
  }
  const TrialSamples& parts = *samples.value();
  MachineryPlan needs =
      plan_machinery(compiled.value(), how.batch, {parts.train.size(), parts.valid.size(), parts.test.size()},
                     rules, compute_options(options_));
  if (needs.bytes() > physical_memory()) {
    fail_all(index,
             {fmt::format("the trial needs {} of memory, more than is free", bytes_text(needs.bytes())),
              "choose a smaller batch or a smaller model"});
    return true;
  }
  const std::optional<MemoryBudget::Share> share = memory_.try_take(needs.bytes());
  if (!share) {
    put_back(index, {needs.bytes(), {}});
    return false;
  }
  const Result<std::unique_ptr<Machinery>> machinery = make_machinery(std::move(needs));
  if (!machinery) {
    fail_all(index, machinery.failure());
    return true;
  }
  const TeamPlace place(*this, machinery.value()->team);
  const TrialInputs inputs{how, *study_.data(how).data, parts, events_, options_, stop_};
  train(index, std::move(open), inputs, *machinery.value());
  return true;
}

void Workers::train(std::size_t index, std::vector<OpenTrial> open, const TrialInputs& inputs,
                    Machinery& machinery) {
  const Trajectory trajectory = [&] {
    const std::lock_guard lock(mutex_);
    return schedule_.trajectory(index);
  }();
  TrajectoryEvents events;
  events.result = [this](std::size_t trial, TrialRecord record) { settle(trial, std::move(record)); };
  events.fork = [this, index](std::int64_t epoch) {
    {
      const std::lock_guard lock(mutex_);
      schedule_.pass_fork(index, epoch);
    }
    changed_.notify_all();
  };
  events.going_on = [this](std::size_t trial, std::int64_t epochs, std::int64_t steps) {
    if (events_.going_on) events_.going_on(trial, epochs, steps);
  };
  events.heading_for = [this](std::size_t trial) {
    if (events_.trial_started) events_.trial_started(trial);
  };
  events.not_the_same = [this](std::string problem) {
    const std::lock_guard lock(mutex_);
    problems_.push_back(std::move(problem));
  };
  TrajectoryRun run(inputs, trajectory, std::move(open), machinery, events, study_.data_name(inputs.trial));
  const TrajectoryRun::Outcome outcome = run.run();
  {
    const std::lock_guard lock(mutex_);
    steps_trained_ += run.steps_trained();
  }
  if (outcome == TrajectoryRun::Outcome::CannotStore) cannot_store(run.failure());
  if (outcome == TrajectoryRun::Outcome::Diverged) settle_beyond(index, run);
}

// Whoever leaves the trajectory after the step at which it diverged would diverge at that step as well,
// unless its rule ends it before.
void Workers::settle_beyond(std::size_t index, const TrajectoryRun& run) {
  std::vector<OpenTrial> beyond;
  {
    const std::lock_guard lock(mutex_);
    for (const std::size_t trial : schedule_.trials_beyond(index, run.diverged_in())) {
      const TrialPlan& plan = schedule_.plan_of(trial);
      const TrainingStop stop{trial, plan.epochs, plan.stop};
      if (schedule_.settled(trial) || stop.find_end(run.diverged().history)) continue;
      beyond.push_back({plan, schedule_.identity_of(trial), {}, {trial, plan.epochs}});
    }
  }
  for (OpenTrial& trial : beyond) {
    TrialRecord record = record_as(trial.plan, study_.data_name(trial.plan), run.diverged());
    record.identity = trial.identity.id;
    record.state = outcome_id(trial.identity.base, trial.plan);
    record.identity_fields = study_.fields(trial.stop.trial, trial.plan);
    record.date = date_now();
    if (const auto samples = study_.samples().get(trial.plan))
      record_samples(*samples.value(), trial.plan.measures_test, record);
    if (options_.store != nullptr) {
      if (const Status kept = options_.store->put(record); !kept) return cannot_store(kept.failure());
    }
    settle(trial.stop.trial, std::move(record));
  }
}

// ---------------------------------------------------------------- results

void Workers::settle(std::size_t trial, TrialRecord record) {
  Schedule::Ended ended;
  std::vector<TrialRecord> records;
  {
    const std::lock_guard lock(mutex_);
    ended = schedule_.settle(trial, std::move(record));
    for (const std::size_t one : ended.trials) records.push_back(schedule_.record(one));
  }
  changed_.notify_all();
  for (std::size_t i = 0; i < records.size() && events_.trial_ended; ++i) {
    events_.trial_ended(ended.trials[i], records[i]);
  }
  for (const std::size_t refit : ended.dropped) {
    if (events_.trial_dropped) events_.trial_dropped(refit);
  }
}

// A failure may be the moment's, so that it is not kept.
void Workers::fail_one(OpenTrial trial, const Failure& failure) {
  TrialRecord record = start_record(trial.plan, study_.data_name(trial.plan));
  record.identity = trial.identity.id;
  record.base = trial.identity.base;
  record.identity_fields = std::move(trial.fields);
  fail(record, failure);
  settle(trial.stop.trial, std::move(record));
}

void Workers::fail_all(std::size_t index, const Failure& failure) {
  for (OpenTrial& trial : open_trials(index)) fail_one(std::move(trial), failure);
}

// Takes those out that ask for a metric which does not exist; the others on their way go on.
void Workers::fail_unmeasurable(std::vector<OpenTrial>& open) {
  std::erase_if(open, [&](const OpenTrial& trial) {
    const Status status = check_metrics(trial.plan);
    if (!status) fail_one(trial, status.failure());
    return !status.ok();
  });
}

std::optional<TrialRecord> Workers::find(const TrialPlan& trial, const std::string& identity) {
  Result<std::optional<TrialRecord>> known = find_known(study_, trial, identity);
  if (known) return std::move(known).value();
  cannot_store(known.failure());
  return std::nullopt;
}

void Workers::settle_known() {
  const StudyPlan& plan = study_.plan();
  const WorkPlan& work = study_.work();
  const std::vector<bool> maybe = maybe_known(study_);
  for (std::size_t i = 0; i < plan.trials.size() && !failure_; ++i) {
    if (plan.trials[i].refit || !maybe[i]) continue;
    std::optional<TrialRecord> known = find(plan.trials[i], work.identities[i].id);
    if (!known) continue;
    ++known_;
    settle(i, *std::move(known));
  }
}

// Takes those out whose result has become known: of another program, or of refits. False if the store failed.
bool Workers::take_known(std::vector<OpenTrial>& open) {
  std::erase_if(open, [&](const OpenTrial& trial) {
    std::optional<TrialRecord> known = find(trial.plan, trial.identity.id);
    if (!known) return false;
    settle(trial.stop.trial, *std::move(known));
    const std::lock_guard lock(mutex_);
    ++known_;
    return true;
  });
  const std::lock_guard lock(mutex_);
  return !failure_;
}

// ---------------------------------------------------------------- what keeps a trajectory waiting

bool Workers::claim(const std::string& base) {
  const std::lock_guard lock(mutex_);
  auto held = claims_.find(base);
  if (held == claims_.end()) {
    StoreClaim fresh;
    if (options_.store != nullptr) {
      std::optional<StoreClaim> claimed = options_.store->try_claim(base);
      if (!claimed) return false;
      fresh = *std::move(claimed);
    }
    held = claims_.emplace(base, std::pair(std::move(fresh), 0)).first;
  }
  ++held->second.second;
  return true;
}

void Workers::tell_waiting(std::size_t index, std::size_t trial) {
  {
    const std::lock_guard lock(mutex_);
    if (!told_waiting_.insert(index).second) return;
  }
  if (events_.waiting) events_.waiting(trial);
}

void Workers::give_back(const std::string& base) {
  const std::lock_guard lock(mutex_);
  const auto held = claims_.find(base);
  if (--held->second.second == 0) claims_.erase(held);
}

void Workers::put_back(std::size_t index, Obstacle obstacle) {
  const std::lock_guard lock(mutex_);
  obstacles_[index] = obstacle;
  schedule_.put_back(index);
}

// The run ends: what cannot be kept would be trained in vain.
void Workers::cannot_store(Failure failure) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(failure);
  failed_ = true;
}

// States that only others of this run began with.
void Workers::drop_passing_states() {
  Store* store = options_.store;
  if (store == nullptr || !options_.share) return;
  const WorkPlan& work = study_.work();
  for (const Trajectory& trajectory : work.trajectories) {
    const TrialPlan& trial = study_.plan().trials[trajectory.trial];
    for (const std::vector<std::int64_t>* epochs : {&trajectory.forks, &trajectory.bookmarks}) {
      for (const std::int64_t epoch : *epochs) {
        if (epoch == trajectory.to) continue;
        // One that stays costs only space.
        static_cast<void>(
            store->drop_checkpoint(state_id(work.identities[trajectory.trial].base, trial, epoch)).ok());
      }
    }
  }
}

}  // namespace nnc::rt
