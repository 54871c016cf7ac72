// From the plan of a report and the record of a run to its content; see content.hpp.
#include "runtime/report/content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "compiler/base/number_text.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/png.hpp"
#include "runtime/report/results.hpp"
#include "runtime/report/tables.hpp"

namespace nnc::rt {
namespace {

constexpr std::int64_t kMostPictures = 200;
constexpr std::size_t kMostSummaries = 12;

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

// ---------------------------------------------------------------- blocks of the plan

// Makes the sections of one run; each overload of `add` is one kind of block.
class Builder {
 public:
  explicit Builder(const RunRecord& record) : record_(record) {}

  void add(const ReportText& text) {
    std::string markdown;
    for (const ReportText::Part& part : text.parts) {
      if (part.value) {
        markdown += kValueBegin + escape_markdown(resolve_text(record_, *part.value)) + kValueEnd;
      } else {
        markdown += without_marks(valid_text(part.text));
      }
    }
    open("").blocks.push_back(Prose{without_margin(markdown)});
  }

  void add(const ReportImages& images) {
    const bool known = images.data < record_.data.size();
    const std::string name = known ? record_.data[images.data].name : "";
    const char* part = images.train ? "training" : "test";
    const auto samples = std::ranges::find_if(record_.samples, [&](const SampleImages& candidate) {
      return known && candidate.data == name && candidate.train == images.train;
    });
    Section& section = open(known ? fmt::format("Samples of {}", name) : "Samples");
    if (samples == record_.samples.end()) {
      section.blocks.push_back(Note{"No pictures: the record has no samples of this data."});
      return;
    }
    Gallery gallery = make_gallery(*samples, images.count);
    if (gallery.pictures.empty()) {
      section.blocks.push_back(Note{"No pictures: the samples are not 8-bit images."});
      return;
    }
    gallery.caption =
        fmt::format("{} of the {} images of {} with their classes", gallery.pictures.size(), part, name);
    section.blocks.emplace_back(std::move(gallery));
  }

