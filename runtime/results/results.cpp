// See results.hpp: which trials a reference means.
#include "runtime/results/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "compiler/plan/same_point.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

using Params = std::vector<std::pair<std::string, ParameterValue>>;

const ParameterValue* find_param(const Params& params, const std::string& name) {
  const auto found = std::ranges::find(params, name, [](const auto& param) { return param.first; });
  return found == params.end() ? nullptr : &found->second;
}

// Axes that a trial does not have do not match.
bool matches(const TrialRecord& trial, const TrialsRef& wanted) {
  if (trial.experiment != wanted.experiment) return false;
  return std::ranges::all_of(wanted.point, [&](const auto& given) {
    const ParameterValue* found = find_param(trial.params, given.first);
    return found != nullptr && same_parameter(*found, given.second);
  });
}

std::vector<Group> group_if(const RunRecord& record, const auto& wanted) {
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const TrialRecord& trial : record.trials) {
    if (!wanted(trial)) continue;
    const auto [place, is_new] = places.try_emplace({trial.experiment, point_label(trial)}, groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].trials.push_back(&trial);
  }
  return groups;
}

const Group* extreme(const std::vector<Group>& groups, const std::string& by, TrialsRef::Pick pick) {
  const bool higher = direction_of(groups, by).value_or(Direction::Higher) == Direction::Higher;
  return leader(groups, by, higher == (pick == TrialsRef::Pick::Best));
}

// The one that `select best` chose, if it is among them.
const Group* selected(const std::vector<Group>& groups, const SelectionRecord& selection) {
  const auto is_chosen = [&](const Group& group) {
    return same_point(group.first().params, selection.params);
  };
  const auto found = std::ranges::find_if(groups, is_chosen);
  return found == groups.end() ? nullptr : &*found;
}

const Group* pick(const RunRecord& record, const TrialsRef& trials, const std::vector<Group>& groups) {
  if (!trials.by.empty()) return extreme(groups, trials.by, trials.pick);
  const SelectionRecord* selection = selection_of(record, trials.experiment);
  if (selection == nullptr) return nullptr;
  const Group* chosen = trials.pick == TrialsRef::Pick::Best ? selected(groups, *selection) : nullptr;
  return chosen != nullptr ? chosen : extreme(groups, selection->by, trials.pick);
}

}  // namespace

std::vector<std::string> experiment_names(const RunRecord& record) {
  std::vector<std::string> names;
  for (const TrialRecord& trial : record.trials) {
    if (std::ranges::find(names, trial.experiment) == names.end()) names.push_back(trial.experiment);
  }
  return names;
}

std::vector<Group> group_trials(const RunRecord& record, const std::vector<std::string>& experiments) {
  return group_if(record, [&](const TrialRecord& trial) {
    return experiments.empty() || std::ranges::find(experiments, trial.experiment) != experiments.end();
  });
}

std::vector<Group> groups_of(const RunRecord& record, const TrialsRef& trials) {
  std::vector<Group> groups =
      group_if(record, [&](const TrialRecord& trial) { return matches(trial, trials); });
  if (trials.pick == TrialsRef::Pick::All) return groups;
  const Group* chosen = pick(record, trials, groups);
  return chosen == nullptr ? std::vector<Group>{} : std::vector<Group>{*chosen};
}

std::vector<Group> groups_of(const RunRecord& record, const std::vector<TrialsRef>& trials) {
  if (trials.empty()) return group_trials(record, {});
  std::vector<Group> groups;
  std::set<const TrialRecord*> seen;
  for (const TrialsRef& reference : trials) {
    for (Group& group : groups_of(record, reference)) {
      if (seen.insert(&group.first()).second) groups.push_back(std::move(group));
    }
  }
  return groups;
}

