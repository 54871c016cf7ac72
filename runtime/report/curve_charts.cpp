// Learning curves; see charts.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/base/number_text.hpp"
#include "runtime/report/chart_parts.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/report/format.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kMostPoints = 20000;  // drawn per chart
constexpr std::size_t kMostNames = 16;      // in a legend
constexpr std::size_t kMostCells = 20000;   // in a table under a chart
constexpr int kCurveWidth = 430;
constexpr int kCurveHeight = 290;

struct Series {
  std::string label = {};  // the colour: a point of the sweep, or a split
  std::string split = {};
  std::string name = {};  // of the column in the table
  const std::vector<double>* values = nullptr;
};

struct CurveData {
  std::string metric = {};
  std::vector<Series> series = {};
  std::vector<std::string> labels = {};  // in the order of the colours
  std::vector<std::string> splits = {};
  std::size_t epochs = 0;
  bool color_is_split = false;
};

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

CurveData collect_curves(const std::vector<Group>& groups, const std::string& metric) {
  CurveData curves{.metric = metric};
  curves.color_is_split = groups.size() == 1;
  const std::vector<std::string> axes = axes_of(groups).varying;
  for (const Group& group : groups) {
    for (const TrialRecord* trial : group.trials) {
      for (const auto& [field, values] : trial->history) {
        if (metric_of(field) != metric || values.empty()) continue;
        const std::string split = split_of(field).empty() ? "train" : split_of(field);
        Series series{.split = split, .values = &values};
        series.label = curves.color_is_split ? split : point_label(*trial, axes);
        series.name = groups.size() == 1 ? split : split + ", " + point_label(*trial, axes);
        if (group.trials.size() > 1) series.name += fmt::format(", seed {}", trial->seed);
        add_once(curves.labels, series.label);
        add_once(curves.splits, split);
        curves.epochs = std::max(curves.epochs, values.size());
        curves.series.push_back(std::move(series));
      }
    }
  }
  return curves;
}

std::string curve_axis(const std::string& metric, const std::vector<Group>& groups) {
  std::string title = readable_field(metric);
  if (form_of("train." + metric) == NumberForm::Percent) return title + " (%)";
  if (metric != "loss") return title;
  std::set<std::string> losses;
  for (const Group& group : groups) losses.insert(group.first().loss);
  return losses.size() == 1 && !losses.begin()->empty() ? title + " (" + readable_field(*losses.begin()) + ")"
                                                        : title;
}

Json curve_values(const CurveData& curves) {
  const NumberForm form = form_of("train." + curves.metric);
  const std::size_t most =
      std::max<std::size_t>(50, kMostPoints / std::max<std::size_t>(1, curves.series.size()));
  Json rows = Json::array();
  for (std::size_t s = 0; s < curves.series.size(); ++s) {
    const Series& series = curves.series[s];
    const std::size_t count = series.values->size();
    const std::size_t stride = (count + most - 1) / most;
    for (std::size_t i = 0; i < count; ++i) {
      const double value = (*series.values)[i];
      const bool drawn = i % stride == 0 || i + 1 == count;
      if (!drawn || !std::isfinite(value)) continue;
      rows.push_back({{"run", s},
                      {"split", series.split},
                      {"series", series.label},
                      {"epoch", i + 1},
                      {"value", form == NumberForm::Percent ? value * 100 : value},
                      {"text", format_number(form, value)}});
    }
  }
  return rows;
}

Json curve_encoding(const CurveData& curves, const std::string& axis_title) {
  Json color = {
      {"field", "series"},
      {"type", "nominal"},
      {"title", nullptr},
      {"scale", {{"domain", curves.labels}, {"range", color_range(curves.labels.size())}}},
      {"legend", {{"columns", legend_columns(curves.labels, kCurveWidth)}, {"symbolType", "stroke"}}}};
  const bool useless =
      (curves.labels.size() == 1 && !curves.color_is_split) || curves.labels.size() > kMostNames;
  if (useless) color["legend"] = nullptr;
  Json encoding = {
      {"x",
       {{"field", "epoch"},
        {"type", "quantitative"},
        {"title", "epoch"},
        {"scale", {{"domain", {1, std::max<std::size_t>(2, curves.epochs)}}, {"nice", false}}},
        {"axis",
         {{"format", "d"}, {"tickMinStep", 1}, {"grid", false}, {"tickCount", 8}, {"labelFlush", false}}}}},
      {"y",
       {{"field", "value"},
        {"type", "quantitative"},
        {"title", axis_title},
        {"scale", {{"zero", false}}},
        {"axis", {{"tickCount", 6}, {"domain", false}, {"ticks", false}}}}},
      {"color", color},
      {"detail", {{"field", "run"}, {"type", "nominal"}}}};
  if (!curves.color_is_split && curves.splits.size() > 1) {
    Json dashes = Json::array();
    for (std::size_t i = 0; i < curves.splits.size(); ++i)
      dashes.push_back(i == 0 ? Json{1, 0} : Json{i == 1 ? 4 : 1.5, 3});
    encoding["strokeDash"] = {
        {"field", "split"},
        {"type", "nominal"},
        {"title", nullptr},
        {"scale", {{"domain", curves.splits}, {"range", dashes}}},
        {"legend", {{"symbolType", "stroke"}, {"symbolStrokeColor", "var(--chart-text)"}}}};
  }
  return encoding;
}

