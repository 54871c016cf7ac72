// A field over two sweep axes; see charts.hpp. The strength of one colour speaks of the number, which is
// written in the cell, so that no colour has to be told from another.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/report/chart_parts.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kMostHeatmaps = 12;
constexpr std::size_t kMostCells = 2500;

struct Plane {
  std::string x;
  std::string y;  // "" for a single row
  std::vector<Group> groups;
  std::string remark;  // the values of the other axes
};

std::optional<double> number_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// The values of an axis: numbers ascending, words in order of appearance.
std::vector<std::string> axis_values(const std::vector<Group>& groups, const std::string& axis) {
  std::vector<std::string> values;
  for (const Group& group : groups) {
    const std::string text = axis_text(group.first(), axis);
    if (std::ranges::find(values, text) == values.end()) values.push_back(text);
  }
  if (std::ranges::all_of(values, [](const std::string& text) { return number_of(text).has_value(); })) {
    std::ranges::stable_sort(values, {}, [](const std::string& text) { return *number_of(text); });
  }
  return values;
}

// The longer axis across; every combination of the axes beyond the second is a plane of its own.
std::vector<Plane> make_planes(const std::vector<Group>& groups) {
  std::vector<std::string> axes = axes_of(groups).varying;
  std::vector<std::string> others;
  while (axes.size() > 2) {  // those with the fewest values are the first to go
    const auto fewest = std::ranges::min_element(
        axes, {}, [&](const std::string& axis) { return axis_values(groups, axis).size(); });
    others.insert(others.begin(), *fewest);
    axes.erase(fewest);
  }
  if (axes.size() == 2 && axis_values(groups, axes[1]).size() < axis_values(groups, axes[0]).size()) {
    std::swap(axes[0], axes[1]);
  }
  std::vector<Plane> planes;
  for (const Group& group : groups) {
    const std::string remark = others.empty() ? "" : point_label(group.first(), others);
    auto place = std::ranges::find(planes, remark, &Plane::remark);
    if (place == planes.end()) {
      planes.push_back({axes.size() == 2 ? axes[1] : axes[0], axes.size() == 2 ? axes[0] : "", {}, remark});
      place = planes.end() - 1;
    }
    place->groups.push_back(group);
  }
  return planes;
}

struct Range {
  Extent extent = {HUGE_VAL, -HUGE_VAL};
  double best = 0;
};

Range range_of(const std::vector<Group>& groups, const std::string& field) {
  Range range;
  for (const Group& group : groups) {
    const Measure value = measure(group, field);
    if (!value.numeric || !std::isfinite(value.mean)) continue;
    range.extent.low = std::min(range.extent.low, value.mean);
    range.extent.high = std::max(range.extent.high, value.mean);
  }
  range.best = direction_of(groups, field) == Direction::Lower ? range.extent.low : range.extent.high;
  return range;
}

// Opacity from the worst to the best.
double strength(const Range& range, Direction better, double value) {
  const double width = range.extent.high - range.extent.low;
  const double place = width > 0 ? (value - range.extent.low) / width : 1;
  return 0.1 + 0.75 * (better == Direction::Lower ? 1 - place : place);
}

