// See train_support.hpp.
#include "tests/unit/train_support.hpp"

#include <catch2/catch.hpp>

namespace nnc::test {

using namespace nnc::rt;

CompiledTrial fake_compiled() {
  return {
      [](Phase phase, std::int64_t batch) { return fake_plan(phase == Phase::Train, batch, 6, kClasses); }};
}

ProgramIdentity fake_program(const std::string& name) { return {name, name, name}; }

Rates rates_of(std::vector<double> rates) {
  return std::make_shared<const std::vector<double>>(std::move(rates));
}

TrainSetup::TrainSetup() {
  compiler.identify = [](std::size_t index) -> Result<ProgramIdentity> {
    return fake_program(std::to_string(index));
  };
  compiler.compile = [](std::size_t) -> Result<CompiledTrial> { return fake_compiled(); };
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

void TrainSetup::make_programs_equal() {
  compiler.identify = [](std::size_t) -> Result<ProgramIdentity> { return fake_program("same"); };
}

Store& TrainSetup::open_store(const std::string& name) {
  store.reset();
  Result<std::unique_ptr<Store>> opened = Store::open(folder.path() + "/" + name);
  REQUIRE(opened.ok());
  store = std::move(opened).value();
  options.store = store.get();
  return *store;
}

Result<std::shared_ptr<PreparedStudy>> TrainSetup::prepare() {
  return PreparedStudy::make(plan, compiler, options);
}

StudyResult TrainSetup::run() {
  const Result<std::shared_ptr<PreparedStudy>> study = prepare();
  REQUIRE(study.ok());
  return run_study(*study.value(), events);
}

std::vector<TrialStatus> statuses(const RunRecord& record) {
  std::vector<TrialStatus> result;
  for (const TrialRecord& trial : record.trials) result.push_back(trial.status);
  return result;
}

std::string without_times(RunRecord record) {
  record.seconds = 0;
  record.work.memory_bytes = 0;
  for (TrialRecord& trial : record.trials) {
    trial.seconds_train = trial.seconds_evaluate = 0;
    trial.date.clear();
  }
  return record_json(record);
}

std::string results_of(RunRecord record) {
  record.work = {};
  for (TrialRecord& trial : record.trials) {
    if (trial.status == TrialStatus::Cached) trial.status = TrialStatus::Done;
    trial.predictions.clear();
    trial.weights_file.clear();
  }
  return without_times(std::move(record));
}

}  // namespace nnc::test
