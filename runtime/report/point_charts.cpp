// Numbers of points, side by side: bars and dots; see charts.hpp.
//
// The length of a bar speaks of the whole value, so bars start at zero. Where the values lie close together
// (the smallest is more than half of the largest) bars would all look the same; then a value is a dot, which
// speaks by its place only, and the axis shows the range of the values, and says so.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "runtime/report/chart_parts.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kMostPoints = 40;     // of a sweep, in bars
constexpr std::size_t kMostCompared = 150;  // in a comparison
constexpr int kBarWidth = 460;
constexpr int kComparisonWidth = 620;

// A number to be drawn.
struct Mark {
  std::string row = {};     // the point
  std::string series = {};  // the colour
  Measure measure = {};
};

struct PointChart {
  NumberForm form = NumberForm::Plain;
  std::vector<std::string> rows = {};    // from top to bottom
  std::vector<std::string> series = {};  // colours in their order
  std::vector<Mark> marks = {};
  std::string row_title = {};
  std::string value_title = {};
  bool lanes = false;  // the series of a row below each other; otherwise on one line
  bool legend = false;
  bool may_be_bars = true;
  int width = kBarWidth;

  // Filled by measure_extent.
  Extent extent = {};
  bool bars = false;
  bool repeats = false;
};

bool drawable(const Mark& mark) { return mark.measure.numeric && std::isfinite(mark.measure.mean); }

// Bars or dots, and the range of the axis with room for the values written behind the marks.
void measure_extent(PointChart& chart) {
  Extent means{HUGE_VAL, -HUGE_VAL};
  Extent all = means;
  std::size_t longest = 1;
  const auto add = [](Extent& extent, double value) {
    if (!std::isfinite(value)) return;
    extent.low = std::min(extent.low, value);
    extent.high = std::max(extent.high, value);
  };
  for (const Mark& mark : chart.marks) {
    if (!drawable(mark)) continue;
    const double mean = drawn_number(chart.form, mark.measure.mean);
    add(means, mean);
    add(all, mean);
    longest = std::max(longest, mark.measure.text.size());
    if (mark.measure.values.size() < 2) continue;
    chart.repeats = true;
    for (const double value : mark.measure.values) add(all, drawn_number(chart.form, value));
    if (!mark.measure.margin || !std::isfinite(*mark.measure.margin)) continue;
    const double margin = drawn_number(chart.form, *mark.measure.margin);
    add(all, mean - margin);
    add(all, mean + margin);
  }
  if (means.low > means.high) means = all = {0, 1};
  const bool close = means.low > 0 && means.low > 0.5 * means.high;
  chart.bars = chart.may_be_bars && !close;
  const double text_room =
      static_cast<double>(std::min<std::size_t>(longest, 24)) * 6.6 / (chart.width * 0.6);
  const double low = close ? padded(all, 0.06).low : std::min(0.0, all.low);
  const double high = close ? padded(all, 0.02).high : std::max(0.0, all.high);
  const double span = high > low ? high - low : 1;
  chart.extent = {low, high + span * text_room / std::max(0.2, 1 - text_room)};
}

Json mark_values(const PointChart& chart) {
  Json rows = Json::array();
  for (const Mark& mark : chart.marks) {
    const Measure& measure = mark.measure;
    Json row = {{"r", mark.row}, {"s", mark.series}, {"t", measure.text}};
    if (!drawable(mark)) {
      row["t"] = measure.numeric ? measure.text : "no result";
      row["e"] = chart.extent.low;
      rows.push_back(std::move(row));
      continue;
    }
    const double mean = drawn_number(chart.form, measure.mean);
    double edge = chart.bars ? std::max(0.0, mean) : mean;
    row["v"] = mean;
    if (measure.values.size() > 1) {
      Json dots = Json::array();
      for (const double value : measure.values) {
        if (!std::isfinite(value)) continue;
        dots.push_back(drawn_number(chart.form, value));
        edge = std::max(edge, drawn_number(chart.form, value));
      }
      row["d"] = std::move(dots);
      if (measure.margin && std::isfinite(*measure.margin)) {
        const double margin = drawn_number(chart.form, *measure.margin);
        row["l"] = mean - margin;
        row["h"] = mean + margin;
        edge = std::max(edge, mean + margin);
      }
    }
    row["e"] = edge;
    rows.push_back(std::move(row));
  }
  return rows;
}

