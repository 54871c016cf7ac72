// How much work a trial is, as far as its plan tells.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/plan/study_plan.hpp"

namespace nnc {

// Samples that a trial trains on: all, or what its fold or hold-out leaves (to within one per class).
std::int64_t training_samples(const StudyPlan& plan, const TrialPlan& trial);
std::int64_t steps_per_epoch(const StudyPlan& plan, const TrialPlan& trial);
// Steps of all its epochs.
std::int64_t training_steps(const StudyPlan& plan, const TrialPlan& trial);

// How long a step takes, in no particular unit: the multiplications of a batch, and the update of every
// weight.
double step_cost(const TrialPlan& trial);

// Per trial, how much of it will take place: all, but of refits those of one point, because one is selected.
std::vector<double> shares_of(const StudyPlan& plan);
// Trials that will run.
std::int64_t trial_count(const StudyPlan& plan);

}  // namespace nnc
