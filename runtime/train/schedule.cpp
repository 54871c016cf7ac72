// The states of all trials of a run. In: what was taken and what ended. Out: what is next.
#include "runtime/train/schedule.hpp"

#include <utility>

#include "compiler/base/check.hpp"
#include "compiler/plan/same_point.hpp"
#include "runtime/train/selection.hpp"

namespace nnc::rt {

Schedule::Schedule(const StudyPlan& plan)
    : plan_(plan),
      states_(plan.trials.size(), State::Undecided),
      identities_(plan.trials.size()),
      records_(plan.trials.size()) {
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    if (plan.trials[i].refit) continue;
    make_ready(i);
    ++left_[plan.trials[i].experiment];
  }
}

void Schedule::make_ready(std::size_t trial) {
  states_[trial] = State::Ready;
  ready_.insert(trial);
}

std::optional<std::size_t> Schedule::take() {
  if (ready_.empty()) return std::nullopt;
  const std::size_t trial = ready_.extract(ready_.begin()).value();
  states_[trial] = State::Running;
  ++running_;
  return trial;
}

TrialPlan Schedule::plan_of(std::size_t trial) const {
  return plan_.trials[trial].refit ? refit_plan(plan_, trial, records_) : plan_.trials[trial];
}

// A failure may have been the moment's (memory, disk), so that an equal trial tries again; the rest of what
// can happen to a trial would happen to an equal one as well.
Schedule::Claim Schedule::claim(std::size_t trial, const std::string& identity) {
  NNC_CHECK(states_[trial] == State::Running);
  identities_[trial] = identity;
  const auto [owner, is_first] = owners_.try_emplace(identity, trial);
  if (is_first || owner->second == trial) return {};
  const std::size_t other = owner->second;
  if (states_[other] == State::Running) {
    states_[trial] = State::Waiting;
    waiting_[identity].push_back(trial);
    --running_;
    return {Turn::Wait, std::nullopt};
  }
  if (states_[other] == State::Ended && records_[other]->status != TrialStatus::Failed) {
    return {Turn::Same, records_[other]};
  }
  owner->second = trial;
  return {};
}

std::vector<std::size_t> Schedule::end(std::size_t trial, TrialRecord record) {
  NNC_CHECK(states_[trial] == State::Running);
  states_[trial] = State::Ended;
  --running_;
  records_[trial] = std::move(record);
  wake(identities_[trial]);
  const TrialPlan& plan = plan_.trials[trial];
  if (plan.refit || --left_[plan.experiment] > 0) return {};
  return decide(plan.experiment);
}

void Schedule::abandon(std::size_t trial) {
  NNC_CHECK(states_[trial] == State::Running);
  states_[trial] = State::Dropped;
  --running_;
  wake(identities_[trial]);
}

// Whoever waited looks again.
void Schedule::wake(const std::string& identity) {
  const auto waiting = waiting_.find(identity);
  if (waiting == waiting_.end()) return;
  for (const std::size_t trial : waiting->second) make_ready(trial);
  waiting_.erase(waiting);
}

std::vector<std::size_t> Schedule::decide(const std::string& experiment) {
  for (const SelectionPlan& selection : plan_.selections) {
    if (selection.experiment != experiment) continue;
    Result<SelectionRecord> chosen = choose_point(plan_, selection, records_);
    if (chosen)
      selections_.emplace(experiment, std::move(chosen).value());
    else
      problems_.emplace(experiment, chosen.failure().message);
  }
  const auto selected = selections_.find(experiment);
  std::vector<std::size_t> dropped;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] != State::Undecided || plan_.trials[i].experiment != experiment) continue;
    const bool chosen =
        selected != selections_.end() && same_point(plan_.trials[i].params, selected->second.params);
    if (chosen) {
      make_ready(i);
    } else {
      states_[i] = State::Dropped;
      dropped.push_back(i);
    }
  }
  return dropped;
}

// With several jobs, a later trial may have come first.
void Schedule::finish(RunRecord& record) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (!records_[i] || !records_[i]->finished()) continue;
    const auto owner = owners_.find(identities_[i]);
    if (owner == owners_.end() || !records_[owner->second] || !records_[owner->second]->finished()) continue;
    const auto [place, is_first] = first.try_emplace(identities_[i], i);
    if (is_first) std::swap(records_[i]->status, records_[owner->second]->status);
  }
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
