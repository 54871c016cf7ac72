// See chart_parts.hpp. Colours are CSS variables of the page, so that one picture serves the light and the
// dark scheme.
#include "runtime/report/chart_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numeric>

namespace nnc::rt {
namespace {

struct Color {
  double red, green, blue;
};

// Colours that differ from both backgrounds; in order, for more series than there are names for colours.
std::string ramp_color(std::size_t index, std::size_t count) {
  constexpr std::array<Color, 4> kStops{{{91, 110, 225}, {28, 156, 140}, {208, 138, 29}, {200, 68, 58}}};
  const double place = static_cast<double>(index) / static_cast<double>(count - 1) * (kStops.size() - 1);
  const std::size_t low = std::min<std::size_t>(static_cast<std::size_t>(place), kStops.size() - 2);
  const double t = place - static_cast<double>(low);
  const auto mix = [&](double Color::*part) {
    return static_cast<int>(std::lround(kStops[low].*part * (1 - t) + kStops[low + 1].*part * t));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(&Color::red), mix(&Color::green), mix(&Color::blue));
}

}  // namespace

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json chart_base(int width, int height) {
  const char* text = "var(--chart-text)";
  Json axis = {{"labelColor", text},
               {"titleColor", text},
               {"gridColor", "var(--chart-grid)"},
               {"domainColor", "var(--chart-axis)"},
               {"tickColor", "var(--chart-axis)"},
               {"labelFontSize", 12},
               {"titleFontSize", 12},
               {"titleFontWeight", "normal"},
               {"titlePadding", 8},
               {"tickSize", 4}};
  Json legend = {{"labelColor", text},
                 {"titleColor", text},
                 {"labelFontSize", 12},
                 {"titleFontSize", 12},
                 {"titleFontWeight", "normal"},
                 {"orient", "top"},
                 {"direction", "horizontal"},
                 {"symbolStrokeWidth", 2.5},
                 {"labelLimit", 340},
                 {"offset", 10},
                 {"layout", {{"top", {{"direction", "vertical"}, {"anchor", "start"}}}}}};
  return {{"width", width},
          {"height", height},
          {"autosize", {{"type", "fit-x"}, {"contains", "padding"}}},
          {"background", nullptr},
          {"padding", 4},
          {"config",
           {{"font", "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"},
            {"aria", false},
            {"view", {{"stroke", nullptr}}},
            {"axis", axis},
            {"legend", legend}}}};
}

int legend_columns(const std::vector<std::string>& labels, int width) {
  std::size_t longest = 1;
  for (const std::string& label : labels) longest = std::max(longest, label.size());
  return std::max(1, width / (static_cast<int>(std::min<std::size_t>(longest, 50)) * 7 + 40));
}

Json color_range(std::size_t count) {
  Json colors = Json::array();
  for (std::size_t i = 0; i < count; ++i) {
    colors.push_back(count <= kPalette ? fmt::format("var(--c{})", i + 1) : ramp_color(i, count));
  }
  return colors;
}

double drawn_number(NumberForm form, double value) {
  const double scaled = form == NumberForm::Percent ? value * 100 : value;
  return std::strtod(fmt::format("{:.5g}", scaled).c_str(), nullptr);
}

std::string number_expression(NumberForm form, const std::string& name) {
  const auto with = [&](const char* format) { return fmt::format("format(datum['{}'],'{}')", name, format); };
  switch (form) {
    case NumberForm::Percent:
      return with(".2f") + "+' %'";
    case NumberForm::Score:
      return with(".4f");
    case NumberForm::Loss:
      return with(".4g");
    case NumberForm::Seconds:
      return with(".3g") + "+' s'";
    case NumberForm::Count:
      return with(",.0f");
    case NumberForm::Plain:
      return with("~g");
  }
  return {};
}

std::string axis_title(NumberForm form, const std::string& name) {
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

Json tip(const char* field, const std::string& title) {
  return {{"field", field}, {"type", "nominal"}, {"title", title}};
}

Json cell_axis(const std::string& title, std::size_t limit) {
  return {{"title", title}, {"labelLimit", limit}, {"ticks", false}, {"domain", false}, {"labelPadding", 6}};
}

// Light text on strong cells: with the colours of report.css either has a contrast of 4 where they change.
Json cell_text_color() {
  return {{"condition", {{"test", "datum.o > 0.7"}, {"value", kPaper}}}, {"value", kInk}};
}

Extent padded(Extent extent, double margin) {
  const double width = extent.high - extent.low;
  const double room = width > 0 ? width * margin : std::max(std::abs(extent.high) * 0.05, 1e-6);
  return {extent.low - room, extent.high + room};
}

std::vector<double> spread_out(const std::vector<double>& places, double gap, double height) {
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return places[i]; });
  std::vector<double> moved = places;
  double next = 0;
  for (const std::size_t i : order) {  // downwards, each at least a gap below the one before
    moved[i] = std::max(moved[i], next);
    next = moved[i] + gap;
  }
  double limit = height;
  for (auto i = order.rbegin(); i != order.rend(); ++i) {  // back up where they fell over the edge
    moved[*i] = std::min(moved[*i], limit);
    limit = moved[*i] - gap;
  }
  return moved;
}

}  // namespace nnc::rt