Json mark_layers(const PointChart& chart) {
  const auto x = [](const char* field) { return Json{{"field", field}, {"type", "quantitative"}}; };
  Json layers = Json::array();
  if (chart.bars) {
    layers.push_back({{"transform", {{{"filter", "isValid(datum.v)"}}}},
                      {"mark", {{"type", "bar"}, {"cornerRadiusEnd", 2}}},
                      {"encoding", {{"x", x("v")}}}});
  }
  if (chart.repeats) {
    Json rule = {{"transform", {{{"filter", "isValid(datum.l)"}}}},
                 {"mark", {{"type", "rule"}, {"strokeWidth", chart.bars ? 1.5 : 2.5}}},
                 {"encoding", {{"x", x("l")}, {"x2", {{"field", "h"}}}}}};
    if (chart.bars) rule["encoding"]["color"] = {{"value", kInk}};
    layers.push_back(std::move(rule));
    layers.push_back({{"transform", {{{"filter", "isValid(datum.d)"}}, {{"flatten", {"d"}}}}},
                      {"mark", {{"type", "point"}, {"size", 16}, {"filled", true}, {"opacity", 0.55}}},
                      {"encoding", {{"x", x("d")}, {"color", {{"value", kInk}}}}}});
  }
  if (!chart.bars) {
    layers.push_back({{"transform", {{{"filter", "isValid(datum.v)"}}}},
                      {"mark", {{"type", "point"}, {"filled", true}, {"size", 80}, {"opacity", 1}}},
                      {"encoding", {{"x", x("v")}}}});
  }
  layers.push_back(
      {{"mark", {{"type", "text"}, {"align", "left"}, {"baseline", "middle"}, {"dx", 8}, {"fontSize", 12}}},
       {"encoding",
        {{"x", x("e")}, {"text", {{"field", "t"}, {"type", "nominal"}}}, {"color", {{"value", kInk}}}}}});
  return layers;
}

Json row_channel(const PointChart& chart) {
  const double inner = chart.lanes ? 0.2 : chart.bars ? 0.28 : 0.1;
  return {
      {"field", "r"},
      {"type", "nominal"},
      {"title", chart.row_title},
      {"sort", nullptr},
      {"scale", {{"type", "band"}, {"domain", chart.rows}, {"paddingInner", inner}, {"paddingOuter", 0.1}}},
      {"axis",
       {{"labelLimit", chart.width * 2 / 5},
        {"ticks", false},
        {"domain", false},
        {"grid", !chart.bars && !chart.lanes},
        {"gridDash", {1, 3}},
        // The blank rows between experiments have no line.
        {"gridColor",
         {{"condition", {{"test", "trim(datum.label) === ''"}, {"value", "transparent"}}},
          {"value", "var(--chart-axis)"}}},
        {"labelPadding", 8},
        {"titleAngle", 0},
        {"titleAlign", "right"},
        {"titleBaseline", "bottom"},
        {"titleX", -8},
        {"titleY", -4}}}};
}

Json point_specification(const PointChart& chart) {
  const std::size_t lanes = chart.lanes ? chart.series.size() : 1;
  const std::size_t lane = lanes > 1 ? 18 : chart.bars ? 26 : 22;
  Json spec =
      chart_base(chart.width, static_cast<int>(chart.rows.size() * (lanes * lane + (lanes > 1 ? 10 : 0))));
  spec["data"] = {{"values", mark_values(chart)}};
  Json color = {{"field", "s"},
                {"type", "nominal"},
                {"title", nullptr},
                {"scale", {{"domain", chart.series}, {"range", color_range(chart.series.size())}}},
                {"legend", nullptr}};
  if (chart.legend) {
    color["legend"] = {{"columns", legend_columns(chart.series, chart.width)},
                       {"symbolType", chart.bars ? "square" : "circle"}};
  }
  Json axis = {{"tickCount", 6}, {"domain", !chart.bars}};
  // Nothing is above 100 %, though the axis needs room for what is written there.
  if (chart.form == NumberForm::Percent) axis["labelExpr"] = "datum.value > 100 ? '' : datum.label";
  spec["encoding"] = {
      {"y", row_channel(chart)},
      {"x",
       {{"type", "quantitative"},
        {"title", chart.value_title},
        {"scale", {{"domain", {chart.extent.low, chart.extent.high}}, {"nice", false}, {"zero", chart.bars}}},
        {"axis", axis}}},
      {"color", color}};
  if (lanes > 1) {
    spec["encoding"]["yOffset"] = {
        {"field", "s"}, {"type", "nominal"}, {"sort", nullptr}, {"scale", {{"domain", chart.series}}}};
  }
  spec["layer"] = mark_layers(chart);
  return spec;
}

