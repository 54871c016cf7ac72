// The charts of a report as Vega-Lite specifications, each with its description and its data as a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/report/content.hpp"
#include "runtime/report/results.hpp"

namespace nnc::rt {

// One chart per metric with a history: against the epoch, a colour per point of the sweep or, where there is
// only one, per split. Empty if nothing was recorded.
std::vector<Chart> curve_charts(const std::vector<Group>& groups);

// Bars from zero with their values, one chart per unit of measure, a colour per field; the single runs as
// dots.
std::vector<Chart> bar_charts(const std::vector<Group>& groups, const std::vector<std::string>& fields);

// The SVG of a chart as a file of its own: named for screen readers, on white, with the colours of the light
// scheme.
std::string standalone_svg(const std::string& svg, const Chart& chart);
// Pictures in a grid, for report.md.
std::string gallery_svg(const Gallery& gallery);

}  // namespace nnc::rt
