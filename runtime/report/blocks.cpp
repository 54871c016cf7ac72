// The blocks that speak of trials by their records; see blocks.hpp. Those that need predictions are in
// judged_blocks.cpp, the end of the page is in closing_blocks.cpp.
#include "runtime/report/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/number_text.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/png.hpp"
#include "runtime/report/prose.hpp"
#include "runtime/report/tables.hpp"
#include "runtime/results/expressions.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

constexpr std::int64_t kMostPictures = 200;
constexpr std::size_t kMostSummaries = 12;

bool same_layers(const TrialRecord& lhs, const TrialRecord& rhs) {
  return std::ranges::equal(lhs.layers, rhs.layers, [](const LayerSummary& a, const LayerSummary& b) {
    return a.name == b.name && a.output == b.output && a.parameters == b.parameters;
  });
}

Note no_trials(const std::string& names) { return {fmt::format("No trials of {} were run.", names)}; }

// Lines that end early, or are missing, are said to.
void add_problems(Section& section, const std::vector<Group>& groups) {
  std::string text;
  for (const std::string& problem : problems_of(groups)) text += (text.empty() ? "" : "; ") + problem;
  if (!text.empty()) section.blocks.push_back(Note{"Not finished: " + text + "."});
}

void add_charts(Section& section, std::vector<Chart> charts, const char* otherwise) {
  if (charts.empty()) {
    section.blocks.push_back(Note{otherwise});
  } else {
    section.blocks.push_back(ChartRow{std::move(charts)});
  }
}

}  // namespace

std::string file_stem(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const std::size_t dot = name.find_last_of('.');
  if (dot != std::string::npos && dot > 0) name.resize(dot);
  return name.empty() ? "Report" : name;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

TrialsRef trials_of(const std::string& experiment, TrialsRef::Pick pick) {
  return {.experiment = experiment, .point = {}, .pick = pick, .by = ""};
}

std::string describe_all(const std::vector<TrialsRef>& trials) {
  if (trials.empty()) return "all experiments";
  std::string text;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == trials.size() ? " and " : ", ") + describe(trials[i]);
  }
  return text;
}

Gallery make_gallery(const SampleImages& samples, std::size_t most) {
  Gallery gallery{.width = samples.width, .height = samples.height};
  for (std::size_t i = 0; i < std::min(samples.pixels.size(), most); ++i) {
    auto png = encode_png(samples.height, samples.width, samples.channels, samples.pixels[i]);
    if (!png) continue;
    std::string label;
    if (i < samples.class_names.size()) {
      label = samples.class_names[i];
    } else if (i < samples.labels.size()) {
      label = fmt::format("{}", samples.labels[i]);
    }
    gallery.pictures.push_back({std::move(*png), {std::move(label)}});
  }
  return gallery;
}

// ---------------------------------------------------------------- sections

Section& Builder::open(const std::string& title) { return open(title, below_heading_ ? 3 : 2); }

Section& Builder::open(const std::string& title, int level) {
  std::string id = slug(title);
  for (int n = 2; !title.empty() && !ids_.insert(id).second; ++n) id = fmt::format("{}-{}", slug(title), n);
  sections_.push_back({.title = title, .id = title.empty() ? "" : id, .level = level});
  return sections_.back();
}

void Builder::open_report(const std::string& title) {
  open(title, 2).opens_report = true;
  below_heading_ = false;
}

std::vector<Section> Builder::take() {
  std::size_t next = 0;
  for (Section& section : sections_) {
    for (Block& block : section.blocks) {
      auto* row = std::get_if<ChartRow>(&block);
      if (row == nullptr) continue;
      for (Chart& chart : row->charts) chart.number = next++;
    }
  }
  return std::move(sections_);
}

std::vector<std::string> Builder::classes_of(const TrialRecord& trial) const {
  const auto data = std::ranges::find(record_.data, trial.data, &DataRecord::name);
  return data == record_.data.end() ? std::vector<std::string>{} : data->classes;
}

// ---------------------------------------------------------------- text and pictures

