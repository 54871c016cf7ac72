// What `select best` chooses once all trials of its experiment have ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

// The point with the best mean over folds and seeds, the first of equal ones. Points with a trial that is not
// finished or has no value are left out; a failure if none is left. `records` are parallel to the trials of
// the plan; those of the experiment that are no refits must be there.
Result<SelectionRecord> choose_point(const StudyPlan& plan, const SelectionPlan& selection,
                                     const std::vector<std::optional<TrialRecord>>& records);

// How the refit of the chosen point is trained. A refit has no samples left to validate on, so that one whose
// trials stopped by a `valid.` value is trained for as many epochs as these kept, in the mean.
TrialPlan refit_plan(const StudyPlan& plan, std::size_t refit,
                     const std::vector<std::optional<TrialRecord>>& records);

}  // namespace nnc::rt
