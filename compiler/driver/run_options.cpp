// See run_options.hpp.
#include "compiler/driver/run_options.hpp"

#include <algorithm>

namespace nnc {

static int jobs_of(const Env& env, const Options& options, const StudyPlan& plan) {
  const int wanted = options.jobs > 0 ? options.jobs : env.cores();
  return std::clamp(wanted, 1, static_cast<int>(std::max<std::size_t>(plan.trials.size(), 1)));
}

rt::RunOptions run_options(const Env& env, const Options& options, const StudyPlan& plan, rt::Store& store) {
  rt::RunOptions run;
  run.reference_kernels = options.reference_kernels;
  run.stop = env.stop;
  run.jobs = jobs_of(env, options, plan);
  run.cores = env.cores();
  run.threads = options.threads;
  run.smoke = options.smoke;
  run.keep_states = !options.smoke;
  run.store = &store;
  run.share = options.share;
  run.reuse = options.share && !options.fresh;
  run.checkpoint_seconds = options.checkpoint_seconds;
  return run;
}

}  // namespace nnc
