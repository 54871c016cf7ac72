// A small study for the tests of training: 23 training and 7 test samples of three classes, the executor made
// for tests, and one trial. Every test changes what it is about.
#pragma once

#include <string>
#include <vector>

#include "runtime/train/study.hpp"
#include "tests/unit/data_files.hpp"
#include "tests/unit/fake_executor.hpp"

namespace nnc::test {

inline constexpr std::uint32_t kTrain = 23;
inline constexpr std::uint32_t kTest = 7;
inline constexpr int kClasses = 3;

struct TrainSetup {
  TemporaryFolder folder;
  StudyPlan plan;
  rt::RunEvents events;
  rt::RunOptions options;
  // Says that all trials are different, unless a test replaces it.
  rt::CompileTrial compile;

  TrainSetup();
  // Another data set: samples whose label is their number modulo the classes.
  void write_data(std::uint32_t train, std::uint32_t test);
  static TrialPlan trial(const std::string& id);
  // Five-fold trials of one point, fold after fold.
  void add_folds(const std::string& experiment, const std::string& axis, std::int64_t value,
                 std::int64_t folds = 5);
  rt::StudyResult run();
};

rt::CompiledTrial fake_compiled(const std::string& program);
// Everything but the times: equal for records that tell of the same.
std::string without_times(rt::RunRecord record);

}  // namespace nnc::test
