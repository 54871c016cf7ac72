// Tables of results; see tables.hpp.
#include "runtime/report/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "compiler/base/number_text.hpp"
#include "compiler/plan/same_point.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

bool unfinished(const Group& group) {
  return std::ranges::any_of(group.trials, [](const TrialRecord* trial) { return !trial->finished(); });
}

bool lost(const Group& group) { return std::ranges::none_of(group.trials, &TrialRecord::finished); }

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
  const bool one_column = several_experiments(groups) && axes.size() > 1;  // each has its own axes
  if (name_experiment) table.columns.push_back({.title = "Experiment"});
  if (one_column) {
    table.columns.push_back({.title = "Point"});
  } else {
    for (const std::string& axis : axes) table.columns.push_back({.title = axis});
  }
  if (any_repeats(groups)) table.columns.push_back({.title = "Runs"});
  for (const Group& group : groups) {
    const TrialRecord& first = group.first();
    Table::Row row;
    if (name_experiment) row.cells.push_back({first.experiment});
    if (one_column) {
      row.cells.push_back({first.params.empty() ? "" : point_label(first)});
    } else {
      for (const std::string& axis : axes) row.cells.push_back({axis_text(first, axis)});
    }
    if (any_repeats(groups)) row.cells.push_back({runs_text(group)});
    if (lost(group)) row.kind = Table::RowKind::Failed;
    table.rows.push_back(std::move(row));
  }
}

void add_field(Table& table, const std::vector<Group>& groups, const std::string& field) {
  std::vector<Measure> measures;
  for (const Group& group : groups) measures.push_back(measure(group, field));
  const bool number = std::ranges::any_of(measures, [](const Measure& measure) { return measure.numeric; });
  table.columns.push_back({.title = sentence(readable_field(field)), .number = number});
  for (std::size_t row = 0; row < groups.size(); ++row) table.rows[row].cells.push_back({measures[row].text});
  const std::optional<Direction> better = direction_of(groups, field);
  if (better) mark_best(table, table.columns.size() - 1, measures, *better);
}

void add_status(Table& table, const std::vector<Group>& groups) {
  table.columns.push_back({.title = "Status"});
  for (std::size_t row = 0; row < groups.size(); ++row) {
    table.rows[row].cells.push_back({status_text(groups[row])});
  }
}

// Why most cells of a column may be empty.
std::string selection_note(const RunRecord& record, const std::vector<Group>& groups) {
  std::set<std::string> names;
  for (const Group& group : groups) {
    if (selection_of(record, group.first().experiment) != nullptr) names.insert(group.first().experiment);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "" : "Of " + text + " only the selected point was judged on the test part.";
}

void add_notes(Table& table, const RunRecord& record, const std::vector<Group>& groups,
               const std::vector<std::string>& fields) {
  const auto has_part = [&](std::string_view part) {
    return std::ranges::any_of(fields, [&](const std::string& field) { return split_of(field) == part; });
  };
  const auto note = [&](const std::string& text) {
    if (!text.empty()) table.notes.push_back(text);
  };
  const bool marked = std::ranges::any_of(table.rows, [](const Table::Row& row) {
    return std::ranges::any_of(row.cells, [](const Cell& cell) { return cell.best; });
  });
  if (marked) note("The best value of a column is marked.");
  if (has_part("train")) note("Training values are the running mean over the last epoch.");
  if (has_part("fitted"))
    note("Fitted values are those of the finished model on the samples it was trained on.");
  if (has_part("test")) note(selection_note(record, groups));
  const std::vector<std::string> constant = axes_of(groups).constant;
  if (!constant.empty()) note("Everywhere: " + point_label(groups.front().first(), constant) + ".");
  note(interval_note(groups, fields));
}

// "dropout, rate = 0 = depth, hidden = [256, 128]": points that are one computation.
std::string equal_points(const std::vector<Group>& groups) {
  std::map<std::string, std::vector<std::string>> by_identity;
  for (const Group& group : groups) {
    const TrialRecord& first = group.first();
    if (!first.identity.empty()) by_identity[first.identity].push_back(full_label(first));
  }
  std::string text;
  for (const Group& group : groups) {  // in the order of the points
    const auto found = by_identity.find(group.first().identity);
    if (found == by_identity.end() || found->second.size() < 2) continue;
    std::string names;
    for (const std::string& name : found->second) names += (names.empty() ? "“" : " and “") + name + "”";
    text += (text.empty() ? "" : "; ") + names;
    by_identity.erase(found);
  }
  return text.empty() ? "" : "The same computation, so the same numbers: " + text + ".";
}

// The first field of the most trustworthy part that can rank points.
std::string ranking_field(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  for (const char* part : {"test", "valid", "fitted", "train"}) {
    for (const std::string& field : fields) {
      if (split_of(field) == part && direction_of(groups, field)) return field;
    }
  }
  return "";
}

// The best first, points without a number at the end; equals in their order.
std::vector<Group> ranked(std::vector<Group> groups, const std::string& field) {
  if (field.empty()) return groups;
  const bool higher = direction_of(groups, field) == Direction::Higher;
  std::ranges::stable_sort(groups, {}, [&](const Group& group) {
    const Measure value = measure(group, field);
    const bool none = !value.numeric || !std::isfinite(value.mean);
    return std::pair(lost(group) ? 2 : none ? 1 : 0, none ? 0.0 : higher ? -value.mean : value.mean);
  });
  return groups;
}

}  // namespace

