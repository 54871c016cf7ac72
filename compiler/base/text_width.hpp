// How text looks on a terminal: what is shown for each character, and how many columns it takes.
#pragma once

#include <string>
#include <string_view>

namespace nnc {

// One character of UTF-8 text as it is shown.
struct ShownCharacter {
  std::size_t bytes = 1;  // how many bytes of the text it is
  std::string shown;      // a tab becomes four blanks; what would disturb a terminal becomes U+FFFD
  int width = 1;          // columns: 0 for combining marks, 2 for wide characters
};

// The first character of a text that is not empty. A byte that is not UTF-8 stands for itself alone.
ShownCharacter first_character(std::string_view text);

// The columns that the text takes.
int display_width(std::string_view text);

// The text as it may be sent to a terminal: no control characters except line breaks, no bytes that are not
// UTF-8.
std::string printable(std::string_view text);

}  // namespace nnc
