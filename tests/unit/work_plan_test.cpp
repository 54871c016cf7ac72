// Which pieces of training a study comes to: what trials have in common once, everything else apart.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <utility>

#include "tests/unit/work_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

std::vector<std::pair<std::size_t, std::int64_t>> stops_of(const Trajectory& trajectory) {
  std::vector<std::pair<std::size_t, std::int64_t>> stops;
  for (const TrajectoryStop& stop : trajectory.stops) stops.emplace_back(stop.trial, stop.epoch);
  return stops;
}

using Stops = std::vector<std::pair<std::size_t, std::int64_t>>;
using Epochs = std::vector<std::int64_t>;

TrialPlan refit_of(TrialPlan trial) {
  trial.refit = true;
  return trial;
}

// Epochs of different states, counted one by one.
std::int64_t distinct_states(const StudyPlan& plan) {
  std::set<std::pair<std::string, std::vector<double>>> states;
  for (const TrialPlan& trial : plan.trials) {
    if (trial.refit) continue;
    std::vector<double> rates;
    for (std::int64_t epoch = 1; epoch <= trial.epochs; ++epoch) {
      rates.push_back(trial.rate(epoch));
      states.emplace(identity_of(trial).base, rates);
    }
  }
  return std::ssize(states);
}

void check_trajectory(const StudyPlan& plan, const WorkPlan& work, std::size_t index) {
  const Trajectory& one = work.trajectories[index];
  const TrialPlan& own = plan.trials[one.trial];
  CHECK(own.epochs == one.to);
  CHECK(one.from < one.to);
  CHECK(one.parent.has_value() == (one.from > 0));
  if (one.parent) {
    REQUIRE(*one.parent < index);
    const Trajectory& parent = work.trajectories[*one.parent];
    CHECK(work.identities[parent.trial].base == work.identities[one.trial].base);
    // The parent trains the last epoch that both have, and they part there.
    CHECK((parent.from < one.from && one.from < parent.to));
    CHECK(common_epochs(own, plan.trials[parent.trial]) == one.from);
    CHECK(std::ranges::binary_search(parent.forks, one.from));
  }
  CHECK(std::ranges::adjacent_find(one.forks, std::ranges::greater_equal()) == one.forks.end());
  for (const std::int64_t fork : one.forks) {
    CHECK(std::ranges::any_of(work.trajectories, [&](const Trajectory& child) {
      return child.parent == index && child.from == fork;
    }));
  }
  std::int64_t last = one.from + 1;
  for (const TrajectoryStop& stop : one.stops) {
    CHECK(stop.epoch >= last);
    last = stop.epoch;
    CHECK(stop.epoch <= one.to);
    CHECK(stop.epoch == plan.trials[stop.trial].epochs);
    CHECK(work.identities[stop.trial].base == work.identities[one.trial].base);
    CHECK(common_epochs(plan.trials[stop.trial], own) == stop.epoch);
  }
  CHECK(last == one.to);
}

void check_work(const StudyPlan& plan, const WorkPlan& work) {
  std::vector<int> stops(plan.trials.size(), 0);
  for (std::size_t i = 0; i < work.trajectories.size(); ++i) {
    check_trajectory(plan, work, i);
    for (const TrajectoryStop& stop : work.trajectories[i].stops) ++stops[stop.trial];
  }
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    CHECK(stops[i] == (!plan.trials[i].refit && work.first[i] == i ? 1 : 0));
    CHECK(work.identities[work.first[i]].id == work.identities[i].id);
    if (!plan.trials[i].refit) CHECK(work.first[i] <= i);
  }
}

