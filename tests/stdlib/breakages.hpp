// Deliberate breakages of the library's declarations: slips that still check, but compute something else.
#pragma once

#include <string_view>
#include <vector>

namespace nnc::test {

struct Breakage {
  std::string_view declaration;
  std::string_view before;  // in the declaration's text; the first occurrence
  std::string_view after;
};

const std::vector<Breakage>& breakages();

}  // namespace nnc::test
