// ROC curves; see charts.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "runtime/report/chart_parts.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kMostNamed = 12;    // in the legend
constexpr std::size_t kMostCurves = 100;  // drawn
constexpr int kSide = 420;

std::string area_text(const RocCurve& curve) {
  return std::isfinite(curve.area) ? format_number(NumberForm::Score, curve.area) : "–";
}

Json roc_specification(const std::vector<RocCurve>& curves, const std::vector<std::string>& names) {
  Json rows = Json::array();
  std::vector<std::string> drawn;
  for (std::size_t i = 0; i < std::min(curves.size(), kMostCurves); ++i) {
    if (curves[i].false_positive.empty()) continue;
    const std::string label = fmt::format("{} ({})", names[i], area_text(curves[i]));
    Json row = {{"c", label}, {"x", Json::array()}, {"y", Json::array()}};
    for (const double value : curves[i].false_positive)
      row["x"].push_back(drawn_number(NumberForm::Plain, value));
    for (const double value : curves[i].true_positive)
      row["y"].push_back(drawn_number(NumberForm::Plain, value));
    rows.push_back(std::move(row));
    drawn.push_back(label);
  }
  const auto rate = [](const char* field, const char* title) {
    return Json{{"field", field},
                {"type", "quantitative"},
                {"title", title},
                {"scale", {{"domain", {0, 1}}}},
                {"axis", {{"tickCount", 5}, {"domain", false}}}};
  };
  Json color = {{"field", "c"},
                {"type", "nominal"},
                {"title", "class (area under its curve)"},
                {"scale", {{"domain", drawn}, {"range", color_range(drawn.size())}}},
                {"legend",
                 {{"columns", std::min(3, legend_columns(drawn, kSide))},
                  {"symbolType", "stroke"},
                  {"symbolSize", 300},
                  {"orient", "bottom"}}}};
  if (drawn.size() > kMostNamed) color["legend"] = nullptr;
  // Ten colours are more than every eye can tell apart: the second half is dashed as well.
  Json dashes = Json::array();
  for (std::size_t i = 0; i < drawn.size(); ++i)
    dashes.push_back(2 * i < drawn.size() ? Json{1, 0} : Json{5, 2});
  Json dash = color;
  dash["scale"] = {{"domain", drawn}, {"range", dashes}};
  Json spec = chart_base(kSide + 60, kSide - 60);
  spec["encoding"] = {{"x", rate("x", "false positive rate")}, {"y", rate("y", "true positive rate")}};
  spec["layer"] =
      Json::array({{{"data", {{"values", {{{"x", 0}, {"y", 0}}, {{"x", 1}, {"y", 1}}}}}},
                    {"mark", {{"type", "line"}, {"color", "var(--chart-axis)"}, {"strokeDash", {4, 4}}}}},
                   {{"data", {{"values", rows}}},
                    {"transform", {{{"flatten", {"x", "y"}}}}},
                    {"mark", {{"type", "line"}, {"strokeWidth", 1.75}, {"interpolate", "linear"}}},
                    {"encoding",
                     // In the order they come: sorting by x would make the steps jump.
                     {{"color", color}, {"strokeDash", dash}, {"order", {{"value", nullptr}}}}}}});
  return spec;
}

Json with_roc_tips(Json spec) {
  Json tips = Json::array();
  for (const auto& [field, title] :
       {std::pair{"c", "class (area)"}, {"x", "false positive rate"}, {"y", "true positive rate"}})
    tips.push_back({{"field", field}, {"type", "nominal"}, {"title", title}});
  const Json shown = {{"condition", {{"param", "near"}, {"empty", false}, {"value", 1}}}, {"value", 0}};
  Json points = spec["layer"][1];
  points["mark"] = {{"type", "point"}, {"filled", true}, {"size", 60}};
  points["encoding"].erase("order");
  points["encoding"].erase("strokeDash");
  points["encoding"]["opacity"] = shown;
  points["encoding"]["tooltip"] = tips;
  points["params"] = {
      {{"name", "near"},
       {"select", {{"type", "point"}, {"on", "pointerover"}, {"nearest", true}, {"clear", "pointerout"}}}}};
  spec["layer"].push_back(std::move(points));
  return spec;
}

}  // namespace

Chart roc_chart(const std::vector<RocCurve>& curves, const std::vector<std::string>& classes) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    names.push_back(i < classes.size() ? classes[i] : fmt::format("{}", i));
  }
  Table table;
  table.columns = {{.title = "Class"}, {.title = "Area under the curve", .number = true}};
  std::string text = "ROC curves, each class against the others.";
  for (std::size_t i = 0; i < curves.size(); ++i) {
    table.rows.push_back({.cells = {{names[i]}, {area_text(curves[i])}}});
    if (i < 20) text += fmt::format(" Area of {}: {}.", names[i], area_text(curves[i]));
  }
  table.folded = "Data";
  const Json spec = roc_specification(curves, names);
  return {.title = "ROC curves",
          .description = text,
          .specification = dump(spec),
          .interactive = dump(with_roc_tips(spec)),
          .note =
              "Each class against the others. The dashed diagonal is guessing; the area of a perfect ranking "
              "is 1.",
          .data = std::move(table)};
}

}  // namespace nnc::rt
