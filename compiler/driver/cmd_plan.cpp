// nnc plan: what `nnc run` would do, trial by trial, with steps and memory; nothing is trained.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <unordered_map>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/compile_trial.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/trial_memory.hpp"
#include "compiler/driver/work_left.hpp"

namespace nnc {
namespace {

// What each trial costs, in the order of the plan, and which are the same. Refits come last: they may turn
// out to be the same as a trial that will be trained, and not the other way round. Failure if one cannot be
// compiled.
Result<std::vector<TrialCost>> trial_costs(const Compilation& compilation) {
  const StudyPlan& plan = compilation.study->plan;
  const TrialCompiler compiler(compilation.sources, compilation.program, *compilation.study);
  TrialMemories memories(compiler);
  std::vector<TrialCost> costs(plan.trials.size());
  std::unordered_map<std::string, std::size_t> known;
  for (const bool refits : {false, true}) {
    for (std::size_t i = 0; i < plan.trials.size(); ++i) {
      const TrialPlan& trial = plan.trials[i];
      if (trial.refit != refits) continue;
      const Result<TrialMemory> memory = memories.of(i, training_batch(plan, trial));
      if (!memory) return memory.failure();
      const Result<ProgramIdentity> program = compiler.identify(i);
      if (!program) return program.failure();
      costs[i] = {training_steps(plan, trial), memory.value().state_bytes, memory.value().work_bytes,
                  std::nullopt};
      const DataPlan& data = plan.data[trial.data];
      const auto [like, is_new] =
          known.try_emplace(rt::trial_identity(trial, data, data.directory,
                                               program.value().model + program.value().optimizer, {}),
                            i);
      if (!is_new) costs[i].like = like->second;
    }
  }
  return costs;
}

Result<StudyCost> cost_of(const Compilation& compilation) {
  const StudyPlan& plan = compilation.study->plan;
  Result<std::vector<TrialCost>> trials = trial_costs(compilation);
  if (!trials) return trials.failure();
  StudyCost cost;
  cost.trials = std::move(trials).value();
  const std::vector<double> shares = shares_of(plan);
  double declared = 0;
  double distinct = 0;
  double steps_declared = 0;
  double steps = 0;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const TrialCost& one = cost.trials[i];
    const double own_steps = shares[i] * static_cast<double>(one.steps);
    cost.most_bytes = std::max(cost.most_bytes, one.state_bytes + one.work_bytes);
    declared += shares[i];
    steps_declared += own_steps;
    if (one.like) continue;
    distinct += shares[i];
    steps += own_steps;
  }
  cost.declared = std::llround(declared);
  cost.distinct = std::llround(distinct);
  cost.steps_declared = std::llround(steps_declared);
  cost.steps = std::llround(steps);
  return cost;
}

// The folds of one point, or one trial.
struct PlanRow {
  std::size_t first = 0;
  std::size_t count = 0;
};

std::vector<PlanRow> rows_of(const StudyPlan& plan) {
  std::vector<PlanRow> rows;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const TrialPlan& trial = plan.trials[i];
    const bool next_fold = trial.fold && *trial.fold > 0 && !rows.empty();
    if (next_fold) {
      ++rows.back().count;
    } else {
      rows.push_back({i, 1});
    }
  }
  return rows;
}

std::string validation_text(const TrialPlan& trial, std::size_t folds) {
  if (trial.refit) return "refit if best";
  if (!trial.validation) return "-";
  if (trial.validation->kind == ValidationPlan::Kind::KFold)
    return count_text(static_cast<std::int64_t>(folds), "fold");
  return fmt::format("{:g} % held out", 100 * trial.validation->fraction);
}

std::string plan_text(const StudyPlan& plan, const StudyCost& cost) {
  Table table;
  table.column("#", Table::Align::Right);
  table.column("experiment");
  table.column("parameters of the sweep");
  table.column("seed", Table::Align::Right);
  table.column("model");
  table.column("params", Table::Align::Right);
  table.column("validation");
  table.column("epochs", Table::Align::Right);
  table.column("batch", Table::Align::Right);
  table.column("steps", Table::Align::Right);
  table.column("memory", Table::Align::Right);
  table.column("");
  for (const PlanRow& row : rows_of(plan)) {
    const TrialPlan& trial = plan.trials[row.first];
    const TrialCost& one = cost.trials[row.first];
    const std::string params = params_text(trial.params);
    const std::string number = row.count == 1 ? std::to_string(row.first + 1)
                                              : fmt::format("{}-{}", row.first + 1, row.first + row.count);
    table.row({number, trial.experiment, params.empty() ? "-" : params, std::to_string(trial.seed),
               trial.model, with_separators(trial.parameters), validation_text(trial, row.count),
               std::to_string(trial.epochs), std::to_string(trial.batch),
               with_separators(one.steps * static_cast<std::int64_t>(row.count)),
               bytes_text(one.state_bytes + one.work_bytes),
               one.like ? fmt::format("the same as {}", *one.like + 1) : ""});
  }
  std::string text = fmt::format("{}\n{}, {}, at most {} for one trial\n", table.to_string(),
                                 count_text(cost.declared, "trial"), count_text(cost.steps_declared, "step"),
                                 bytes_text(cost.most_bytes));
  if (cost.distinct < cost.declared) {
    text += fmt::format("{} to train, the others are the same: {}\n", count_text(cost.distinct, "trial"),
                        count_text(cost.steps, "step"));
  }
  return text;
}

}  // namespace

int cmd_plan(Env& env, const Options& options) {
  if (!options.dump.empty()) return dump_phase(env, options);
  int exit_code = kExitOk;
  const auto compilation = load_study(env, options, exit_code);
  if (!compilation) return exit_code;
  const Result<StudyCost> cost = cost_of(*compilation);
  if (!cost) {
    print_error(env, options, cost.failure());
    return kExitErrors;
  }
  *env.out << (options.json ? plan_object(*compilation, cost.value())
                            : plan_text(compilation->study->plan, cost.value()));
  return kExitOk;
}

}  // namespace nnc
