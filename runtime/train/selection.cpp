// Chooses a point and prepares its refits. In: the records of an experiment. Out: the point, its score, and
// how long to train.
#include "runtime/train/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

#include "compiler/base/check.hpp"
#include "compiler/plan/same_point.hpp"
#include "runtime/stats/stats.hpp"

namespace nnc::rt {
namespace {

using Params = std::vector<std::pair<std::string, ParameterValue>>;

struct Point {
  const Params* params = nullptr;
  std::vector<double> values;
  bool complete = true;  // every trial has a value
};

// The points of an experiment in the order of the plan.
std::vector<Point> collect_points(const StudyPlan& plan, const SelectionPlan& selection,
                                  const std::vector<std::optional<TrialRecord>>& records) {
  std::vector<Point> points;
  std::unordered_map<std::string, std::size_t> places;  // by the text of a point's values
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const TrialPlan& trial = plan.trials[i];
    if (trial.refit || trial.experiment != selection.experiment) continue;
    NNC_CHECK(records[i].has_value(), trial.id);
    std::string text;
    for (const auto& [axis, value] : trial.params) text += parameter_text(value) + "\n";
    const auto [place, is_new] = places.try_emplace(std::move(text), points.size());
    if (is_new) points.push_back(Point{&trial.params.list(), {}, true});
    Point* const point = &points[place->second];
    const auto value = records[i]->metrics.find(selection.field);
    if (records[i]->finished() && value != records[i]->metrics.end() && !std::isnan(value->second)) {
      point->values.push_back(value->second);
    } else {
      point->complete = false;
    }
  }
  return points;
}

// How many epochs the kept state of a trial was trained for.
std::int64_t kept_epochs(const TrialRecord& record, const StopPlan& stop) {
  const auto history = record.history.find(stop.field);
  if (history == record.history.end() || history->second.empty()) return record.epochs;
  std::size_t best = 0;
  for (std::size_t i = 1; i < history->second.size(); ++i) {
    const double value = history->second[i];
    const double before = history->second[best];
    const bool better = stop.better == Direction::Higher ? value > before : value < before;
    if (better || (std::isnan(before) && !std::isnan(value))) best = i;
  }
  return static_cast<std::int64_t>(best) + 1;
}

}  // namespace

Result<SelectionRecord> choose_point(const StudyPlan& plan, const SelectionPlan& selection,
                                     const std::vector<std::optional<TrialRecord>>& records) {
  std::optional<SelectionRecord> best;
  for (const Point& point : collect_points(plan, selection, records)) {
    if (!point.complete) continue;
    const Summary summary = summarize(point.values);
    const double score = summary.mean;
    const bool better =
        !best || (selection.better == Direction::Higher ? score > best->score : score < best->score);
    if (!better) continue;
    best = SelectionRecord{selection.experiment, selection.field, *point.params, score, summary.deviation};
  }
  if (best) return *std::move(best);
  return Failure{
      fmt::format("no point of `{}` could be selected by `{}`: every point has a trial without a value",
                  selection.experiment, selection.field),
      {}};
}

TrialPlan refit_plan(const StudyPlan& plan, std::size_t refit,
                     const std::vector<std::optional<TrialRecord>>& records) {
  TrialPlan result = plan.trials[refit];
  if (!result.stop || result.validation || !result.stop->field.starts_with("valid.")) return result;
  std::int64_t epochs = 0;
  std::int64_t trials = 0;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const TrialPlan& trial = plan.trials[i];
    if (trial.refit || trial.experiment != result.experiment || !same_point(trial.params, result.params))
      continue;
    epochs += kept_epochs(records[i].value(), *result.stop);
    ++trials;
  }
  // Not more than were declared, so that a schedule has its numbers for all of them.
  if (trials > 0) result.epochs = std::max<std::int64_t>(1, (2 * epochs + trials) / (2 * trials));
  result.stop.reset();
  return result;
}

}  // namespace nnc::rt
