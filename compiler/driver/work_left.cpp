// See work_left.hpp.
#include "compiler/driver/work_left.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace nnc {
namespace {

// Trials with equal models and batches need equally long for a step.
std::string kind_of(const TrialPlan& trial) {
  return fmt::format("{} {} {} {}", trial.model, trial.parameters, trial.batch, trial.optimizer);
}

// How many points of the trial's experiment have a refit.
double refit_points(const StudyPlan& plan, const TrialPlan& trial) {
  std::set<std::string> points;
  for (const TrialPlan& other : plan.trials) {
    if (!other.refit || other.experiment != trial.experiment) continue;
    std::string point;
    for (const auto& [axis, value] : other.params) point += axis + "=" + parameter_text(value) + "\n";
    points.insert(std::move(point));
  }
  return static_cast<double>(std::max<std::size_t>(points.size(), 1));
}

}  // namespace

std::int64_t training_samples(const StudyPlan& plan, const TrialPlan& trial) {
  const std::int64_t all = plan.data[trial.data].train_count;
  if (!trial.validation) return all;
  const ValidationPlan& validation = *trial.validation;
  if (validation.kind == ValidationPlan::Kind::KFold)
    return all - all / std::max<std::int64_t>(1, validation.folds);
  return all - std::llround(validation.fraction * static_cast<double>(all));
}

std::int64_t training_steps(const StudyPlan& plan, const TrialPlan& trial) {
  const std::int64_t samples = training_samples(plan, trial);
  return (samples / trial.batch + (samples % trial.batch != 0 ? 1 : 0)) * trial.epochs;
}

std::vector<double> shares_of(const StudyPlan& plan) {
  std::map<std::string, double> refits;  // per experiment
  std::vector<double> shares;
  for (const TrialPlan& trial : plan.trials) {
    if (!trial.refit) {
      shares.push_back(1);
      continue;
    }
    const auto [place, is_new] = refits.try_emplace(trial.experiment, 1);
    if (is_new) place->second = 1 / refit_points(plan, trial);
    shares.push_back(place->second);
  }
  return shares;
}

std::int64_t trial_count(const StudyPlan& plan) {
  double count = 0;
  for (const double share : shares_of(plan)) count += share;
  return std::llround(count);
}

WorkLeft::WorkLeft(const StudyPlan& plan, int jobs) : jobs_(std::max(1, jobs)) {
  const std::vector<double> shares = shares_of(plan);
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const TrialPlan& trial = plan.trials[i];
    items_.push_back({kind_of(trial), static_cast<double>(training_steps(plan, trial)), 0, shares[i]});
  }
}

void WorkLeft::measure(std::size_t trial, std::int64_t done, std::int64_t total, std::int64_t steps,
                       double seconds) {
  constexpr double kLeastSeconds = 0.5;  // shorter times say little
  Item& item = items_.at(trial);
  item.share = 1;
  item.steps = static_cast<double>(total);
  item.done = static_cast<double>(done);
  if (steps > 0 && seconds > kLeastSeconds)
    seconds_per_step_[item.kind] = seconds / static_cast<double>(steps);
}

void WorkLeft::finish(std::size_t trial) { items_.at(trial).done = items_.at(trial).steps; }

std::optional<double> WorkLeft::seconds_left() const {
  double sum = 0;
  double longest = 0;
  for (const Item& item : items_) {
    if (item.done >= item.steps) continue;
    const auto speed = seconds_per_step_.find(item.kind);
    if (speed == seconds_per_step_.end()) return std::nullopt;
    const double seconds = (item.steps - item.done) * speed->second;
    sum += item.share * seconds;
    longest = std::max(longest, seconds);
  }
  return std::max(sum / jobs_, longest);
}

std::optional<double> WorkLeft::seconds_left(std::size_t trial) const {
  const Item& item = items_.at(trial);
  const auto speed = seconds_per_step_.find(item.kind);
  if (speed == seconds_per_step_.end()) return std::nullopt;
  return std::max(0.0, item.steps - item.done) * speed->second;
}

}  // namespace nnc
