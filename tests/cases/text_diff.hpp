// The difference of two texts, line by line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nnc::test {

std::vector<std::string_view> lines_of(std::string_view text);

// A unified diff with three lines of context; "" if the texts are equal.
std::string unified_diff(std::string_view expected, std::string_view actual);

}  // namespace nnc::test
