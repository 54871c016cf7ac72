// nnc plan: what `nnc run` would do, trial by trial, with steps, memory and time, for which
// it takes some steps and throws them away.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/open_study.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/study_cost.hpp"

namespace nnc {
namespace {

// More are not read by anybody; --json has them all.
constexpr std::size_t kMostRows = 1000;

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

std::string validation_cell(const TrialPlan& trial, std::size_t folds) {
  if (trial.refit) return "refit if best";
  if (!trial.validation) return "-";
  if (trial.validation->kind == ValidationPlan::Kind::KFold)
    return count_text(static_cast<std::int64_t>(folds), "fold");
  return fmt::format("{:g} % held out", 100 * trial.validation->fraction);
}

std::string note_text(const TrialCost& cost) {
  switch (cost.kind) {
    case TrialCost::Kind::Trained:
      return {};
    case TrialCost::Kind::IfBest:
      return {};
    case TrialCost::Kind::Known:
      return "already done";
    case TrialCost::Kind::Same:
      return fmt::format("the same as {}", cost.like + 1);
    case TrialCost::Kind::OnTheWay:
      return fmt::format("on the way of {}", cost.like + 1);
    case TrialCost::Kind::Leaves:
      return fmt::format("leaves {} after {}", cost.like + 1, count_text(cost.from, "epoch"));
  }
  return {};
}

std::string table_text(const StudyPlan& plan, const StudyCost& cost) {
  const bool schedules =
      std::ranges::any_of(plan.trials, [](const TrialPlan& trial) { return !trial.schedule.empty(); });
  const bool stops =
      std::ranges::any_of(plan.trials, [](const TrialPlan& trial) { return trial.stop.has_value(); });
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
  if (schedules) table.column("schedule");
  if (stops) table.column("stops early by");
  table.column("");
  const std::vector<PlanRow> rows = rows_of(plan);
  for (std::size_t i = 0; i < std::min(rows.size(), kMostRows); ++i) {
    const PlanRow& row = rows[i];
    const TrialPlan& trial = plan.trials[row.first];
    const TrialCost& one = cost.trials[row.first];
    const std::string params = params_text(trial.params);
    const std::string number = row.count == 1 ? std::to_string(row.first + 1)
                                              : fmt::format("{}-{}", row.first + 1, row.first + row.count);
    std::vector<std::string> cells = {number,
                                      trial.experiment,
                                      params.empty() ? "-" : params,
                                      std::to_string(trial.seed),
                                      trial.model,
                                      with_separators(trial.parameters),
                                      validation_cell(trial, row.count),
                                      std::to_string(trial.epochs),
                                      std::to_string(trial.batch),
                                      with_separators(one.steps * static_cast<std::int64_t>(row.count)),
                                      one.bytes == 0 ? "-" : bytes_text(one.bytes)};
    if (schedules) cells.push_back(trial.schedule.empty() ? "-" : trial.schedule);
    if (stops) cells.push_back(trial.stop ? stop_text(*trial.stop) : "-");
    cells.push_back(note_text(one));
    table.row(std::move(cells));
  }
  std::string text = table.to_string();
  if (rows.size() > kMostRows)
    text += fmt::format("  ... and {} more\n", with_separators(std::ssize(rows) - std::int64_t{kMostRows}));
  return text;
}

// The sums, a line each.
std::string sums_text(const StudyCost& cost) {
  std::string text = count_text(cost.declared, "trial");
  if (cost.distinct < cost.declared)
    text += fmt::format(", {} of them different", with_separators(cost.distinct));
  if (cost.known > 0) text += fmt::format(", {} already done", with_separators(cost.known));
  // Whoever stops by a rule may stop before.
  const char* most = cost.may_stop ? "at most " : "";
  text += fmt::format("\nepochs: {} declared, {}{} to train", with_separators(cost.epochs_declared), most,
                      with_separators(cost.epochs));
  if (cost.epochs > 0) text += fmt::format(", in {}", count_text(cost.stages, "stage"));
  text += "\n";
  text += fmt::format("steps: {} declared, {}{} to train", with_separators(cost.steps_declared), most,
                      with_separators(cost.steps));
  if (cost.most_refit_steps > 0) {
    const std::string largest = with_separators(cost.most_refit_steps);
    text += cost.least_refit_steps == cost.most_refit_steps
                ? fmt::format(", {} more for what is selected", largest)
                : fmt::format(", {} to {} more for what is selected", with_separators(cost.least_refit_steps),
                              largest);
  }
  text += "\n";
  text += fmt::format("memory: at most {} for {} at once, beside {} of data\n", bytes_text(cost.peak_bytes),
                      count_text(cost.jobs, "trial"), bytes_text(cost.data_bytes));
  if (cost.seconds) text += fmt::format("time: about {}\n", duration_text(*cost.seconds));
  return text;
}

}  // namespace

int cmd_plan(Env& env, const Options& options) {
  if (!options.dump.empty()) return dump_phase(env, options);
  int exit_code = kExitOk;
  const auto study = open_study(env, options, StoreUse::Read, exit_code);
  if (study == nullptr) return exit_code;
  CostOptions asked{study->prepared->options().jobs, options.time};
  asked.each = options.json;  // the table has no room for it
  const Result<StudyCost> cost = cost_of(*study->prepared, asked);
  if (!cost) {
    print_error(env, options, cost.failure());
    return kExitErrors;
  }
  if (options.json) {
    *env.out << plan_object(*study->compilation, study->prepared->work(), cost.value());
  } else {
    *env.out << table_text(study->plan(), cost.value()) << "\n" << sums_text(cost.value());
  }
  return kExitOk;
}

}  // namespace nnc
