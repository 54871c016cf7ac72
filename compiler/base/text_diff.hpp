// The difference of two texts, line by line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nnc {

// Without their line breaks.
std::vector<std::string_view> lines_of(std::string_view text);

struct DiffOptions {
  // What the two are called, in the two lines at the top; none if empty.
  std::string before = {};
  std::string after = {};
  bool color = false;
};

// A unified diff with three lines of context, as `patch` reads it; "" if the texts are equal.
std::string unified_diff(std::string_view before, std::string_view after, const DiffOptions& options = {});

}  // namespace nnc
