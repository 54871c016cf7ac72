// From the plan of a report and the record of a run to its content; see content.hpp.
#include "runtime/report/content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/base/number_text.hpp"
#include "runtime/report/blocks.hpp"
#include "runtime/report/format.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

// ---------------------------------------------------------------- a report that does not say what it shows

ReportText heading(const std::string& text) {
  return ReportText{{{.text = "## " + escape_markdown(text) + "\n", .value = nullptr}}};
}

// The fields of the best-known part: test or, where an experiment does not look at it, validation.
std::vector<std::string> first_fields(const std::vector<Group>& groups) {
  const std::vector<std::string> fields = metric_fields(groups);
  return fields.empty() ? fields : std::vector<std::string>{fields.front()};
}

void add_experiment(std::vector<ReportBlock>& blocks, const RunRecord& record, const std::string& name,
                    bool judged) {
  const TrialsRef all = trials_of(name);
  const TrialsRef best = trials_of(name, TrialsRef::Pick::Best);
  const std::vector<Group> groups = groups_of(record, all);
  const std::vector<std::string> fields = metric_fields(groups);
  const SelectionRecord* selection = selection_of(record, name);
  blocks.push_back(heading(name));
  blocks.push_back(ReportSummary{all});
  blocks.push_back(ReportCurves{{all}});
  if (selection != nullptr) blocks.push_back(ReportSelection{name});
  std::vector<std::string> columns = fields;
  columns.insert(columns.end(), {"parameters", "seconds"});
  blocks.push_back(ReportTable{{all}, columns});
  if (groups.size() > 1 && !fields.empty()) {
    const std::vector<std::string> shown =
        selection == nullptr ? first_fields(groups) : std::vector<std::string>{selection->by};
    blocks.push_back(ReportBars{{all}, shown});
    if (axes_of(groups).varying.size() > 1) blocks.push_back(ReportHeatmap{all, shown});
  }
  if (!judged) return;
  const TrialsRef subject = groups.size() > 1 ? best : all;
  blocks.push_back(ReportConfusion{subject});
  blocks.push_back(ReportRoc{subject});
  blocks.push_back(ReportMistakes{subject, 10});
}

std::vector<ReportBlock> default_blocks(const RunRecord& record, const ReportOptions& options) {
  std::vector<ReportBlock> blocks;
  for (std::size_t i = 0; i < record.data.size(); ++i) {
    const bool pictured = std::ranges::any_of(record.samples, [&](const SampleImages& samples) {
      return samples.data == record.data[i].name && samples.train;
    });
    if (pictured) blocks.push_back(ReportImages{.data = i});
  }
  const std::vector<std::string> names = experiment_names(record);
  // One confusion is worth a look; ten are not.
  for (const std::string& name : names) {
    add_experiment(blocks, record, name, options.predictions && name == names.front());
  }
  const std::vector<Group> groups = group_trials(record, {});
  if (names.size() > 1 && !first_fields(groups).empty()) {
    blocks.push_back(heading("All experiments"));
    blocks.push_back(ReportCompare{{}, first_fields(groups)});
  }
  return blocks;
}

// ---------------------------------------------------------------- headline

Headline best_result(const std::vector<Group>& groups, const std::string& field) {
  const std::optional<Direction> better = direction_of(groups, field);
  const Group* best = nullptr;
  double score = 0;
  std::string text;
  std::size_t candidates = 0;
  for (const Group& group : groups) {
    const Measure value = measure(group, field);
    if (!value.numeric || !std::isfinite(value.mean)) continue;
    ++candidates;
    const bool improves =
        best == nullptr || (better == Direction::Lower ? value.mean < score : value.mean > score);
    if (!improves) continue;
    best = &group;
    score = value.mean;
    text = value.text;
  }
  if (best == nullptr || (candidates > 1 && !better)) return {};
  const TrialRecord& trial = best->first();
  std::string where = trial.params.empty() ? trial.experiment : trial.experiment + ", " + point_label(trial);
  if (candidates == 1) return {sentence(readable_field(field)), text, where};
  const std::string name = better == Direction::Lower ? "Lowest " : "Highest ";
  if (split_of(field) == "test") where += "; the best of several by its test result, which flatters it";
  return {name + readable_field(field), text, where};
}

