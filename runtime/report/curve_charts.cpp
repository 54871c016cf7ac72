// Learning curves; see charts.hpp. A line is a point of a sweep on one part of the data: the mean over its
// runs, with a band from the smallest to the largest of them. Values are stored as arrays that Vega takes
// apart, thinned to what a picture of this width can show, because a page holds many of these charts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/base/number_text.hpp"
#include "runtime/report/chart_parts.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kMostPerLine = 200;  // epochs drawn
constexpr std::size_t kMostPerChart = 6000;
constexpr std::size_t kMostNames = 16;   // in a legend
constexpr std::size_t kMostBands = 6;    // points of a sweep; more bands cover each other
constexpr std::size_t kMostLabels = 10;  // values at the ends of lines
constexpr std::size_t kMostRows = 30;    // in the table under a chart
constexpr int kCurveWidth = 460;
constexpr int kCurveHeight = 290;

struct Point {
  std::size_t epoch = 0;  // from 1
  double mean = 0;
  double low = 0;
  double high = 0;
};

struct Line {
  std::string label = {};  // a point of the sweep
  std::string part = {};
  std::string name = {};  // of the column in the table
  std::size_t runs = 0;
  bool uneven = false;  // its runs have different numbers of epochs
  std::vector<Point> points = {};
};

struct CurveData {
  std::string metric = {};
  NumberForm form = NumberForm::Loss;
  std::vector<Line> lines = {};
  std::vector<std::string> labels = {};  // in the order of the colours
  std::vector<std::string> parts = {};
  std::size_t epochs = 0;
  bool color_is_part = false;
  bool bands = false;
};

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

// The runs that a point's curves speak of: refits saw other samples and have no validation part.
std::vector<const TrialRecord*> curve_runs(const Group& group) {
  std::vector<const TrialRecord*> runs;
  for (const TrialRecord* trial : group.trials) {
    if (!trial->refit) runs.push_back(trial);
  }
  return runs.empty() ? group.trials : runs;
}

std::string part_of(const std::string& field) {
  const std::string part = split_of(field);
  return part.empty() ? "train" : part;
}

// Mean, minimum and maximum per epoch over the runs that got there; values that are not finite are left out.
void fill_line(Line& line, const std::vector<const std::vector<double>*>& histories) {
  std::size_t longest = 0;
  for (const auto* history : histories) longest = std::max(longest, history->size());
  line.runs = histories.size();
  line.uneven =
      std::ranges::any_of(histories, [&](const auto* history) { return history->size() != longest; });
  for (std::size_t i = 0; i < longest; ++i) {
    Point point{.epoch = i + 1, .low = HUGE_VAL, .high = -HUGE_VAL};
    double count = 0;
    for (const auto* history : histories) {
      if (i >= history->size() || !std::isfinite((*history)[i])) continue;
      const double value = (*history)[i];
      point.low = std::min(point.low, value);
      point.high = std::max(point.high, value);
      ++count;
      point.mean += (value - point.mean) / count;
    }
    if (count > 0) line.points.push_back(point);
  }
}

CurveData collect_curves(const std::vector<Group>& groups, const std::string& metric) {
  CurveData curves{.metric = metric, .form = form_of("train." + metric)};
  curves.color_is_part = groups.size() == 1;
  const std::vector<std::string> labels = point_labels(groups);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::map<std::string, std::vector<const std::vector<double>*>> by_part;
    for (const TrialRecord* trial : curve_runs(groups[g])) {
      for (const auto& [field, values] : trial->history) {
        if (metric_of(field) == metric && !values.empty()) by_part[part_of(field)].push_back(&values);
      }
    }
    for (const auto& [part, histories] : by_part) {
      Line line{.label = labels[g], .part = part};
      line.name = curves.color_is_part ? part : labels[g] + ", " + part;
      fill_line(line, histories);
      if (line.points.empty()) continue;
      add_once(curves.labels, line.label);
      add_once(curves.parts, part);
      curves.epochs = std::max(curves.epochs, line.points.back().epoch);
      curves.bands = curves.bands || line.runs > 1;
      curves.lines.push_back(std::move(line));
    }
  }
  std::ranges::sort(curves.parts);  // train before valid
  curves.bands = curves.bands && curves.labels.size() <= kMostBands;
  return curves;
}

