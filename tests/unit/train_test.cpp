// The training loop: which samples it shows in which order, what it records, and what it does when things go
// wrong.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "tests/unit/allocations.hpp"
#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

using Setup = TrainSetup;

TEST_CASE("every epoch shows each sample once, in batches with a short last one, in a new order", "[train]") {
  Setup setup;
  const StudyResult result = setup.run();
  const FakeExecution& seen = fake_execution();
  REQUIRE(seen.train_features.size() == 3 * kTrain);
  for (std::size_t step = 0; step < 9; ++step) {
    CHECK(seen.runs[step].train);
    CHECK(seen.runs[step].batch == (step % 3 == 2 ? 7 : 8));
    CHECK(seen.runs[step].step == step + 1);
    CHECK(seen.runs[step].seed == 5);
  }
  std::vector<std::vector<float>> epochs;
  for (int epoch = 0; epoch < 3; ++epoch) {
    const auto begin = seen.train_features.begin() + epoch * static_cast<int>(kTrain);
    epochs.emplace_back(begin, begin + kTrain);
  }
  CHECK(epochs[0] != epochs[1]);
  CHECK(epochs[1] != epochs[2]);
  for (std::vector<float>& epoch : epochs) std::sort(epoch.begin(), epoch.end());
  CHECK(epochs[0] == epochs[1]);
  // Sample i has the feature i, scaled to 0..1.
  for (std::uint32_t i = 0; i < kTrain; ++i) CHECK(epochs[0][i] == Approx(i / 22.0));
  CHECK(result.record.trials.at(0).steps_trained == 9);
}

TEST_CASE("every step of an epoch has the rate of its epoch", "[train]") {
  Setup setup;
  setup.plan.trials[0].rates = std::make_shared<const std::vector<double>>(std::vector<double>{0.25, 1, 0.1});
  setup.run();
  const std::vector<double> expected = {0.25, 0.25, 0.25, 1, 1, 1, 0.1, 0.1, 0.1};
  std::vector<double> seen;
  for (const FakeRun& run : fake_execution().runs) {
    if (run.train) seen.push_back(run.rate);
  }
  CHECK(seen == expected);
}

TEST_CASE("without a schedule the rate of every step is 1", "[train]") {
  Setup setup;
  setup.run();
  for (const FakeRun& run : fake_execution().runs) CHECK(run.rate == 1);
}

TEST_CASE("labels stay with their samples", "[train]") {
  Setup setup;
  setup.run();
  const FakeExecution& seen = fake_execution();
  for (std::size_t i = 0; i < seen.train_labels.size(); ++i) {
    CHECK(seen.train_labels[i] == static_cast<int>(std::lround(seen.train_features[i] * 22)) % kClasses);
  }
}

TEST_CASE("without shuffling the samples come as they are stored", "[train]") {
  Setup setup;
  setup.plan.trials[0].shuffle = false;
  setup.run();
  for (std::uint32_t i = 0; i < 2 * kTrain; ++i) {
    CHECK(fake_execution().train_labels[i] == static_cast<int>(i % kTrain) % kClasses);
  }
}

TEST_CASE("a batch larger than the data is all of the data", "[train]") {
  Setup setup;
  setup.plan.trials[0].batch = 1000;
  const StudyResult result = setup.run();
  CHECK(result.record.trials[0].steps_trained == 3);
  CHECK(fake_execution().runs[0].batch == kTrain);
}

TEST_CASE("test samples are evaluated once, in batches of 500 and the rest", "[train]") {
  Setup setup;
  setup.write_data(kTrain, 1203);
  setup.run();
  std::vector<std::int64_t> batches;
  for (const FakeRun& run : fake_execution().runs) {
    if (!run.train) batches.push_back(run.batch);
  }
  CHECK(batches == std::vector<std::int64_t>{500, 500, 203});
}

