// See experiment_times.hpp. A run of one experiment is planned like that of a program that has no other.
#include "compiler/driver/experiment_times.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "compiler/plan/training_steps.hpp"

namespace nnc {
namespace {

// The trials of one experiment, and where in the study they are.
struct Part {
  StudyPlan plan;
  std::vector<std::size_t> places;
};

std::map<std::string, Part> parts_of(const StudyPlan& plan) {
  std::map<std::string, Part> parts;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    Part& part = parts[plan.trials[i].experiment];
    part.plan.trials.push_back(plan.trials[i]);
    part.places.push_back(i);
  }
  return parts;
}

double seconds_of_part(const rt::PreparedStudy& study, const Part& part, const std::vector<TrialPace>& paces,
                       int jobs) {
  std::vector<rt::TrialIdentity> identities;
  for (const std::size_t place : part.places) identities.push_back(study.work().identities[place]);
  const rt::WorkPlan work = rt::plan_work(part.plan, std::move(identities), study.options().share);
  const auto pace = [&](std::size_t trial) -> const TrialPace& { return paces[part.places[trial]]; };
  std::vector<double> times;
  for (const rt::Trajectory& way : work.trajectories) {
    const std::int64_t epochs = way.to - way.from;
    const std::int64_t steps = pace(way.trial).steps / part.plan.trials[way.trial].epochs * epochs;
    times.push_back(seconds_of(pace(way.trial).speed, steps, epochs, std::ssize(way.stops)));
  }
  const std::vector<double> shares = shares_of(part.plan);
  for (std::size_t i = 0; i < part.plan.trials.size(); ++i) {
    if (!part.plan.trials[i].refit || work.first[i] != i) continue;
    const RefitWork left = refit_work(part.plan, work, i, pace(i).steps);
    times.push_back(shares[i] * seconds_of(pace(i).speed, left.steps, left.epochs, 1));
  }
  return seconds_together(std::move(times), jobs);
}

}  // namespace

double seconds_of(const rt::TrialSpeed& speed, std::int64_t steps, std::int64_t epochs, std::int64_t judged) {
  return static_cast<double>(steps) * speed.seconds_per_step +
         static_cast<double>(epochs) * speed.seconds_per_epoch +
         static_cast<double>(judged) * speed.seconds_to_judge;
}

RefitWork refit_work(const StudyPlan& plan, const rt::WorkPlan& work, std::size_t trial, std::int64_t steps) {
  if (work.bookmarked[trial]) return {};
  return {plan.trials[trial].epochs, steps};
}

double seconds_together(std::vector<double> times, int jobs) {
  std::ranges::sort(times, std::greater<>());
  std::vector<double> workers(static_cast<std::size_t>(jobs), 0.0);
  std::ranges::make_heap(workers, std::greater<>());
  for (const double time : times) {
    std::ranges::pop_heap(workers, std::greater<>());
    workers.back() += time;
    std::ranges::push_heap(workers, std::greater<>());
  }
  return *std::ranges::max_element(workers);
}

std::vector<std::string> experiments_of(const StudyPlan& plan) {
  std::vector<std::string> names;
  for (const TrialPlan& trial : plan.trials) {
    if (std::ranges::find(names, trial.experiment) == names.end()) names.push_back(trial.experiment);
  }
  return names;
}

std::map<std::string, double> seconds_alone(const rt::PreparedStudy& study,
                                            const std::vector<TrialPace>& paces, int jobs) {
  std::map<std::string, double> seconds;
  for (const auto& [experiment, part] : parts_of(study.plan()))
    seconds[experiment] = seconds_of_part(study, part, paces, jobs);
  return seconds;
}

}  // namespace nnc
