// See trial_index.hpp.
#include "compiler/lower/trial_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace nnc {

// The plan has the judged trials of an experiment point by point, then the refits in the same order.
TrialIndex::TrialIndex(const Study& study) : study_(study) {
  std::vector<PointTrials>* points = nullptr;
  std::unordered_map<std::size_t, std::size_t> places;  // of the experiment's points
  const auto& setups = study.setups;
  for (std::size_t i = 0; i < setups.size();) {
    const bool same_experiment = i > 0 && trial(i).experiment == trial(i - 1).experiment;
    if (!same_experiment) {
      points = &experiments_[trial(i).experiment];
      places.clear();
    }
    const auto ends = [&](std::size_t at) {
      return at == setups.size() || setups[at].point != setups[i].point ||
             trial(at).refit != trial(i).refit || trial(at).experiment != trial(i).experiment;
    };
    Range range{i, i + 1};
    while (!ends(range.end)) ++range.end;
    const auto [place, fresh] = places.try_emplace(setups[i].point, points->size());
    if (fresh) points->emplace_back();
    PointTrials& point = (*points)[place->second];
    (trial(i).refit ? point.refits : point.judged) = range;
    i = range.end;
  }
}

const std::vector<TrialIndex::PointTrials>& TrialIndex::of(const std::string& experiment) const {
  static const std::vector<PointTrials> none;
  const auto found = experiments_.find(experiment);
  return found == experiments_.end() ? none : found->second;
}

std::vector<const TrialPlan*> TrialIndex::points(const TrialsRef& trials) const {
  std::vector<const TrialPlan*> found;
  for (const PointTrials& point : of(trials.experiment)) {
    const TrialPlan& first = trial(point.judged.begin);
    const bool matches = std::all_of(trials.point.begin(), trials.point.end(), [&](const auto& wanted) {
      return std::any_of(first.params.begin(), first.params.end(), [&](const auto& param) {
        return param.first == wanted.first && same_parameter(param.second, wanted.second);
      });
    });
    if (matches) found.push_back(&first);
  }
  return found;
}

const SelectionPlan* TrialIndex::selection(const std::string& experiment) const {
  const auto& selections = study_.plan.selections;
  const auto found = std::find_if(selections.begin(), selections.end(), [&](const SelectionPlan& selection) {
    return selection.experiment == experiment;
  });
  return found == selections.end() ? nullptr : &*found;
}

bool TrialIndex::validates(const std::string& experiment) const {
  const auto& points = of(experiment);
  return !points.empty() && trial(points.front().judged.begin).validation.has_value();
}

bool TrialIndex::has_axis(const std::string& experiment, const std::string& name) const {
  const auto& points = of(experiment);
  if (points.empty()) return false;
  const auto& params = trial(points.front().judged.begin).params;
  return std::any_of(params.begin(), params.end(), [&](const auto& param) { return param.first == name; });
}

std::string TrialIndex::main_field(const std::string& experiment) const {
  if (const SelectionPlan* selected = selection(experiment)) return selected->field;
  const auto& points = of(experiment);
  if (points.empty()) return "test.accuracy";
  const auto& metrics = trial(points.front().judged.begin).metrics;
  return fmt::format("{}.{}", validates(experiment) ? "valid" : "test",
                     metrics.empty() ? "loss" : metrics.front().name);
}

std::vector<TrialIndex::Run> TrialIndex::runs(const TrialPlan& point, const std::string& field) const {
  const auto place = static_cast<std::size_t>(&point - study_.plan.trials.data());
  const auto& points = of(point.experiment);
  const auto found =
      std::lower_bound(points.begin(), points.end(), place,
                       [](const PointTrials& one, std::size_t wanted) { return one.judged.begin < wanted; });
  if (found == points.end() || found->judged.begin != place) return {};
  const PointTrials& trials = *found;
  const bool of_refits = field.starts_with("test.") && trials.refits.begin < trials.refits.end;
  const Range& range = of_refits ? trials.refits : trials.judged;
  std::vector<Run> runs;
  for (std::size_t i = range.begin; i < range.end; ++i) runs.emplace_back(trial(i).seed, trial(i).fold);
  std::sort(runs.begin(), runs.end());
  return runs;
}

std::string point_in_brackets(const TrialPlan& trial) {
  std::string text;
  for (const auto& [axis, value] : trial.params) {
    text += fmt::format("{}{}: {}", text.empty() ? "[" : ", ", axis, parameter_text(value));
  }
  return text.empty() ? text : text + "]";
}

}  // namespace nnc
