// Feeds samples to a plan. In: a data set and which samples. Out: the step is done and its outputs can be
// read.
#include "runtime/train/plan_runner.hpp"

#include <algorithm>
#include <utility>

#include "compiler/base/check.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt {
namespace {

// Fewer numbers are filled in before another thread has heard of them.
constexpr std::size_t kWorthSharing = 8192;

}  // namespace

PlanRunner::PlanRunner(StepPlan plan, const Equipment& e)
    : plan_(std::move(plan)),
      executor_(plan_, e.state, e.work, e.scratch, e.kernels, e.team),
      team_(e.team) {}

void PlanRunner::run(const Dataset& data, const DataPart& part, const FittedScale& scale,
                     std::span<const std::uint32_t> indices, const StepContext& context) {
  NNC_CHECK(indices.size() == batch());
  fill_features(data, part, scale, indices);
  fill_targets(part, indices);
  executor_.run(context);
}

void PlanRunner::fill_features(const Dataset& data, const DataPart& part, const FittedScale& scale,
                               std::span<const std::uint32_t> indices) {
  const std::span<float> features = executor_.features();
  if (features.empty()) return;
  const auto fill = [&](std::size_t begin, std::size_t end) {
    gather({part.bytes, data.features}, scale, indices.subspan(begin, end - begin),
           features.subspan(begin * data.features, (end - begin) * data.features));
  };
  const int threads = team_ == nullptr ? 1 : team_->threads();
  if (threads == 1 || features.size() < kWorthSharing) return fill(0, indices.size());
  team_->run(threads, [&](int part_of_batch) {
    const Share share = share_of(std::ssize(indices), part_of_batch, threads);
    if (share.size() > 0) fill(static_cast<std::size_t>(share.begin), static_cast<std::size_t>(share.end));
  });
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
