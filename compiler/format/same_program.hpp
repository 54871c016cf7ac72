// Whether two texts are the same program with the same comments: what formatting must not change.
#pragma once

#include <string>
#include <string_view>

#include "compiler/parse/parse.hpp"

namespace nnc::format {

// What makes the texts different: "" if they are the same program. Blanks at the end of a comment do not
// count.
std::string difference(std::string_view text, const ParsedText& parsed, std::string_view other_text,
                       const ParsedText& other);

}  // namespace nnc::format
