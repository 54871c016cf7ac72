// See results.hpp: what a field of a point is.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/plan/result_fields.hpp"
#include "runtime/results/replicates.hpp"
#include "runtime/results/results.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

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
    case ResultField::Schedule:
      return trial.schedule.empty() ? "none" : trial.schedule;
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

const ParameterValue* find_axis(const TrialRecord& trial, const std::string& name) {
  const auto found = std::ranges::find(trial.params, name, [](const auto& param) { return param.first; });
  return found == trial.params.end() ? nullptr : &found->second;
}

// What is known of a trial before it is run.
bool is_given(const TrialRecord& trial, const std::string& field) {
  if (find_axis(trial, field) != nullptr) return true;
  const ResultFieldInfo* info = find_result_field(field);
  return info != nullptr && info->type == ResultFieldInfo::Type::Word;
}

std::optional<ParameterValue> field_value(const TrialRecord& trial, const std::string& field) {
  if (const auto metric = trial.metrics.find(field); metric != trial.metrics.end()) return metric->second;
  if (const ParameterValue* param = find_axis(trial, field)) return *param;
  const ResultFieldInfo* info = find_result_field(field);
  return info == nullptr ? std::nullopt : plain_value(trial, info->field);
}

// The trials that a field speaks of.
std::vector<const TrialRecord*> trials_for(const Group& group, const std::string& field) {
  const auto is_refit = [](const TrialRecord* trial) { return trial->refit; };
  if (std::ranges::all_of(group.trials, is_refit) || std::ranges::none_of(group.trials, is_refit))
    return group.trials;
  const bool refits = split_of(field) == "test";
  std::vector<const TrialRecord*> trials = group.trials;
  std::erase_if(trials, [&](const TrialRecord* trial) { return trial->refit != refits; });
  return trials;
}

std::int64_t samples_of(const TrialRecord& trial, const std::string& part) {
  const auto found = trial.samples.find(part);
  return found == trial.samples.end() ? 0 : found->second;
}

std::string number_text(const Measure& value, const std::string& field) {
  const NumberForm form = form_of(field);
  const bool varies = value.deviation > 0 && value.margin && *value.margin > 0;
  return varies ? format_spread(form, value.mean, *value.margin) : format_number(form, value.mean);
}

}  // namespace

Replicates replicates_of(const Measure& value) {
  std::vector<Replicate> replicates;
  int folds = 0;
  for (const TrialRecord* trial : value.sources) folds = std::max(folds, trial->fold.value_or(-1) + 1);
  double judged = 0;
  double trained = 0;
  for (std::size_t i = 0; i < value.values.size(); ++i) {
    const TrialRecord& trial = *value.sources[i];
    Replicate& replicate = replicates.emplace_back(Replicate{trial.seed, trial.fold, value.values[i]});
    if (!trial.fold) continue;
    const std::int64_t valid = samples_of(trial, "valid");
    const std::int64_t train = samples_of(trial, "train");
    replicate.split = fmt::format("{} of {}, {} and {}", folds, trial.data, train, valid);
    judged += static_cast<double>(valid);
    trained += static_cast<double>(train);
  }
  // Without counts: folds of equal size.
  const double ratio = judged > 0 && trained > 0 ? judged / trained
                       : folds > 1               ? 1 / (static_cast<double>(folds) - 1)
                                                 : 0;
  return make_replicates(std::move(replicates), ratio);
}

Measure measure(const Group& group, const std::string& field) {
  Measure result;
  std::set<std::string> words;
  for (const TrialRecord* trial : trials_for(group, field)) {
    if (!trial->finished() && !is_given(*trial, field)) continue;
    const std::optional<ParameterValue> value = field_value(*trial, field);
    if (!value) continue;
    if (const auto number = as_number(*value)) {
      result.values.push_back(*number);
      result.sources.push_back(trial);
    } else {
      words.insert(parameter_text(*value));
    }
  }
  if (!words.empty()) {
    Measure worded{.present = true};
    for (const std::string& word : words) worded.text += (worded.text.empty() ? "" : ", ") + word;
    return worded;
  }
  if (result.values.empty()) return {.text = "–"};
  result.present = result.numeric = true;
  const Summary summary = summarize(result.values);
  result.mean = summary.mean;
  result.deviation = summary.deviation;
  result.margin = margin_of(units_of(replicates_of(result)));
  result.text = number_text(result, field);
  return result;
}

}  // namespace nnc::rt
