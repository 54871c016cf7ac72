// See results.hpp.
#include "runtime/report/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "compiler/plan/result_fields.hpp"
#include "runtime/report/format.hpp"

namespace nnc::rt {
namespace {

using Params = std::vector<std::pair<std::string, ParameterValue>>;

const ParameterValue* find_param(const Params& params, const std::string& name) {
  const auto found = std::ranges::find(params, name, [](const auto& param) { return param.first; });
  return found == params.end() ? nullptr : &found->second;
}

// One number or word of the table of result fields; empty if this trial has none.
std::optional<ParameterValue> plain_value(const TrialRecord& trial, ResultField field) {
  switch (field) {
    case ResultField::Epochs:
      return trial.epochs;
    case ResultField::Parameters:
      return trial.parameters;
    case ResultField::Seconds:
      return trial.seconds_train + trial.seconds_evaluate;
    case ResultField::SecondsTrain:
      return trial.seconds_train;
    case ResultField::SecondsEvaluate:
      return trial.seconds_evaluate;
    case ResultField::SecondsPerEpoch:
      if (trial.epochs <= 0) return std::nullopt;
      return trial.seconds_train / static_cast<double>(trial.epochs);
    case ResultField::StepsTrained:
      return trial.steps_trained;
    case ResultField::Batch:
      return trial.batch;
    case ResultField::Seed:
      return static_cast<double>(trial.seed);
    case ResultField::Model:
      return trial.model;
    case ResultField::Data:
      return trial.data;
    case ResultField::Loss:
      return trial.loss;
    case ResultField::Optimizer:
      return trial.optimizer;
    case ResultField::StatusWord:
      return status_word(trial.status);
    case ResultField::Id:
      return trial.id;
  }
  return std::nullopt;
}

std::optional<double> as_number(const ParameterValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

// What is known of a trial before it is run.
bool is_given(const TrialRecord& trial, const std::string& field) {
  if (find_param(trial.params, field) != nullptr) return true;
  const ResultFieldInfo* info = find_result_field(field);
  return info != nullptr && info->type == ResultFieldInfo::Type::Word;
}

std::optional<ParameterValue> field_value(const TrialRecord& trial, const std::string& field) {
  if (const auto metric = trial.metrics.find(field); metric != trial.metrics.end()) return metric->second;
  if (const ParameterValue* param = find_param(trial.params, field)) return *param;
  const ResultFieldInfo* info = find_result_field(field);
  return info == nullptr ? std::nullopt : plain_value(trial, info->field);
}

double sample_deviation(const std::vector<double>& values, double mean) {
  if (values.size() < 2) return 0;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

Measure measure_numbers(std::vector<double> values, const std::string& field) {
  Measure result{.present = true, .numeric = true};
  for (const double value : values) result.mean += value / static_cast<double>(values.size());
  if (std::ranges::adjacent_find(values, std::ranges::not_equal_to{}) == values.end())
    result.mean = values.front();
  result.deviation = sample_deviation(values, result.mean);
  const NumberForm form = form_of(field);
  result.text = result.deviation > 0 ? format_spread(form, result.mean, result.deviation)
                                     : format_number(form, result.mean);
  result.values = std::move(values);
  return result;
}

bool matches(const TrialRecord& trial, const ResultRef& reference) {
  if (trial.experiment != reference.experiment) return false;
  return std::ranges::all_of(reference.point, [&](const auto& wanted) {
    const ParameterValue* found = find_param(trial.params, wanted.first);
    return found != nullptr && same_parameter(*found, wanted.second);
  });
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
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const TrialRecord& trial : record.trials) {
    const bool wanted =
        experiments.empty() || std::ranges::find(experiments, trial.experiment) != experiments.end();
    if (!wanted) continue;
    const auto [place, is_new] = places.try_emplace({trial.experiment, point_label(trial)}, groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].trials.push_back(&trial);
  }
  return groups;
}

Measure measure(const Group& group, const std::string& field) {
  const Measure missing{.text = "–"};
  std::vector<double> numbers;
  std::set<std::string> words;
  for (const TrialRecord* trial : group.trials) {
    if (!trial->finished() && !is_given(*trial, field)) continue;
    const std::optional<ParameterValue> value = field_value(*trial, field);
    if (!value) continue;
    if (const auto number = as_number(*value)) {
      numbers.push_back(*number);
    } else {
      words.insert(parameter_text(*value));
    }
  }
  if (!words.empty()) {
    Measure result{.present = true};
    for (const std::string& word : words) result.text += (result.text.empty() ? "" : ", ") + word;
    return result;
  }
  return numbers.empty() ? missing : measure_numbers(std::move(numbers), field);
}

std::string resolve_text(const RunRecord& record, const ResultRef& reference) {
  Group group;
  std::string reason;
  for (const TrialRecord& trial : record.trials) {
    if (!matches(trial, reference)) continue;
    const bool other_point = !group.trials.empty() && point_label(group.first()) != point_label(trial);
    if (other_point) return "(no single value: several trials match)";
    group.trials.push_back(&trial);
    if (!trial.finished()) reason = std::string("the trial ") + status_word(trial.status);
  }
  if (group.trials.empty()) return "(no result: no such trial)";
  const Measure value = measure(group, reference.field);
  if (value.present) return value.text;
  return reason.empty() ? "(no result)" : "(no result: " + reason + ")";
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
    const std::string split = split_of(name);
    const int place = split == "test" ? 0 : split == "valid" ? 1 : 2;
    const std::string metric = metric_of(name);
    const int kind = metric == "accuracy" ? 0 : metric == "loss" ? 2 : 1;
    return std::pair(place, kind);
  };
  std::vector<std::string> fields(names.begin(), names.end());
  std::ranges::stable_sort(fields, {}, rank);
  return fields;
}

}  // namespace nnc::rt
