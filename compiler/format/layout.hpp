// How a program may be laid out: its words, and between them the places where a line may end. A layout knows
// no syntax; the printer chooses among its forms by what fits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nnc::format {

// Wider than any line: what cannot stand on one.
inline constexpr int kNoLine = 1 << 24;

struct Layout {
  enum class Kind : std::uint8_t {
    Text,      // a word or sign, or prose, which may have lines of its own
    Space,     // one blank
    Break,     // `text` within a line, else the end of the line
    Comment,   // up to the end of its line
    Sequence,  // one after the other
    Group,     // on one line, or with all its own breaks taken
    Indent,    // what begins a line in it is indented
    Row,       // operands with a break before each operator
    Fill,      // items with breaks between them, as many in a line as fit
    Brackets,  // opening bracket, Fill, closing bracket
    Arms,      // `if` .. `else` .., the branches of a sweep: in a line, under each other, or opened
    Hanging,   // on the rest of the line, or indented on lines of its own
  };

  Kind kind = Kind::Text;
  std::string_view text = {};  // of the source, or a literal
  std::vector<Layout> parts = {};

  int newlines =
      0;  // Break: that the author made, 2 with a blank line. Comment: 2 with a blank line before it
  bool own_line = false;  // Comment: nothing but blanks before it
  int column =
      0;  // Comment: where it stood, Arms: how far the later ones are to the right when under each other
  // Row: of pipes, which stand under each other. Brackets, Hanging: the author began a new line in it.
  // Arms: the author put them under each other.
  bool marked = false;
  bool every = false;   // Row: if one operator begins a line, all do
  bool opened = false;  // Arms: the author opened the braces
  bool comma = false;   // Brackets: a comma behind the last item if the closing bracket has a line of its own

  // Found by measure().
  int width = 0;           // on one line; kNoLine if it cannot be
  int lead = 0;            // up to where a line may first end
  bool breakable = false;  // a line may end in it
  bool closed = false;     // lines in it end only within brackets that are closed on a line of their own
};

// Each completes and measures a layout.
Layout text(std::string_view text);
Layout space();
Layout line_break(std::string_view flat, int newlines = 0);
Layout comment(std::string_view text, bool own_line, bool blank_before, int column);
Layout make(Layout::Kind kind, std::vector<Layout> parts);
// Again, after one of its marks was set.
Layout measured(Layout layout);

}  // namespace nnc::format
