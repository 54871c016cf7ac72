// Trials that share their ways come to what they come to alone.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

constexpr double kBadRate = 9;

struct ForksSetup : TrainSetup {
  explicit ForksSetup(std::vector<TrialPlan> trials) {
    plan.trials = std::move(trials);
    make_programs_equal();
    fake_execution().bad_rate = kBadRate;
  }
};

TrialPlan way(const std::string& id, std::vector<double> rates) {
  TrialPlan trial = TrainSetup::trial(id);
  trial.epochs = std::ssize(rates);
  trial.rates = rates_of(std::move(rates));
  return trial;
}

// Each trained on its own, and nothing kept.
RunRecord alone(const std::vector<TrialPlan>& trials, float rate = 0.5F) {
  ForksSetup setup(trials);
  fake_execution().rate = rate;
  setup.options.share = setup.options.reuse = false;
  return setup.run().record;
}

RunRecord shared(const std::vector<TrialPlan>& trials, int jobs = 1, float rate = 0.5F) {
  ForksSetup setup(trials);
  fake_execution().rate = rate;
  setup.open_store();
  setup.options.jobs = jobs;
  const RunRecord record = setup.run().record;
  // What was kept is enough to train nothing more.
  const RunRecord again = setup.run().record;
  CHECK(again.work.steps_trained == 0);
  CHECK(results_of(again) == results_of(record));
  return record;
}

void check_shared(const std::vector<TrialPlan>& trials, float rate = 0.5F) {
  const std::string expected = results_of(alone(trials, rate));
  for (const int jobs : {1, 3}) CHECK(results_of(shared(trials, jobs, rate)) == expected);
  ForksSetup without_store(trials);
  fake_execution().rate = rate;
  CHECK(results_of(without_store.run().record) == expected);
}

TrialPlan random_trial(std::mt19937& random, std::size_t number) {
  const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
  std::vector<double> rates(static_cast<std::size_t>(1 + below(6)));
  for (double& rate : rates) rate = below(12) == 0 ? kBadRate : below(3) == 0 ? 0.5 : 1;
  TrialPlan trial = way(std::to_string(number), rates);
  if (below(3) > 0) trial.validation = ValidationPlan{ValidationPlan::Kind::HoldOut, 5, 0.3, true, true};
  const std::string part = trial.validation && below(2) == 0 ? "valid" : "train";
  if (below(3) == 0) trial.stop = StopPlan{part + ".loss", Direction::Lower, 1 + below(3)};
  if (below(4) == 0) trial.stop = StopPlan{part + ".accuracy", Direction::Higher, 1 + below(2)};
  if (below(4) == 0) trial.metrics = {};
  trial.measures_test = below(4) > 0;
  return trial;
}

}  // namespace

TEST_CASE("trials with equal beginnings train these once", "[forks]") {
  const std::vector<TrialPlan> trials = {way("a", {1, 1, 1, 1, 1}), way("b", {1, 1, 0.5, 0.5, 0.5}),
                                         way("c", {1, 1, 0.5, 0.5, 0.1}), way("d", {1, 1, 1}),
                                         way("e", {0.5, 1})};
  check_shared(trials);
  for (const int jobs : {1, 2, 4}) {
    const RunRecord record = shared(trials, jobs);
    CHECK(record.work.epochs_planned == 5 + 3 + 1 + 2);
    CHECK(record.work.steps_trained == record.work.epochs_planned * kStepsPerEpoch);
    CHECK(record.work.epochs_declared == 5 + 5 + 5 + 3 + 2);
  }
}

TEST_CASE("a trial says that it has begun at most once, and ends once", "[forks]") {
  std::vector<TrialPlan> trials = {way("a", {1, 1, 1, 1, 1}), way("b", {1, 1, 1, 1, 1, 1, 1}),
                                   way("c", {1, 1, 0.5})};
  trials[1].stop = StopPlan{"train.loss", Direction::Lower, 1};
  for (const float rate : {0.5F, -0.5F}) {
    ForksSetup setup(trials);
    setup.open_store();
    fake_execution().rate = rate;
    std::multiset<std::size_t> started;
    std::multiset<std::size_t> ended;
    setup.events.trial_started = [&](std::size_t trial) { started.insert(trial); };
    setup.events.trial_ended = [&](std::size_t trial, const TrialRecord&) { ended.insert(trial); };
    setup.run();
    for (std::size_t i = 0; i < 3; ++i) CHECK(started.count(i) <= 1);
    CHECK(ended == std::multiset<std::size_t>{0, 1, 2});
  }
}

