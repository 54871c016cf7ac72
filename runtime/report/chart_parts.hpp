// What all charts have in common: their look, how numbers are drawn and written in them, room for labels.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "compiler/plan/result_fields.hpp"

namespace nnc::rt {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t kPalette = 10;  // colours with a name of their own

// Compact, whatever bytes the names in it have.
std::string dump(const Json& json);
// The size and the look of a chart, without data.
Json chart_base(int width, int height);
// Enough columns for the longest label beside its symbol.
int legend_columns(const std::vector<std::string>& labels, int width);
// Colours for so many series: the palette of the page, or a ramp where that is too short.
Json color_range(std::size_t count);

// The number as it is drawn: per cent as 0..100. Five significant digits, which no eye tells apart from more.
double drawn_number(NumberForm form, double value);
// A Vega expression that writes the drawn number `datum.<name>` as format_number writes the number.
std::string number_expression(NumberForm form, const std::string& name);
// "test accuracy (%)", "time (s)"; without a name the unit alone.
std::string axis_title(NumberForm form, const std::string& name);

// The colours of text and of what lies below it.
inline constexpr const char* kInk = "var(--chart-ink)";
inline constexpr const char* kPaper = "var(--chart-paper)";

// A line of what is shown under the pointer.
Json tip(const char* field, const std::string& title);
// For rows and columns of cells whose opacity is the field `o`.
Json cell_axis(const std::string& title, std::size_t limit);
Json cell_text_color();

struct Extent {
  double low = 0;
  double high = 0;
};
// With a margin, so that nothing lies on the edge; never empty.
Extent padded(Extent extent, double margin);

// Places moved as little as needed to be `gap` apart within 0..height; in the order given.
std::vector<double> spread_out(const std::vector<double>& places, double gap, double height);

}  // namespace nnc::rt
