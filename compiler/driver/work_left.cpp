// See work_left.hpp.
#include "compiler/driver/work_left.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/plan/training_steps.hpp"

namespace nnc {
namespace {

// Trials with equal models and batches need equally long for a step.
std::string kind_of(const TrialPlan& trial) {
  return fmt::format("{} {} {} {}", trial.model, trial.parameters, trial.batch, trial.optimizer);
}

}  // namespace

WorkLeft::WorkLeft(const StudyPlan& plan, const rt::WorkPlan& work, int jobs) : jobs_(std::max(1, jobs)) {
  const std::vector<double> shares = shares_of(plan);
  for (std::size_t i = 0; i < plan.trials.size(); ++i)
    items_.push_back({kind_of(plan.trials[i]), 0, 0, shares[i]});
  for (const rt::Trajectory& trajectory : work.trajectories) {
    std::int64_t before = trajectory.from;
    for (const rt::TrajectoryStop& stop : trajectory.stops) {
      const std::int64_t epochs = stop.epoch - std::exchange(before, stop.epoch);
      items_[stop.trial].steps = static_cast<double>(epochs * steps_per_epoch(plan, plan.trials[stop.trial]));
    }
  }
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const bool own = plan.trials[i].refit && work.first[i] == i && !work.bookmarked[i];
    if (own) items_[i].steps = static_cast<double>(training_steps(plan, plan.trials[i]));
  }
}

void WorkLeft::measure(std::size_t trial, std::int64_t done, std::int64_t total, std::int64_t steps,
                       double seconds) {
  constexpr double kLeastSeconds = 0.5;  // shorter times say little
  Item& item = items_.at(trial);
  item.share = 1;
  if (item.steps == 0) item.steps = static_cast<double>(total);
  item.done = item.steps - static_cast<double>(total - done);
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
