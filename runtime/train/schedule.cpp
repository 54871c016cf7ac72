// The states of all trajectories and trials of a run. In: what was taken and what came of it. Out: what is
// next.
#include "runtime/train/schedule.hpp"

#include <algorithm>
#include <utility>

#include "compiler/base/check.hpp"
#include "compiler/plan/same_point.hpp"
#include "compiler/plan/training_steps.hpp"
#include "runtime/train/selection.hpp"
#include "runtime/train/trial.hpp"

namespace nnc::rt {
namespace {

// How long a trajectory takes, in no particular unit. What is known before anything has run is enough to
// begin with the longest.
double cost_of(const StudyPlan& plan, const Trajectory& trajectory) {
  const TrialPlan& trial = plan.trials[trajectory.trial];
  const auto steps = static_cast<double>((trajectory.to - trajectory.from) * steps_per_epoch(plan, trial));
  return steps * step_cost(trial);
}

}  // namespace

Schedule::Schedule(const StudyPlan& plan, WorkPlan work, Identify identify)
    : plan_(plan),
      work_(std::move(work)),
      identify_(std::move(identify)),
      planned_(work_.trajectories.size()),
      equals_(plan.trials.size()),
      records_(plan.trials.size()) {
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    refits_.push_back(plan.trials[i].refit ? Refit::Undecided : Refit::No);
    if (plan.trials[i].refit) continue;
    ++left_[plan.trials[i].experiment];
    if (work_.first[i] == i) {
      first_.try_emplace(work_.identities[i].id, i);
    } else {
      equals_[work_.first[i]].push_back(i);
    }
  }
  for (std::size_t i = 0; i < work_.trajectories.size(); ++i) {
    add_state(i);
    ++busy_[base_of(i)];
  }
}

void Schedule::add_state(std::size_t index) {
  states_.push_back(State::Blocked);
  children_.emplace_back();
  const std::optional<std::size_t> parent = work_.trajectories[index].parent;
  if (parent) {
    children_[*parent].push_back(index);
  } else {
    make_ready(index);
  }
}

void Schedule::make_ready(std::size_t index) {
  states_[index] = State::Ready;
  ready_.emplace(cost_of(plan_, work_.trajectories[index]), index);
}

const std::string& Schedule::base_of(std::size_t index) const {
  return work_.identities[work_.trajectories[index].trial].base;
}

// A refit goes a way that others of its base may go as well: it begins with their states when these have
// ended, and does not take away what they begin with.
std::optional<std::size_t> Schedule::take(const std::function<bool(std::size_t)>& fits) {
  for (auto place = ready_.begin(); place != ready_.end(); ++place) {
    const std::size_t index = place->second;
    if (index >= planned_ && busy_[base_of(index)] > 0) continue;
    if (fits && !fits(index)) continue;
    ready_.erase(place);
    states_[index] = State::Running;
    if (index >= planned_) ++busy_[base_of(index)];
    ++running_;
    return index;
  }
  return std::nullopt;
}

bool Schedule::complete() const {
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (!records_[i] && refits_[i] != Refit::Dropped) return false;
  }
  return true;
}

std::vector<TrajectoryStop> Schedule::open_stops(std::size_t index) const {
  std::vector<TrajectoryStop> open;
  for (const TrajectoryStop& stop : work_.trajectories[index].stops) {
    if (!records_[stop.trial]) open.push_back(stop);
  }
  return open;
}

const TrialPlan& Schedule::plan_of(std::size_t trial) const {
  const auto changed = changed_plans_.find(trial);
  return changed == changed_plans_.end() ? plan_.trials[trial] : changed->second;
}

void Schedule::pass_fork(std::size_t index, std::int64_t epoch) {
  for (const std::size_t child : children_[index]) {
    if (states_[child] == State::Blocked && work_.trajectories[child].from == epoch) make_ready(child);
  }
}

void Schedule::leave(std::size_t index, State state) {
  NNC_CHECK(states_[index] == State::Running);
  states_[index] = state;
  if (index >= planned_ || state == State::Ended) --busy_[base_of(index)];
  --running_;
}