TEST_CASE("a metric that does not exist fails its trial, and not those on the same way", "[forks]") {
  std::vector<TrialPlan> trials = {way("a", {1, 1}), way("b", {1, 1, 1}), way("c", {1, 1})};
  trials[1].metrics = {{"mine", "f2", "", Direction::Higher}};
  trials[2].measures_test = false;
  ForksSetup setup(trials);
  const RunRecord record = setup.run().record;
  CHECK(statuses(record) ==
        std::vector<TrialStatus>{TrialStatus::Done, TrialStatus::Failed, TrialStatus::Done});
  CHECK_THAT(record.trials[1].reason, Catch::Contains("`f2`"));
}

TEST_CASE("a trajectory that diverges leaves those that have left it as they are", "[diverged]") {
  const std::vector<TrialPlan> trials = {way("a", {1, 1, kBadRate, 1}), way("b", {1, 1, 1, 1}),
                                         way("c", {1, 1})};
  check_shared(trials);
  const RunRecord record = shared(trials);
  CHECK(statuses(record) ==
        std::vector<TrialStatus>{TrialStatus::Diverged, TrialStatus::Done, TrialStatus::Done});
  CHECK_THAT(record.trials[0].reason, Catch::Contains("step 7") && Catch::Contains("epoch 3"));
  CHECK(record.trials[1].weights_sha256 == alone({trials[1]}).trials[0].weights_sha256);
}

TEST_CASE("whoever would leave a trajectory after it diverged has diverged as well", "[diverged]") {
  std::vector<TrialPlan> trials = {way("a", {1, kBadRate, 0.1, 1}), way("b", {1, kBadRate, 0.5, 1}),
                                   way("c", {1, kBadRate, 0.5, 2, 1}), way("d", {1, kBadRate})};
  trials[1].measures_test = false;
  check_shared(trials);
  const RunRecord record = shared(trials);
  CHECK(record.work.steps_trained == kStepsPerEpoch + 1);
  for (const TrialRecord& trial : record.trials) {
    CHECK(trial.status == TrialStatus::Diverged);
    CHECK(trial.reason == record.trials[0].reason);
  }
}

TEST_CASE("a trial that stops by its rule before the others diverge has its result", "[diverged]") {
  std::vector<TrialPlan> trials = {way("a", {1, 1, 1, kBadRate, 0.1}), way("b", {1, 1, 1, kBadRate, 0.5})};
  trials[1].stop = StopPlan{"train.loss", Direction::Lower, 1};
  check_shared(trials, -0.5F);
  CHECK(statuses(shared(trials, 1, -0.5F)) ==
        std::vector<TrialStatus>{TrialStatus::Diverged, TrialStatus::Done});
}

TEST_CASE("a trajectory that ends by its rule before others leave it does them no harm", "[forks]") {
  std::vector<TrialPlan> trials = {way("a", {1, 1, 1, 1, 0.1}), way("b", {1, 1, 1, 1, 0.5}),
                                   way("c", {1, 1, 1, 1, 1})};
  trials[0].stop = StopPlan{"train.loss", Direction::Lower, 1};
  check_shared(trials, -0.5F);
  // Both others begin with the state that the first one ended with.
  const RunRecord record = shared(trials, 1, -0.5F);
  CHECK(record.work.steps_trained == (2 + 3 + 3) * kStepsPerEpoch);
  trials[1].stop = trials[0].stop;
  check_shared(trials, -0.5F);
}