Headline claim_tile(const std::vector<ClaimRecord>& claims) {
  std::string note;
  for (const Verdict verdict : kAllVerdicts) {
    const auto count = std::ranges::count(claims, verdict, &ClaimRecord::verdict);
    if (count > 0) note += fmt::format("{}{} {}", note.empty() ? "" : ", ", count, verdict_word(verdict));
  }
  return {"Claims", fmt::format("{}", claims.size()), note};
}

std::vector<Headline> make_headlines(const RunRecord& record) {
  std::vector<Headline> headlines;
  const std::vector<Group> groups = group_trials(record, {});
  const std::vector<std::string> fields = metric_fields(groups);
  if (!fields.empty()) {
    Headline best = best_result(groups, fields.front());
    if (!best.name.empty()) headlines.push_back(std::move(best));
  }
  if (!record.claims.empty()) headlines.push_back(claim_tile(record.claims));
  const std::int64_t bad =
      std::ranges::count_if(record.trials, [](const TrialRecord& trial) { return !trial.finished(); });
  std::string note = bad == 0 ? "all finished" : count_text(bad, "trial") + " did not finish";
  if (record.interrupted()) note = fmt::format("of {}; interrupted", with_separators(record.expected_trials));
  headlines.push_back({"Trials", with_separators(std::ssize(record.trials)),
                       record.trials.empty() ? "nothing was run" : note});
  const auto [fewest, most] = std::ranges::minmax_element(record.trials, {}, &TrialRecord::parameters);
  if (!record.trials.empty()) {
    const std::string range =
        fewest->parameters == most->parameters
            ? with_separators(most->parameters)
            : with_separators(fewest->parameters) + "–" + with_separators(most->parameters);
    headlines.push_back({"Trained parameters", range, ""});
  }
  headlines.push_back({"Time", measured_time_text(record.seconds), record.machine});
  return headlines;
}

std::vector<ClaimBox> claims_of(const std::vector<Section>& sections) {
  std::vector<ClaimBox> claims;
  for (const Section& section : sections) {
    for (const Block& block : section.blocks) {
      if (const auto* claim = std::get_if<ClaimBox>(&block)) claims.push_back(*claim);
    }
  }
  return claims;
}

}  // namespace

Document build_document(const std::vector<ReportPlan>& plans, const RunRecord& record,
                        const ReportOptions& options) {
  const std::vector<ReportPlan> fallback{ReportPlan{}};
  const std::vector<ReportPlan>& reports = plans.empty() ? fallback : plans;
  Document document;
  document.title = reports.front().title.empty() ? file_stem(record.file) : reports.front().title;
  document.byline = fmt::format("{}{}", record.file, record.date.empty() ? "" : " · " + record.date);
  if (record.smoke) {
    document.banner =
        "Smoke run: one epoch on a sliver of the data, to see that everything works. No number on this page "
        "is a result.";
  } else if (record.interrupted()) {
    document.banner = fmt::format(
        "Interrupted: {} of {} trials have ended. What is missing here is not yet trained; no claim is "
        "decided.",
        record.trials.size(), record.expected_trials);
  }
  document.headlines = make_headlines(record);
  Builder builder(record, options);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (i > 0) builder.open_report(reports[i].title.empty() ? "Report" : reports[i].title);
    const std::vector<ReportBlock> blocks =
        reports[i].blocks.empty() ? default_blocks(record, options) : reports[i].blocks;
    for (const ReportBlock& block : blocks) {
      std::visit([&](const auto& value) { builder.add(value); }, block);
    }
  }
  builder.add_timing();
  builder.add_data();
  builder.add_reproduction();
  document.sections = builder.take();
  document.claims = claims_of(document.sections);
  return document;
}

std::vector<Chart*> charts_of(Document& document) {
  std::vector<Chart*> charts;
  for (Section& section : document.sections) {
    for (Block& block : section.blocks) {
      auto* row = std::get_if<ChartRow>(&block);
      if (row == nullptr) continue;
      for (Chart& chart : row->charts) charts.push_back(&chart);
    }
  }
  return charts;
}

}  // namespace nnc::rt
