// Studies with the real executor.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/unit/rows_study.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

TrialRecord train(const StudyPlan& plan, double rate, bool reference_kernels = false) {
  RunOptions options;
  options.reference_kernels = reference_kernels;
  return run_rows(plan, regression_compiler({.rate = rate}), options).trials.at(0);
}

}  // namespace

TEST_CASE("a small network learns what can be learned, whatever the size of the last batch", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  const StudyPlan plan = rows_study(folder);
  const TrialRecord trial = train(plan, 1.0);
  INFO(trial.reason);
  REQUIRE(trial.status == TrialStatus::Done);
  CHECK(trial.steps_trained == 120);
  CHECK(trial.metrics.at("test.accuracy") > 0.98);
  CHECK(trial.metrics.at("test.roc_auc") > 0.98);
  CHECK(trial.metrics.at("test.loss") == Approx(trial.metrics.at("test.log_loss")).epsilon(1e-4));
  const std::vector<double>& losses = trial.history.at("train.loss");
  CHECK(losses.front() < std::log(4.0) + 0.05);
  CHECK(losses.back() < losses.front() / 2);
}

TEST_CASE("running a study again gives the same bits", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  const StudyPlan plan = rows_study(folder);
  const TrialRecord first = train(plan, 1.0);
  const TrialRecord second = train(plan, 1.0);
  CHECK(first.weights_sha256 == second.weights_sha256);
  CHECK(first.metrics == second.metrics);
  CHECK(first.history == second.history);
}

TEST_CASE("the reference kernels train to nearly the same numbers as the fast ones", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  const StudyPlan plan = rows_study(folder);
  const TrialRecord fast = train(plan, 1.0);
  const TrialRecord reference = train(plan, 1.0, true);
  const std::vector<double>& losses = reference.history.at("train.loss");
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    CHECK(fast.history.at("train.loss")[epoch] == Approx(losses[epoch]).epsilon(1e-4));
  }
}

TEST_CASE("a learning rate that is far too large diverges and says when", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  const TrialRecord trial = train(rows_study(folder), 1e39);
  CHECK(trial.status == TrialStatus::Diverged);
  CHECK(trial.steps_trained <= 3);
  CHECK_THAT(trial.reason, Catch::Contains("step"));
}

TEST_CASE("folds trained at once have the same bits as one after the other", "[train]") {
  const TemporaryFolder folder;
  write_rows(folder, 301, 613);
  StudyPlan plan = rows_study(folder);
  plan.trials[0].epochs = 4;
  plan.trials[0].validation = ValidationPlan{};
  plan.trials[0].stop = StopPlan{"valid.loss", Direction::Lower, 2};
  for (int fold = 0; fold < 5; ++fold) {
    if (fold > 0) plan.trials.push_back(plan.trials[0]);
    plan.trials.back().fold = fold;
    plan.trials.back().id = std::to_string(fold);
  }
  std::vector<RunRecord> results;
  for (const int jobs : {1, 3}) {
    RunOptions options;
    options.jobs = jobs;
    options.threads = jobs;
    results.push_back(run_rows(plan, regression_compiler({}), options));
  }
  REQUIRE(results[0].trials.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    const TrialRecord& one = results[0].trials[i];
    const TrialRecord& other = results[1].trials[i];
    INFO(one.reason);
    REQUIRE(one.status == TrialStatus::Done);
    CHECK(one.weights_sha256 == other.weights_sha256);
    CHECK(one.metrics == other.metrics);
    CHECK(one.history == other.history);
    CHECK(one.metrics.at("valid.accuracy") > 0.9);
    CHECK(one.samples.at("train") + one.samples.at("valid") == 301);
  }
}