TEST_CASE("after an interruption a fork need not wait for the way that it leaves", "[forks]") {
  ForksSetup setup({way("a", {1, 0.1, 0.1, 0.1, 0.1, 0.1}), way("b", {1, 0.5})});
  setup.open_store();
  std::atomic<bool> stop = false;
  setup.options.stop = &stop;
  fake_execution().step_trained = [&](std::int64_t trained) { stop = trained == 4 * kStepsPerEpoch - 1; };
  CHECK(setup.run().interrupted);
  fake_execution().step_trained = nullptr;
  stop = false;
  setup.options.jobs = 2;
  std::atomic<bool> left = false;
  setup.compiler.compile = [&](std::size_t trial) -> Result<CompiledTrial> {
    left = left || trial == 1;
    return fake_compiled();
  };
  // The way that was interrupted goes on for as long as it takes until it is left.
  setup.events.epoch_ended = [&](std::size_t trial, const StepProgress&, double) {
    const auto begin = std::chrono::steady_clock::now();
    while (trial == 0 && !left && std::chrono::steady_clock::now() - begin < std::chrono::seconds(5)) {
      std::this_thread::yield();
    }
    CHECK(left);
  };
  CHECK(results_of(setup.run().record) == results_of(alone(setup.plan.trials)));
}

TEST_CASE("refits begin with what the ways of others ended with, one after the other", "[forks]") {
  std::vector<TrialPlan> trials = {way("a", {1, 1, 1})};
  StudyPlan plan;
  for (const char* const experiment : {"two", "three"}) {
    for (const bool refit : {false, true}) {
      trials.push_back(refit ? way(experiment, {1, 1, 1, 1, 1, 1}) : way(experiment, {0.1}));
      trials.back().experiment = experiment;
      trials.back().refit = refit;
    }
    plan.selections.push_back({experiment, "train.loss", Direction::Lower});
  }
  trials[3].rates = rates_of({0.2});
  trials[4].rates = rates_of({1, 1, 1, 0.5});
  trials[4].epochs = 4;
  for (const int jobs : {1, 3}) {
    ForksSetup setup(trials);
    setup.plan.selections = plan.selections;
    setup.open_store();
    setup.options.jobs = jobs;
    const RunRecord record = setup.run().record;
    CHECK(record.trials.size() == 5);
    CHECK(record.work.steps_trained == (3 + 1 + 1 + 3 + 1) * kStepsPerEpoch);
    for (const TrialRecord& trial : record.trials) CHECK(trial.status == TrialStatus::Done);
  }
}

TEST_CASE("whatever trials share, they come to what they come to alone", "[forks]") {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    INFO("round " << round);
    std::vector<TrialPlan> trials;
    const int count = std::uniform_int_distribution<int>(2, 8)(random);
    for (int i = 0; i < count; ++i) trials.push_back(random_trial(random, trials.size()));
    check_shared(trials, round % 3 == 0 ? -0.5F : 0.5F);
  }
}

TEST_CASE("whatever trials share, they come to it in pieces as well", "[forks]") {
  std::mt19937 random(4);
  for (int round = 0; round < 30; ++round) {
    INFO("round " << round);
    std::vector<TrialPlan> trials;
    for (int i = 0; i < 5; ++i) trials.push_back(random_trial(random, trials.size()));
    const float rate = round % 3 == 0 ? -0.5F : 0.5F;
    const std::string expected = results_of(alone(trials, rate));
    ForksSetup setup(trials);
    fake_execution().rate = rate;
    setup.open_store();
    setup.options.jobs = 1 + round % 2;
    std::atomic<bool> stop = false;
    setup.options.stop = &stop;
    fake_execution().step_trained = [&](std::int64_t trained) {
      stop = stop || trained % (2 + round % 7) == 0;
    };
    StudyResult result;
    int pieces = 0;
    do {
      stop = false;
      result = setup.run();
    } while (result.interrupted && ++pieces < 300);
    CHECK_FALSE(result.interrupted);
    CHECK(results_of(result.record) == expected);
  }
}

TEST_CASE("whatever is known of other studies, trials come to what they come to alone", "[forks]") {
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    const float rate = round % 3 == 0 ? -0.5F : 0.5F;
    ForksSetup setup({});
    setup.open_store();
    for (int study = 0; study < 5; ++study) {
      INFO("round " << round << ", study " << study);
      std::vector<TrialPlan> trials;
      for (int i = 0; i < 3; ++i) trials.push_back(random_trial(random, trials.size()));
      const std::string expected = results_of(alone(trials, rate));
      setup.plan.trials = trials;
      fake_execution().reset();
      fake_execution().bad_rate = kBadRate;
      fake_execution().rate = rate;
      CHECK(results_of(setup.run().record) == expected);
    }
    CHECK(setup.store->verify().value().empty());
    CHECK(setup.store->sizes().value().leftovers == 0);
  }
}
