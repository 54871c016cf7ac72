// The charts of a report as Vega-Lite specifications, each with its description and its data as a table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/report/content.hpp"
#include "runtime/report/naming.hpp"
#include "runtime/results/judgement.hpp"
#include "runtime/results/results.hpp"

namespace nnc::rt {

// One chart per metric with a history: against the epoch, a colour per point of the sweep or, where there is
// only one, per part; validation dashed; the mean of repeats with a band around it. Empty if nothing was
// recorded.
std::vector<Chart> curve_charts(const std::vector<Group>& groups);

// One chart per unit of measure, a row per point, a colour per field, with values, intervals and single runs.
// Bars from zero; where zero would hide the differences, dots on an axis that shows only their range.
std::vector<Chart> bar_charts(const std::vector<Group>& groups, const std::vector<std::string>& fields);
// One chart per field with a dot per point, experiment after experiment.
std::vector<Chart> comparison_charts(const std::vector<Group>& groups,
                                     const std::vector<std::string>& fields);

// A field over two sweep axes, one chart per value of the others; over one axis a single row. Dots in the
// plane where most cells would be empty. Empty if there is no number or no axis.
std::vector<Chart> heatmap_charts(const std::vector<Group>& groups, const std::string& field);

// True against predicted classes: counts and their shares of the true class.
Chart confusion_chart(const Confusion& confusion, const std::vector<std::string>& classes);
Table class_table(const Confusion& confusion, const std::vector<std::string>& classes);

// A curve per class with the area under it.
Chart roc_chart(const std::vector<RocCurve>& curves, const std::vector<std::string>& classes);

// The SVG of a chart as a file of its own: named for screen readers, on white, with the colours of the light
// scheme.
std::string standalone_svg(const std::string& svg, const Chart& chart);
// Numbers in paths with two decimals: what Vega writes beyond them no screen shows.
std::string compact_svg(const std::string& svg);
// Pictures in a grid, for report.md.
std::string gallery_svg(const Gallery& gallery);

}  // namespace nnc::rt
