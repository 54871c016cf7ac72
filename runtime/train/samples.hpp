// Which samples a trial trains on and which it is judged on, with the scale that was fitted on the former.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/data/dataset.hpp"

namespace nnc::rt {

// The sliver of the data that a smoke run uses.
inline constexpr std::size_t kSmokeTrain = 600;
inline constexpr std::size_t kSmokeTest = 300;
inline constexpr std::size_t kSmokePerClass = 10;

// A declared data set: its samples, shared by declarations that differ only in their scale, and which of them
// this run uses.
struct LoadedData {
  std::shared_ptr<const Dataset> data;
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> test;
};

// Indices into the training part, and into the test part.
struct TrialSamples {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> valid;  // empty without validation
  std::vector<std::uint32_t> test;   // empty if the trial must not look at it
  FittedScale scale;                 // fitted on `train` alone
};

// Reads all data of the plan; fails if one cannot be read or is not what the program was checked against.
Result<std::vector<LoadedData>> load_all(const StudyPlan& plan, bool smoke);

// Gives trials their samples. The latest ones are kept, because points of a sweep share them; any thread may
// ask.
class SampleCache {
 public:
  SampleCache(const StudyPlan& plan, const std::vector<LoadedData>& loaded) : plan_(plan), loaded_(loaded) {}

  Result<std::shared_ptr<const TrialSamples>> get(const TrialPlan& trial);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const TrialSamples>>;

  const StudyPlan& plan_;
  const std::vector<LoadedData>& loaded_;
  std::mutex mutex_;
  std::deque<Entry> latest_;
};

}  // namespace nnc::rt
