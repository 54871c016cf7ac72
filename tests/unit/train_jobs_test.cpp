// Several trials at once: the same records whatever the number of jobs, one event at a time, and an end in
// good order when one trial fails, the user stops or there is a bug.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "runtime/exec/executor.hpp"
#include "runtime/train/calibration.hpp"
#include "runtime/train/memory_budget.hpp"
#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

// Plain trials, a validated sweep with a selection, and trials that are equal to others.
void make_large(TrainSetup& setup) {
  setup.plan.trials.clear();
  for (std::int64_t n = 1; n <= 3; ++n) setup.add_folds("grid", "n", n);
  for (std::int64_t n = 1; n <= 3; ++n) {
    TrialPlan refit = TrainSetup::trial("refit" + std::to_string(n));
    refit.experiment = "grid";
    refit.params = {{"n", n}};
    refit.refit = true;
    setup.plan.trials.push_back(refit);
  }
  for (TrialPlan& trial : setup.plan.trials) {
    trial.measures_test = trial.refit;
    trial.batch = 4 * std::get<std::int64_t>(trial.params[0].second);
  }
  for (std::int64_t n = 1; n <= 3; ++n) {
    TrialPlan again = TrainSetup::trial("again" + std::to_string(n));
    again.experiment = "again";
    again.params = {{"n", n}};
    again.batch = 4 * n;
    setup.plan.trials.push_back(again);
  }
  setup.plan.selections = {{"grid", "valid.loss", Direction::Lower}};
  // Everything computes the same; the batch is what differs.
  setup.make_programs_equal();
}

}  // namespace

TEST_CASE("records are the same for any number of jobs, apart from times", "[train][jobs]") {
  TrainSetup setup;
  make_large(setup);
  const StudyResult single = setup.run();
  CHECK(single.record.trials.size() == 15 + 1 + 3);
  REQUIRE(single.record.selections.size() == 1);
  for (const int jobs : {2, 4, 100}) {
    setup.options.jobs = jobs;
    fake_execution().reset();
    CHECK(without_times(setup.run().record) == without_times(single.record));
  }
}

TEST_CASE("a number of jobs that makes no sense is one", "[train][jobs]") {
  TrainSetup setup;
  for (const int jobs : {0, -3}) {
    setup.options.jobs = jobs;
    CHECK(setup.run().record.trials.size() == 1);
  }
}

TEST_CASE("trials run at once, and events one at a time", "[train][jobs]") {
  TrainSetup setup;
  setup.plan.trials.clear();
  for (int i = 0; i < 6; ++i) setup.plan.trials.push_back(TrainSetup::trial(std::to_string(i)));
  setup.options.jobs = 3;
  std::atomic<int> compiling = 0;
  std::atomic<bool> met = false;
  // The first two wait for each other, for a while.
  setup.compiler.compile = [&](std::size_t) -> Result<CompiledTrial> {
    if (++compiling >= 2) met = true;
    const auto begin = std::chrono::steady_clock::now();
    while (!met && std::chrono::steady_clock::now() - begin < std::chrono::seconds(10)) {
      std::this_thread::yield();
    }
    return fake_compiled();
  };
  std::atomic<int> inside = 0;
  std::multiset<std::size_t> started;
  std::multiset<std::size_t> ended;
  const auto alone = [&](const auto& action) {
    CHECK(++inside == 1);
    action();
    std::this_thread::yield();
    --inside;
  };
  setup.events.trial_started = [&](std::size_t trial) { alone([&] { started.insert(trial); }); };
  setup.events.progress = [&](std::size_t, const StepProgress&) { alone([] {}); };
  setup.events.epoch_ended = [&](std::size_t, const StepProgress&, double) { alone([] {}); };
  setup.events.trial_ended = [&](std::size_t trial, const TrialRecord&) {
    alone([&] { ended.insert(trial); });
  };
  setup.run();
  CHECK(met);
  CHECK(started == std::multiset<std::size_t>{0, 1, 2, 3, 4, 5});
  CHECK(ended == started);
}

TEST_CASE("a bug in one thread reaches the caller, after the others have ended", "[train][jobs]") {
  for (const int jobs : {1, 3}) {
    TrainSetup setup;
    setup.plan.trials.clear();
    for (int i = 0; i < 8; ++i) {
      setup.plan.trials.push_back(TrainSetup::trial(std::to_string(i)));
      setup.plan.trials.back().epochs = 100;
    }
    setup.options.jobs = jobs;
    setup.compiler.compile = [](std::size_t index) -> Result<CompiledTrial> {
      if (index == 1) NNC_CHECK(false, "a bug");
      return fake_compiled();
    };
    CHECK_THROWS_AS(setup.run(), InternalError);
  }
}

TEST_CASE("what an event throws reaches the caller", "[train][jobs]") {
  TrainSetup setup;
  setup.options.jobs = 2;
  setup.plan.trials.push_back(TrainSetup::trial("b"));
  setup.events.epoch_ended = [](std::size_t, const StepProgress&, double) {
    throw std::runtime_error("full");
  };
  CHECK_THROWS_AS(setup.run(), std::runtime_error);
}

TEST_CASE("a trial that needs too much memory fails alone", "[train][jobs]") {
  for (const int jobs : {1, 3}) {
    TrainSetup setup;
    setup.options.jobs = jobs;
    setup.plan.trials.push_back(TrainSetup::trial("b"));
    setup.plan.trials.push_back(TrainSetup::trial("c"));
    setup.compiler.compile = [](std::size_t index) -> Result<CompiledTrial> {
      if (index == 1) throw std::bad_alloc();
      return fake_compiled();
    };
    const StudyResult result = setup.run();
    REQUIRE(result.record.trials.size() == 3);
    CHECK(result.record.trials[0].status == TrialStatus::Done);
    CHECK(result.record.trials[1].status == TrialStatus::Failed);
    CHECK_THAT(result.record.trials[1].reason, Catch::Contains("memory"));
    CHECK(result.record.trials[2].status == TrialStatus::Done);
  }
}

