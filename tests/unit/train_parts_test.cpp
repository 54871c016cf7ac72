// Training on a part of the samples and judging on another: validation, early stopping, predictions, smoke
// runs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "runtime/data/split.hpp"
#include "runtime/record/predictions.hpp"
#include "tests/unit/allocations.hpp"
#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

ValidationPlan holdout(double fraction) { return {ValidationPlan::Kind::HoldOut, 5, fraction, true, true}; }
ValidationPlan kfold(std::int64_t folds) { return {ValidationPlan::Kind::KFold, folds, 0.2, false, false}; }

std::vector<std::uint32_t> some_samples(std::uint32_t begin, std::uint32_t end) {
  std::vector<std::uint32_t> samples;
  for (std::uint32_t i = begin; i < end; ++i) samples.push_back(i);
  return samples;
}

// Which numbers were trained on, from the first feature that the executor saw. With MinMax, 0 is the smallest
// and 1 the largest of them.
std::set<int> trained_numbers(int low, int high) {
  std::set<int> numbers;
  for (const float feature : fake_execution().train_features) {
    numbers.insert(low + static_cast<int>(std::lround(feature * static_cast<float>(high - low))));
  }
  return numbers;
}

Predictions predictions_of(const TrainSetup& setup, const TrialRecord& trial, const std::string& part) {
  const Result<std::string> content =
      setup.store->read_object(ObjectKind::Predictions, trial.predictions.at(part));
  REQUIRE(content.ok());
  Result<Predictions> predictions = read_predictions(content.value(), part);
  REQUIRE(predictions.ok());
  return std::move(predictions).value();
}

}  // namespace

TEST_CASE("a fold is kept from training, and the scale is fitted without it", "[train]") {
  TrainSetup setup;
  // 23 samples in five folds: the last holds 19 to 22.
  setup.plan.trials[0].validation = kfold(5);
  setup.plan.trials[0].fold = 4;
  const TrialRecord trial = setup.run().record.trials.at(0);
  REQUIRE(trial.status == TrialStatus::Done);
  CHECK(trial.fold == 4);
  CHECK(trial.samples == std::map<std::string, std::int64_t>{{"train", 19}, {"valid", 4}, {"test", 7}});
  CHECK(fake_execution().train_features.size() == 3 * 19);
  // Sample i has the value i: had the scale seen 22, nothing would be scaled to 1.
  const auto [low, high] =
      std::minmax_element(fake_execution().train_features.begin(), fake_execution().train_features.end());
  CHECK(*low == 0);
  CHECK(*high == 1);
  const std::set<int> trained = trained_numbers(0, 18);
  CHECK(trained.size() == 19);
  CHECK(*trained.rbegin() == 18);
}

TEST_CASE("labels stay with the samples of a part that is shuffled", "[train]") {
  TrainSetup setup;
  setup.plan.trials[0].validation = kfold(5);
  setup.plan.trials[0].fold = 0;  // 5 to 22 are trained on
  setup.run();
  const FakeExecution& seen = fake_execution();
  for (std::size_t i = 0; i < seen.train_labels.size(); ++i) {
    CHECK(seen.train_labels[i] ==
          (5 + static_cast<int>(std::lround(seen.train_features[i] * 17))) % kClasses);
  }
}

TEST_CASE("validated trials have a validation history and are judged on every part", "[train]") {
  TrainSetup setup;
  setup.plan.trials[0].validation = holdout(0.3);
  setup.plan.trials[0].epochs = 7;
  const TrialRecord trial = setup.run().record.trials.at(0);
  REQUIRE(trial.status == TrialStatus::Done);
  for (const char* const field : {"train.loss", "train.accuracy", "valid.loss", "valid.accuracy"}) {
    CHECK(trial.history.at(field).size() == 7);
    CHECK(trial.metrics.count(field) == 1);
  }
  for (const char* const part : {"valid", "fitted", "test"}) {
    const std::string name = part;
    CHECK(trial.metrics.at(name + ".loss") == Approx(trial.metrics.at(name + ".log_loss")).epsilon(1e-5));
    CHECK(trial.metrics.count(name + ".accuracy") == 1);
  }
  // The last look of the history is the one at the finished model.
  CHECK(trial.metrics.at("valid.loss") == trial.history.at("valid.loss").back());
  CHECK(trial.metrics.at("valid.accuracy") == trial.history.at("valid.accuracy").back());
}

TEST_CASE("without validation there are no validation and no fitted values", "[train]") {
  TrainSetup setup;
  const TrialRecord trial = setup.run().record.trials.at(0);
  CHECK(trial.history.size() == 2);
  CHECK(trial.metrics.count("valid.loss") == 0);
  CHECK(trial.metrics.count("fitted.loss") == 0);
  CHECK(trial.metrics.count("test.loss") == 1);
  CHECK(trial.samples == std::map<std::string, std::int64_t>{{"train", 23}, {"test", 7}});
}