// Few rates and few epochs, so that much is in common.
TrialPlan random_trial(std::mt19937& random, std::size_t number) {
  const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
  std::vector<double> rates(static_cast<std::size_t>(1 + below(6)));
  for (double& rate : rates) rate = below(3) == 0 ? 0.5 : 1;
  TrialPlan trial = way(std::to_string(number), rates);
  if (below(4) == 0) trial = constant_way(trial.id, trial.epochs);
  trial.seed = static_cast<std::uint64_t>(below(2));
  if (below(4) == 0) trial.stop = StopPlan{"train.loss", Direction::Lower, 1 + below(2)};
  if (below(4) == 0) trial.metrics = {};
  return trial;
}

}  // namespace

TEST_CASE("trials that differ in their epochs alone are one trajectory with a stop for each", "[work]") {
  std::vector<TrialPlan> trials;
  for (const std::int64_t epochs : {50, 25, 200, 100}) trials.push_back(constant_way("a", epochs));
  const StudyPlan plan = study_of(trials);
  const WorkPlan work = work_of(plan);
  REQUIRE(work.trajectories.size() == 1);
  CHECK(work.trajectories[0].trial == 2);
  CHECK(stops_of(work.trajectories[0]) == Stops{{1, 25}, {0, 50}, {3, 100}, {2, 200}});
  CHECK(work.stages() == 4);
  CHECK(work.epochs() == 200);
  check_work(plan, work);
}

TEST_CASE("equal trials have one stop, whatever they are called", "[work]") {
  StudyPlan plan = study_of({constant_way("a", 3), constant_way("b", 5), constant_way("c", 3)});
  plan.trials[2].experiment = "two";
  const WorkPlan work = work_of(plan);
  CHECK(work.first == std::vector<std::size_t>{0, 1, 0});
  REQUIRE(work.trajectories.size() == 1);
  CHECK(stops_of(work.trajectories[0]) == Stops{{0, 3}, {1, 5}});
}

TEST_CASE("trials that differ in what is measured, or in their rules, stop at the same place", "[work]") {
  StudyPlan plan = study_of({constant_way("a", 4), constant_way("b", 4), constant_way("c", 4)});
  plan.trials[1].metrics = {};
  plan.trials[2].stop = StopPlan{"train.loss", Direction::Lower, 1};
  const WorkPlan work = work_of(plan);
  REQUIRE(work.trajectories.size() == 1);
  CHECK(work.trajectories[0].stops.size() == 3);
  CHECK(work.epochs() == 4);
  CHECK(work.stages() == 1);
}

TEST_CASE("where rates first differ, a trajectory leaves the other", "[work]") {
  const StudyPlan plan =
      study_of({way("a", {1, 0.1, 0.1, 0.1}), way("b", {1, 1, 0.1, 0.1}), way("c", {1, 1, 1, 0.1})});
  const WorkPlan work = work_of(plan);
  check_work(plan, work);
  REQUIRE(work.trajectories.size() == 3);
  CHECK(work.epochs() == 4 + 3 + 2);
  CHECK(work.trajectories[0].forks == Epochs{1});
  CHECK(work.trajectories[1].from == 1);
  CHECK(work.trajectories[1].forks == Epochs{2});
  CHECK(work.trajectories[2].parent == std::size_t{1});
  CHECK(work.stages() == 5);
}

TEST_CASE("trials whose first rates differ have nothing in common", "[work]") {
  const StudyPlan plan = study_of({way("a", {1, 1}), way("b", {0.5, 1}), way("c", {0.1, 1})});
  const WorkPlan work = work_of(plan);
  check_work(plan, work);
  CHECK(work.trajectories.size() == 3);
  for (const Trajectory& one : work.trajectories) {
    CHECK_FALSE(one.parent.has_value());
    CHECK(one.forks.empty());
  }
}

TEST_CASE("a trial whose rates are the first ones of others ends on their way, also where they part",
          "[work]") {
  const StudyPlan plan = study_of({constant_way("a", 2), way("b", {1, 1, 0.5}), way("c", {1, 1, 1})});
  const WorkPlan work = work_of(plan);
  check_work(plan, work);
  REQUIRE(work.trajectories.size() == 2);
  CHECK(stops_of(work.trajectories[0]) == Stops{{0, 2}, {1, 3}});
  CHECK(work.trajectories[0].forks == Epochs{2});
  CHECK(stops_of(work.trajectories[1]) == Stops{{2, 3}});
}

