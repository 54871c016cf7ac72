// See run_outputs.hpp.
#include "compiler/driver/run_outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/output.hpp"
#include "runtime/results/results.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc {
namespace {

std::string in_folder(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

// What fits into a terminal: every metric of the part that the experiment ends with (test, or where that is
// not looked at the validation part), of the other parts the accuracy.
std::vector<std::string> shown_metrics(const std::vector<rt::Group>& groups) {
  std::vector<std::string> fields = rt::metric_fields(groups);
  const bool all_tested = std::all_of(groups.begin(), groups.end(), [](const rt::Group& group) {
    return rt::measure(group, "test.loss").present;
  });
  const std::string whole = all_tested ? "test" : "valid";
  std::erase_if(fields, [&](const std::string& field) {
    return rt::split_of(field) != whole && rt::metric_of(field) != "accuracy";
  });
  return fields;
}

// A row per point of an experiment: its axes, its metrics over seeds and folds, its time.
std::string results_table(const std::vector<rt::Group>& groups) {
  const std::vector<std::string> metrics = shown_metrics(groups);
  Table table;
  for (const auto& [name, value] : groups.front().first().params) table.column(name, Table::Align::Right);
  for (const std::string& name : metrics) table.column(name, Table::Align::Right);
  table.column("time", Table::Align::Right);
  table.column("");
  for (const rt::Group& group : groups) {
    std::vector<std::string> cells;
    for (const auto& [name, value] : group.first().params) cells.push_back(parameter_text(value));
    for (const std::string& name : metrics) cells.push_back(rt::measure(group, name).text);
    double seconds = 0;
    std::string problem;
    for (const rt::TrialRecord* trial : group.trials) {
      seconds += trial->seconds_train + trial->seconds_evaluate;
      if (!trial->finished() && problem.empty())
        problem = fmt::format("{}: {}", rt::status_word(trial->status), trial->reason);
    }
    cells.push_back(duration_text(seconds));
    cells.push_back(problem);
    table.row(std::move(cells));
  }
  return table.to_string();
}

}  // namespace

void print_results(std::ostream& out, const rt::RunRecord& record) {
  for (const std::string& experiment : rt::experiment_names(record)) {
    out << experiment << "\n" << results_table(rt::group_trials(record, {experiment})) << "\n";
  }
}

Result<std::vector<std::string>> write_outputs(const StudyPlan& plan, const rt::RunRecord& record,
                                               const std::string& folder, const rt::ReportOptions& options,
                                               std::vector<std::string>& warnings) {
  if (Status status = rt::write_file_atomically(in_folder(folder, "results.json"), rt::results_json(record));
      !status) {
    return status.failure();
  }
  if (Status status = rt::write_file_atomically(in_folder(folder, "record.json"), rt::record_json(record));
      !status) {
    return status.failure();
  }
  Result<rt::WrittenReport> report = rt::write_report(plan.reports, record, folder, options);
  if (!report) return report.failure();
  warnings = report.value().warnings;
  return std::move(report).value().files;
}

void print_claims(std::ostream& out, const rt::RunRecord& record) {
  if (record.claims.empty()) return;
  out << "claims\n";
  for (const rt::ClaimRecord& claim : record.claims) {
    out << fmt::format("  {:<12}  {}\n  {:<12}  {}\n", rt::verdict_word(claim.verdict), printable(claim.text),
                       "", printable(claim.evidence));
  }
  out << "\n";
}

}  // namespace nnc
