// What all charts have in common.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace nnc::rt {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t kPalette = 8;  // colours with a name of their own

// Compact, whatever bytes the names in it have.
std::string dump(const Json& json);
// The size and the look of a chart, without data.
Json chart_base(int width, int height);
// Enough columns for the longest label beside its symbol.
int legend_columns(const std::vector<std::string>& labels, int width);
// Colours for so many series: the palette of the page, or a ramp where that is too short.
Json color_range(std::size_t count);

}  // namespace nnc::rt
