// What the command line asks of a run, for the verbs that run a study and those that only ask what a run
// would do.
#pragma once

#include "compiler/driver/commands.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/train/study.hpp"

namespace nnc {

rt::RunOptions run_options(const Env& env, const Options& options, const StudyPlan& plan, rt::Store& store);

}  // namespace nnc
