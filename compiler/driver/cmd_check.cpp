// nnc check: every name, type and shape of every trial, without training.
#include <fmt/format.h>

#include <ostream>
#include <set>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/plan/training_steps.hpp"

namespace nnc {

int cmd_check(Env& env, const Options& options) {
  if (!options.dump.empty()) return dump_phase(env, options);
  int exit_code = kExitOk;
  const auto compilation = load_study(env, options, exit_code);
  if (!compilation) return exit_code;
  if (options.json) {
    *env.out << diagnostics_document(options, *compilation);
  } else if (!options.quiet) {
    const StudyPlan& plan = compilation->study->plan;
    std::set<std::string> experiments;
    for (const TrialPlan& trial : plan.trials) experiments.insert(trial.experiment);
    *env.out << fmt::format("{}: no errors in {} of {}\n", compilation->path,
                            count_text(trial_count(plan), "trial"),
                            count_text(static_cast<std::int64_t>(experiments.size()), "experiment"));
  }
  return kExitOk;
}

}  // namespace nnc
