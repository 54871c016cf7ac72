// nnc plan: what `nnc run` would do, trial by trial, with steps and memory; nothing is trained.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/compile_trial.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"

namespace nnc {
namespace {

std::int64_t steps_of(const StudyPlan& plan, const TrialPlan& trial) {
  const std::int64_t samples = plan.data[trial.data].train_count;
  const std::int64_t per_epoch = samples / trial.batch + (samples % trial.batch != 0 ? 1 : 0);
  return per_epoch * trial.epochs;
}

// The trials' costs, in order. Failure if one cannot be compiled.
Result<std::vector<TrialCost>> costs_of(Compilation& compilation) {
  const StudyPlan& plan = compilation.study->plan;
  const TrialCompiler compiler(compilation.sources, compilation.program, *compilation.study);
  std::vector<TrialCost> costs;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const TrialPlan& trial = plan.trials[i];
    const Result<rt::PlanMaker> plans = compiler.plans(i);
    if (!plans) return plans.failure();
    const StepPlan step = plans.value()(rt::Phase::Train, training_batch(plan, trial));
    costs.push_back({steps_of(plan, trial), step.state_bytes, step.work_bytes});
  }
  return costs;
}

std::string plan_text(const StudyPlan& plan, const std::vector<TrialCost>& costs) {
  Table table;
  table.column("#", Table::Align::Right);
  table.column("experiment");
  table.column("parameters of the sweep");
  table.column("seed", Table::Align::Right);
  table.column("model");
  table.column("params", Table::Align::Right);
  table.column("epochs", Table::Align::Right);
  table.column("batch", Table::Align::Right);
  table.column("steps", Table::Align::Right);
  table.column("memory", Table::Align::Right);
  std::int64_t steps = 0;
  std::uint64_t memory = 0;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const TrialPlan& trial = plan.trials[i];
    const std::uint64_t bytes = costs[i].state_bytes + costs[i].work_bytes;
    const std::string params = params_text(trial.params);
    table.row({std::to_string(i + 1), trial.experiment, params.empty() ? "-" : params,
               std::to_string(trial.seed), trial.model, with_separators(trial.parameters),
               std::to_string(trial.epochs), std::to_string(trial.batch), with_separators(costs[i].steps),
               bytes_text(bytes)});
    steps += costs[i].steps;
    memory = std::max(memory, bytes);
  }
  return fmt::format("{}\n{}, {}, at most {} for one trial\n", table.to_string(),
                     count_text(static_cast<std::int64_t>(plan.trials.size()), "trial"),
                     count_text(steps, "step"), bytes_text(memory));
}

}  // namespace

int cmd_plan(Env& env, const Options& options) {
  if (!options.dump.empty()) return dump_phase(env, options);
  int exit_code = kExitOk;
  const auto compilation = load_study(env, options, exit_code);
  if (!compilation) return exit_code;
  const Result<std::vector<TrialCost>> costs = costs_of(*compilation);
  if (!costs) {
    print_error(env, options, costs.failure());
    return kExitErrors;
  }
  *env.out << (options.json ? plan_object(*compilation, costs.value())
                            : plan_text(compilation->study->plan, costs.value()));
  return kExitOk;
}

}  // namespace nnc
