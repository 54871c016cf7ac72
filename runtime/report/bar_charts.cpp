// Bars; see charts.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "runtime/report/chart_parts.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/report/format.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kMostBars = 40;  // points of a sweep
constexpr int kBarWidth = 460;

struct Bar {
  std::string label = {};
  std::string field = {};
  Measure measure = {};
  double scale = 1;
};

// The number as it is drawn.
double bar_scale(NumberForm form) { return form == NumberForm::Percent ? 100 : 1; }

std::string bar_axis(NumberForm form, const std::vector<std::string>& fields) {
  const std::string name = fields.size() == 1 ? readable_field(fields.front()) : "";
  switch (form) {
    case NumberForm::Percent:
      return name.empty() ? "%" : name + " (%)";
    case NumberForm::Seconds:
      return name.empty() || name == "time" ? "time (s)" : name + " (s)";
    case NumberForm::Count:
      return name.empty() ? "count" : name;
    default:
      return name.empty() ? "value" : name;
  }
}

// How the points are named along the axis, and the axis itself: by value where there is one sweep axis only.
struct PointNames {
  std::string axis;
  std::vector<std::string> labels;
};

PointNames name_points(const std::vector<Group>& groups) {
  PointNames names;
  const auto& first = groups.front().first();
  const std::vector<std::string> axes = axes_of(groups).varying;
  const bool one_experiment = std::ranges::all_of(
      groups, [&](const Group& group) { return group.first().experiment == first.experiment; });
  const bool one_axis = one_experiment && axes.size() == 1;
  names.axis = one_axis ? axes.front() : one_experiment && !first.params.empty() ? "trial" : "experiment";
  for (const Group& group : groups) {
    const TrialRecord& trial = group.first();
    std::string label = one_axis ? axis_text(trial, axes.front()) : point_label(trial, axes);
    if (!one_experiment && !trial.params.empty()) label = trial.experiment + ": " + label;
    names.labels.push_back(label);
  }
  return names;
}

