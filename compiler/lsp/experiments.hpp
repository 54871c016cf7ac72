// What experiments come to as they are declared: how much there is to train, and about how long that takes,
// which another process finds out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "compiler/plan/study_plan.hpp"

namespace nnc::lsp {

struct ExperimentSize {
  std::int64_t trials = 0;
  std::int64_t epochs = 0;
  // A hash of what else tells how long they take: models, data, batches, optimizers, metrics. Experiments of
  // equal sizes take equally long.
  std::size_t work = 0;

  bool operator==(const ExperimentSize&) const = default;
};
using ExperimentSizes = std::map<std::string, ExperimentSize>;  // by name

// Without refits: only what is selected is trained again.
ExperimentSizes sizes_of(const StudyPlan& plan);

using ExperimentSeconds = std::map<std::string, double>;  // by name

// What a process is finding out. Destroying it ends the process.
class TimeEstimate {
 public:
  virtual ~TimeEstimate() = default;
  // Does not wait: empty while it goes on. Without times if it failed.
  virtual std::optional<ExperimentSeconds> poll() = 0;
};

// The time of an experiment while it was of this size.
struct EstimatedTime {
  ExperimentSize size;
  double seconds = 0;

  bool operator==(const EstimatedTime&) const = default;
};
using EstimatedTimes = std::map<std::string, EstimatedTime>;  // by name

}  // namespace nnc::lsp
