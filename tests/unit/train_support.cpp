// See train_support.hpp.
#include "tests/unit/train_support.hpp"

#include <catch2/catch.hpp>

namespace nnc::test {

using namespace nnc::rt;

CompiledTrial fake_compiled(const std::string& program) {
  const auto maker = [](Phase phase, std::int64_t batch) {
    return fake_plan(phase == Phase::Train, batch, 6, kClasses);
  };
  return {maker, program};
}

TrainSetup::TrainSetup() {
  compile = [](std::size_t index) -> Result<CompiledTrial> { return fake_compiled(std::to_string(index)); };
  DataPlan data;
  data.name = "small";
  data.folder = "here";
  data.directory = folder.path();
  data.scale = Scale::MinMax;
  data.sample_shape = Shape{2, 3, 1};
  plan.data = {data};
  write_data(kTrain, kTest);
  plan.source_text = "text";
  plan.trials = {trial("a")};
  fake_execution().reset();
}

void TrainSetup::write_data(std::uint32_t train, std::uint32_t test) {
  write_small_dataset(folder, train, test, kClasses, false);
  plan.data[0].train_count = train;
  plan.data[0].test_count = test;
}

TrialPlan TrainSetup::trial(const std::string& id) {
  TrialPlan result;
  result.id = id;
  result.experiment = "one";
  result.seed = 5;
  result.batch = 8;
  result.epochs = 3;
  result.parameters = 18;
  result.metrics = {{"accuracy", "accuracy", "", Direction::Higher},
                    {"log_loss", "log_loss", "", Direction::Lower}};
  return result;
}

void TrainSetup::add_folds(const std::string& experiment, const std::string& axis, std::int64_t value,
                           std::int64_t folds) {
  for (std::int64_t fold = 0; fold < folds; ++fold) {
    TrialPlan one = trial(experiment + std::to_string(value) + "f" + std::to_string(fold));
    one.experiment = experiment;
    one.params = {{axis, value}};
    one.validation = ValidationPlan{ValidationPlan::Kind::KFold, folds, 0.2, true, false};
    one.fold = static_cast<int>(fold);
    plan.trials.push_back(one);
  }
}

StudyResult TrainSetup::run() {
  Result<StudyResult> result = run_study(plan, compile, events, options);
  REQUIRE(result.ok());
  return std::move(result).value();
}

std::string without_times(RunRecord record) {
  record.seconds = 0;
  for (TrialRecord& trial : record.trials) trial.seconds_train = trial.seconds_evaluate = 0;
  return record_json(record);
}

}  // namespace nnc::test
