// Runs the evaluation plans over parts of the data. In: a trained state, and which samples. Out: means,
// metrics, predictions.
#include "runtime/train/judging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "runtime/metrics/metrics.hpp"

namespace nnc::rt {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

// True if the prediction has a score per class, so that samples are right or wrong.
bool judges_classes(std::size_t columns, std::size_t classes) {
  return classes <= std::max<std::size_t>(columns, 2);
}

double count_correct(const PlanRunner& runner, const DataPart& part, std::span<const std::uint32_t> indices,
                     std::size_t classes) {
  const std::size_t columns = runner.columns();
  if (!judges_classes(columns, classes)) return kNoValue;
  const float* row = runner.prediction().data();
  int correct = 0;
  for (const std::uint32_t index : indices) {
    if (predicted_class(row, columns) == part.labels[index]) ++correct;
    row += columns;
  }
  return correct;
}

// Calls `seen` after every batch; false if it was stopped.
template <class Seen>
bool visit(const TrialInputs& inputs, const Runners& runners, const JudgedPart& judged, std::uint64_t step,
           const Seen& seen) {
  std::span<const std::uint32_t> left = judged.indices;
  while (!left.empty()) {
    if (inputs.stop.raised()) return false;
    PlanRunner& runner = runners.next(left.size());
    const std::span<const std::uint32_t> batch = left.first(runner.batch());
    runner.run(inputs.data, judged.part, inputs.samples.scale, left, {inputs.trial.seed, step});
    seen(runner, batch);
    left = left.subspan(batch.size());
  }
  return true;
}

void add_metrics(const TrialInputs& inputs, const Predictions& predictions,
                 const std::vector<MetricPlan>& metrics, const std::string& name, TrialRecord& record) {
  const bool judged = judges_classes(predictions.columns, inputs.data.classes.size());
  const ScoredSamples<float> samples{predictions.scores, predictions.columns, predictions.labels};
  for (const MetricPlan& metric : metrics) {
    record.metrics[name + "." + metric.name] =
        judged ? compute_metric(metric.native, metric.variant, samples) : kNoValue;
  }
}

}  // namespace

void RunningMeans::add(const PlanRunner& runner, const DataPart& part, std::span<const std::uint32_t> indices,
                       std::size_t classes) {
  const auto count = static_cast<double>(indices.size());
  loss_sum += runner.loss() * count;
  correct += count_correct(runner, part, indices, classes);
  samples += count;
}

std::optional<RunningMeans> measure_means(const TrialInputs& inputs, const Runners& runners,
                                          const JudgedPart& judged, std::uint64_t step) {
  RunningMeans means;
  const std::size_t classes = inputs.data.classes.size();
  const auto add = [&](const PlanRunner& runner, std::span<const std::uint32_t> batch) {
    means.add(runner, judged.part, batch, classes);
  };
  if (!visit(inputs, runners, judged, step, add)) return std::nullopt;
  return means;
}

std::optional<Predictions> judge(const TrialInputs& inputs, const Runners& runners, const JudgedPart& judged,
                                 const std::vector<MetricPlan>& metrics, const std::string& name,
                                 TrialRecord& record) {
  Predictions predictions;
  predictions.samples.assign(judged.indices.begin(), judged.indices.end());
  for (const std::uint32_t index : judged.indices) predictions.labels.push_back(judged.part.labels[index]);
  double loss_sum = 0;
  const auto add = [&](const PlanRunner& runner, std::span<const std::uint32_t> batch) {
    predictions.columns = runner.columns();
    predictions.scores.reserve(predictions.columns * judged.indices.size());
    const std::span<const float> scores = runner.prediction();
    predictions.scores.insert(predictions.scores.end(), scores.begin(), scores.end());
    loss_sum += runner.loss() * static_cast<double>(batch.size());
  };
  const auto step = static_cast<std::uint64_t>(record.steps_trained);
  if (!visit(inputs, runners, judged, step, add)) return std::nullopt;
  const double loss = loss_sum / static_cast<double>(judged.indices.size());
  record.metrics[name + ".loss"] = loss;
  add_metrics(inputs, predictions, metrics, name, record);
  if (!std::isfinite(loss)) {
    record.status = TrialStatus::Diverged;
    record.reason = fmt::format("the loss on the {} part is not a number", name);
  }
  return predictions;
}

}  // namespace nnc::rt