void Schedule::put_back(std::size_t index) {
  leave(index, State::Ready);
  make_ready(index);
}

void Schedule::end(std::size_t index) {
  leave(index, State::Ended);
  for (const std::size_t child : children_[index]) {
    if (states_[child] == State::Blocked) make_ready(child);
  }
}

std::vector<std::size_t> Schedule::trials_beyond(std::size_t index, std::int64_t epoch) const {
  std::vector<std::size_t> trials;
  for (const std::size_t child : children_[index]) {
    if (work_.trajectories[child].from < epoch) continue;
    for (const TrajectoryStop& stop : work_.trajectories[child].stops) trials.push_back(stop.trial);
    const std::vector<std::size_t> further = trials_beyond(child, epoch);
    trials.insert(trials.end(), further.begin(), further.end());
  }
  return trials;
}

Schedule::Ended Schedule::settle(std::size_t trial, TrialRecord record) {
  Ended ended;
  give(trial, std::move(record), ended);
  return ended;
}

void Schedule::give(std::size_t trial, TrialRecord record, Ended& ended) {
  if (records_[trial]) return;
  records_[trial] = std::move(record);
  ended.trials.push_back(trial);
  for (const std::size_t equal : equals_[trial]) {
    const TrialPlan& plan = plan_of(equal);
    give(equal, record_as(plan, plan_.data.at(plan.data).name, *records_[trial]), ended);
  }
  const TrialPlan& plan = plan_.trials[trial];
  if (!plan.refit && --left_[plan.experiment] == 0) decide(plan.experiment, ended);
}

void Schedule::decide(const std::string& experiment, Ended& ended) {
  for (const SelectionPlan& selection : plan_.selections) {
    if (selection.experiment != experiment) continue;
    Result<SelectionRecord> chosen = choose_point(plan_, selection, records_);
    if (chosen)
      selections_.emplace(experiment, std::move(chosen).value());
    else
      problems_.emplace(experiment, chosen.failure().message);
  }
  const auto selected = selections_.find(experiment);
  for (std::size_t i = 0; i < refits_.size(); ++i) {
    if (refits_[i] != Refit::Undecided || plan_.trials[i].experiment != experiment) continue;
    if (selected != selections_.end() && same_point(plan_.trials[i].params, selected->second.params)) {
      refits_[i] = Refit::Chosen;
      choose_refit(i, ended);
    } else {
      refits_[i] = Refit::Dropped;
      ended.dropped.push_back(i);
    }
  }
}

// Perhaps another trial has, or will have, the same result.
void Schedule::choose_refit(std::size_t trial, Ended& ended) {
  TrialPlan plan = refit_plan(plan_, trial, records_);
  const bool changed = plan.epochs != plan_.trials[trial].epochs ||
                       plan.stop.has_value() != plan_.trials[trial].stop.has_value();
  if (changed) {
    work_.identities[trial] = identify_(trial, plan);
    changed_plans_.emplace(trial, std::move(plan));
  }
  const auto [first, is_new] = first_.try_emplace(work_.identities[trial].id, trial);
  if (is_new) {
    Trajectory own;
    own.trial = trial;
    own.to = plan_of(trial).epochs;
    own.stops = {{trial, own.to}};
    work_.trajectories.push_back(std::move(own));
    add_state(work_.trajectories.size() - 1);
  } else if (records_[first->second]) {
    const TrialPlan& own = plan_of(trial);
    give(trial, record_as(own, plan_.data.at(own.data).name, *records_[first->second]), ended);
  } else {
    equals_[first->second].push_back(trial);
  }
}

void Schedule::finish(RunRecord& record) {
  for (std::optional<TrialRecord>& trial : records_) {
    if (trial) record.trials.push_back(std::move(*trial));
  }
  for (const SelectionPlan& selection : plan_.selections) {
    if (const auto made = selections_.find(selection.experiment); made != selections_.end())
      record.selections.push_back(made->second);
    if (const auto problem = problems_.find(selection.experiment); problem != problems_.end())
      record.problems.push_back(problem->second);
  }
}

}  // namespace nnc::rt
