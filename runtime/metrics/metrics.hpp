// Metrics from predictions and labels, by the definitions of scikit-learn. All of them are listed in
// metrics.def.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace nnc::rt {

// Scores of samples, row by row: `columns` per sample (one per class, or one: the probability of class 1),
// and the true class of each sample. The metrics are exact in double; float scores are clipped as floats by
// log_loss.
template <class T>
struct ScoredSamples {
  std::span<const T> scores;  // labels.size() x columns
  std::size_t columns = 0;
  std::span<const std::int32_t> labels;
};

struct MetricInfo {
  std::string_view name;
  std::string_view variants;  // separated by blanks, the default first; "" if there are none
  std::string_view summary;
};
const std::vector<MetricInfo>& all_metrics();

// The metric of that name, or null.
const MetricInfo* find_metric(std::string_view name);
// True if the metric has this variant; "" stands for the default.
bool has_variant(const MetricInfo& metric, std::string_view variant);

// The value of a metric that is in the table; NaN where it has none: no samples, a score that is not finite,
// or (roc_auc) a class without samples.
double compute_metric(std::string_view name, std::string_view variant, const ScoredSamples<float>& samples);
double compute_metric(std::string_view name, std::string_view variant, const ScoredSamples<double>& samples);

// The predicted class of one row: the first of the largest scores; with one column, 1 above one half.
template <class T>
std::int32_t predicted_class(const T* row, std::size_t columns) {
  if (columns == 1) return row[0] > T{0.5} ? 1 : 0;
  std::size_t best = 0;
  for (std::size_t c = 1; c < columns; ++c) {
    if (row[c] > row[best]) best = c;
  }
  return static_cast<std::int32_t>(best);
}

}  // namespace nnc::rt
