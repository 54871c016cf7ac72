// See judgement.hpp: predictions as they are read, confusion and mistakes. The curves are in roc_curve.cpp.
#include "runtime/results/judgement.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/metrics/metrics.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

bool looked_at_test(const TrialRecord& trial) {
  return std::ranges::any_of(trial.metrics,
                             [](const auto& metric) { return split_of(metric.first) == "test"; });
}

const float* row_of(const Predictions& predictions, std::size_t sample) {
  return predictions.scores.data() + sample * predictions.columns;
}

// A score that is none says nothing.
double score_of(const Predictions& predictions, std::size_t sample, std::int32_t of_class) {
  const float* row = row_of(predictions, sample);
  const double first = row[0];
  const double score = predictions.columns > 1 ? row[of_class] : of_class == 1 ? first : 1 - first;
  return std::isnan(score) ? 0 : score;
}

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

GroupPredictions load_predictions(const Group& group, const LoadPredictions& load) {
  const bool test =
      std::ranges::any_of(group.trials, [](const auto* trial) { return looked_at_test(*trial); });
  GroupPredictions result{.part = test ? "test" : "valid"};
  for (const TrialRecord* trial : group.trials) {
    if (!trial->finished() || (test && !looked_at_test(*trial))) continue;
    if (!load) {
      result.reason = "there are no predictions";
      continue;
    }
    Result<Predictions> read = load(*trial, result.part);
    if (!read.ok()) {
      result.reason = read.failure().message;
    } else if (!well_formed(read.value())) {
      result.reason = "the predictions of trial " + trial->id + " are damaged";
    } else {
      result.trials.push_back(std::move(read).value());
      result.sources.push_back(trial);
    }
  }
  if (result.trials.empty() && result.reason.empty()) result.reason = "no trial of it has finished";
  return result;
}

bool well_formed(const Predictions& predictions) {
  const auto classes = static_cast<std::int64_t>(class_count(predictions));
  return predictions.columns > 0 && predictions.samples.size() == predictions.labels.size() &&
         predictions.scores.size() % predictions.columns == 0 &&
         predictions.scores.size() / predictions.columns == predictions.labels.size() &&
         std::ranges::all_of(predictions.labels,
                             [&](std::int32_t label) { return label >= 0 && label < classes; });
}

std::size_t class_count(const Predictions& predictions) {
  return predictions.columns == 1 ? 2 : predictions.columns;
}

std::vector<std::int32_t> predicted_classes(const Predictions& predictions) {
  std::vector<std::int32_t> classes;
  if (!well_formed(predictions)) return classes;
  classes.reserve(predictions.labels.size());
  for (std::size_t i = 0; i < predictions.labels.size(); ++i)
    classes.push_back(predicted_class(row_of(predictions, i), predictions.columns));
  return classes;
}

Confusion confusion_of(const Predictions& predictions) { return confusion_of(std::span(&predictions, 1)); }

Confusion confusion_of(std::span<const Predictions> predictions) {
  Confusion confusion;
  for (const Predictions& judged : predictions) {
    if (!well_formed(judged)) continue;
    if (confusion.classes == 0) {
      confusion.classes = class_count(judged);
      confusion.counts.resize(confusion.classes * confusion.classes);
    }
    if (class_count(judged) != confusion.classes) continue;
    const std::vector<std::int32_t> predicted = predicted_classes(judged);
    for (std::size_t i = 0; i < predicted.size(); ++i)
      ++confusion.counts[static_cast<std::size_t>(judged.labels[i]) * confusion.classes +
                         static_cast<std::size_t>(predicted[i])];
  }
  return confusion;
}

std::vector<ClassScores> class_scores(const Confusion& confusion) {
  std::vector<ClassScores> scores;
  for (std::size_t own = 0; own < confusion.classes; ++own) {
    std::int64_t predicted = 0;
    std::int64_t actual = 0;
    for (std::size_t other = 0; other < confusion.classes; ++other) {
      predicted += confusion.at(other, own);
      actual += confusion.at(own, other);
    }
    const std::int64_t found = confusion.at(own, own);
    scores.push_back(
        {ratio(found, predicted), ratio(found, actual), ratio(2 * found, predicted + actual), actual});
  }
  return scores;
}

std::vector<Mistake> worst_mistakes(const Predictions& predictions, std::size_t count) {
  std::vector<Mistake> mistakes;
  const std::vector<std::int32_t> predicted = predicted_classes(predictions);
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const std::int32_t label = predictions.labels[i];
    if (predicted[i] == label) continue;
    mistakes.push_back({predictions.samples[i], label, predicted[i], score_of(predictions, i, predicted[i]),
                        score_of(predictions, i, label)});
  }
  const auto shown = mistakes.begin() + static_cast<std::ptrdiff_t>(std::min(count, mistakes.size()));
  std::ranges::partial_sort(mistakes, shown, [](const Mistake& lhs, const Mistake& rhs) {
    return std::pair(-lhs.confidence, lhs.sample) < std::pair(-rhs.confidence, rhs.sample);
  });
  mistakes.erase(shown, mistakes.end());
  return mistakes;
}

}  // namespace nnc::rt