TEST_CASE("the record says what was trained and how well", "[train]") {
  Setup setup;
  setup.plan.trials[0].epochs = 60;
  const StudyResult result = setup.run();
  CHECK_FALSE(result.interrupted);
  CHECK(result.record.source_text == "text");
  const TrialRecord& trial = result.record.trials.at(0);
  CHECK(trial.status == TrialStatus::Done);
  CHECK(trial.id == "a");
  CHECK(trial.data == "small");
  CHECK(trial.parameters == 18);
  CHECK(trial.weights_sha256.size() == 64);
  CHECK(trial.seconds_train > 0);
  CHECK(trial.directions.at("log_loss") == Direction::Lower);
  REQUIRE(trial.history.at("train.loss").size() == 60);
  REQUIRE(trial.history.at("train.accuracy").size() == 60);
  CHECK(trial.metrics.at("train.loss") == trial.history.at("train.loss").back());
  CHECK(trial.metrics.at("train.accuracy") == trial.history.at("train.accuracy").back());
  // The loss of evaluation is the log loss of the predictions.
  CHECK(trial.metrics.at("test.loss") == Approx(trial.metrics.at("test.log_loss")).epsilon(1e-5));
  const double accuracy = trial.metrics.at("test.accuracy");
  CHECK(accuracy * kTest == Approx(std::round(accuracy * kTest)));
}

TEST_CASE("training means are weighted by the size of the batches", "[train]") {
  Setup setup;
  setup.plan.trials[0].epochs = 1;
  const TrialRecord trial = setup.run().record.trials.at(0);
  const double correct = trial.history.at("train.accuracy")[0] * kTrain;
  CHECK(correct == Approx(std::round(correct)));
  CHECK(trial.history.at("train.accuracy")[0] <= 1);
}

TEST_CASE("the same study gives the same numbers, another seed others", "[train]") {
  Setup setup;
  setup.plan.trials.push_back(Setup::trial("b"));
  setup.plan.trials.push_back(Setup::trial("c"));
  setup.plan.trials[2].seed = 6;
  const StudyResult result = setup.run();
  const std::vector<TrialRecord>& trials = result.record.trials;
  REQUIRE(trials.size() == 3);
  CHECK(trials[0].weights_sha256 == trials[1].weights_sha256);
  CHECK(trials[0].history == trials[1].history);
  CHECK(trials[0].metrics == trials[1].metrics);
  CHECK(trials[0].weights_sha256 != trials[2].weights_sha256);
}

TEST_CASE("a loss that is not finite ends the trial within the step, and the others go on", "[train]") {
  Setup setup;
  setup.plan.trials.push_back(Setup::trial("b"));
  fake_execution().bad_loss_at_step = 5;
  setup.events.trial_ended = [](std::size_t, const TrialRecord&) { fake_execution().bad_loss_at_step = 0; };
  const StudyResult result = setup.run();
  REQUIRE(result.record.trials.size() == 2);
  const TrialRecord& diverged = result.record.trials[0];
  CHECK(diverged.status == TrialStatus::Diverged);
  CHECK(diverged.steps_trained == 5);
  CHECK_THAT(diverged.reason, Catch::Contains("step 5") && Catch::Contains("epoch 2"));
  CHECK(diverged.history.at("train.loss").size() == 1);
  CHECK(diverged.metrics.empty());
  CHECK(result.record.trials[1].status == TrialStatus::Done);
}

TEST_CASE("a trial that does not compile is recorded with the reason", "[train]") {
  Setup setup;
  setup.plan.trials.push_back(Setup::trial("b"));
  setup.compiler.compile = [](std::size_t trial) -> Result<CompiledTrial> {
    if (trial == 0) return Failure{"it does not fit", "make it smaller"};
    return fake_compiled();
  };
  const StudyResult result = setup.run();
  CHECK(result.record.trials.at(0).status == TrialStatus::Failed);
  CHECK(result.record.trials.at(0).reason == "it does not fit; make it smaller");
  CHECK(result.record.trials.at(1).status == TrialStatus::Done);
}

TEST_CASE("a trial that needs more memory than there is says how much", "[train]") {
  Setup setup;
  fake_execution().memory = 100;
  const TrialRecord trial = setup.run().record.trials.at(0);
  CHECK(trial.status == TrialStatus::Failed);
  CHECK_THAT(trial.reason, Catch::Contains("832 B") && Catch::Contains("smaller batch"));
  CHECK(fake_execution().runs.empty());
}

