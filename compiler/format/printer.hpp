// From a layout to text.
#pragma once

#include <string>
#include <string_view>

#include "compiler/format/layout.hpp"

namespace nnc::format {

// Lays everything out in lines of at most `width` columns where that can be done.
std::string print_layout(const Layout& layout, int width, std::string_view line_end);

}  // namespace nnc::format
