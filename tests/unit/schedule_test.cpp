// Which trajectory comes next, whatever ends when.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "tests/unit/work_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

using Trials = std::vector<std::size_t>;

TrialRecord record_of(const Schedule& schedule, std::size_t trial) {
  TrialRecord record;
  record.id = schedule.plan_of(trial).id;
  record.identity = schedule.identity_of(trial).id;
  return record;
}

// Gives all open trials of a trajectory their results, and ends it.
Trials finish(Schedule& schedule, std::size_t index) {
  Trials ended;
  for (const TrajectoryStop& stop : schedule.open_stops(index)) {
    const Trials more = schedule.settle(stop.trial, record_of(schedule, stop.trial)).trials;
    ended.insert(ended.end(), more.begin(), more.end());
  }
  schedule.end(index);
  return ended;
}

}  // namespace

TEST_CASE("the longest trajectory is the first, of equal ones that which the plan has first", "[schedule]") {
  StudyPlan plan =
      study_of({constant_way("a", 3), constant_way("b", 9), constant_way("c", 5), constant_way("d", 3)});
  for (std::size_t i = 0; i < 4; ++i) plan.trials[i].seed = i;
  plan.trials[2].parameters *= 4;  // fewer steps, but each takes longer
  Schedule schedule = schedule_of(plan);
  CHECK(schedule.ready() == 4);
  Trials order;
  while (const auto index = schedule.take()) order.push_back(schedule.trajectory(*index).trial);
  CHECK(order == Trials{2, 1, 0, 3});
  CHECK(schedule.running() == 4);
  CHECK_FALSE(schedule.complete());
}

TEST_CASE("what does not fit is passed over, and is still there", "[schedule]") {
  StudyPlan plan = study_of({constant_way("a", 9), constant_way("b", 3)});
  plan.trials[1].seed = 6;
  Schedule schedule = schedule_of(plan);
  const auto short_ones = [&](std::size_t index) { return schedule.trajectory(index).to < 5; };
  const std::size_t small = schedule.take(short_ones).value();
  CHECK(schedule.trajectory(small).trial == 1);
  CHECK_FALSE(schedule.take(short_ones).has_value());
  CHECK(schedule.ready() == 1);
  CHECK(schedule.trajectory(schedule.take().value()).trial == 0);
}

TEST_CASE("equal trials end together, each under its own name", "[schedule]") {
  StudyPlan plan = study_of({constant_way("a", 3), constant_way("b", 3), constant_way("c", 3)});
  plan.trials[2].params = {{"n", std::int64_t{7}}};
  Schedule schedule = schedule_of(plan);
  const std::size_t index = schedule.take().value();
  CHECK_FALSE(schedule.take().has_value());
  CHECK(finish(schedule, index) == Trials{0, 1, 2});
  CHECK(schedule.record(0).status == TrialStatus::Done);
  CHECK(schedule.record(1).status == TrialStatus::Cached);
  CHECK(schedule.record(2).id == "c");
  CHECK(schedule.record(2).params.size() == 1);
  CHECK(schedule.complete());
}

TEST_CASE("a result that comes twice counts once", "[schedule]") {
  const StudyPlan plan = study_of({constant_way("a", 3)});
  Schedule schedule = schedule_of(plan);
  TrialRecord first = with_value(1);
  CHECK(schedule.settle(0, first).trials == Trials{0});
  CHECK(schedule.settle(0, with_value(2)).trials.empty());
  CHECK(schedule.record(0).metrics == first.metrics);
}

TEST_CASE("a trajectory that was put back comes again", "[schedule]") {
  StudyPlan plan = study_of({constant_way("a", 9), constant_way("b", 3)});
  plan.trials[1].seed = 6;
  Schedule schedule = schedule_of(plan);
  const std::size_t index = schedule.take().value();
  schedule.put_back(index);
  CHECK(schedule.running() == 0);
  CHECK(schedule.ready() == 2);
  CHECK(schedule.take() == index);
  finish(schedule, index);
  finish(schedule, schedule.take().value());
  CHECK(schedule.complete());
}

TEST_CASE("only trials without a result are open", "[schedule]") {
  const StudyPlan plan = study_of({constant_way("a", 3), constant_way("b", 5), constant_way("c", 7)});
  Schedule schedule = schedule_of(plan);
  schedule.settle(1, {});
  const std::vector<TrajectoryStop> open = schedule.open_stops(schedule.take().value());
  REQUIRE(open.size() == 2);
  CHECK(open[0].trial == 0);
  CHECK(open[1].trial == 2);
}