std::string status_text(const Group& group) {
  const auto good = std::ranges::count_if(group.trials, &TrialRecord::finished);
  const bool all_cached = std::ranges::all_of(
      group.trials, [](const TrialRecord* trial) { return trial->status == TrialStatus::Cached; });
  if (good == std::ssize(group.trials))
    return status_word(all_cached ? TrialStatus::Cached : TrialStatus::Done);
  if (group.trials.size() == 1) return status_word(group.first().status);
  return fmt::format("{} of {} done", good, group.trials.size());
}

std::vector<std::string> problems_of(const std::vector<Group>& groups) {
  constexpr std::size_t kMost = 20;
  std::vector<std::string> problems;
  std::int64_t more = 0;
  const std::vector<std::string> labels = point_labels(groups);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const TrialRecord* trial : groups[g].trials) {
      if (trial->finished()) continue;
      if (problems.size() == kMost) {
        ++more;
        continue;
      }
      std::string text = labels[g];
      if (groups[g].trials.size() > 1) text += ", " + run_label(*trial, groups[g]);
      text += std::string(" ") + status_word(trial->status);
      if (!trial->reason.empty()) text += ": " + trial->reason;
      problems.push_back(std::move(text));
    }
  }
  if (more > 0) problems.push_back("and " + count_text(more, "more trial"));
  return problems;
}

Table metric_table(const RunRecord& record, const std::vector<Group>& groups,
                   const std::vector<std::string>& fields) {
  Table table;
  if (groups.empty()) return table;
  add_point_columns(table, groups);
  const std::vector<std::string> axes = axes_of(groups).varying;
  for (const std::string& field : fields) {
    const bool has_column = std::ranges::find(axes, field) != axes.end() && !several_experiments(groups);
    if (!has_column) add_field(table, groups, field);
  }
  if (std::ranges::any_of(groups, unfinished)) add_status(table, groups);
  add_notes(table, record, groups, fields);
  table.problems = problems_of(groups);
  return table;
}