const Group* leader(const std::vector<Group>& groups, const std::string& field, bool largest) {
  const Group* first = nullptr;
  double first_mean = 0;
  for (const Group& group : groups) {
    const Measure value = measure(group, field);
    if (!value.numeric || std::isnan(value.mean)) continue;
    if (first != nullptr && (largest ? value.mean <= first_mean : value.mean >= first_mean)) continue;
    first = &group;
    first_mean = value.mean;
  }
  return first;
}

const SelectionRecord* selection_of(const RunRecord& record, const std::string& experiment) {
  const auto found = std::ranges::find(record.selections, experiment, &SelectionRecord::experiment);
  return found == record.selections.end() ? nullptr : &*found;
}

std::string describe(const TrialsRef& trials) {
  std::string text = trials.experiment;
  if (trials.pick != TrialsRef::Pick::All)
    text = (trials.pick == TrialsRef::Pick::Best ? "best of " : "worst of ") + text;
  for (std::size_t i = 0; i < trials.point.size(); ++i) {
    const auto& [name, value] = trials.point[i];
    text += fmt::format("{}{} = {}", i == 0 ? " with " : ", ", name, parameter_text(value));
  }
  // The usual measure goes without saying.
  const bool told = trials.pick != TrialsRef::Pick::All && !trials.by.empty();
  if (told && metric_of(trials.by) != "accuracy") text += " by " + readable_field(trials.by);
  return text;
}

std::optional<Direction> direction_of(const std::vector<Group>& groups, const std::string& field) {
  if (form_of(field) == NumberForm::Seconds) return Direction::Lower;
  if (split_of(field).empty()) return std::nullopt;
  const std::string metric = metric_of(field);
  for (const Group& group : groups) {
    for (const TrialRecord* trial : group.trials) {
      const auto found = trial->directions.find(metric);
      if (found != trial->directions.end()) return found->second;
    }
  }
  if (metric == "loss") return Direction::Lower;
  if (metric == "accuracy") return Direction::Higher;
  return std::nullopt;
}

std::string point_label(const TrialRecord& trial) {
  std::vector<std::string> axes;
  for (const auto& [name, value] : trial.params) axes.push_back(name);
  return point_label(trial, axes);
}

std::string point_label(const TrialRecord& trial, const std::vector<std::string>& axes) {
  std::string label;
  for (const auto& [name, value] : trial.params) {
    if (std::ranges::find(axes, name) == axes.end()) continue;
    label += fmt::format("{}{} = {}", label.empty() ? "" : ", ", name, parameter_text(value));
  }
  return label.empty() ? trial.experiment : label;
}

std::string axis_text(const TrialRecord& trial, const std::string& axis) {
  const ParameterValue* value = find_param(trial.params, axis);
  return value == nullptr ? "" : parameter_text(*value);
}

Axes axes_of(const std::vector<Group>& groups) {
  std::vector<std::string> names;
  for (const Group& group : groups) {
    for (const auto& [name, value] : group.first().params) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  Axes axes;
  for (const std::string& name : names) {
    const std::string text = axis_text(groups.front().first(), name);
    const bool constant = groups.size() > 1 && std::ranges::all_of(groups, [&](const Group& group) {
                            return axis_text(group.first(), name) == text;
                          });
    (constant ? axes.constant : axes.varying).push_back(name);
  }
  return axes;
}

std::vector<std::string> metric_fields(const std::vector<Group>& groups) {
  std::set<std::string> names;
  for (const Group& group : groups) {
    for (const TrialRecord* trial : group.trials) {
      for (const auto& [name, value] : trial->metrics) names.insert(name);
    }
  }
  const auto rank = [](const std::string& name) {
    static constexpr std::array<std::string_view, 4> kOrder = {"test", "valid", "fitted", "train"};
    const std::string metric = metric_of(name);
    const int kind = metric == "accuracy" ? 0 : metric == "loss" ? 2 : 1;
    return std::pair(std::ranges::find(kOrder, split_of(name)) - kOrder.begin(), kind);
  };
  std::vector<std::string> fields(names.begin(), names.end());
  std::ranges::stable_sort(fields, {}, rank);
  return fields;
}

}  // namespace nnc::rt
