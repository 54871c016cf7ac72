// The table of metrics and the ones that need one pass over the predictions. In: scores and labels. Out: a
// number, or NaN where the metric has no value.
#include "runtime/metrics/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/base/check.hpp"
#include "runtime/metrics/samples.hpp"

namespace nnc::rt {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

// Per class: found (predicted and true), predicted, true.
struct ClassCounts {
  struct Counts {
    double found = 0, predicted = 0, actual = 0;
  };
  std::vector<Counts> classes;

  [[nodiscard]] Counts total() const {
    Counts sum;
    for (const Counts& counts : classes) {
      sum.found += counts.found;
      sum.predicted += counts.predicted;
      sum.actual += counts.actual;
    }
    return sum;
  }
};

template <class T>
ClassCounts count_classes(const ScoredSamples<T>& samples) {
  ClassCounts result{std::vector<ClassCounts::Counts>(class_count(samples))};
  for (std::size_t i = 0; i < samples.labels.size(); ++i) {
    const std::int32_t predicted =
        predicted_class(samples.scores.data() + i * samples.columns, samples.columns);
    const std::int32_t actual = samples.labels[i];
    ++result.classes[predicted].predicted;
    ++result.classes[actual].actual;
    if (predicted == actual) ++result.classes[actual].found;
  }
  return result;
}

double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

double precision_of(const ClassCounts::Counts& counts) { return ratio(counts.found, counts.predicted); }
double recall_of(const ClassCounts::Counts& counts) { return ratio(counts.found, counts.actual); }
double f1_of(const ClassCounts::Counts& counts) {
  return ratio(2 * counts.found, counts.predicted + counts.actual);
}

// micro: of all samples together; macro: the mean over the classes that occur, truly or predicted.
template <class T>
double averaged(const ScoredSamples<T>& samples, std::string_view variant,
                double (*measure)(const ClassCounts::Counts&)) {
  const ClassCounts counts = count_classes(samples);
  if (variant != "macro") return measure(counts.total());
  double sum = 0;
  double occurring = 0;
  for (const ClassCounts::Counts& of_class : counts.classes) {
    if (of_class.predicted + of_class.actual == 0) continue;
    sum += measure(of_class);
    ++occurring;
  }
  return sum / occurring;
}

// scikit-learn 1.2 clips by the precision of the scores' type, then makes every row sum to 1.
template <class T>
double log_loss(const ScoredSamples<T>& samples) {
  const double low = std::numeric_limits<T>::epsilon();
  const double high = 1 - low;
  const auto clip = [&](T score) { return std::clamp(static_cast<double>(score), low, high); };
  double sum = 0;
  for (std::size_t i = 0; i < samples.labels.size(); ++i) {
    const T* row = samples.scores.data() + i * samples.columns;
    const std::int32_t label = samples.labels[i];
    if (samples.columns == 1) {
      sum -= std::log(label == 1 ? clip(row[0]) : 1 - clip(row[0]));
      continue;
    }
    double row_sum = 0;
    for (std::size_t c = 0; c < samples.columns; ++c) row_sum += clip(row[c]);
    sum -= std::log(clip(row[label]) / row_sum);
  }
  return sum / static_cast<double>(samples.labels.size());
}

template <class T>
double mean_squared_error(const ScoredSamples<T>& samples) {
  double sum = 0;
  for (std::size_t i = 0; i < samples.labels.size(); ++i) {
    const T* row = samples.scores.data() + i * samples.columns;
    const auto label = static_cast<std::size_t>(samples.labels[i]);
    for (std::size_t c = 0; c < samples.columns; ++c) {
      const double target = (samples.columns == 1 ? label == 1 : label == c) ? 1 : 0;
      const double difference = static_cast<double>(row[c]) - target;
      sum += difference * difference;
    }
  }
  return sum / static_cast<double>(samples.scores.size());
}

template <class T>
double compute(std::string_view name, std::string_view variant, const ScoredSamples<T>& samples) {
  const MetricInfo* info = find_metric(name);
  NNC_CHECK(info != nullptr && has_variant(*info, variant), std::string(name));
  NNC_CHECK(samples.scores.size() == samples.labels.size() * samples.columns);
  const auto classes = static_cast<std::int32_t>(class_count(samples));
  for (const std::int32_t label : samples.labels) NNC_CHECK(label >= 0 && label < classes);
  if (samples.labels.empty() || samples.columns == 0) return kNoValue;
  if (!std::all_of(samples.scores.begin(), samples.scores.end(),
                   [](T score) { return std::isfinite(score); })) {
    return kNoValue;
  }
  if (name == "accuracy") return averaged(samples, "micro", recall_of);
  if (name == "precision") return averaged(samples, variant, precision_of);
  if (name == "recall") return averaged(samples, variant, recall_of);
  if (name == "f1") return averaged(samples, variant, f1_of);
  if (name == "roc_auc") return area_under_roc(samples, variant != "ovr");
  if (name == "log_loss") return log_loss(samples);
  NNC_CHECK(name == "mse", std::string(name));
  return mean_squared_error(samples);
}

}  // namespace

const std::vector<MetricInfo>& all_metrics() {
  static const std::vector<MetricInfo> metrics = {
#define NNC_METRIC(name, variants, summary) {#name, variants, summary},
#include "runtime/metrics/metrics.def"
#undef NNC_METRIC
  };
  return metrics;
}

const MetricInfo* find_metric(std::string_view name) {
  for (const MetricInfo& metric : all_metrics()) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

bool has_variant(const MetricInfo& metric, std::string_view variant) {
  if (variant.empty()) return true;
  for (std::string_view rest = metric.variants; !rest.empty();) {
    const std::size_t blank = rest.find(' ');
    if (rest.substr(0, blank) == variant) return true;
    rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
  }
  return false;
}

double compute_metric(std::string_view name, std::string_view variant, const ScoredSamples<float>& samples) {
  return compute(name, variant, samples);
}

double compute_metric(std::string_view name, std::string_view variant, const ScoredSamples<double>& samples) {
  return compute(name, variant, samples);
}

}  // namespace nnc::rt
