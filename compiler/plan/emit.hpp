// The last moves of planning: memory for every value, then the steps that use it.
#pragma once

#include "compiler/plan/schedule.hpp"

namespace nnc {

StepPlan emit_plan(const Units& units, const Schedule& schedule, const PlanOptions& options);

}  // namespace nnc