TEST_CASE("a trial that must not look at the test part does not", "[train]") {
  TrainSetup setup;
  setup.open_store();
  setup.plan.trials[0].measures_test = false;
  setup.plan.trials[0].epochs = 1;
  const TrialRecord plain = setup.run().record.trials.at(0);
  for (const FakeRun& run : fake_execution().runs) CHECK(run.train);
  CHECK(plain.status == TrialStatus::Done);
  CHECK(plain.predictions.empty());
  setup.plan.trials[0].validation = holdout(0.3);
  const TrialRecord validated = setup.run().record.trials.at(0);
  for (const auto& [name, value] : validated.metrics) CHECK_FALSE(name.starts_with("test."));
  CHECK(validated.samples.count("test") == 0);
  CHECK(validated.predictions.size() == 1);
}

TEST_CASE("validation changes nothing of the training itself", "[train]") {
  TrainSetup setup;
  setup.plan.trials[0].validation = kfold(2);
  setup.plan.trials[0].fold = 1;
  const TrialRecord validated = setup.run().record.trials.at(0);
  // The same samples as a data set of their own: 0 to 11.
  setup.plan.trials[0].validation.reset();
  setup.plan.trials[0].fold.reset();
  setup.write_data(12, kTest);
  const TrialRecord alone = setup.run().record.trials.at(0);
  CHECK(validated.history.at("train.loss") == alone.history.at("train.loss"));
  CHECK(validated.weights_sha256 == alone.weights_sha256);
}

TEST_CASE("a fold that cannot be made fails its trial, and the others go on", "[train]") {
  TrainSetup setup;
  setup.plan.trials.push_back(TrainSetup::trial("b"));
  setup.plan.trials[0].validation = kfold(24);
  setup.plan.trials[0].fold = 3;
  const StudyResult result = setup.run();
  CHECK(result.record.trials.at(0).status == TrialStatus::Failed);
  CHECK_THAT(result.record.trials.at(0).reason, Catch::Contains("24 folds"));
  CHECK(result.record.trials.at(1).status == TrialStatus::Done);
}

TEST_CASE("training stops when it gets no better and keeps the best epoch", "[train]") {
  TrainSetup setup;
  TrialPlan& plan = setup.plan.trials[0];
  plan.validation = holdout(0.3);
  plan.epochs = 40;
  plan.stop = StopPlan{"valid.loss", Direction::Lower, 3};
  fake_execution().rate = -0.5F;  // climbs: the first epoch is the best
  const TrialRecord stopped = setup.run().record.trials.at(0);
  REQUIRE(stopped.status == TrialStatus::Done);
  CHECK(stopped.epochs == 4);
  CHECK(stopped.history.at("valid.loss").size() == 4);
  CHECK(stopped.steps_trained == 4 * 2);
  CHECK(stopped.metrics.at("valid.loss") == stopped.history.at("valid.loss").front());
  CHECK(stopped.metrics.at("train.loss") == stopped.history.at("train.loss").front());
  CHECK(stopped.metrics.at("train.accuracy") == stopped.history.at("train.accuracy").front());

  plan.stop.reset();
  plan.epochs = 1;
  const TrialRecord one = setup.run().record.trials.at(0);
  CHECK(one.weights_sha256 == stopped.weights_sha256);
  CHECK(one.metrics.at("test.loss") == stopped.metrics.at("test.loss"));
}

TEST_CASE("training that keeps getting better runs to its end", "[train]") {
  TrainSetup setup;
  TrialPlan& plan = setup.plan.trials[0];
  plan.epochs = 12;
  plan.batch = kTrain;  // gradient descent goes down at every step
  fake_execution().rate = 0.1F;
  const TrialRecord free = setup.run().record.trials.at(0);
  plan.stop = StopPlan{"train.loss", Direction::Lower, 1};
  const TrialRecord watched = setup.run().record.trials.at(0);
  const std::vector<double>& losses = free.history.at("train.loss");
  REQUIRE(std::is_sorted(losses.rbegin(), losses.rend()));
  CHECK(watched.epochs == 12);
  CHECK(watched.weights_sha256 == free.weights_sha256);
  CHECK(watched.metrics == free.metrics);
}

