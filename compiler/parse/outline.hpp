// What can be said about a text without parsing it: where its comments, strings and brackets are, and which
// bracket closes which. Found in one pass over the bytes, whatever is wrong with the text; the parser asks it
// after a mistake, and the comments of it are the trivia of the file.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace nnc {

// The bytes [begin, end).
struct TextRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Bracket {
  static constexpr std::int32_t kNone = -1;

  std::uint32_t position = 0;
  char kind = '(';
  std::int32_t partner = kNone;  // none: never closed, or closes nothing
  std::int32_t parent = kNone;   // the innermost bracket that is open where this one stands

  [[nodiscard]] bool opens() const { return kind == '(' || kind == '[' || kind == '{'; }
};

struct Outline {
  std::vector<TextRange> comments;
  std::vector<TextRange> quoted;  // strings and prose, with their quotes
  std::vector<Bracket> brackets;

  // The innermost bracket open at a position, as an index into `brackets`, or kNone.
  [[nodiscard]] std::int32_t innermost_open(std::uint32_t position) const;
  // The first bracket at or behind a position.
  [[nodiscard]] std::size_t first_bracket(std::uint32_t position) const;
  // The end of the string, prose or comment that covers the position, or the position itself.
  [[nodiscard]] std::uint32_t skip_opaque(std::uint32_t position) const;
};

Outline read_outline(std::string_view text);

// True if a declaration begins here, in the first column: `model ann`, `report "..."`. `let` does not count,
// for it also begins a statement.
bool begins_declaration(std::string_view text, std::uint32_t position);
// True if only blanks stand before the position on its line.
bool is_first_on_line(std::string_view text, std::uint32_t position);

}  // namespace nnc
