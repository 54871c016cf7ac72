// See training_steps.hpp.
#include "compiler/plan/training_steps.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

namespace nnc {
namespace {

// How many points each experiment has refits of.
std::map<std::string, double> refit_points(const StudyPlan& plan) {
  std::map<std::string, std::set<std::string>> points;
  for (const TrialPlan& trial : plan.trials) {
    if (!trial.refit) continue;
    std::string point;
    for (const auto& [axis, value] : trial.params) point += axis + "=" + parameter_text(value) + "\n";
    points[trial.experiment].insert(std::move(point));
  }
  std::map<std::string, double> counts;
  for (const auto& [experiment, of] : points) counts[experiment] = static_cast<double>(of.size());
  return counts;
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

std::int64_t steps_per_epoch(const StudyPlan& plan, const TrialPlan& trial) {
  const std::int64_t samples = training_samples(plan, trial);
  return samples / trial.batch + (samples % trial.batch != 0 ? 1 : 0);
}

std::int64_t training_steps(const StudyPlan& plan, const TrialPlan& trial) {
  return steps_per_epoch(plan, trial) * trial.epochs;
}

double step_cost(const TrialPlan& trial) {
  constexpr double kUpdate = 8;  // of a weight, in multiplications
  double products = 0;           // of one sample, forward
  for (const LayerSummary& layer : trial.layers) {
    if (layer.depth > 0) continue;  // counted with the layer that it is part of
    double places = 1;              // a kernel is applied once per pixel of its output
    for (int axis = 0; layer.output.rank() == 3 && axis < 2; ++axis)
      places *= static_cast<double>(layer.output[axis]);
    products += places * static_cast<double>(layer.parameters);
  }
  return 3 * products * static_cast<double>(trial.batch) + kUpdate * static_cast<double>(trial.parameters);
}

std::vector<double> shares_of(const StudyPlan& plan) {
  const std::map<std::string, double> points = refit_points(plan);
  std::vector<double> shares;
  shares.reserve(plan.trials.size());
  for (const TrialPlan& trial : plan.trials)
    shares.push_back(trial.refit ? 1 / points.at(trial.experiment) : 1);
  return shares;
}

std::int64_t trial_count(const StudyPlan& plan) {
  double count = 0;
  for (const double share : shares_of(plan)) count += share;
  return std::llround(count);
}

}  // namespace nnc