TEST_CASE("forks of forks begin where the trajectory that trains the last common epoch is left", "[work]") {
  const StudyPlan plan =
      study_of({way("a", {1, 1, 1, 1, 1, 1}), way("b", {1, 1, 2, 1, 1, 1}), way("c", {1, 1, 2, 1, 3, 1}),
                way("d", {1, 1, 2, 4, 1, 1}), way("e", {5, 1, 1, 1, 1, 1})});
  const WorkPlan work = work_of(plan);
  check_work(plan, work);
  CHECK(work.epochs() == 6 + 4 + 2 + 3 + 6);
  CHECK(work.epochs() == distinct_states(plan));
}

TEST_CASE("trials with different bases have nothing in common", "[work]") {
  StudyPlan plan = study_of({constant_way("a", 3), constant_way("b", 3), constant_way("c", 3)});
  plan.trials[1].seed = 6;
  plan.trials[2].batch = 4;
  CHECK(work_of(plan).epochs() == 9);
}

TEST_CASE("where nothing is shared every trial has a trajectory of its own", "[work]") {
  const StudyPlan plan = study_of(
      {constant_way("a", 3), constant_way("b", 3), constant_way("c", 5), refit_of(constant_way("d", 3))});
  const WorkPlan work = work_of(plan, false);
  CHECK(work.trajectories.size() == 3);
  CHECK(work.epochs() == 11);
  CHECK(work.first == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(work.bookmarked == std::vector<bool>(4, false));
}

TEST_CASE("a refit is in no trajectory, but has a bookmark where one passes its end", "[work]") {
  StudyPlan plan = study_of({constant_way("a", 8), way("b", {1, 1, 0.5, 0.5}), refit_of(constant_way("r", 5)),
                             refit_of(way("s", {1, 1, 0.5})), refit_of(constant_way("t", 9)),
                             refit_of(constant_way("u", 8)), refit_of(constant_way("v", 5))});
  plan.trials[5].metrics = {};
  plan.trials[6].stop = StopPlan{"valid.loss", Direction::Lower, 1};
  const WorkPlan work = work_of(plan);
  check_work(plan, work);
  CHECK(work.bookmarked == std::vector<bool>{false, false, true, true, false, true, false});
  Epochs bookmarks;
  for (const Trajectory& one : work.trajectories)
    bookmarks.insert(bookmarks.end(), one.bookmarks.begin(), one.bookmarks.end());
  std::ranges::sort(bookmarks);
  CHECK(bookmarks == Epochs{3, 5, 8});
  CHECK(work.epochs() == 10);
}

TEST_CASE("a refit that is equal to a trial needs no bookmark", "[work]") {
  const StudyPlan plan =
      study_of({constant_way("a", 8), constant_way("b", 5), refit_of(constant_way("r", 5))});
  const WorkPlan work = work_of(plan);
  CHECK(work.first[2] == 1);
  CHECK(work.trajectories[0].bookmarks.empty());
}

TEST_CASE(
    "the epochs of any plan are those of different states, and each trial ends on a way of its own rates",
    "[work]") {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<TrialPlan> trials;
    const int count = std::uniform_int_distribution<int>(1, 12)(random);
    for (int i = 0; i < count; ++i) trials.push_back(random_trial(random, trials.size()));
    for (int i = 0; i < 2; ++i) trials.push_back(refit_of(random_trial(random, trials.size())));
    const StudyPlan plan = study_of(trials);
    const WorkPlan work = work_of(plan);
    INFO("round " << round);
    check_work(plan, work);
    CHECK(work.epochs() == distinct_states(plan));
    CHECK(work.stages() >= std::ssize(work.trajectories));
  }
}