Json cell_values(const Plane& plane, const std::string& field, const Range& range, Direction better) {
  Json rows = Json::array();
  for (const Group& group : plane.groups) {
    const Measure value = measure(group, field);
    Json row = {{"x", axis_text(group.first(), plane.x)},
                {"y", plane.y.empty() ? "" : axis_text(group.first(), plane.y)},
                {"t", value.text},
                {"o", 0}};
    if (value.numeric && std::isfinite(value.mean)) {
      row["o"] = drawn_number(NumberForm::Plain, strength(range, better, value.mean));
      row["m"] = format_number(form_of(field), value.mean);
      if (value.mean == range.best) row["b"] = "★ best";
    } else {
      row["m"] = value.numeric ? value.text : "no result";
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json heatmap_specification(const Plane& plane, const Json& cells, bool written) {
  const std::vector<std::string> columns = axis_values(plane.groups, plane.x);
  const std::vector<std::string> rows =
      plane.y.empty() ? std::vector<std::string>{""} : axis_values(plane.groups, plane.y);
  const int cell = written ? 84 : std::max(6, 620 / static_cast<int>(columns.size()));
  Json spec = chart_base(std::clamp(static_cast<int>(columns.size()) * cell + 110, 260, 640),
                         static_cast<int>(rows.size()) * (written ? 48 : std::min(cell, 24)));
  spec["data"] = {{"values", cells}};
  Json x_axis = cell_axis(plane.x, 120);
  if (!written || columns.size() < 8) x_axis["labelAngle"] = written ? 0 : -90;
  Json y = {{"field", "y"},
            {"type", "nominal"},
            {"sort", rows},
            {"title", plane.y},
            {"axis", cell_axis(plane.y, 160)}};
  if (plane.y.empty()) y["axis"] = nullptr;
  spec["encoding"] = {
      {"x", {{"field", "x"}, {"type", "nominal"}, {"sort", columns}, {"title", plane.x}, {"axis", x_axis}}},
      {"y", y}};
  Json layers = Json::array(
      {{{"mark", {{"type", "rect"}, {"color", "var(--cell)"}, {"stroke", kPaper}, {"strokeWidth", 2}}},
        {"encoding", {{"fillOpacity", {{"field", "o"}, {"type", "quantitative"}, {"scale", nullptr}}}}}},
       {{"transform", {{{"filter", "isValid(datum.b)"}}}},
        {"mark", {{"type", "rect"}, {"filled", false}, {"stroke", kInk}, {"strokeWidth", 2.5}}}}});
  if (written) {
    layers.push_back({{"mark", {{"type", "text"}, {"fontSize", 13}}},
                      {"encoding", {{"text", {{"field", "m"}}}, {"color", cell_text_color()}}}});
    layers.push_back({{"transform", {{{"filter", "isValid(datum.b)"}}}},
                      {"mark", {{"type", "text"}, {"fontSize", 11}, {"dy", 15}}},
                      {"encoding", {{"text", {{"field", "b"}}}, {"color", cell_text_color()}}}});
  }
  spec["layer"] = std::move(layers);
  return spec;
}

// Where a random sample leaves most cells empty: the points where they are, stronger where better.
Json scatter_specification(const Plane& plane, const Json& cells) {
  Json spec = chart_base(460, 300);
  Json values = cells;
  for (Json& row : values) {
    row["x"] = *number_of(row["x"]);
    row["y"] = *number_of(row["y"]);
  }
  spec["data"] = {{"values", values}};
  const auto place = [](const char* field, const std::string& title) {
    return Json{{"field", field}, {"type", "quantitative"}, {"title", title}, {"scale", {{"zero", false}}}};
  };
  spec["encoding"] = {{"x", place("x", plane.x)}, {"y", place("y", plane.y)}};
  spec["layer"] = Json::array(
      {{{"mark",
         {{"type", "circle"},
          {"color", "var(--cell)"},
          {"stroke", "var(--cell)"},
          {"size", 180},
          {"opacity", 1}}},
        {"encoding", {{"fillOpacity", {{"field", "o"}, {"type", "quantitative"}, {"scale", nullptr}}}}}},
       {{"mark", {{"type", "text"}, {"fontSize", 10.5}, {"dy", -15}}},
        {"encoding",
         {{"text", {{"field", "m"}}},
          {"color", {{"value", kInk}}},
          {"opacity", {{"condition", {{"test", "isValid(datum.b)"}, {"value", 1}}}, {"value", 0.75}}}}}},
       {{"transform", {{{"filter", "isValid(datum.b)"}}}},
        {"mark", {{"type", "text"}, {"fontSize", 12}, {"dy", 19}}},
        {"encoding", {{"text", {{"field", "b"}}}, {"color", {{"value", kInk}}}}}}});
  return spec;
}

bool is_scatter(const Plane& plane) {
  if (plane.y.empty()) return false;
  const std::vector<std::string> columns = axis_values(plane.groups, plane.x);
  const std::vector<std::string> rows = axis_values(plane.groups, plane.y);
  const auto is_number = [](const std::string& text) { return number_of(text).has_value(); };
  return columns.size() * rows.size() > 2 * plane.groups.size() && std::ranges::all_of(columns, is_number) &&
         std::ranges::all_of(rows, is_number);
}

Table heatmap_table(const Plane& plane, const std::string& field) {
  Table table;
  table.folded = "Data";
  table.columns.push_back({.title = plane.x});
  if (!plane.y.empty()) table.columns.push_back({.title = plane.y});
  table.columns.push_back({.title = sentence(readable_field(field)), .number = true});
  for (const Group& group : plane.groups) {
    Table::Row row{.cells = {{axis_text(group.first(), plane.x)}}};
    if (!plane.y.empty()) row.cells.push_back({axis_text(group.first(), plane.y)});
    row.cells.push_back({measure(group, field).text});
    table.rows.push_back(std::move(row));
  }
  const std::string interval = interval_note(plane.groups, {field});
  if (!interval.empty()) table.notes.push_back(interval);
  return table;
}

Chart heatmap_chart(const Plane& plane, const std::string& field, const Range& range, Direction better) {
  const std::string name = readable_field(field);
  const Json cells = cell_values(plane, field, range, better);
  const bool written = axis_values(plane.groups, plane.x).size() <= 8;
  const Json spec =
      is_scatter(plane) ? scatter_specification(plane, cells) : heatmap_specification(plane, cells, written);
  Json interactive = spec;
  Json tips = Json::array({tip("x", plane.x)});
  if (!plane.y.empty()) tips.push_back(tip("y", plane.y));
  tips.push_back(tip("t", name));
  interactive["layer"][0]["encoding"]["tooltip"] = tips;
  std::string title = sentence(name) + " by " + plane.x + (plane.y.empty() ? "" : " and " + plane.y);
  if (!plane.remark.empty()) title += ", " + plane.remark;
  std::string text = is_scatter(plane) ? "Points in a plane." : "Heat map.";
  for (std::size_t i = 0; i < std::min<std::size_t>(plane.groups.size(), 40); ++i) {
    text +=
        fmt::format(" {}: {}.", point_label(plane.groups[i].first()), measure(plane.groups[i], field).text);
  }
  return {.title = title,
          .description = text,
          .specification = dump(spec),
          .interactive = dump(interactive),
          .note = better == Direction::Lower ? "Stronger is lower, which is better; the best is marked."
                                             : "Stronger is higher, which is better; the best is marked.",
          .data = heatmap_table(plane, field)};
}

}  // namespace

std::vector<Chart> heatmap_charts(const std::vector<Group>& groups, const std::string& field) {
  if (groups.empty() || axes_of(groups).varying.empty()) return {};
  const Range range = range_of(groups, field);
  if (range.extent.low > range.extent.high) return {};
  const Direction better = direction_of(groups, field).value_or(Direction::Higher);
  std::vector<Chart> charts;
  for (const Plane& plane : make_planes(groups)) {
    if (charts.size() == kMostHeatmaps || plane.groups.size() > kMostCells) break;
    charts.push_back(heatmap_chart(plane, field, range, better));
  }
  return charts;
}

}  // namespace nnc::rt