Table leaderboard_table(const RunRecord& record, const std::vector<Group>& groups,
                        const std::vector<std::string>& fields) {
  Table table;
  if (groups.empty()) return table;
  const std::string by = ranking_field(groups, fields);
  const std::vector<Group> sorted = ranked(groups, by);
  table.columns = {{.title = "Experiment"}, {.title = "Point"}};
  if (any_repeats(sorted)) table.columns.push_back({.title = "Runs"});
  for (const Group& group : sorted) {
    const TrialRecord& first = group.first();
    Table::Row row{.cells = {{first.experiment}, {first.params.empty() ? "" : point_label(first)}},
                   .kind = lost(group) ? Table::RowKind::Failed : Table::RowKind::Normal};
    if (any_repeats(sorted)) row.cells.push_back({runs_text(group)});
    table.rows.push_back(std::move(row));
  }
  for (const std::string& field : fields) add_field(table, sorted, field);
  for (const char* field : {"parameters", "epochs", "seconds"}) {
    if (std::ranges::find(fields, field) == fields.end()) add_field(table, sorted, field);
  }
  add_status(table, sorted);
  if (!by.empty()) table.notes.push_back("The best by " + readable_field(by) + " first.");
  add_notes(table, record, sorted, fields);
  const std::string equal = equal_points(groups);
  if (!equal.empty()) table.notes.push_back(equal);
  table.problems = problems_of(sorted);
  return table;
}

Table runs_table(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  Table table;
  table.folded = "Single runs";
  if (!any_repeats(groups)) return table;
  table.columns = {{.title = "Point"}, {.title = "Run"}};
  for (const std::string& field : fields) {
    table.columns.push_back({.title = sentence(readable_field(field)), .number = true});
  }
  table.columns.push_back({.title = "Status"});
  const std::vector<std::string> labels = point_labels(groups);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const TrialRecord* trial : groups[g].trials) {
      Table::Row row{.cells = {{labels[g]}, {run_label(*trial, groups[g])}},
                     .kind = trial->finished() ? Table::RowKind::Normal : Table::RowKind::Failed};
      for (const std::string& field : fields) row.cells.push_back({measure(Group{{trial}}, field).text});
      row.cells.push_back({status_word(trial->status)});
      table.rows.push_back(std::move(row));
    }
  }
  table.folded = fmt::format("The {} single runs", table.rows.size());
  return table;
}

Table selection_table(const std::vector<Group>& groups, const SelectionRecord& selection) {
  Table table;
  const std::vector<Group> sorted = ranked(groups, selection.by);
  if (sorted.empty()) return table;
  const std::vector<std::string> axes = axes_of(groups).varying;
  table.columns = {{.title = "Rank", .number = true}};
  for (const std::string& axis : axes) table.columns.push_back({.title = axis});
  table.columns.push_back({.title = "Runs"});
  const auto chosen = [&](const Group& group) { return same_point(group.first().params, selection.params); };
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    Table::Row row{.cells = {{fmt::format("{}", i + 1)}},
                   .kind = lost(sorted[i]) ? Table::RowKind::Failed : Table::RowKind::Normal};
    for (const std::string& axis : axes) row.cells.push_back({axis_text(sorted[i].first(), axis)});
    row.cells.push_back({runs_text(sorted[i]) + (chosen(sorted[i]) ? " ★ selected" : "")});
    table.rows.push_back(std::move(row));
  }
  std::vector<std::string> fields = {selection.by};
  for (const char* part : {"valid", "fitted", "train"}) {
    const std::string field = std::string(part) + "." + metric_of(selection.by);
    const bool known =
        std::ranges::any_of(sorted, [&](const Group& group) { return measure(group, field).numeric; });
    if (known && field != selection.by) fields.push_back(field);
  }
  for (const std::string& field : fields) {
    add_field(table, sorted, field);
    const bool spread = std::ranges::any_of(
        sorted, [&](const Group& group) { return measure(group, field).values.size() > 1; });
    if (!spread) continue;
    table.columns.push_back({.title = "Deviation", .number = true});
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const Measure value = measure(sorted[i], field);
      table.rows[i].cells.push_back(
          {value.values.size() > 1 ? format_number(form_of(field), value.deviation) : "–"});
    }
  }
  if (std::ranges::any_of(sorted, unfinished)) add_status(table, sorted);
  table.notes.push_back("The best by " + readable_field(selection.by) + " first.");
  const std::string interval = interval_note(sorted, fields);
  if (!interval.empty()) table.notes.push_back(interval);
  table.notes.emplace_back("A deviation is the standard deviation over the single runs.");
  table.problems = problems_of(sorted);
  return table;
}

}  // namespace nnc::rt