  // One table per distinct architecture of the experiment.
  void add(const ReportSummary& summary) {
    Section& section = open(fmt::format("Model of {}", summary.experiment));
    std::vector<const TrialRecord*> distinct;
    for (const TrialRecord& trial : record_.trials) {
      if (trial.experiment != summary.experiment || trial.layers.empty()) continue;
      const bool seen =
          std::ranges::any_of(distinct, [&](const TrialRecord* other) { return same_layers(*other, trial); });
      if (!seen) distinct.push_back(&trial);
    }
    if (distinct.empty()) section.blocks.push_back(no_trials(summary.experiment));
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

  void add(const ReportCurves& curves) {
    Section& section = open(fmt::format("Learning curves of {}", curves.experiment));
    const std::vector<Group> groups = group_trials(record_, {curves.experiment});
    std::vector<Chart> charts = curve_charts(groups);
    if (charts.empty()) {
      section.blocks.push_back(Note{"No curves: no epoch was recorded."});
    } else {
      section.blocks.push_back(ChartRow{std::move(charts)});
    }
    if (!groups.empty()) add_problems(section, groups);
  }

  void add(const ReportTable& table) {
    const std::vector<Group> groups = group_trials(record_, table.experiments);
    Section& section = open(fmt::format("Results of {}", names_of(table.experiments)));
    if (groups.empty()) {
      section.blocks.push_back(no_trials(names_of(table.experiments)));
    } else {
      section.blocks.emplace_back(
          metric_table(groups, table.fields.empty() ? metric_fields(groups) : table.fields));
    }
  }

  void add(const ReportBars& bars) {
    const std::vector<Group> groups = group_trials(record_, bars.experiments);
    Section& section = open(fmt::format("Comparison of {}", names_of(bars.experiments)));
    std::vector<Chart> charts = groups.empty() ? std::vector<Chart>{} : bar_charts(groups, bars.fields);
    if (charts.empty()) {
      section.blocks.push_back(Note{"No bars: there is no number to show."});
    } else {
      section.blocks.push_back(ChartRow{std::move(charts)});
    }
  }

  // The title of the second and later reports of a file.
  void open_report(const std::string& title) { open(title).opens_report = true; }

  void add_timing() {
    if (record_.trials.empty()) return;
    Table table = timing_table(record_);
    if (table.rows.size() > 30) table.folded = count_text(std::ssize(record_.trials), "trial");
    Section& section = open("Timing");
    section.blocks.push_back(
        Facts{{{"Whole run", measured_time_text(record_.seconds)}, {"Machine", record_.machine}}});
    section.blocks.emplace_back(std::move(table));
  }

  void add_data() {
    if (record_.data.empty()) return;
    Section& section = open("Data");
    for (const DataRecord& data : record_.data) section.blocks.emplace_back(data_facts(data));
  }

  void add_reproduction() {
    Section& section = open("Reproduce this report");
    std::set<std::uint64_t> seeds;
    for (const TrialRecord& trial : record_.trials) seeds.insert(trial.seed);
    std::string seed_text;
    for (const std::uint64_t seed : seeds)
      seed_text += (seed_text.empty() ? "" : ", ") + fmt::format("{}", seed);
    Facts facts;
    facts.facts = {{"Command", record_.command, true},
                   {"File", record_.file, true},
                   {"nnc version", record_.nnc_version},
                   {"Seeds", seed_text},
                   {"Machine", record_.machine},
                   {"Date", record_.date},
                   {"Time", measured_time_text(record_.seconds)}};
    std::erase_if(facts.facts, [](const Facts::Fact& fact) { return fact.text.empty(); });
    section.blocks.emplace_back(std::move(facts));
    if (!record_.source_text.empty()) {
      section.blocks.push_back(Listing{"Source of " + file_stem(record_.file) + ".nn", record_.source_text});
    }
    if (!record_.trials.empty()) section.blocks.emplace_back(identity_table(record_));
  }

  std::vector<Section> take() {
    number_charts();
    return std::move(sections_);
  }

 private:
  Section& open(const std::string& title) {
    std::string id = slug(title);
    for (int n = 2; !title.empty() && !ids_.insert(id).second; ++n) id = fmt::format("{}-{}", slug(title), n);
    sections_.push_back({.title = title, .id = title.empty() ? "" : id});
    return sections_.back();
  }

  [[nodiscard]] std::string names_of(const std::vector<std::string>& experiments) const {
    return experiments.empty() ? "all experiments" : join(experiments);
  }

  // Lines that end early, or are missing, are said to.
  static void add_problems(Section& section, const std::vector<Group>& groups) {
    std::string text;
    for (const std::string& problem : problems_of(groups)) text += (text.empty() ? "" : "; ") + problem;
    if (!text.empty()) section.blocks.push_back(Note{"Not finished: " + text + "."});
  }

  static Note no_trials(const std::string& names) {
    return {fmt::format("No trials of {} were run.", names)};
  }

  static bool same_layers(const TrialRecord& lhs, const TrialRecord& rhs) {
    return std::ranges::equal(lhs.layers, rhs.layers, [](const LayerSummary& a, const LayerSummary& b) {
      return a.name == b.name && a.output == b.output && a.parameters == b.parameters;
    });
  }

  // The marks around values mean nothing in what the user wrote.
  static std::string without_marks(std::string text) {
    for (const char* mark : {kValueBegin, kValueEnd}) {
      const std::string from = mark;
      for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from))
        text.erase(at, from.size());
    }
    return text;
  }

