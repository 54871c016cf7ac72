// See tables.hpp.
#include "runtime/report/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "compiler/base/number_text.hpp"
#include "runtime/report/format.hpp"

namespace nnc::rt {
namespace {

bool several_experiments(const std::vector<Group>& groups) {
  return std::ranges::any_of(groups, [&](const Group& group) {
    return group.first().experiment != groups.front().first().experiment;
  });
}

// "done", "diverged", "4 of 5 done".
std::string status_text(const Group& group) {
  const auto good =
      std::ranges::count_if(group.trials, [](const TrialRecord* trial) { return trial->finished(); });
  if (group.trials.size() == 1 || good == std::ssize(group.trials)) return status_word(group.first().status);
  return fmt::format("{} of {} done", good, group.trials.size());
}

bool any_unfinished(const std::vector<Group>& groups) {
  return std::ranges::any_of(groups, [](const Group& group) {
    return std::ranges::any_of(group.trials, [](const TrialRecord* trial) { return !trial->finished(); });
  });
}

// Marks the best of a column of measures, if there is a choice.
void mark_best(Table& table, std::size_t column, const std::vector<Measure>& measures, Direction better) {
  std::optional<double> best;
  bool differ = false;
  for (const Measure& measure : measures) {
    if (!measure.numeric || !std::isfinite(measure.mean)) continue;
    differ = differ || (best && measure.mean != *best);
    const bool improves =
        !best || (better == Direction::Higher ? measure.mean > *best : measure.mean < *best);
    if (improves) best = measure.mean;
  }
  if (!differ) return;
  for (std::size_t row = 0; row < measures.size(); ++row) {
    table.rows[row].cells[column].best = measures[row].numeric && measures[row].mean == *best;
  }
}

void add_point_columns(Table& table, const std::vector<Group>& groups) {
  const std::vector<std::string> axes = axes_of(groups).varying;
  const bool name_experiment = axes.empty() || several_experiments(groups);
  const bool repeats =
      std::ranges::any_of(groups, [](const Group& group) { return group.trials.size() > 1; });
  if (name_experiment) table.columns.push_back({.title = "Experiment"});
  for (const std::string& axis : axes) table.columns.push_back({.title = axis});
  if (repeats) table.columns.push_back({.title = "Runs", .number = true});
  for (const Group& group : groups) {
    Table::Row row;
    if (name_experiment) row.cells.push_back({.text = group.first().experiment});
    for (const std::string& axis : axes) row.cells.push_back({.text = axis_text(group.first(), axis)});
    if (repeats) row.cells.push_back({.text = fmt::format("{}", group.trials.size())});
    if (std::ranges::none_of(group.trials, [](const TrialRecord* trial) { return trial->finished(); })) {
      row.kind = Table::RowKind::Failed;
    }
    table.rows.push_back(std::move(row));
  }
}

void add_metric_notes(Table& table, const std::vector<Group>& groups,
                      const std::vector<std::string>& fields) {
  const auto has = [&](auto&& predicate) { return std::ranges::any_of(fields, predicate); };
  const bool marked = std::ranges::any_of(table.rows, [](const Table::Row& row) {
    return std::ranges::any_of(row.cells, [](const Cell& cell) { return cell.best; });
  });
  if (marked) table.notes.emplace_back("The best value of a column is marked.");
  if (has([](const std::string& field) { return split_of(field) == "train"; })) {
    table.notes.emplace_back("Training values are the running mean over the last epoch.");
  }
  const std::vector<std::string> constant = axes_of(groups).constant;
  if (!constant.empty()) {
    table.notes.push_back("Everywhere: " + point_label(groups.front().first(), constant) + ".");
  }
  if (std::ranges::any_of(groups, [](const Group& group) { return group.trials.size() > 1; })) {
    table.notes.emplace_back("Values of repeated runs are mean ± standard deviation.");
  }
}

}  // namespace

std::vector<std::string> problems_of(const std::vector<Group>& groups) {
  constexpr std::size_t kMost = 20;
  const Axes axes = axes_of(groups);
  std::vector<std::string> problems;
  std::size_t more = 0;
  for (const Group& group : groups) {
    for (const TrialRecord* trial : group.trials) {
      if (trial->finished()) continue;
      if (problems.size() == kMost) {
        ++more;
        continue;
      }
      std::string text = point_label(*trial, axes.varying);
      if (group.trials.size() > 1) text += fmt::format(", seed {}", trial->seed);
      text += std::string(" ") + status_word(trial->status);
      if (!trial->reason.empty()) text += ": " + trial->reason;
      problems.push_back(std::move(text));
    }
  }
  if (more > 0) problems.push_back(fmt::format("and {} more trials", more));
  return problems;
}

Table metric_table(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  Table table;
  if (groups.empty()) return table;
  add_point_columns(table, groups);
  const std::vector<std::string> axes = axes_of(groups).varying;
  for (const std::string& field : fields) {
    if (std::ranges::find(axes, field) != axes.end()) continue;  // has its column already
    std::vector<Measure> measures;
    for (const Group& group : groups) measures.push_back(measure(group, field));
    const bool number = std::ranges::any_of(measures, [](const Measure& measure) { return measure.numeric; });
    table.columns.push_back({.title = sentence(readable_field(field)), .number = number});
    for (std::size_t row = 0; row < groups.size(); ++row)
      table.rows[row].cells.push_back({.text = measures[row].text});
    const std::optional<Direction> better = direction_of(groups, field);
    if (better) mark_best(table, table.columns.size() - 1, measures, *better);
  }
  if (any_unfinished(groups)) {
    table.columns.push_back({.title = "Status"});
    for (std::size_t row = 0; row < groups.size(); ++row) {
      table.rows[row].cells.push_back({.text = status_text(groups[row])});
    }
  }
  add_metric_notes(table, groups, fields);
  table.problems = problems_of(groups);
  return table;
}

Table summary_table(const TrialRecord& trial) {
  Table table;
  table.columns = {{.title = "Layer"},
                   {.title = "Kind"},
                   {.title = "Output shape"},
                   {.title = "Parameters", .number = true}};
  std::int64_t all = 0;
  std::int64_t other_all = 0;
  std::int64_t other_outermost = 0;
  for (const LayerSummary& layer : trial.layers) {
    std::string indent;
    for (int i = 0; i < std::clamp(layer.depth, 0, 16); ++i) indent += "\u2003";
    table.rows.push_back({.cells = {{indent + layer.name},
                                    {layer.kind},
                                    {layer.output.to_string()},
                                    {with_separators(layer.parameters + layer.other_parameters)}}});
    all += layer.parameters;
    other_all += layer.other_parameters;
    if (layer.depth == 0) other_outermost += layer.other_parameters;
  }
  // A layer that calls others may count theirs as its own: then the outermost layers are the whole.
  const std::int64_t other = all == trial.parameters ? other_all : other_outermost;
  const auto total = [&](const char* name, std::int64_t count) {
    table.rows.push_back(
        {.cells = {{name}, {}, {}, {with_separators(count)}}, .kind = Table::RowKind::Total});
  };
  total("Trained parameters", trial.parameters);
  total("Other parameters", other);
  total("Total", trial.parameters + other);
  return table;
}

Table timing_table(const RunRecord& record) {
  Table table;
  const std::vector<Group> groups = [&] {
    std::vector<Group> single;
    for (const TrialRecord& trial : record.trials) single.push_back({.trials = {&trial}});
    return single;
  }();
  const bool seeds = group_trials(record, {}).size() != groups.size();
  table.columns = {{.title = "Experiment"}, {.title = "Trial"}};
  if (seeds) table.columns.push_back({.title = "Seed", .number = true});
  for (const char* title : {"Epochs", "Training", "Per epoch", "Evaluation"}) {
    table.columns.push_back({.title = title, .number = true});
  }
  table.columns.push_back({.title = "Status"});
  double train = 0;
  double evaluate = 0;
  for (const TrialRecord& trial : record.trials) {
    Table::Row row;
    row.kind = trial.finished() ? Table::RowKind::Normal : Table::RowKind::Failed;
    row.cells = {{trial.experiment}, {trial.params.empty() ? "" : point_label(trial)}};
    if (seeds) row.cells.push_back({fmt::format("{}", trial.seed)});
    row.cells.push_back({with_separators(trial.epochs)});
    row.cells.push_back({measured_time_text(trial.seconds_train)});
    row.cells.push_back({trial.epochs > 0
                             ? measured_time_text(trial.seconds_train / static_cast<double>(trial.epochs))
                             : "–"});
    row.cells.push_back({measured_time_text(trial.seconds_evaluate)});
    row.cells.push_back({status_word(trial.status)});
    train += trial.seconds_train;
    evaluate += trial.seconds_evaluate;
    table.rows.push_back(std::move(row));
  }
  if (record.trials.size() > 1) {
    Table::Row row{.cells = {{"Total"}, {}}, .kind = Table::RowKind::Total};
    if (seeds) row.cells.emplace_back();
    row.cells.insert(row.cells.end(),
                     {{}, {measured_time_text(train)}, {}, {measured_time_text(evaluate)}, {}});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table identity_table(const RunRecord& record) {
  Table table;
  table.folded = "Trials, seeds and hashes of the trained weights";
  table.columns = {{.title = "Experiment"},
                   {.title = "Trial"},
                   {.title = "Seed", .number = true},
                   {.title = "Identity", .code = true},
                   {.title = "SHA-256 of the weights", .code = true}};
  for (const TrialRecord& trial : record.trials) {
    table.rows.push_back({.cells = {{trial.experiment},
                                    {trial.params.empty() ? "" : point_label(trial)},
                                    {fmt::format("{}", trial.seed)},
                                    {trial.id},
                                    {trial.weights_sha256.empty() ? "–" : trial.weights_sha256}}});
  }
  return table;
}

}  // namespace nnc::rt