Json bar_values(const std::vector<Bar>& bars) {
  Json rows = Json::array();
  for (const Bar& bar : bars) {
    const double mean = bar.measure.mean * bar.scale;
    const double deviation = bar.measure.deviation * bar.scale;
    if (!bar.measure.numeric || !std::isfinite(mean)) {
      rows.push_back({{"label", bar.label},
                      {"field", readable_field(bar.field)},
                      {"edge", 0},
                      {"text", bar.measure.numeric ? bar.measure.text : "no result"}});
      continue;
    }
    Json row = {{"label", bar.label},
                {"field", readable_field(bar.field)},
                {"value", mean},
                {"text", bar.measure.text},
                {"edge", std::max(0.0, mean)}};
    if (bar.measure.values.size() > 1 && std::isfinite(deviation)) {
      double edge = mean + deviation;
      Json dots = Json::array();
      for (const double value : bar.measure.values) {
        if (!std::isfinite(value)) continue;
        dots.push_back(value * bar.scale);
        edge = std::max(edge, value * bar.scale);
      }
      row["low"] = mean - deviation;
      row["high"] = mean + deviation;
      row["dots"] = std::move(dots);
      row["edge"] = std::max(0.0, edge);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json bar_layers(bool repeats) {
  const auto x = [](const char* field) { return Json{{"field", field}, {"type", "quantitative"}}; };
  const char* ink = "var(--chart-text)";
  Json layers = Json::array({{{"transform", {{{"filter", "isValid(datum.value)"}}}},
                              {"mark", {{"type", "bar"}, {"cornerRadiusEnd", 2}}},
                              {"encoding", {{"x", x("value")}}}}});
  if (repeats) {
    layers.push_back(
        {{"transform", {{{"filter", "isValid(datum.low)"}}}},
         {"mark", {{"type", "rule"}, {"color", ink}, {"strokeWidth", 1.5}}},
         {"encoding", {{"x", x("low")}, {"x2", {{"field", "high"}}}, {"color", {{"value", ink}}}}}});
    layers.push_back({{"transform", {{{"filter", "isValid(datum.dots)"}}, {{"flatten", {"dots"}}}}},
                      {"mark", {{"type", "point"}, {"size", 16}, {"filled", true}, {"opacity", 0.75}}},
                      {"encoding", {{"x", x("dots")}, {"color", {{"value", ink}}}}}});
  }
  layers.push_back(
      {{"mark", {{"type", "text"}, {"align", "left"}, {"baseline", "middle"}, {"dx", 5}, {"fontSize", 12}}},
       {"encoding",
        {{"x", x("edge")},
         {"text", {{"field", "text"}, {"type", "nominal"}}},
         {"color", {{"value", ink}}}}}});
  return layers;
}

Json bar_specification(const std::vector<Bar>& bars, const PointNames& points,
                       const std::vector<std::string>& fields, NumberForm form) {
  const Json values = bar_values(bars);
  double edge = 0;
  double lowest = 0;
  std::size_t longest = 1;
  bool repeats = false;
  for (const Bar& bar : bars) longest = std::max(longest, bar.measure.text.size());
  for (const Json& row : values) {
    edge = std::max(edge, row["edge"].get<double>());
    lowest = std::min(lowest, row.value("value", 0.0));
    repeats = repeats || row.contains("dots");
  }
  // Room for the longest value behind the longest bar.
  const double room = 1 + static_cast<double>(std::min<std::size_t>(longest, 24)) * 0.026;
  std::vector<std::string> names;
  for (const std::string& field : fields) names.push_back(readable_field(field));

  const std::size_t lanes = fields.size();
  const std::size_t lane = lanes == 1 ? 26 : 18;
  Json spec =
      chart_base(kBarWidth, static_cast<int>(points.labels.size() * (lanes * lane + (lanes > 1 ? 10 : 0))));
  spec["data"] = {{"values", values}};
  Json domain = {lowest, edge > 0 ? edge * room : 1};
  Json color = {{"field", "field"},
                {"type", "nominal"},
                {"title", nullptr},
                {"scale", {{"domain", names}, {"range", color_range(lanes)}}},
                {"legend", {{"columns", legend_columns(names, kBarWidth)}, {"symbolType", "square"}}}};
  if (lanes == 1) color["legend"] = nullptr;
  spec["encoding"] = {
      {"y",
       {{"field", "label"},
        {"type", "nominal"},
        {"title", points.axis},
        {"sort", nullptr},
        {"scale",
         {{"domain", points.labels}, {"paddingInner", lanes == 1 ? 0.28 : 0.2}, {"paddingOuter", 0.1}}},
        {"axis",
         {{"labelLimit", 190},
          {"ticks", false},
          {"domain", false},
          {"labelPadding", 8},
          {"titleAngle", 0},
          {"titleAlign", "right"},
          {"titleBaseline", "bottom"},
          {"titleX", -8},
          {"titleY", -4}}}}},
      {"x",
       {{"type", "quantitative"},
        {"title", bar_axis(form, fields)},
        {"scale", {{"domain", domain}, {"nice", false}}},
        {"axis", {{"tickCount", 5}, {"domain", false}}}}},
      {"color", color}};
  if (lanes > 1) {
    spec["encoding"]["yOffset"] = {
        {"field", "field"}, {"type", "nominal"}, {"sort", nullptr}, {"scale", {{"domain", names}}}};
  }
  if (form == NumberForm::Percent && lowest >= 0 && edge <= 100) {
    spec["encoding"]["x"]["axis"] = {{"values", {0, 20, 40, 60, 80, 100}}, {"domain", false}};
  }
  spec["layer"] = bar_layers(repeats);
  return spec;
}

Json with_bar_tips(Json spec, const std::string& axis) {
  Json tips = Json::array();
  for (const auto& [field, title] :
       {std::pair<const char*, std::string>{"label", axis}, {"field", "value of"}, {"text", "value"}}) {
    tips.push_back({{"field", field}, {"type", "nominal"}, {"title", title}});
  }
  spec["layer"][0]["encoding"]["tooltip"] = std::move(tips);
  return spec;
}

std::string bar_description(const std::vector<Bar>& bars) {
  std::string text = "Bar chart.";
  const std::size_t told = std::min<std::size_t>(bars.size(), 24);
  for (std::size_t i = 0; i < told; ++i) {
    text += fmt::format(" {}, {}: {}.", bars[i].label, readable_field(bars[i].field), bars[i].measure.text);
  }
  if (told < bars.size()) text += fmt::format(" And {} more bars.", bars.size() - told);
  return text;
}

Table bar_table(const std::vector<Group>& groups, const PointNames& points,
                const std::vector<std::string>& fields) {
  Table table;
  table.folded = "Data";
  table.columns = {{.title = sentence(points.axis)}};
  for (const std::string& field : fields) {
    table.columns.push_back({.title = sentence(readable_field(field)), .number = true});
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Table::Row row{.cells = {{points.labels[i]}}};
    for (const std::string& field : fields) row.cells.push_back({measure(groups[i], field).text});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Chart bar_chart(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  const NumberForm form = form_of(fields.front());
  const PointNames points = name_points(groups);
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (const std::string& field : fields) {
      bars.push_back({points.labels[i], field, measure(groups[i], field), bar_scale(form)});
    }
  }
  std::string names;
  for (const std::string& field : fields) names += (names.empty() ? "" : ", ") + readable_field(field);
  const Json spec = bar_specification(bars, points, fields, form);
  return {.title = sentence(names) + " by " + points.axis,
          .description = bar_description(bars),
          .specification = dump(spec),
          .interactive = dump(with_bar_tips(spec, points.axis)),
          .data = bar_table(groups, points, fields)};
}

struct Choice {
  std::vector<Group> groups;
  std::string remark;  // "the best 40 of 100"; "" if these are all
};

// All points, or the best ones by the first field that has a direction, in their own order.
Choice choose_points(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  if (groups.size() <= kMostBars) return {groups, ""};
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
  ranks.resize(kMostBars);
  std::ranges::sort(ranks, {}, [](const auto& rank) { return rank.second; });
  Choice choice;
  for (const auto& [score, index] : ranks) choice.groups.push_back(groups[index]);
  choice.remark =
      fmt::format("the {} {} of {}", field == fields.end() ? "first" : "best", kMostBars, groups.size());
  return choice;
}

}  // namespace

std::vector<Chart> bar_charts(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  std::vector<Chart> charts;
  const Choice choice = choose_points(groups, fields);
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

}  // namespace nnc::rt
