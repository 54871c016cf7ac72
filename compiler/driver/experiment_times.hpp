// How long trials take at speeds that were measured: by themselves, and the experiments that they belong to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/train/calibration.hpp"
#include "runtime/train/work_plan.hpp"

namespace nnc {

double seconds_of(const rt::TrialSpeed& speed, std::int64_t steps, std::int64_t epochs, std::int64_t judged);

// What of a refit is left to train: nothing, if its bookmark on the way of another trial has its weights.
// `steps`: of all its epochs.
struct RefitWork {
  std::int64_t epochs = 0;
  std::int64_t steps = 0;
};
RefitWork refit_work(const StudyPlan& plan, const rt::WorkPlan& work, std::size_t trial, std::int64_t steps);

// The longest first, each to the worker that is free first.
double seconds_together(std::vector<double> times, int jobs);

// The names of the experiments, in the order of the plan.
std::vector<std::string> experiments_of(const StudyPlan& plan);

// What is known of each trial.
struct TrialPace {
  rt::TrialSpeed speed;
  std::int64_t steps = 0;  // of all its epochs
};
// Of each experiment: a run of it alone where nothing is known of its trials, with what these have in common
// trained once.
std::map<std::string, double> seconds_alone(const rt::PreparedStudy& study,
                                            const std::vector<TrialPace>& paces, int jobs);

}  // namespace nnc