std::string curve_axis(const CurveData& curves, const std::vector<Group>& groups) {
  const std::string title = readable_field(curves.metric);
  if (curves.metric != "loss") return axis_title(curves.form, title);
  std::set<std::string> losses;
  for (const Group& group : groups) losses.insert(group.first().loss);
  return losses.size() == 1 && !losses.begin()->empty() ? title + " (" + readable_field(*losses.begin()) + ")"
                                                        : title;
}

std::size_t stride_of(const CurveData& curves, const Line& line) {
  const std::size_t most = std::clamp<std::size_t>(kMostPerChart / curves.lines.size(), 40, kMostPerLine);
  return (line.points.size() + most - 1) / most;
}

// Per line its epochs and values in parallel arrays.
Json curve_values(const CurveData& curves) {
  Json rows = Json::array();
  for (const Line& line : curves.lines) {
    const std::size_t stride = stride_of(curves, line);
    Json row = {{"s", line.label}, {"p", line.part}, {"e", Json::array()}, {"v", Json::array()}};
    if (curves.bands) row["l"] = row["h"] = Json::array();
    for (std::size_t i = 0; i < line.points.size(); ++i) {
      if (i % stride != 0 && i + 1 != line.points.size()) continue;
      const Point& point = line.points[i];
      row["e"].push_back(point.epoch);
      row["v"].push_back(drawn_number(curves.form, point.mean));
      if (!curves.bands) continue;
      row["l"].push_back(drawn_number(curves.form, point.low));
      row["h"].push_back(drawn_number(curves.form, point.high));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Extent value_extent(const CurveData& curves) {
  Extent extent{HUGE_VAL, -HUGE_VAL};
  for (const Line& line : curves.lines) {
    for (const Point& point : line.points) {
      extent.low = std::min(extent.low, drawn_number(curves.form, curves.bands ? point.low : point.mean));
      extent.high = std::max(extent.high, drawn_number(curves.form, curves.bands ? point.high : point.mean));
    }
  }
  const Extent room = padded(extent, 0.04);
  const bool percent = curves.form == NumberForm::Percent && extent.high <= 100;
  return {extent.low >= 0 ? std::max(0.0, room.low) : room.low,
          percent ? std::min(100.0, room.high) : room.high};
}

// The last value of every line at the right edge, moved apart where they would cover each other.
Json end_labels(const CurveData& curves, const Extent& extent) {
  Json rows = Json::array();
  if (curves.lines.size() > kMostLabels) return rows;
  const double scale = kCurveHeight / (extent.high - extent.low);
  std::vector<double> places;
  for (const Line& line : curves.lines) {
    places.push_back((extent.high - drawn_number(curves.form, line.points.back().mean)) * scale);
  }
  places = spread_out(places, 14, kCurveHeight);
  for (std::size_t i = 0; i < curves.lines.size(); ++i) {
    const Line& line = curves.lines[i];
    std::string text = format_number(curves.form, line.points.back().mean);
    if (curves.parts.size() > 1) text = line.part + " " + text;
    rows.push_back(
        {{"s", line.label}, {"p", line.part}, {"v", extent.high - places[i] / scale}, {"t", text}});
  }
  return rows;
}

Json color_channel(const CurveData& curves) {
  const std::vector<std::string>& names = curves.color_is_part ? curves.parts : curves.labels;
  Json color = {{"field", curves.color_is_part ? "p" : "s"},
                {"type", "nominal"},
                {"title", nullptr},
                {"scale", {{"domain", names}, {"range", color_range(names.size())}}},
                {"legend",
                 {{"columns", legend_columns(names, kCurveWidth)},
                  {"symbolType", "stroke"},
                  {"symbolSize", 300},
                  {"symbolOpacity", 1}}}};
  if (names.size() == 1 || names.size() > kMostNames) color["legend"] = nullptr;
  return color;
}

// Validation is dashed, whatever the colours say.
Json dash_channel(const CurveData& curves) {
  Json dashes = Json::array();
  for (std::size_t i = 0; i < curves.parts.size(); ++i)
    dashes.push_back(i == 0 ? Json{1, 0} : Json{i == 1 ? 5 : 1.5, 3});
  Json dash = {{"field", "p"},
               {"type", "nominal"},
               {"title", nullptr},
               {"scale", {{"domain", curves.parts}, {"range", dashes}}}};
  dash["legend"] = curves.color_is_part ? color_channel(curves)["legend"]
                                        : Json{{"symbolType", "stroke"},
                                               {"symbolSize", 300},
                                               {"symbolOpacity", 1},
                                               {"symbolStrokeColor", "var(--chart-text)"}};
  return dash;
}

Json curve_encoding(const CurveData& curves, const std::string& axis, const Extent& extent) {
  Json encoding = {
      {"x",
       {{"field", "e"},
        {"type", "quantitative"},
        {"title", "epoch"},
        {"scale", {{"domain", {1, std::max<std::size_t>(2, curves.epochs)}}, {"nice", false}}},
        {"axis",
         {{"format", "d"}, {"tickMinStep", 1}, {"grid", false}, {"tickCount", 8}, {"labelFlush", false}}}}},
      {"y",
       {{"field", "v"},
        {"type", "quantitative"},
        {"title", axis},
        {"scale", {{"domain", {extent.low, extent.high}}, {"nice", false}, {"zero", false}}},
        {"axis", {{"tickCount", 6}, {"domain", false}, {"ticks", false}}}}},
      {"color", color_channel(curves)},
      {"detail", {{{"field", "s"}, {"type", "nominal"}}, {{"field", "p"}, {"type", "nominal"}}}}};
  return encoding;
}

// A point near the pointer, with its values.
Json hover_layer(const CurveData& curves) {
  const std::string metric = readable_field(curves.metric);
  Json tips = Json::array();
  if (curves.labels.size() > 1) tips.push_back(tip("s", "point"));
  tips.push_back(tip("e", "epoch"));
  tips.push_back(tip("p", "part"));
  tips.push_back(tip("t", curves.bands ? metric + ", mean" : metric));
  Json calculate = {{{"calculate", number_expression(curves.form, "v")}, {"as", "t"}}};
  if (curves.bands) {
    calculate.push_back(
        {{"calculate", number_expression(curves.form, "l") + "+' – '+" + number_expression(curves.form, "h")},
         {"as", "b"}});
    tips.push_back(tip("b", "runs"));
  }
  const Json shown = {{"condition", {{"param", "near"}, {"empty", false}, {"value", 1}}}, {"value", 0}};
  return {{"transform", calculate},
          {"params",
           {{{"name", "near"},
             {"select",
              {{"type", "point"}, {"on", "pointerover"}, {"nearest", true}, {"clear", "pointerout"}}}}}},
          {"mark", {{"type", "point"}, {"filled", true}, {"size", 70}}},
          {"encoding", {{"opacity", shown}, {"tooltip", tips}}}};
}

Json curve_specification(const CurveData& curves, const std::string& axis, bool interactive) {
  const Extent extent = value_extent(curves);
  Json spec = chart_base(kCurveWidth, kCurveHeight);
  const Json labels = end_labels(curves, extent);
  const bool crowded = curves.lines.size() > kPalette;
  Json line = {{"type", "line"}, {"strokeWidth", crowded ? 1.25 : 2}, {"strokeJoin", "round"}};
  Json layers = Json::array();
  if (curves.bands) {
    layers.push_back(
        {{"mark", {{"type", "area"}, {"opacity", 0.2}}},
         {"encoding", {{"y", {{"field", "l"}, {"type", "quantitative"}}}, {"y2", {{"field", "h"}}}}}});
  }
  Json line_encoding = Json::object();
  if (curves.parts.size() > 1) line_encoding["strokeDash"] = dash_channel(curves);
  layers.push_back({{"mark", line}, {"encoding", line_encoding}});
  if (curves.epochs <= 12 && !crowded) {
    layers.push_back({{"mark", {{"type", "point"}, {"filled", true}, {"size", 28}, {"opacity", 1}}}});
  }
  if (interactive) layers.push_back(hover_layer(curves));
  Json fields = {"e", "v"};
  if (curves.bands) fields.insert(fields.end(), {"l", "h"});
  spec["encoding"] = curve_encoding(curves, axis, extent);
  spec["layer"] = Json::array({{{"data", {{"values", curve_values(curves)}}},
                                {"transform", {{{"flatten", fields}}}},
                                {"layer", std::move(layers)}}});
  if (!labels.empty()) {
    spec["layer"].push_back(
        {{"data", {{"values", labels}}},
         {"mark", {{"type", "text"}, {"align", "left"}, {"baseline", "middle"}, {"dx", 7}, {"fontSize", 11}}},
         {"encoding", {{"x", {{"value", "width"}}}, {"text", {{"field", "t"}, {"type", "nominal"}}}}}});
  }
  return spec;
}

// The first and the last value of each line in words.
std::string curve_description(const CurveData& curves) {
  std::string text = fmt::format("Line chart of {} against the epoch, from 1 to {}.",
                                 readable_field(curves.metric), curves.epochs);
  const std::size_t told = std::min<std::size_t>(curves.lines.size(), 12);
  for (std::size_t i = 0; i < told; ++i) {
    const Line& line = curves.lines[i];
    const Point& last = line.points.back();
    text += fmt::format(" {}: {} after the first epoch, {} after epoch {}.", sentence(line.name),
                        format_number(curves.form, line.points.front().mean),
                        format_number(curves.form, last.mean), last.epoch);
  }
  if (told < curves.lines.size()) text += fmt::format(" And {} more lines.", curves.lines.size() - told);
  return text;
}

std::string point_text(const CurveData& curves, const Line& line, std::size_t epoch) {
  const auto found = std::ranges::lower_bound(line.points, epoch, {}, &Point::epoch);
  if (found == line.points.end() || found->epoch != epoch) return "";
  std::string text = format_number(curves.form, found->mean);
  if (line.runs > 1 && found->low < found->high) {
    text += fmt::format(" ({} – {})", format_number(curves.form, found->low),
                        format_number(curves.form, found->high));
  }
  return text;
}

Table curve_table(const CurveData& curves) {
  Table table;
  table.folded = "Data";
  table.columns = {{.title = "Epoch", .number = true}};
  for (const Line& line : curves.lines) table.columns.push_back({.title = line.name, .number = true});
  const std::size_t stride = (curves.epochs + kMostRows - 1) / kMostRows;
  std::set<std::size_t> epochs{1};
  for (std::size_t epoch = stride; epoch <= curves.epochs; epoch += stride) epochs.insert(epoch);
  for (const Line& line : curves.lines) epochs.insert(line.points.back().epoch);
  for (const std::size_t epoch : epochs) {
    Table::Row row{.cells = {{with_separators(static_cast<std::int64_t>(epoch))}}};
    for (const Line& line : curves.lines) row.cells.push_back({point_text(curves, line, epoch)});
    table.rows.push_back(std::move(row));
  }
  if (stride > 1) {
    table.notes.push_back(
        fmt::format("Every {}th epoch and the last; all epochs are in results.json.", stride));
  }
  return table;
}

std::string curve_note(const CurveData& curves, const std::vector<Group>& groups) {
  std::string note;
  const bool several = std::ranges::any_of(curves.lines, [](const Line& line) { return line.runs > 1; });
  const bool uneven = std::ranges::any_of(curves.lines, [](const Line& line) { return line.uneven; });
  if (several) note = "A line is the mean over the " + runs_words(groups) + " of its point";
  if (curves.bands) note += "; the band spans the single runs, from the smallest to the largest";
  if (several) note += ".";
  if (uneven) note += " Runs ended at different epochs: each epoch counts those that reached it.";
  const bool crowded =
      std::ranges::any_of(curves.lines, [&](const Line& line) { return stride_of(curves, line) > 1; });
  if (crowded) note += " Epochs between the drawn ones are left out.";
  const bool refits = std::ranges::any_of(
      groups, [](const Group& group) { return curve_runs(group).size() < group.trials.size(); });
  if (refits) note += " The refit of the selected point is not drawn.";
  return note.starts_with(' ') ? note.substr(1) : note;
}

// Accuracy and loss first, then the others.
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
    return name == "accuracy" ? 0 : name == "loss" ? 1 : 2;
  });
  return metrics;
}

}  // namespace

std::vector<Chart> curve_charts(const std::vector<Group>& groups) {
  std::vector<Chart> charts;
  for (const std::string& metric : history_metrics(groups)) {
    const CurveData curves = collect_curves(groups, metric);
    if (curves.lines.empty()) continue;
    const std::string axis = curve_axis(curves, groups);
    std::string title = sentence(readable_field(metric)) + " by epoch";
    if (curves.labels.size() > kMostNames) {
      title += fmt::format(" ({} points, coloured in their order from blue to red)", curves.labels.size());
    }
    charts.push_back({.title = title,
                      .description = curve_description(curves),
                      .specification = dump(curve_specification(curves, axis, false)),
                      .interactive = dump(curve_specification(curves, axis, true)),
                      .note = curve_note(curves, groups),
                      .data = curve_table(curves)});
  }
  return charts;
}

}  // namespace nnc::rt