TEST_CASE("a fork begins when the state is there where it leaves, or when its parent has ended",
          "[schedule]") {
  const StudyPlan plan =
      study_of({way("a", {1, 0.1, 0.1, 0.1}), way("b", {1, 1, 1, 0.1}), way("c", {1, 1, 1, 1})});
  for (const bool passes : {true, false}) {
    Schedule schedule = schedule_of(plan);
    const std::size_t first = schedule.take().value();
    CHECK_FALSE(schedule.take().has_value());
    schedule.pass_fork(first, 3);  // another's
    CHECK_FALSE(schedule.take().has_value());
    if (passes) {
      schedule.pass_fork(first, 1);
    } else {
      schedule.end(first);  // interrupted, or failed
    }
    const std::size_t second = schedule.take().value();
    CHECK(schedule.trajectory(second).from == 1);
    CHECK_FALSE(schedule.take().has_value());
    schedule.pass_fork(second, 3);
    CHECK(schedule.trajectory(schedule.take().value()).from == 3);
  }
}

TEST_CASE("whoever leaves after an epoch went through it", "[schedule]") {
  const StudyPlan plan = study_of({way("a", {1, 2, 1, 1}), way("b", {1, 1, 2, 1}), way("c", {1, 1, 1, 1})});
  Schedule schedule = schedule_of(plan);
  // The lower rates come first: b leaves c after two epochs, a after one.
  const std::size_t root = schedule.take().value();
  CHECK(schedule.trajectory(root).trial == 2);
  CHECK(schedule.trials_beyond(root, 1).size() == 2);
  CHECK(schedule.trials_beyond(root, 2) == Trials{1});
  CHECK(schedule.trials_beyond(root, 3).empty());
}

TEST_CASE("only the refits of the chosen point are trained, after the other trials", "[schedule]") {
  const StudyPlan plan = grid(3, 1);
  Schedule schedule = schedule_of_others(plan);
  Trials taken;
  const std::vector<double> values = {0.1, 0.9, 0.5};
  while (const auto index = schedule.take()) {
    const std::size_t trial = schedule.trajectory(*index).trial;
    taken.push_back(trial);
    schedule.settle(trial, trial < 3 ? with_value(values[trial]) : TrialRecord{});
    schedule.end(*index);
  }
  CHECK(taken == Trials{0, 1, 2, 4});
  CHECK(schedule.complete());
  RunRecord record;
  schedule.finish(record);
  CHECK(record.trials.size() == 4);
  CHECK(record.selections.size() == 1);
  CHECK(record.problems.empty());
}

TEST_CASE("without a choice all refits are dropped and the run says why", "[schedule]") {
  const StudyPlan plan = grid(2, 1);
  Schedule schedule = schedule_of_others(plan);
  TrialRecord failed;
  failed.status = TrialStatus::Failed;
  CHECK(schedule.settle(0, failed).dropped.empty());
  CHECK(schedule.settle(1, failed).dropped == Trials{2, 3});
  CHECK(schedule.complete());
  RunRecord record;
  schedule.finish(record);
  CHECK(record.selections.empty());
  REQUIRE(record.problems.size() == 1);
  CHECK_THAT(record.problems[0], Catch::Contains("`grid`"));
}

TEST_CASE("a refit waits for the last trial of its experiment, wherever that runs", "[schedule]") {
  const StudyPlan plan = grid(2, 1);
  Schedule schedule = schedule_of_others(plan);
  const std::size_t first = schedule.take().value();
  const std::size_t second = schedule.take().value();
  CHECK_FALSE(schedule.take().has_value());
  CHECK(schedule.running() == 2);
  CHECK(schedule.settle(1, with_value(0.9)).dropped.empty());
  schedule.end(second);
  CHECK_FALSE(schedule.take().has_value());
  CHECK(schedule.settle(0, with_value(0.1)).dropped == Trials{2});
  schedule.end(first);
  const std::size_t refit = schedule.take().value();
  CHECK(schedule.trajectory(refit).trial == 3);
  CHECK_FALSE(schedule.complete());
  finish(schedule, refit);
  CHECK(schedule.complete());
}

TEST_CASE("a refit waits until its base has nothing else to train", "[schedule]") {
  StudyPlan plan = grid(1, 1);
  plan.trials[0].seed = 7;                         // of another base
  plan.trials.push_back(constant_way("long", 9));  // of the refit's, with other metrics and epochs
  Schedule schedule = schedule_of(plan);
  const std::size_t on_the_way = schedule.take().value();
  const std::size_t fold = schedule.take().value();
  CHECK(schedule.trajectory(on_the_way).trial == 2);
  schedule.settle(0, with_value(0.5));
  schedule.end(fold);
  CHECK(schedule.ready() == 1);
  CHECK_FALSE(schedule.take().has_value());
  // Neither while that is put back, although the refit would come first.
  schedule.put_back(on_the_way);
  CHECK_FALSE(schedule.take([&](std::size_t index) { return index != on_the_way; }).has_value());
  CHECK(schedule.take() == on_the_way);
  finish(schedule, on_the_way);
  CHECK(schedule.trajectory(schedule.take().value()).trial == 1);
}

