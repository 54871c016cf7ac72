// Feeds samples to a plan. In: a data set and which samples. Out: the step is done and its outputs can be
// read.
#include "runtime/train/plan_runner.hpp"

#include <algorithm>
#include <utility>

#include "compiler/base/check.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt {

// What is prefetched must still be in the second cache when its turn comes.
static constexpr std::size_t kPrefetchedBytes = 64 * 1024;
// So many numbers are worth a part of their own where the threads work together anyway.
static constexpr std::int64_t kNumbersPerPart = 8 * 1024;

PlanRunner::PlanRunner(StepPlan plan, const Equipment& e)
    : plan_(std::move(plan)),
      executor_(plan_, e.state, e.work, e.scratch, e.kernels, e.team),
      team_(e.team) {}

void PlanRunner::run(const Dataset& data, const DataPart& part, const FittedScale& scale,
                     std::span<const std::uint32_t> left, const StepContext& context) {
  NNC_CHECK(left.size() >= batch());
  const std::span<const std::uint32_t> indices = left.first(batch());
  if (!executor_.features().empty()) fill_features({part.bytes, data.features}, scale, left);
  fill_targets(part, indices);
  executor_.run(context);
}

// Threads share the features, not the samples. Where two have a long sum to share (kernels/fast/matmul.cpp),
// each gathers the features that it multiplies, whose weights it updates.
void PlanRunner::fill_features(const SampleBytes& samples, const FittedScale& scale,
                               std::span<const std::uint32_t> left) {
  const std::span<float> features = executor_.features();
  const std::span<const std::uint32_t> indices = left.first(batch());
  const std::span<const std::uint32_t> next = left.subspan(batch());
  const std::span<const std::uint32_t> soon =
      next.first(std::min({next.size(), batch(), kPrefetchedBytes / samples.features}));
  const auto count = static_cast<std::int64_t>(samples.features);
  const std::int64_t groups = (count + kRowsOfWeights - 1) / kRowsOfWeights;
  const auto fill_part = [&](int part, int parts) {
    const Share own = share_of(groups, part, parts);
    const FeatureRange range{static_cast<std::size_t>(own.begin * kRowsOfWeights),
                             static_cast<std::size_t>(std::min(own.end * kRowsOfWeights, count))};
    gather(samples, scale, indices, range, features);
    prefetch(samples, soon, range);
  };
  const auto useful = std::clamp<std::int64_t>(std::ssize(features) / kNumbersPerPart, 1, groups);
  const int parts = static_cast<int>(std::min<std::int64_t>(useful, executor_.most_parts()));
  if (parts == 1) return fill_part(0, 1);
  team_->run(parts, [&](int part) { fill_part(part, parts); });
}

// A loss reads class numbers, or numbers: then one-hot vectors, or the class itself where there is one per
// sample.
void PlanRunner::fill_targets(const DataPart& part, std::span<const std::uint32_t> indices) {
  const std::span<std::int32_t> classes = executor_.target_classes();
  if (!classes.empty()) {
    NNC_CHECK(classes.size() == indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) classes[i] = part.labels[indices[i]];
  }
  const std::span<float> values = executor_.target_values();
  if (values.empty()) return;
  const std::size_t width = values.size() / indices.size();
  NNC_CHECK(values.size() == width * indices.size());
  std::fill(values.begin(), values.end(), 0.0F);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::uint8_t label = part.labels[indices[i]];
    if (width == 1) {
      values[i] = label;
    } else if (label < width) {
      values[i * width + label] = 1;
    }
  }
}

double PlanRunner::loss() const {
  const std::span<const float> loss = executor_.output("loss");
  NNC_CHECK(loss.size() == 1);
  return loss[0];
}

}  // namespace nnc::rt
