// Pictures as files of their own, for report.md; see charts.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "runtime/report/charts.hpp"
#include "runtime/report/format.hpp"

namespace nnc::rt {
namespace {

// The light scheme of report.css.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kLight{{{"--c1", "#0072b2"},
                                                                                {"--c2", "#d55e00"},
                                                                                {"--c3", "#00805f"},
                                                                                {"--c4", "#b35a92"},
                                                                                {"--c5", "#a87500"},
                                                                                {"--c6", "#3d94c9"},
                                                                                {"--c7", "#5d3fa0"},
                                                                                {"--c8", "#6b6b6b"},
                                                                                {"--c9", "#8c1c2f"},
                                                                                {"--c10", "#5f7f00"},
                                                                                {"--chart-text", "#4a525c"},
                                                                                {"--chart-grid", "#e6e9ed"},
                                                                                {"--chart-axis", "#aab2bc"},
                                                                                {"--chart-ink", "#1c2128"},
                                                                                {"--chart-paper", "#ffffff"},
                                                                                {"--cell", "#00507d"}}};

void replace_all(std::string& text, const std::string& from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string standalone_svg(const std::string& svg, const Chart& chart) {
  std::string text = svg;
  for (const auto& [name, color] : kLight) replace_all(text, fmt::format("var({})", name), color);
  const std::size_t open = text.find('>');
  if (!text.starts_with("<svg") || open == std::string::npos) return text;
  text.insert(
      open + 1,
      fmt::format("<title>{}</title><desc>{}</desc><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
                  escape_html(chart.title), escape_html(chart.description)));
  text.insert(4, " role=\"img\"");
  return text + "\n";
}

std::string compact_svg(const std::string& svg) {
  std::string text;
  text.reserve(svg.size());
  const std::string_view begin = " d=\"";
  std::size_t at = 0;
  while (true) {
    const std::size_t from = svg.find(begin, at);
    const std::size_t to = from == std::string::npos ? from : svg.find('"', from + begin.size());
    text.append(svg, at, to == std::string::npos ? to : from + begin.size() - at);
    if (to == std::string::npos) return text;
    int decimals = -1;  // written since the point; none outside of a fraction
    bool exponent = false;
    for (std::size_t i = from + begin.size(); i < to; ++i) {
      const char c = svg[i];
      const bool digit = c >= '0' && c <= '9';
      exponent = c == 'e' || (exponent && (digit || c == '-' || c == '+'));
      decimals = c == '.' ? 0 : digit && decimals >= 0 ? decimals + 1 : -1;
      if (decimals <= 2 || exponent) text += c;
    }
    at = to;
  }
}

std::string gallery_svg(const Gallery& gallery) {
  constexpr int kCell = 96;
  constexpr int kColumns = 5;
  constexpr int kLine = 15;
  std::size_t lines = 1;
  for (const Gallery::Picture& picture : gallery.pictures) lines = std::max(lines, picture.lines.size());
  const int label = static_cast<int>(lines) * kLine + 7;
  const int gap = lines > 1 ? 34 : 12;
  const int count = static_cast<int>(gallery.pictures.size());
  const int columns = std::min(count, kColumns);
  const int rows = (count + kColumns - 1) / kColumns;
  const int width = columns * (kCell + gap) + gap;
  const int height = rows * (kCell + label + 10) + 10;
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" "
      "font-family=\"system-ui, sans-serif\" font-size=\"12\"><title>{2}</title>"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
      width, height, escape_html(gallery.caption));
  for (int i = 0; i < count; ++i) {
    const Gallery::Picture& picture = gallery.pictures[static_cast<std::size_t>(i)];
    const int x = gap + i % kColumns * (kCell + gap);
    const int y = 10 + i / kColumns * (kCell + label + 10);
    text += fmt::format(
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" style=\"image-rendering:pixelated\" "
        "href=\"data:image/png;base64,{}\"/>\n",
        x, y, kCell, kCell, base64(picture.png));
    for (std::size_t line = 0; line < picture.lines.size(); ++line) {
      text +=
          fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#4a525c\"{}>{}</text>\n",
                      x + kCell / 2, y + kCell + kLine * (static_cast<int>(line) + 1),
                      lines > 1 && line == 0 ? " font-weight=\"600\"" : "", escape_html(picture.lines[line]));
    }
  }
  return text + "</svg>\n";
}

}  // namespace nnc::rt