void Builder::add(const ReportText& text) {
  std::string markdown;
  for (const ReportText::Part& part : text.parts) {
    if (part.value) {
      markdown += kValueBegin + escape_markdown(expression_text(record_, *part.value)) + kValueEnd;
    } else {
      markdown += prose_markdown(valid_text(part.text));  // the marks mean nothing in what the user wrote
    }
  }
  for (ProsePart& part : split_prose(without_margin(markdown))) {
    if (!part.title.empty()) {
      below_heading_ = true;
      open(part.title, 2);
    } else {
      open("");
    }
    if (part.markdown.find_first_not_of(" \t\n") == std::string::npos) continue;
    sections_.back().blocks.push_back(Prose{std::move(part.markdown)});
  }
}

void Builder::add(const ReportImages& images) {
  const bool known = images.data < record_.data.size();
  const std::string name = known ? record_.data[images.data].name : "";
  const auto samples = std::ranges::find_if(record_.samples, [&](const SampleImages& candidate) {
    return known && candidate.data == name && candidate.train == images.train;
  });
  Section& section = open(known ? fmt::format("Samples of {}", name) : "Samples");
  if (samples == record_.samples.end()) {
    section.blocks.push_back(Note{"No pictures: the record has no samples of this data."});
    return;
  }
  Gallery gallery = make_gallery(
      *samples, static_cast<std::size_t>(std::clamp<std::int64_t>(images.count, 0, kMostPictures)));
  if (gallery.pictures.empty()) {
    section.blocks.push_back(Note{"No pictures: the samples are not 8-bit images."});
    return;
  }
  gallery.caption = fmt::format("{} of the {} images of {} with their classes", gallery.pictures.size(),
                                images.train ? "training" : "test", name);
  section.blocks.emplace_back(std::move(gallery));
}

// One table per distinct architecture.
void Builder::add(const ReportSummary& summary) {
  Section& section = open("Model of " + describe(summary.trials));
  const std::vector<Group> groups = groups_of(record_, summary.trials);
  std::vector<const TrialRecord*> distinct;
  for (const Group& group : groups) {
    const TrialRecord& trial = group.first();
    const bool seen =
        std::ranges::any_of(distinct, [&](const TrialRecord* other) { return same_layers(*other, trial); });
    if (!seen && !trial.layers.empty()) distinct.push_back(&trial);
  }
  if (distinct.empty()) section.blocks.push_back(no_trials(describe(summary.trials)));
  for (std::size_t i = 0; i < std::min(distinct.size(), kMostSummaries); ++i) {
    Table table = summary_table(*distinct[i]);
    const std::string label = point_label(*distinct[i]);
    table.caption = distinct.size() == 1 ? distinct[i]->model : distinct[i]->model + " with " + label;
    if (i > 0) table.folded = table.caption;
    section.blocks.emplace_back(std::move(table));
  }
  if (distinct.size() > kMostSummaries) {
    section.blocks.push_back(
        Note{fmt::format("And {} more architectures.", distinct.size() - kMostSummaries)});
  }
}

// ---------------------------------------------------------------- results

void Builder::add(const ReportCurves& curves) {
  Section& section = open("Learning curves of " + describe_all(curves.trials));
  const std::vector<Group> groups = groups_of(record_, curves.trials);
  add_charts(section, curve_charts(groups), "No curves: no epoch was recorded.");
  add_problems(section, groups);
}

void Builder::add(const ReportTable& table) {
  const std::vector<Group> groups = groups_of(record_, table.trials);
  Section& section = open("Results of " + describe_all(table.trials));
  if (groups.empty()) {
    section.blocks.push_back(no_trials(describe_all(table.trials)));
    return;
  }
  const std::vector<std::string> fields = table.fields.empty() ? metric_fields(groups) : table.fields;
  section.blocks.emplace_back(metric_table(record_, groups, fields));
  Table runs = runs_table(groups, fields);
  if (!runs.rows.empty()) section.blocks.emplace_back(std::move(runs));
}

void Builder::add(const ReportBars& bars) {
  const std::vector<Group> groups = groups_of(record_, bars.trials);
  const std::string title = "Comparison of " + describe_all(bars.trials);
  const bool goes_on = !sections_.empty() && sections_.back().title == title;
  Section& section = goes_on ? sections_.back() : open(title);
  add_charts(section, groups.empty() ? std::vector<Chart>{} : bar_charts(groups, bars.fields),
             "No bars: there is no number to show.");
}