  // Prose is indented with the program around it; four blanks would mean code to Markdown.
  static std::string without_margin(const std::string& text) {
    std::vector<std::string> lines(1);
    for (const char c : text) {
      if (c == '\n') {
        lines.emplace_back();
      } else {
        lines.back() += c;
      }
    }
    std::size_t margin = std::numeric_limits<std::size_t>::max();
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::size_t first = lines[i].find_first_not_of(" \t");
      const bool opens_inline = i == 0 && first == 0;  // text right behind the opening quotes
      if (first != std::string::npos && !opens_inline) margin = std::min(margin, first);
    }
    std::string result;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::size_t first = std::min(lines[i].find_first_not_of(" \t"), lines[i].size());
      result += lines[i].substr(std::min(first, margin)) + "\n";
    }
    return result;
  }

  static Gallery make_gallery(const SampleImages& samples, std::int64_t wanted) {
    Gallery gallery{.width = samples.width, .height = samples.height};
    const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 0, kMostPictures));
    for (std::size_t i = 0; i < std::min(samples.pixels.size(), most); ++i) {
      auto png = encode_png(samples.height, samples.width, samples.channels, samples.pixels[i]);
      if (!png) continue;
      std::string label;
      if (i < samples.class_names.size()) {
        label = samples.class_names[i];
      } else if (i < samples.labels.size()) {
        label = fmt::format("{}", samples.labels[i]);
      }
      gallery.pictures.push_back({std::move(*png), std::move(label)});
    }
    return gallery;
  }

  static Facts data_facts(const DataRecord& data) {
    const auto scaling = [&]() -> std::string {
      if (data.scale == "minmax") return "minmax: every feature to 0..1, fitted on the training part";
      if (data.scale == "standard")
        return "standard: mean 0 and deviation 1 per feature, fitted on the training part";
      if (data.scale == "unit") return "unit: divided by 255";
      return data.scale.empty() ? "none" : data.scale;
    };
    Facts facts;
    facts.facts = {
        {"Name", data.name},
        {"Folder", data.folder, true},
        {"Training samples", with_separators(data.train_count)},
        {"Test samples", with_separators(data.test_count)},
        {"Shape of a sample", data.sample_shape.sample_string()},
        {"Classes",
         data.classes.empty() ? "" : fmt::format("{}: {}", data.classes.size(), join(data.classes))},
        {"Scaling", scaling()},
        {"SHA-256 of the files", data.sha256, true}};
    std::erase_if(facts.facts, [](const Facts::Fact& fact) { return fact.text.empty(); });
    return facts;
  }

  void number_charts() {
    std::size_t next = 0;
    for (Section& section : sections_) {
      for (Block& block : section.blocks) {
        auto* row = std::get_if<ChartRow>(&block);
        if (row == nullptr) continue;
        for (Chart& chart : row->charts) chart.number = next++;
      }
    }
  }

  const RunRecord& record_;
  std::vector<Section> sections_;
  std::set<std::string> ids_;
};

// What a report shows that does not say.
std::vector<ReportBlock> default_blocks(const RunRecord& record) {
  std::vector<ReportBlock> blocks;
  for (std::size_t i = 0; i < record.data.size(); ++i) {
    const bool pictured = std::ranges::any_of(record.samples, [&](const SampleImages& samples) {
      return samples.data == record.data[i].name && samples.train;
    });
    if (pictured) blocks.push_back(ReportImages{.data = i});
  }
  for (const std::string& name : experiment_names(record)) {
    const std::vector<Group> groups = group_trials(record, {name});
    const std::vector<std::string> fields = metric_fields(groups);
    std::vector<std::string> columns = fields;
    columns.insert(columns.end(), {"parameters", "seconds"});
    blocks.push_back(ReportSummary{name});
    blocks.push_back(ReportCurves{name});
    blocks.push_back(ReportTable{{name}, columns});
    if (groups.size() > 1 && !fields.empty()) blocks.push_back(ReportBars{{name}, {fields.front()}});
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
  return {name + readable_field(field), text, where};
}

std::vector<Headline> make_headlines(const RunRecord& record) {
  std::vector<Headline> headlines;
  const std::vector<Group> groups = group_trials(record, {});
  const std::vector<std::string> fields = metric_fields(groups);
  if (!fields.empty()) {
    Headline best = best_result(groups, fields.front());
    if (!best.name.empty()) headlines.push_back(std::move(best));
  }
  const std::int64_t bad =
      std::ranges::count_if(record.trials, [](const TrialRecord& trial) { return !trial.finished(); });
  const std::string note = bad == 0 ? "all finished" : count_text(bad, "trial") + " did not finish";
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

}  // namespace

Document build_document(const std::vector<ReportPlan>& plans, const RunRecord& record) {
  const std::vector<ReportPlan> fallback{ReportPlan{}};
  const std::vector<ReportPlan>& reports = plans.empty() ? fallback : plans;
  Document document;
  document.title = reports.front().title.empty() ? file_stem(record.file) : reports.front().title;
  document.byline = fmt::format("{}{}", record.file, record.date.empty() ? "" : " · " + record.date);
  document.headlines = make_headlines(record);
  Builder builder(record);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (i > 0) builder.open_report(reports[i].title.empty() ? "Report" : reports[i].title);
    const std::vector<ReportBlock> blocks =
        reports[i].blocks.empty() ? default_blocks(record) : reports[i].blocks;
    for (const ReportBlock& block : blocks) {
      std::visit([&](const auto& value) { builder.add(value); }, block);
    }
  }
  builder.add_timing();
  builder.add_data();
  builder.add_reproduction();
  document.sections = builder.take();
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
