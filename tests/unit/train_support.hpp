// A small study for the tests of training: 23 training and 7 test samples of three classes, the executor made
// for tests, and one trial. Every test changes what it is about.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/store/store.hpp"
#include "runtime/train/prepared_study.hpp"
#include "runtime/train/study.hpp"
#include "tests/unit/data_files.hpp"
#include "tests/unit/fake_executor.hpp"

namespace nnc::test {

inline constexpr std::uint32_t kTrain = 23;
inline constexpr std::uint32_t kTest = 7;
inline constexpr int kClasses = 3;
inline constexpr std::int64_t kStepsPerEpoch = 3;  // of trials without validation

struct TrainSetup {
  TemporaryFolder folder;
  StudyPlan plan;
  rt::RunEvents events;
  rt::RunOptions options;
  // Says that all trials are different, unless a test replaces it.
  rt::StudyCompiler compiler;
  std::unique_ptr<rt::Store> store;

  TrainSetup();
  // Another data set: samples whose label is their number modulo the classes.
  void write_data(std::uint32_t train, std::uint32_t test);
  static TrialPlan trial(const std::string& id);
  // Five-fold trials of one point, fold after fold.
  void add_folds(const std::string& experiment, const std::string& axis, std::int64_t value,
                 std::int64_t folds = 5);
  // Says that all trials train the same network in the same way.
  void make_programs_equal();
  // What is known from earlier runs, and where results are kept.
  rt::Store& open_store(const std::string& name = "store");
  Result<std::shared_ptr<rt::PreparedStudy>> prepare();
  rt::StudyResult run();
};

rt::CompiledTrial fake_compiled();
rt::ProgramIdentity fake_program(const std::string& name);
Rates rates_of(std::vector<double> rates);
std::vector<rt::TrialStatus> statuses(const rt::RunRecord& record);
// Everything but the times and the memory: equal for records that tell of the same.
std::string without_times(rt::RunRecord record);
// What came out for each trial, whatever was known before and wherever it is kept.
std::string results_of(rt::RunRecord record);

}  // namespace nnc::test