Json with_point_tips(Json spec, const PointChart& chart) {
  Json tips = Json::array({tip("r", chart.row_title)});
  if (chart.lanes) tips.push_back(tip("s", "value of"));
  tips.push_back(tip("t", chart.value_title));
  for (Json& layer : spec["layer"]) layer["encoding"]["tooltip"] = tips;
  return spec;
}

std::string point_description(const PointChart& chart) {
  std::string text = chart.bars ? "Bar chart." : "Dot chart.";
  const std::size_t told = std::min<std::size_t>(chart.marks.size(), 30);
  for (std::size_t i = 0; i < told; ++i) {
    const Mark& mark = chart.marks[i];
    text += fmt::format(" {}{}: {}.", mark.row, chart.lanes ? ", " + mark.series : "", mark.measure.text);
  }
  if (told < chart.marks.size()) text += fmt::format(" And {} more.", chart.marks.size() - told);
  return text;
}

std::string point_note(const PointChart& chart, const std::vector<Group>& groups,
                       const std::vector<std::string>& fields) {
  std::string note;
  const bool zoomed = !chart.bars && chart.extent.low > 0;
  if (zoomed) note = "The axis shows the range of the values and does not start at zero.";
  if (!chart.repeats) return note;
  note += note.empty() ? "" : " ";
  const std::string interval = interval_note(groups, fields);
  note += "Small dots are single runs";
  return note + (interval.empty() ? "." : ", lines are 95 % intervals of the mean.");
}

Chart finish_chart(PointChart chart, const std::string& title, const std::vector<Group>& groups,
                   const std::vector<std::string>& fields, Table data) {
  measure_extent(chart);
  const Json spec = point_specification(chart);
  const std::string interval = interval_note(groups, fields);
  if (!interval.empty()) data.notes.push_back(interval);
  return {.title = title,
          .description = point_description(chart),
          .specification = dump(spec),
          .interactive = dump(with_point_tips(spec, chart)),
          .note = point_note(chart, groups, fields),
          .data = std::move(data)};
}

// ---------------------------------------------------------------- bars

// How the points are named along the axis, and the axis itself: by value where there is one sweep axis only.
struct PointNames {
  std::string axis;
  std::vector<std::string> labels;
};

PointNames name_points(const std::vector<Group>& groups) {
  const std::vector<std::string> axes = axes_of(groups).varying;
  if (several_experiments(groups) || axes.size() != 1) {
    const bool points = !groups.front().first().params.empty() && !several_experiments(groups);
    return {points ? "point" : "experiment", point_labels(groups)};
  }
  PointNames names{axes.front(), {}};
  for (const Group& group : groups) names.labels.push_back(axis_text(group.first(), axes.front()));
  return names;
}