TEST_CASE("what does not fit beside another gets nothing, and what fits nowhere gets it alone",
          "[train][jobs]") {
  MemoryBudget budget(100);
  std::optional<MemoryBudget::Share> first = budget.try_take(30);
  std::optional<MemoryBudget::Share> second = budget.try_take(45);
  REQUIRE((first && second));
  CHECK_FALSE(budget.fits(60));
  CHECK_FALSE(budget.try_take(60));
  CHECK(budget.fits(25));
  second.reset();
  CHECK(budget.try_take(60));  // given back at once
  CHECK_FALSE(budget.try_take(1000));
  first.reset();
  const std::optional<MemoryBudget::Share> large = budget.try_take(1000);
  REQUIRE(large);
  CHECK_FALSE(budget.fits(0));
  CHECK(budget.peak() == 1000);
}

TEST_CASE("a trial allocates exactly what its plans need", "[train][jobs]") {
  for (const bool stops : {false, true}) {
    for (const int threads : {1, 4}) {
      TrainSetup setup;
      setup.options.threads = threads;
      if (stops) {
        setup.plan.trials[0].validation = ValidationPlan{ValidationPlan::Kind::KFold, 5, 0.2, true, false};
        setup.plan.trials[0].stop = StopPlan{"valid.loss", Direction::Lower, 2};
      }
      MemoryNeeds needs;
      setup.compiler.compile = [&](std::size_t) -> Result<CompiledTrial> {
        CompiledTrial compiled = fake_compiled();
        compiled.plans = [&, make = compiled.plans](Phase phase, std::int64_t batch) {
          StepPlan plan = make(phase, batch);
          needs = larger(needs, memory_needs(plan, KernelSet::Fast, threads));
          return plan;
        };
        return compiled;
      };
      REQUIRE(setup.run().record.trials.at(0).status == TrialStatus::Done);
      CHECK(needs.scratch > 0);
      CHECK(fake_execution().allocated ==
            needs.state + needs.work + needs.scratch + (stops ? needs.state : 0));
    }
  }
}

TEST_CASE("what a way will allocate is known before", "[train][jobs]") {
  TrainSetup setup;
  setup.make_programs_equal();
  setup.plan.trials.assign(3, TrainSetup::trial("a"));
  for (TrialPlan& trial : setup.plan.trials)
    trial.validation = ValidationPlan{ValidationPlan::Kind::KFold, 5, 0.2, true, false};
  setup.plan.trials[0].measures_test = false;
  setup.plan.trials[1].stop = StopPlan{"valid.loss", Direction::Lower, 2};
  setup.plan.trials[2].stop = StopPlan{"valid.accuracy", Direction::Higher, 2};
  const auto study = setup.prepare();
  REQUIRE(study.ok());
  REQUIRE(study.value()->work().trajectories.size() == 1);
  const WayDemands demands = demands_of(setup.plan, study.value()->work().trajectories[0]);
  const Result<std::uint64_t> bytes = bytes_needed(*study.value(), demands);
  REQUIRE(bytes.ok());
  CHECK(fake_execution().allocated == 0);
  CHECK(run_study(*study.value(), {}).record.work.memory_bytes == bytes.value());
  CHECK(fake_execution().allocated == bytes.value());
}

TEST_CASE("trials that only fit one after the other are all trained", "[train][jobs]") {
  TrainSetup setup;
  for (const char* const id : {"b", "c", "d"}) setup.plan.trials.push_back(TrainSetup::trial(id));
  fake_execution().memory = 900;  // a trial needs 832 bytes, and a run leaves a quarter
  setup.options.jobs = 4;
  const RunRecord record = setup.run().record;
  for (const TrialRecord& trial : record.trials) CHECK(trial.status == TrialStatus::Done);
  CHECK(record.work.memory_bytes == 832);
}

TEST_CASE("stopping ends all jobs after their step and keeps what is finished", "[train][jobs]") {
  TrainSetup setup;
  setup.plan.trials.clear();
  for (int i = 0; i < 3; ++i) {
    setup.plan.trials.push_back(TrainSetup::trial(std::to_string(i)));
    setup.plan.trials.back().epochs = i == 0 ? 1 : 1'000'000;
  }
  setup.options.jobs = 3;  // the short one would be the last
  std::atomic<bool> stop = false;
  setup.options.stop = &stop;
  std::atomic<bool> first_ended = false;
  setup.events.trial_ended = [&](std::size_t trial, const TrialRecord&) {
    first_ended = first_ended || trial == 0;
  };
  setup.events.epoch_ended = [&](std::size_t trial, const StepProgress&, double) {
    if (trial != 0 && first_ended) stop = true;
  };
  const StudyResult result = setup.run();
  CHECK(result.interrupted);
  REQUIRE(result.record.trials.size() == 1);
  CHECK(result.record.trials[0].id == "0");
  CHECK(result.record.trials[0].status == TrialStatus::Done);
}

TEST_CASE("a run that is stopped before it begins has no trials", "[train][jobs]") {
  TrainSetup setup;
  std::atomic<bool> stop = true;
  setup.options.stop = &stop;
  const StudyResult result = setup.run();
  CHECK(result.interrupted);
  CHECK(result.record.trials.empty());
}