void Builder::add(const ReportCompare& compare) {
  const std::vector<Group> groups = groups_of(record_, compare.trials);
  Section& section = open("Leaderboard of " + describe_all(compare.trials));
  if (groups.empty()) {
    section.blocks.push_back(no_trials(describe_all(compare.trials)));
    return;
  }
  std::vector<std::string> fields = compare.fields;
  if (fields.empty()) fields = metric_fields(groups);
  add_charts(section, comparison_charts(groups, fields), "There is no number to compare.");
  section.blocks.emplace_back(leaderboard_table(record_, groups, fields));
}

void Builder::add(const ReportHeatmap& heatmap) {
  const std::vector<Group> groups = groups_of(record_, heatmap.trials);
  Section& section = open("Heat map of " + describe(heatmap.trials));
  std::vector<std::string> fields = heatmap.fields;
  if (fields.empty() && !groups.empty())
    fields = {metric_fields(groups).empty() ? "" : metric_fields(groups).front()};
  std::vector<Chart> charts;
  for (const std::string& field : fields) {
    for (Chart& chart : heatmap_charts(groups, field)) charts.push_back(std::move(chart));
  }
  add_charts(section, std::move(charts), "No heat map: there is no number to show.");
  add_problems(section, groups);
}

void Builder::add(const ReportSelection& block) {
  Section& section = open("Selection of " + block.experiment);
  const SelectionRecord* selection = selection_of(record_, block.experiment);
  const std::vector<Group> groups = groups_of(record_, trials_of(block.experiment));
  if (selection == nullptr) {
    section.blocks.push_back(
        Note{"Nothing was selected: no point of " + block.experiment + " has a result."});
    add_problems(section, groups);
    return;
  }
  const std::vector<Group> chosen = groups_of(record_, trials_of(block.experiment, TrialsRef::Pick::Best));
  const NumberForm form = form_of(selection->by);
  const bool lower = direction_of(groups, selection->by) == Direction::Lower;
  Facts facts;
  for (const auto& [name, value] : selection->params) facts.facts.push_back({name, parameter_text(value)});
  facts.facts.push_back(
      {"Chosen for", fmt::format("the {} {} of {}", lower ? "lowest" : "highest",
                                 readable_field(selection->by), count_text(std::ssize(groups), "point"))});
  std::string score = format_number(form, selection->score);
  if (!chosen.empty()) {
    const Measure value = measure(chosen.front(), selection->by);
    if (value.present) score = value.text;
    if (value.values.size() > 1) {
      score += fmt::format(", deviation {} over {}", format_number(form, selection->deviation),
                           runs_words({chosen.front()}));
    }
  }
  facts.facts.push_back({sentence(readable_field(selection->by)), score});
  if (!chosen.empty()) {
    for (const std::string& field : metric_fields(chosen)) {
      if (split_of(field) == "test") {
        facts.facts.push_back({sentence(readable_field(field)), measure(chosen.front(), field).text});
      }
    }
  }
  section.blocks.emplace_back(std::move(facts));
  section.blocks.push_back(
      Note{"The score of the winner is the best of several and flatters it a little. Its test values are "
           "those of a "
           "model trained again on all training samples; no other point was judged on the test part."});
  section.blocks.emplace_back(selection_table(groups, *selection));
}

void Builder::add(const ReportClaim& claim) {
  ClaimBox box{.text = claim.text, .condition = claim.condition ? claim.condition->text : ""};
  if (next_claim_ < record_.claims.size()) {
    const ClaimRecord& decided = record_.claims[next_claim_];
    box.verdict = decided.verdict;
    box.evidence = decided.evidence;
    if (box.condition.empty()) box.condition = decided.condition;
  } else {
    box.evidence = "The record holds no verdict.";
  }
  box.id = fmt::format("claim-{}", ++next_claim_);
  open("").blocks.emplace_back(std::move(box));
}

}  // namespace nnc::rt
