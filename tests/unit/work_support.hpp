// Plans of work for the tests that train nothing: trials that compute the same, apart from what a test says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/train/schedule.hpp"
#include "runtime/train/work_plan.hpp"
#include "tests/unit/train_support.hpp"

namespace nnc::test {

// Of trials that train the same network in the same way.
rt::TrialIdentity identity_of(const TrialPlan& trial);
std::vector<rt::TrialIdentity> identities_of(const StudyPlan& plan);

// A trial by its rates; a constant one of 1 has none.
TrialPlan way(const std::string& id, std::vector<double> rates);
TrialPlan constant_way(const std::string& id, std::int64_t epochs);
StudyPlan study_of(std::vector<TrialPlan> trials);

rt::WorkPlan work_of(const StudyPlan& plan, bool share = true);
// `plan` must outlive it.
rt::Schedule schedule_of(const StudyPlan& plan);
// As if no two trials had anything in common.
rt::Schedule schedule_of_others(const StudyPlan& plan);

// An experiment with a trial per point and fold, and a refit per point; chosen by valid.accuracy.
StudyPlan grid(std::int64_t points, int folds, Direction better = Direction::Higher);
rt::TrialRecord with_value(double value);

}  // namespace nnc::test