TEST_CASE("a metric that does not exist fails the trial before it trains", "[train]") {
  Setup setup;
  setup.plan.trials[0].metrics = {{"mine", "f2", "", Direction::Higher}};
  CHECK_THAT(setup.run().record.trials.at(0).reason, Catch::Contains("`f2`"));
  setup.plan.trials[0].metrics = {{"mine", "f1", "ovo", Direction::Higher}};
  CHECK_THAT(setup.run().record.trials.at(0).reason, Catch::Contains("`ovo`"));
  CHECK(fake_execution().runs.empty());
}

TEST_CASE("stopping ends after the step, without a record of the unfinished trial", "[train]") {
  Setup setup;
  setup.plan.trials.push_back(Setup::trial("b"));
  std::atomic<bool> stop = false;
  setup.options.stop = &stop;
  setup.events.trial_ended = [&](std::size_t, const TrialRecord&) { stop = true; };
  const StudyResult result = setup.run();
  CHECK(result.interrupted);
  CHECK(result.record.trials.size() == 1);
}

TEST_CASE("events come in order and count steps", "[train]") {
  Setup setup;
  std::vector<std::string> seen;
  setup.events.trial_started = [&](std::size_t trial) { seen.push_back("start " + std::to_string(trial)); };
  setup.events.progress = [&](std::size_t, const StepProgress& progress) {
    CHECK(std::isfinite(progress.loss));
    CHECK(progress.accuracy <= 1);
    if (progress.done % 3 == 0) {
      seen.push_back(std::to_string(progress.done) + "/" + std::to_string(progress.total));
    }
  };
  setup.events.epoch_ended = [&](std::size_t, const StepProgress& progress, double) {
    seen.push_back("epoch " + std::to_string(progress.epoch));
  };
  setup.events.trial_ended = [&](std::size_t, const TrialRecord&) { seen.push_back("end"); };
  setup.run();
  CHECK(seen ==
        std::vector<std::string>{"start 0", "3/9", "epoch 1", "6/9", "epoch 2", "9/9", "epoch 3", "end"});
}

TEST_CASE("training allocates nothing from the first step to the last", "[train]") {
  Setup setup;
  setup.plan.trials[0].epochs = 50;
  std::vector<std::size_t> counts;
  counts.reserve(50);
  setup.events.epoch_ended = [&](std::size_t, const StepProgress&, double) {
    counts.push_back(allocations().count);
  };
  setup.run();
  REQUIRE(counts.size() == 50);
  CHECK(counts.back() == counts.front());
}

TEST_CASE("the first samples and the facts of the data are recorded", "[train]") {
  Setup setup;
  const RunRecord record = setup.run().record;
  REQUIRE(record.data.size() == 1);
  CHECK(record.data[0].name == "small");
  CHECK(record.data[0].scale == "minmax");
  CHECK(record.data[0].train_count == kTrain);
  CHECK(record.data[0].classes == std::vector<std::string>{"0", "1", "2"});
  CHECK(record.data[0].sha256.size() == 64);
  REQUIRE(record.samples.size() == 2);
  CHECK(record.samples[0].train);
  CHECK(record.samples[0].pixels.size() == 20);
  CHECK(record.samples[1].pixels.size() == kTest);
  CHECK(record.samples[1].pixels[5] == std::vector<std::uint8_t>(6, 5));
  CHECK(record.samples[1].labels[5] == 2);
  CHECK(record.samples[1].class_names[5] == "2");
}

TEST_CASE("data that cannot be read or changed since the check fails the study", "[train]") {
  Setup setup;
  setup.plan.data[0].train_count = 24;
  const auto changed = setup.prepare();
  REQUIRE_FALSE(changed.ok());
  CHECK_THAT(changed.failure().message, Catch::Contains("changed"));
  setup.plan.data[0].directory = "/nowhere";
  CHECK_FALSE(setup.prepare().ok());
}