TEST_CASE("an accuracy that stays the same is not better", "[train]") {
  TrainSetup setup;
  TrialPlan& plan = setup.plan.trials[0];
  plan.validation = holdout(0.3);
  plan.epochs = 40;
  plan.stop = StopPlan{"valid.accuracy", Direction::Higher, 5};
  fake_execution().rate = 0;
  const TrialRecord trial = setup.run().record.trials.at(0);
  CHECK(trial.epochs == 6);
}

TEST_CASE("training with validation and early stopping allocates nothing between its steps", "[train]") {
  TrainSetup setup;
  TrialPlan& plan = setup.plan.trials[0];
  plan.validation = holdout(0.3);
  plan.epochs = 50;
  plan.stop = StopPlan{"valid.loss", Direction::Lower, 50};
  std::vector<std::size_t> counts;
  counts.reserve(50);
  setup.events.epoch_ended = [&](std::size_t, const StepProgress&, double) {
    counts.push_back(allocations().count);
  };
  setup.run();
  REQUIRE(counts.size() == 50);
  CHECK(counts.back() == counts.front());
}

TEST_CASE("trials on one way allocate nothing between its steps, until one of them has its result",
          "[train]") {
  TrainSetup setup;
  setup.make_programs_equal();
  setup.open_store();
  setup.plan.trials.assign(3, TrainSetup::trial("a"));
  for (TrialPlan& trial : setup.plan.trials) trial.validation = holdout(0.3);
  setup.plan.trials[0].epochs = 10;
  setup.plan.trials[1].epochs = 40;
  setup.plan.trials[2].epochs = 70;
  setup.plan.trials[2].stop = StopPlan{"valid.loss", Direction::Lower, 70};
  std::vector<std::size_t> counts;
  counts.reserve(70);
  setup.events.epoch_ended = [&](std::size_t, const StepProgress&, double) {
    counts.push_back(allocations().count);
  };
  setup.run();
  REQUIRE(counts.size() == 70);
  CHECK(counts[9] == counts[0]);
  CHECK(counts[39] == counts[10]);
  CHECK(counts[69] == counts[40]);
  CHECK(counts[10] > counts[9]);
}

TEST_CASE("predictions are stored for the parts that are judged, with the places of the samples", "[train]") {
  TrainSetup setup;
  setup.open_store();
  setup.plan.trials[0].validation = kfold(5);
  setup.plan.trials[0].fold = 4;
  const TrialRecord trial = setup.run().record.trials.at(0);
  REQUIRE(trial.predictions.size() == 2);
  CHECK(trial.predictions.at("valid").size() == 64);
  const Predictions valid = predictions_of(setup, trial, "valid");
  CHECK(valid.samples == some_samples(19, 23));
  CHECK(valid.labels == std::vector<std::int32_t>{1, 2, 0, 1});
  CHECK(valid.columns == kClasses);
  const Predictions test = predictions_of(setup, trial, "test");
  CHECK(test.samples == some_samples(0, 7));
  double correct = 0;
  double loss = 0;
  for (std::size_t i = 0; i < test.labels.size(); ++i) {
    const float* row = test.scores.data() + i * kClasses;
    CHECK(row[0] + row[1] + row[2] == Approx(1));
    correct += std::max_element(row, row + kClasses) - row == test.labels[i] ? 1 : 0;
    loss -= std::log(row[test.labels[i]]);
  }
  CHECK(trial.metrics.at("test.accuracy") == correct / kTest);
  CHECK(trial.metrics.at("test.loss") == Approx(loss / kTest));
  CHECK(setup.store->sizes().value().predictions == 2);
}

TEST_CASE("a smoke run uses a sliver of the data and says so", "[train]") {
  TrainSetup setup;
  setup.write_data(1000, 400);
  setup.plan.trials[0].epochs = 1;
  setup.options.smoke = true;
  setup.plan.trials.push_back(setup.plan.trials[0]);
  setup.plan.trials[1].id = "b";
  setup.plan.trials[1].validation = kfold(6);
  setup.plan.trials[1].fold = 0;
  const StudyResult result = setup.run();
  CHECK(result.record.smoke);
  CHECK(result.record.trials.at(0).samples ==
        std::map<std::string, std::int64_t>{{"train", 600}, {"test", 300}});
  CHECK(result.record.trials.at(1).samples ==
        std::map<std::string, std::int64_t>{{"train", 500}, {"valid", 100}, {"test", 300}});
  // The facts of the data are those of the whole.
  CHECK(result.record.data.at(0).train_count == 1000);
}

TEST_CASE("more folds than samples of a class still work", "[train]") {
  TrainSetup setup;
  setup.plan.trials.clear();
  setup.add_folds("one", "n", 1, 10);  // classes have 7 or 8 samples
  for (const TrialRecord& trial : setup.run().record.trials) CHECK(trial.status == TrialStatus::Done);
}
