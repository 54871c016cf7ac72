// See trial_index.hpp.
#include "compiler/lower/trial_index.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nnc {

TrialIndex::TrialIndex(const Study& study) : study_(study) {
  std::map<std::pair<std::string, std::size_t>, std::size_t> places;
  for (std::size_t i = 0; i < study.plan.trials.size(); ++i) {
    const std::string& experiment = trial(i).experiment;
    std::vector<PointTrials>& points = experiments_[experiment];
    const auto [place, fresh] =
        places.try_emplace(std::pair(experiment, study.setups[i].point), points.size());
    if (fresh) {
      points.emplace_back();
      points_[trial(i).id] = place->second;
    }
    PointTrials& point = points[place->second];
    (trial(i).refit ? point.refits : point.judged).push_back(i);
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
    const TrialPlan& first = trial(point.judged.front());
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
  return !points.empty() && trial(points.front().judged.front()).validation.has_value();
}

bool TrialIndex::has_axis(const std::string& experiment, const std::string& name) const {
  const auto& points = of(experiment);
  if (points.empty()) return false;
  const auto& params = trial(points.front().judged.front()).params;
  return std::any_of(params.begin(), params.end(), [&](const auto& param) { return param.first == name; });
}

std::string TrialIndex::main_field(const std::string& experiment) const {
  if (const SelectionPlan* selected = selection(experiment)) return selected->field;
  const auto& points = of(experiment);
  if (points.empty()) return "test.accuracy";
  const auto& metrics = trial(points.front().judged.front()).metrics;
  return fmt::format("{}.{}", validates(experiment) ? "valid" : "test",
                     metrics.empty() ? "loss" : metrics.front().name);
}

std::vector<TrialIndex::Run> TrialIndex::runs(const TrialPlan& point, const std::string& field) const {
  const auto place = points_.find(point.id);
  if (place == points_.end()) return {};
  const PointTrials& trials = of(point.experiment)[place->second];
  std::vector<Run> runs;
  for (const std::size_t i :
       field.starts_with("test.") && !trials.refits.empty() ? trials.refits : trials.judged)
    runs.emplace_back(trial(i).seed, trial(i).fold);
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