Json curve_specification(const CurveData& curves, const std::string& axis_title, bool interactive) {
  Json spec = chart_base(kCurveWidth, kCurveHeight);
  spec["data"] = {{"values", curve_values(curves)}};
  spec["encoding"] = curve_encoding(curves, axis_title);
  const bool crowded = curves.series.size() > kPalette;
  const bool dots = curves.epochs <= 12 && !crowded;
  Json line = {
      {"type", "line"}, {"strokeWidth", crowded ? 1.25 : 2}, {"clip", true}, {"strokeJoin", "round"}};
  line["clip"] = false;
  Json layers = Json::array({{{"mark", line}}});
  if (dots) layers.push_back({{"mark", {{"type", "point"}, {"filled", true}, {"size", 28}, {"opacity", 1}}}});
  if (interactive) {
    const auto tip = [](const char* field, const std::string& title) {
      return Json{{"field", field}, {"type", "nominal"}, {"title", title}};
    };
    Json tips = {tip("epoch", "epoch"), tip("split", "split"), tip("text", readable_field(curves.metric))};
    if (!curves.color_is_split) tips.insert(tips.begin(), tip("series", "run"));
    const Json shown = {{"condition", {{"param", "near"}, {"empty", false}, {"value", 1}}}, {"value", 0}};
    layers.push_back(
        {{"params",
          {{{"name", "near"},
            {"select",
             {{"type", "point"}, {"on", "pointerover"}, {"nearest", true}, {"clear", "pointerout"}}}}}},
         {"mark", {{"type", "point"}, {"filled", true}, {"size", 70}}},
         {"encoding", {{"opacity", shown}, {"tooltip", tips}}}});
  }
  spec["layer"] = std::move(layers);
  return spec;
}

// The first, the last and the best of each series in words.
std::string curve_description(const CurveData& curves) {
  const NumberForm form = form_of("train." + curves.metric);
  std::string text = fmt::format("Line chart of {} against the epoch, from 1 to {}.",
                                 readable_field(curves.metric), curves.epochs);
  const std::size_t told = std::min<std::size_t>(curves.series.size(), 6);
  for (std::size_t i = 0; i < told; ++i) {
    const Series& series = curves.series[i];
    text +=
        fmt::format(" {}: {} after the first epoch, {} after the last.", sentence(series.name),
                    format_number(form, series.values->front()), format_number(form, series.values->back()));
  }
  if (told < curves.series.size()) text += fmt::format(" And {} more lines.", curves.series.size() - told);
  return text;
}

Table curve_table(const CurveData& curves) {
  const NumberForm form = form_of("train." + curves.metric);
  Table table;
  table.folded = "Data";
  if (curves.epochs * curves.series.size() > kMostCells) {
    table.columns = {{.title = "Line"},
                     {.title = "Epochs", .number = true},
                     {.title = "First", .number = true},
                     {.title = "Last", .number = true}};
    for (const Series& series : curves.series) {
      table.rows.push_back({.cells = {{series.name},
                                      {with_separators(static_cast<std::int64_t>(series.values->size()))},
                                      {format_number(form, series.values->front())},
                                      {format_number(form, series.values->back())}}});
    }
    table.notes.emplace_back("All epochs are in results.json.");
    return table;
  }
  table.columns = {{.title = "Epoch", .number = true}};
  for (const Series& series : curves.series) table.columns.push_back({.title = series.name, .number = true});
  for (std::size_t epoch = 0; epoch < curves.epochs; ++epoch) {
    Table::Row row{.cells = {{with_separators(static_cast<std::int64_t>(epoch) + 1)}}};
    for (const Series& series : curves.series) {
      row.cells.push_back(
          {epoch < series.values->size() ? format_number(form, (*series.values)[epoch]) : ""});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

// Loss first, then accuracy, then the others.
std::vector<std::string> history_metrics(const std::vector<Group>& groups) {
  std::set<std::string> names;
  for (const Group& group : groups) {
    for (const TrialRecord* trial : group.trials) {
      for (const auto& [field, values] : trial->history) {
        if (!values.empty()) names.insert(metric_of(field));
      }
    }
  }
  std::vector<std::string> metrics(names.begin(), names.end());
  std::ranges::stable_sort(metrics, {}, [](const std::string& name) {
    return name == "loss" ? 0 : name == "accuracy" ? 1 : 2;
  });
  return metrics;
}

}  // namespace

std::vector<Chart> curve_charts(const std::vector<Group>& groups) {
  std::vector<Chart> charts;
  for (const std::string& metric : history_metrics(groups)) {
    const CurveData curves = collect_curves(groups, metric);
    const std::string axis = curve_axis(metric, groups);
    std::string title = sentence(readable_field(metric)) + " by epoch";
    if (curves.labels.size() > kMostNames) {
      title += fmt::format(" ({} points, coloured in their order from blue to red)", curves.labels.size());
    }
    charts.push_back({.title = title,
                      .description = curve_description(curves),
                      .specification = dump(curve_specification(curves, axis, false)),
                      .interactive = dump(curve_specification(curves, axis, true)),
                      .data = curve_table(curves)});
  }
  return charts;
}

}  // namespace nnc::rt
