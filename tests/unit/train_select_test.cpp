// Choosing a point of a sweep and training it again.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "runtime/train/selection.hpp"
#include "tests/unit/train_support.hpp"
#include "tests/unit/work_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

std::vector<std::optional<TrialRecord>> with_values(const std::vector<double>& values) {
  std::vector<std::optional<TrialRecord>> records;
  for (const double value : values) records.emplace_back(with_value(value));
  return records;
}

std::int64_t chosen_n(const StudyPlan& plan, const std::vector<std::optional<TrialRecord>>& records) {
  const Result<SelectionRecord> chosen = choose_point(plan, plan.selections[0], records);
  REQUIRE(chosen.ok());
  return std::get<std::int64_t>(chosen.value().params.at(0).second);
}

}  // namespace

TEST_CASE("the point with the best mean is chosen, with the spread of its values", "[select]") {
  const StudyPlan plan = grid(3, 2);
  const auto records = with_values({0.5, 0.7, 0.9, 0.6, 0.8, 0.6});
  const Result<SelectionRecord> chosen = choose_point(plan, plan.selections[0], records);
  REQUIRE(chosen.ok());
  CHECK(chosen.value().experiment == "grid");
  CHECK(chosen.value().by == "valid.accuracy");
  CHECK(std::get<std::int64_t>(chosen.value().params.at(0).second) == 1);
  CHECK(chosen.value().score == Approx(0.75));
  CHECK(chosen.value().deviation == Approx(0.3 / std::sqrt(2.0)));
}

TEST_CASE("lower is better where the field says so, and the first of equal points is chosen", "[select]") {
  CHECK(chosen_n(grid(3, 1, Direction::Lower), with_values({0.5, 0.2, 0.3})) == 1);
  CHECK(chosen_n(grid(3, 1), with_values({0.2, 0.5, 0.5})) == 1);
  CHECK(chosen_n(grid(3, 1, Direction::Lower), with_values({0.2, 0.2, 0.2})) == 0);
}

TEST_CASE("a point with one trial that failed, diverged or has no value is not chosen", "[select]") {
  const StudyPlan plan = grid(2, 2);
  for (const TrialStatus status : {TrialStatus::Failed, TrialStatus::Diverged}) {
    auto records = with_values({0.9, 0.9, 0.1, 0.1});
    records[1]->status = status;
    CHECK(chosen_n(plan, records) == 1);
  }
  CHECK(chosen_n(plan, with_values({0.9, std::nan(""), 0.1, 0.1})) == 1);
  auto records = with_values({0.9, 0.9, 0.1, 0.1});
  records[0]->metrics.clear();
  CHECK(chosen_n(plan, records) == 1);
  records = with_values({0.9, 0.9, 0.1, 0.1});
  records[0]->status = TrialStatus::Cached;
  CHECK(chosen_n(plan, records) == 0);
}

TEST_CASE("where no point has all its values, nothing is chosen and the reason is said", "[select]") {
  const StudyPlan plan = grid(2, 1);
  const Result<SelectionRecord> chosen =
      choose_point(plan, plan.selections[0], with_values({std::nan(""), std::nan("")}));
  REQUIRE_FALSE(chosen.ok());
  CHECK_THAT(chosen.failure().message, Catch::Contains("`grid`") && Catch::Contains("`valid.accuracy`"));
}

TEST_CASE("a mean that is infinite can still be compared", "[select]") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(chosen_n(grid(2, 1, Direction::Lower), with_values({infinity, 0.3})) == 1);
}

TEST_CASE("a refit whose trials stopped by validation trains as long as they did in the mean", "[select]") {
  StudyPlan plan = grid(1, 2);
  std::vector<double> dropping(100, 0.5);
  dropping[0] = 1;
  const auto rates = std::make_shared<const std::vector<double>>(std::move(dropping));
  for (TrialPlan& trial : plan.trials) {
    trial.epochs = 100;
    trial.rates = rates;
    trial.stop = StopPlan{"valid.loss", Direction::Lower, 2};
  }
  std::vector<std::optional<TrialRecord>> records(3);
  records[0] = TrialRecord{};
  records[0]->history["valid.loss"] = {0.9, 0.5, 0.4, 0.6, 0.7};  // three epochs are kept
  records[1] = TrialRecord{};
  records[1]->history["valid.loss"] = {std::nan(""), 0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.5};  // six
  const TrialPlan refit = refit_plan(plan, 2, records);
  CHECK(refit.epochs == 5);     // 4.5 is rounded up
  CHECK(refit.rate(5) == 0.5);  // as its folds had it
  CHECK_FALSE(refit.stop.has_value());
  // What a refit can see by itself stays.
  plan.trials[2].stop->field = "train.loss";
  CHECK(refit_plan(plan, 2, records).epochs == 100);
  CHECK(refit_plan(plan, 2, records).stop.has_value());
}

TEST_CASE("a study with a selection trains the folds, then the chosen point on everything", "[select]") {
  TrainSetup setup;
  setup.plan.trials.clear();
  setup.add_folds("grid", "n", 1);
  setup.add_folds("grid", "n", 40);
  for (TrialPlan& trial : setup.plan.trials) {
    trial.epochs = std::get<std::int64_t>(trial.params[0].second);
    trial.measures_test = false;
  }
  for (const std::int64_t n : {1, 40}) {
    TrialPlan refit = TrainSetup::trial("r" + std::to_string(n));
    refit.experiment = "grid";
    refit.params = {{"n", n}};
    refit.refit = true;
    refit.epochs = n;
    setup.plan.trials.push_back(refit);
  }
  setup.plan.selections = {{"grid", "valid.loss", Direction::Lower}};
  std::vector<std::size_t> dropped;
  setup.events.trial_dropped = [&](std::size_t trial) { dropped.push_back(trial); };
  const RunRecord record = setup.run().record;
  REQUIRE(record.selections.size() == 1);
  const SelectionRecord& selection = record.selections[0];
  double sum = 0;
  for (const TrialRecord& trial : record.trials) {
    if (!trial.refit && trial.params == selection.params) sum += trial.metrics.at("valid.loss");
  }
  CHECK(selection.score == sum / 5);
  REQUIRE(record.trials.size() == 11);
  const TrialRecord& refit = record.trials.back();
  CHECK(refit.refit);
  CHECK(refit.params == selection.params);
  CHECK(refit.samples.at("train") == kTrain);
  CHECK(refit.metrics.count("test.loss") == 1);
  for (std::size_t i = 0; i < 10; ++i) CHECK(record.trials[i].metrics.count("test.loss") == 0);
  REQUIRE(dropped.size() == 1);
  CHECK(setup.plan.trials[dropped[0]].params != selection.params);
}