Table point_table(const std::vector<Group>& groups, const PointNames& points,
                  const std::vector<std::string>& fields) {
  Table table;
  table.folded = "Data";
  table.columns = {{.title = sentence(points.axis)}};
  if (any_repeats(groups)) table.columns.push_back({.title = "Runs"});
  for (const std::string& field : fields) {
    table.columns.push_back({.title = sentence(readable_field(field)), .number = true});
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Table::Row row{.cells = {{points.labels[i]}}};
    if (any_repeats(groups)) row.cells.push_back({runs_text(groups[i])});
    for (const std::string& field : fields) row.cells.push_back({measure(groups[i], field).text});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Chart bar_chart(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  const PointNames points = name_points(groups);
  PointChart chart{.form = form_of(fields.front()), .rows = points.labels, .row_title = points.axis};
  std::string names;
  for (const std::string& field : fields) {
    chart.series.push_back(readable_field(field));
    names += (names.empty() ? "" : ", ") + readable_field(field);
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (const std::string& field : fields) {
      chart.marks.push_back({points.labels[i], readable_field(field), measure(groups[i], field)});
    }
  }
  chart.lanes = chart.legend = fields.size() > 1;
  const bool one_metric = std::ranges::all_of(
      fields, [&](const std::string& field) { return metric_of(field) == metric_of(fields.front()); });
  const std::string name = fields.size() == 1 ? chart.series.front()
                           : one_metric       ? readable_field(metric_of(fields.front()))
                                              : "";
  chart.value_title = axis_title(chart.form, name);
  return finish_chart(std::move(chart), sentence(names) + " by " + points.axis, groups, fields,
                      point_table(groups, points, fields));
}

struct Choice {
  std::vector<Group> groups;
  std::string remark;  // "the best 40 of 100"; "" if these are all
};

// All points, or the best ones by the first field that has a direction, in their own order.
Choice choose_points(const std::vector<Group>& groups, const std::vector<std::string>& fields,
                     std::size_t most) {
  if (groups.size() <= most) return {groups, ""};
  const auto field = std::ranges::find_if(
      fields, [&](const std::string& candidate) { return direction_of(groups, candidate).has_value(); });
  std::vector<std::pair<double, std::size_t>> ranks;  // smaller is better
  for (std::size_t i = 0; i < groups.size(); ++i) {
    double score = 0;
    if (field != fields.end()) {
      const Measure value = measure(groups[i], *field);
      score = direction_of(groups, *field) == Direction::Higher ? -value.mean : value.mean;
      if (!value.numeric || !std::isfinite(score)) score = HUGE_VAL;
    }
    ranks.emplace_back(score, i);
  }
  std::ranges::sort(ranks);
  ranks.resize(most);
  std::ranges::sort(ranks, {}, [](const auto& rank) { return rank.second; });
  Choice choice;
  for (const auto& [score, index] : ranks) choice.groups.push_back(groups[index]);
  choice.remark =
      fmt::format("the {} {} of {}", field == fields.end() ? "first" : "best", most, groups.size());
  return choice;
}

// ---------------------------------------------------------------- comparison

// The field of every point that has it or failed; a blank row between experiments.
PointChart compare_points(const std::vector<Group>& groups, const std::string& field) {
  PointChart chart{
      .form = form_of(field), .row_title = "experiment", .may_be_bars = false, .width = kComparisonWidth};
  chart.value_title = axis_title(chart.form, readable_field(field));
  std::string blank = " ";
  for (const Group& group : groups) {
    const std::string& experiment = group.first().experiment;
    if (chart.series.empty() || chart.series.back() != experiment) {
      if (!chart.rows.empty()) chart.rows.push_back(blank += " ");
      chart.series.push_back(experiment);
    }
    chart.rows.push_back(full_label(group.first()));
    chart.marks.push_back({full_label(group.first()), experiment, measure(group, field)});
  }
  return chart;
}

}  // namespace

std::vector<Chart> bar_charts(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  std::vector<Chart> charts;
  const Choice choice = choose_points(groups, fields, kMostPoints);
  const std::vector<Group>& drawn = choice.groups;
  std::vector<NumberForm> forms;
  std::map<NumberForm, std::vector<std::string>> by_form;
  for (const std::string& field : fields) {
    const bool numeric =
        std::ranges::any_of(drawn, [&](const Group& group) { return measure(group, field).numeric; });
    if (!numeric) continue;
    const NumberForm form = form_of(field);
    if (!by_form.contains(form)) forms.push_back(form);
    std::vector<std::string>& list = by_form[form];
    if (std::ranges::find(list, field) == list.end() && list.size() < kPalette) list.push_back(field);
  }
  for (const NumberForm form : forms) {
    Chart chart = bar_chart(drawn, by_form[form]);
    if (!choice.remark.empty()) chart.title += " (" + choice.remark + ")";
    charts.push_back(std::move(chart));
  }
  return charts;
}

std::vector<Chart> comparison_charts(const std::vector<Group>& groups,
                                     const std::vector<std::string>& fields) {
  std::vector<Chart> charts;
  for (const std::string& field : fields) {
    std::vector<Group> shown;
    for (const Group& group : groups) {
      const bool failed = std::ranges::none_of(group.trials, &TrialRecord::finished);
      if (failed || measure(group, field).numeric) shown.push_back(group);
    }
    const Choice choice = choose_points(shown, {field}, kMostCompared);
    const bool numeric =
        std::ranges::any_of(choice.groups, [&](const Group& group) { return measure(group, field).numeric; });
    if (!numeric) continue;
    const PointNames points = {"point", [&] {
                                 std::vector<std::string> labels;
                                 for (const Group& group : choice.groups)
                                   labels.push_back(full_label(group.first()));
                                 return labels;
                               }()};
    Chart chart = finish_chart(compare_points(choice.groups, field), sentence(readable_field(field)),
                               choice.groups, {field}, point_table(choice.groups, points, {field}));
    chart.wide = true;
    if (!choice.remark.empty()) chart.title += " (" + choice.remark + ")";
    const std::size_t left_out = groups.size() - shown.size();
    if (left_out > 0) {
      chart.note += fmt::format("{}{} without {} {} not shown.", chart.note.empty() ? "" : " ",
                                left_out == 1 ? "1 point" : fmt::format("{} points", left_out),
                                readable_field(field), left_out == 1 ? "is" : "are");
    }
    charts.push_back(std::move(chart));
  }
  return charts;
}

}  // namespace nnc::rt
