// Tables about the run itself: layers, times, identities. See tables.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/base/number_text.hpp"
#include "runtime/report/tables.hpp"

namespace nnc::rt {

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
  const std::vector<Group> groups = group_trials(record, {});
  const bool repeats = any_repeats(groups);
  table.columns = {{.title = "Experiment"}, {.title = "Point"}};
  if (repeats) table.columns.push_back({.title = "Runs"});
  for (const char* title : {"Epochs", "Training", "Per epoch", "Evaluation"}) {
    table.columns.push_back({.title = title, .number = true});
  }
  table.columns.push_back({.title = "Status"});
  double train_all = 0;
  double evaluate_all = 0;
  for (const Group& group : groups) {
    double train = 0;
    double evaluate = 0;
    std::int64_t epochs = 0;
    for (const TrialRecord* trial : group.trials) {
      train += trial->seconds_train;
      evaluate += trial->seconds_evaluate;
      epochs += trial->epochs;
    }
    const TrialRecord& first = group.first();
    Table::Row row;
    row.kind = std::ranges::any_of(group.trials, &TrialRecord::finished) ? Table::RowKind::Normal
                                                                         : Table::RowKind::Failed;
    row.cells = {{first.experiment}, {first.params.empty() ? "" : point_label(first)}};
    if (repeats) row.cells.push_back({runs_text(group)});
    row.cells.push_back({with_separators(epochs)});
    row.cells.push_back({measured_time_text(train)});
    row.cells.push_back({epochs > 0 ? measured_time_text(train / static_cast<double>(epochs)) : "–"});
    row.cells.push_back({measured_time_text(evaluate)});
    row.cells.push_back({status_text(group)});
    train_all += train;
    evaluate_all += evaluate;
    table.rows.push_back(std::move(row));
  }
  if (groups.size() > 1) {
    Table::Row row{.cells = {{"Total"}, {}}, .kind = Table::RowKind::Total};
    if (repeats) row.cells.emplace_back();
    row.cells.insert(row.cells.end(),
                     {{}, {measured_time_text(train_all)}, {}, {measured_time_text(evaluate_all)}, {}});
    table.rows.push_back(std::move(row));
  }
  if (repeats) table.notes.emplace_back("Epochs and times of a point are those of all its runs together.");
  const bool cached = std::ranges::any_of(
      record.trials, [](const TrialRecord& trial) { return trial.status == TrialStatus::Cached; });
  if (cached) {
    table.notes.emplace_back(
        "“Cached” results were computed before, by an earlier run or an equal trial; their times are those "
        "of then.");
  }
  return table;
}

Table identity_table(const RunRecord& record) {
  Table table;
  table.folded = "Trials, seeds and hashes of the trained weights";
  const bool folds =
      std::ranges::any_of(record.trials, [](const TrialRecord& trial) { return trial.fold || trial.refit; });
  table.columns = {{.title = "Experiment"}, {.title = "Point"}, {.title = "Seed", .number = true}};
  if (folds) table.columns.push_back({.title = "Fold"});
  table.columns.insert(table.columns.end(), {{.title = "Id", .code = true},
                                             {.title = "Status"},
                                             {.title = "SHA-256 of the weights", .code = true}});
  for (const TrialRecord& trial : record.trials) {
    Table::Row row{.cells = {{trial.experiment},
                             {trial.params.empty() ? "" : point_label(trial)},
                             {fmt::format("{}", trial.seed)}}};
    if (folds) {
      row.cells.push_back({trial.refit  ? "refit"
                           : trial.fold ? fmt::format("{}", static_cast<std::int64_t>(*trial.fold) + 1)
                                        : ""});
    }
    row.cells.insert(row.cells.end(), {{trial.id},
                                       {status_word(trial.status)},
                                       {trial.weights_sha256.empty() ? "–" : trial.weights_sha256}});
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace nnc::rt
