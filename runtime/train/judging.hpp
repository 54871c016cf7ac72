// How good the predictions of a trial are: means while it trains, and all its metrics at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/record/predictions.hpp"
#include "runtime/train/machinery.hpp"
#include "runtime/train/trial.hpp"

namespace nnc::rt {

// Loss and accuracy over the samples seen so far, as Keras's history has them.
struct RunningMeans {
  double loss_sum = 0;
  double correct = 0;  // not a number if the model does not tell classes apart
  double samples = 0;

  // The last step of the runner, on these samples.
  void add(const PlanRunner& runner, const DataPart& part, std::span<const std::uint32_t> indices,
           std::size_t classes);
  [[nodiscard]] double loss() const { return loss_sum / samples; }
  [[nodiscard]] double accuracy() const { return correct / samples; }
};

// Some samples of the training or the test part.
struct JudgedPart {
  const DataPart& part;
  std::span<const std::uint32_t> indices;
};

// The means over all these samples; nothing if it was stopped. Allocates nothing.
std::optional<RunningMeans> measure_means(const TrialInputs& inputs, const Runners& runners,
                                          const JudgedPart& judged, std::uint64_t step);

// Writes the loss and these metrics into the record as "<name>.<metric>", and gives back what was predicted;
// nothing if it was stopped. A loss that is not finite makes the record Diverged.
std::optional<Predictions> judge(const TrialInputs& inputs, const Runners& runners, const JudgedPart& judged,
                                 const std::vector<MetricPlan>& metrics, const std::string& name,
                                 TrialRecord& record);

}  // namespace nnc::rt
