// See work_plan.hpp. In each base: the trials in the lexicographic order of their learning rates, so that
// what has a common beginning stands together; then one walk that extends the present trajectory or leaves
// it.
#include "runtime/train/work_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "compiler/base/check.hpp"

namespace nnc::rt {
namespace {

// Shorter ones before what continues them.
bool comes_before(const TrialPlan& lhs, const TrialPlan& rhs) {
  const std::int64_t common = common_epochs(lhs, rhs);
  if (common == lhs.epochs || common == rhs.epochs) return lhs.epochs < rhs.epochs;
  return lhs.rate(common + 1) < rhs.rate(common + 1);
}

class TreeBuilder {
 public:
  TreeBuilder(const StudyPlan& plan, WorkPlan& work) : plan_(plan), work_(work) {}

  // `trials`: of one base, all different.
  void add_base(std::vector<std::size_t> trials) {
    std::ranges::stable_sort(trials, [&](std::size_t lhs, std::size_t rhs) {
      return comes_before(plan_.trials[lhs], plan_.trials[rhs]);
    });
    chain_.clear();
    const TrialPlan* previous = nullptr;
    for (const std::size_t trial : trials) {
      const TrialPlan& next = plan_.trials[trial];
      if (previous == nullptr) {
        start(trial, 0);
      } else if (const std::int64_t common = common_epochs(*previous, next); common == previous->epochs) {
        extend(trial);
      } else {
        leave(trial, common);
      }
      top().stops.push_back({trial, next.epochs});
      previous = &next;
    }
  }

 private:
  Trajectory& top() { return work_.trajectories[chain_.back()]; }

  void start(std::size_t trial, std::int64_t from) {
    Trajectory fresh;
    fresh.trial = trial;
    fresh.from = from;
    fresh.to = plan_.trials[trial].epochs;
    if (!chain_.empty()) fresh.parent = chain_.back();
    work_.trajectories.push_back(std::move(fresh));
    chain_.push_back(work_.trajectories.size() - 1);
  }

  void extend(std::size_t trial) {
    top().trial = trial;
    top().to = plan_.trials[trial].epochs;
  }

  // The parent is the trajectory that trains the last common epoch.
  void leave(std::size_t trial, std::int64_t common) {
    while (!chain_.empty() && top().from >= common) chain_.pop_back();
    if (!chain_.empty()) {
      std::vector<std::int64_t>& forks = top().forks;
      const auto place = std::ranges::lower_bound(forks, common);
      if (place == forks.end() || *place != common) forks.insert(place, common);
    }
    start(trial, common);
  }

  const StudyPlan& plan_;
  WorkPlan& work_;
  std::vector<std::size_t> chain_;  // from the root to the present one
};

// Where on the ways that are trained anyhow a refit would end.
void add_bookmark(const StudyPlan& plan, std::size_t refit, const std::vector<std::size_t>& trajectories,
                  WorkPlan& work) {
  const TrialPlan& trial = plan.trials[refit];
  for (const std::size_t index : trajectories) {
    Trajectory& trajectory = work.trajectories[index];
    const bool within = trial.epochs > trajectory.from && trial.epochs <= trajectory.to;
    if (!within || common_epochs(trial, plan.trials[trajectory.trial]) < trial.epochs) continue;
    const auto place = std::ranges::lower_bound(trajectory.bookmarks, trial.epochs);
    if (place == trajectory.bookmarks.end() || *place != trial.epochs)
      trajectory.bookmarks.insert(place, trial.epochs);
    work.bookmarked[refit] = true;
    return;
  }
}

}  // namespace

std::int64_t common_epochs(const TrialPlan& lhs, const TrialPlan& rhs) {
  const std::int64_t most = std::min(lhs.epochs, rhs.epochs);
  if (lhs.rates == rhs.rates) return most;
  std::int64_t common = 0;
  while (common < most && lhs.rate(common + 1) == rhs.rate(common + 1)) ++common;
  return common;
}

std::int64_t WorkPlan::stages() const {
  std::int64_t count = 0;
  for (const Trajectory& trajectory : trajectories) {
    std::set<std::int64_t> ends(trajectory.forks.begin(), trajectory.forks.end());
    for (const TrajectoryStop& stop : trajectory.stops) ends.insert(stop.epoch);
    ends.insert(trajectory.to);
    count += std::ssize(ends);
  }
  return count;
}

std::int64_t WorkPlan::epochs() const {
  std::int64_t sum = 0;
  for (const Trajectory& trajectory : trajectories) sum += trajectory.to - trajectory.from;
  return sum;
}

WorkPlan plan_work(const StudyPlan& plan, std::vector<TrialIdentity> identities, bool share) {
  NNC_CHECK(identities.size() == plan.trials.size());
  WorkPlan work;
  work.identities = std::move(identities);
  work.bookmarked.resize(plan.trials.size());
  std::unordered_map<std::string_view, std::size_t> known;   // by identity
  std::unordered_map<std::string_view, std::size_t> places;  // by base: of `bases`
  std::vector<std::vector<std::size_t>> bases;               // in the order of the plan
  std::vector<std::size_t> refits;
  TreeBuilder builder(plan, work);
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    work.first.push_back(i);
    if (plan.trials[i].refit) {
      refits.push_back(i);
      continue;
    }
    if (!share) {
      builder.add_base({i});
      continue;
    }
    work.first[i] = known.try_emplace(work.identities[i].id, i).first->second;
    if (work.first[i] != i) continue;
    const auto [place, fresh] = places.try_emplace(work.identities[i].base, bases.size());
    if (fresh) bases.emplace_back();
    bases[place->second].push_back(i);
  }
  std::unordered_map<std::string_view, std::vector<std::size_t>> trajectories;  // by base
  for (std::vector<std::size_t>& trials : bases) {
    const std::string_view base = work.identities[trials.front()].base;
    const std::size_t begin = work.trajectories.size();
    builder.add_base(std::move(trials));
    std::vector<std::size_t>& made = trajectories[base];
    for (std::size_t i = begin; i < work.trajectories.size(); ++i) made.push_back(i);
  }
  // An equal trial that will be trained anyhow has the refit's result.
  for (const std::size_t refit : refits) {
    // One that will train for as long as its folds did is not known yet.
    if (!share || plan.trials[refit].stop) continue;
    if (const auto same = known.find(work.identities[refit].id); same != known.end()) {
      work.first[refit] = same->second;
    } else if (const auto ways = trajectories.find(work.identities[refit].base); ways != trajectories.end()) {
      add_bookmark(plan, refit, ways->second, work);
    }
  }
  return work;
}

}  // namespace nnc::rt