TEST_CASE("a chosen refit that is equal to another trial has its result, before or after", "[schedule]") {
  for (const bool before : {true, false}) {
    StudyPlan plan = grid(1, 1);
    plan.trials[0].seed = 7;
    plan.trials.push_back(TrainSetup::trial("same"));  // as the refit
    Schedule schedule = schedule_of(plan);
    CHECK(schedule.settle(before ? 2 : 0, with_value(0.5)).trials.size() == 1);
    const Trials ended = schedule.settle(before ? 0 : 2, with_value(0.5)).trials;
    CHECK(ended.size() == 2);
    CHECK(schedule.record(1).id == "r0");
    CHECK(schedule.record(1).refit);
    CHECK(schedule.record(1).status == TrialStatus::Cached);
    CHECK(schedule.complete());
  }
}

TEST_CASE("a refit that trains as long as its folds did is another trial than was planned", "[schedule]") {
  StudyPlan plan = grid(1, 1);
  for (TrialPlan& trial : plan.trials) {
    trial.epochs = 50;
    trial.stop = StopPlan{"valid.loss", Direction::Lower, 2};
  }
  plan.trials[0].seed = 7;
  plan.trials.push_back(constant_way("same", 2));  // as the refit, as it turns out
  Schedule schedule = schedule_of(plan);
  TrialRecord fold = with_value(0.5);
  fold.history["valid.loss"] = {0.5, 0.3, 0.4, 0.4};
  schedule.settle(0, fold);
  CHECK(schedule.plan_of(1).epochs == 2);
  CHECK(schedule.identity_of(1).id == schedule.identity_of(2).id);
  CHECK(schedule.settle(2, {}).trials == Trials{2, 1});
  CHECK(schedule.complete());
}

TEST_CASE("every trial gets one result, whatever ends, waits or is put back when", "[schedule]") {
  std::mt19937 random(2);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (int round = 0; round < 300; ++round) {
    StudyPlan plan = grid(2, 2);
    for (int i = 0; i < 8; ++i) {
      std::vector<double> rates(1 + below(5));
      for (double& rate : rates) rate = below(3) == 0 ? 0.5 : 1;
      plan.trials.push_back(way(std::to_string(i), rates));
    }
    for (TrialPlan& trial : plan.trials) trial.seed = below(2);
    Schedule schedule = schedule_of(plan);
    std::set<std::size_t> running;
    std::set<std::size_t> gone;
    Trials ended;
    std::size_t dropped = 0;
    const auto note = [&](const Schedule::Ended& more) {
      ended.insert(ended.end(), more.trials.begin(), more.trials.end());
      dropped += more.dropped.size();
    };
    while (!running.empty() || schedule.ready() > 0) {
      if (running.size() < 3) {
        if (const auto index = schedule.take()) {
          CHECK(running.insert(*index).second);
          CHECK(gone.count(*index) == 0);
        }
      }
      REQUIRE_FALSE(running.empty());
      const std::size_t index =
          *std::next(running.begin(), static_cast<std::ptrdiff_t>(below(running.size())));
      const Trajectory trajectory = schedule.trajectory(index);
      if (below(4) == 0) {
        schedule.put_back(index);
        running.erase(index);
      } else if (!trajectory.forks.empty() && below(2) == 0) {
        schedule.pass_fork(index, trajectory.forks[below(trajectory.forks.size())]);
      } else if (const auto open = schedule.open_stops(index); !open.empty() && below(2) == 0) {
        TrialRecord record = record_of(schedule, open[0].trial);
        record.metrics["valid.accuracy"] = static_cast<double>(below(5));
        note(schedule.settle(open[0].trial, std::move(record)));
      } else {
        for (const TrajectoryStop& stop : schedule.open_stops(index))
          note(schedule.settle(stop.trial, with_value(1)));
        schedule.end(index);
        running.erase(index);
        gone.insert(index);
      }
    }
    INFO("round " << round);
    CHECK(schedule.complete());
    CHECK(schedule.running() == 0);
    CHECK(dropped == 1);
    std::ranges::sort(ended);
    CHECK(ended.size() == plan.trials.size() - 1);
    CHECK(std::ranges::adjacent_find(ended) == ended.end());
  }
}
