// Chooses among the forms of a layout, from the outside to the inside: what fits on the line stays on it.
// `trailing` is always how many columns are taken by what must follow on the same line.
#include "compiler/format/printer.hpp"

#include <algorithm>
#include <span>

#include "compiler/format/lines.hpp"

namespace nnc::format {
namespace {

constexpr int kIndent = 2;
// Pipes stand under the first one if no more than this stands before it.
constexpr int kShortOperand = 16;

using Kind = Layout::Kind;

class Printer {
 public:
  explicit Printer(int width) : width_(width) {}

  void print(const Layout& layout, bool broken, int trailing);
  std::string finish(std::string_view line_end) { return lines_.finish(line_end); }

 private:
  // Sets the indentation for a while.
  class Indentation {
   public:
    Indentation(Lines& lines, int indent) : lines_(&lines), outer_(lines.indent) { lines.indent = indent; }
    ~Indentation() { lines_->indent = outer_; }
    Indentation(const Indentation&) = delete;
    Indentation& operator=(const Indentation&) = delete;

   private:
    Lines* lines_;
    int outer_;
  };

  [[nodiscard]] int room() const { return width_ - lines_.column(); }
  [[nodiscard]] bool fits(const Layout& layout, int trailing) const {
    return layout.width < kNoLine && layout.width + trailing <= room();
  }

  void print_flat(const Layout& layout);
  void print_break(const Layout& layout, bool broken);
  void print_sequence(const std::vector<Layout>& parts, bool broken, int trailing);
  void print_items(std::span<const Layout> parts, int indent, bool every, int trailing);
  void print_row(const Layout& row, int trailing);
  void print_brackets(const Layout& brackets, int trailing);
  void print_hanging_brackets(const Layout& brackets);
  void print_arms(const Layout& arms, int trailing);
  void print_hanging(const Layout& hanging, int trailing);

  Lines lines_;
  int width_;
};

// What a part needs on its first line, and whether all of it is that.
int first_line(const Layout& part, int trailing) {
  return part.width < kNoLine ? part.width + trailing : part.lead;
}

// What must follow each of the parts on its line.
std::vector<int> trailing_widths(const std::vector<Layout>& parts, int trailing) {
  std::vector<int> widths(parts.size());
  for (std::size_t i = parts.size(); i-- > 0;) {
    widths[i] = trailing;
    trailing = parts[i].breakable ? parts[i].lead : std::min(parts[i].lead + trailing, kNoLine);
  }
  return widths;
}

bool is_broken(const Layout& part) { return part.kind == Kind::Break && part.newlines > 0; }

// ---------------------------------------------------------------- in lines as given

void Printer::print(const Layout& layout, bool broken, int trailing) {
  switch (layout.kind) {
    case Kind::Text:
      lines_.word(layout.text);
      return;
    case Kind::Space:
      lines_.blank();
      return;
    case Kind::Break:
      print_break(layout, broken);
      return;
    case Kind::Comment:
      lines_.comment(layout.text, layout.own_line, layout.newlines, layout.column);
      return;
    case Kind::Indent: {
      const Indentation inner(lines_, lines_.indent + kIndent);
      print_sequence(layout.parts, broken, trailing);
      return;
    }
    case Kind::Sequence:
      print_sequence(layout.parts, broken, trailing);
      return;
    default:
      break;
  }
  if (fits(layout, trailing)) {
    print_flat(layout);
    return;
  }
  switch (layout.kind) {
    case Kind::Row:
      print_row(layout, trailing);
      break;
    case Kind::Fill:
      print_items(layout.parts, lines_.indent + kIndent, false, trailing);
      break;
    case Kind::Brackets:
      print_brackets(layout, trailing);
      break;
    case Kind::Arms:
      print_arms(layout, trailing);
      break;
    case Kind::Hanging:
      print_hanging(layout, trailing);
      break;
    default:
      print_sequence(layout.parts, true, trailing);
  }
}

void Printer::print_break(const Layout& layout, bool broken) {
  if (broken) {
    lines_.end_line(std::max(layout.newlines, 1));
    return;
  }
  const std::string_view sign = layout.text.substr(0, layout.text.find(' '));
  if (!sign.empty()) lines_.word(sign);
  if (sign.size() < layout.text.size()) lines_.blank();
}

void Printer::print_flat(const Layout& layout) {
  if (layout.parts.empty()) {
    print(layout, false, 0);
    return;
  }
  for (std::size_t i = 0; i < layout.parts.size(); ++i) {
    if (layout.kind == Kind::Arms && i > 0) lines_.blank();
    print_flat(layout.parts[i]);
  }
}

void Printer::print_sequence(const std::vector<Layout>& parts, bool broken, int trailing) {
  const std::vector<int> trailings = trailing_widths(parts, trailing);
  for (std::size_t i = 0; i < parts.size(); ++i) print(parts[i], broken, trailings[i]);
}

// ---------------------------------------------------------------- items and operators

// Parts with breaks between them; lines that begin with a part are indented to `indent`.
void Printer::print_items(std::span<const Layout> parts, int indent, bool every, int trailing) {
  const Indentation inner(lines_, lines_.indent);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const int behind = i + 1 == parts.size() ? trailing : 0;
    if (parts[i].kind != Kind::Break) {
      print(parts[i], true, behind);
      continue;
    }
    const int after = i + 2 >= parts.size() ? trailing : 0;
    const bool taken = is_broken(parts[i]) || every || first_line(parts[i + 1], after) + 1 > room();
    if (taken) lines_.indent = indent;
    print_break(parts[i], taken);
  }
}

void Printer::print_row(const Layout& row, int trailing) {
  const std::vector<Layout>& parts = row.parts;
  const Layout& first = parts.front();
  const bool every =
      row.every && std::ranges::none_of(parts, [](const Layout& part) { return part.width == kNoLine; });
  const int column = lines_.column() + first.width + 1;  // of the first operator
  bool aligned = row.marked && first.width <= kShortOperand && !is_broken(parts[1]);
  // What comes first in each part decides, which is the same whether the part has been broken already or not.
  for (std::size_t i = 2; i < parts.size(); i += 2) aligned = aligned && column + parts[i].lead <= width_;
  if (!aligned) {
    print_items(parts, lines_.indent + kIndent, every, trailing);
    return;
  }
  print_flat(first);
  lines_.blank();
  print_items(std::span(parts).subspan(2), column, every, trailing);
}

// ---------------------------------------------------------------- brackets

// True if the items can stay side by side because all lines end inside brackets of theirs.
bool can_hug(const std::vector<Layout>& items, int room) {
  int width = 0;
  for (const Layout& item : items) {
    if (is_broken(item) || (item.width == kNoLine && !item.closed)) return false;
    if (item.width == kNoLine) return width + item.lead <= room;
    width += item.width;
  }
  return false;
}

bool each_fits(const std::vector<Layout>& items, int room, int trailing) {
  for (std::size_t i = 0; i < items.size(); i += 2)
    if (first_line(items[i], i + 1 == items.size() ? trailing : 1) > room) return false;
  return true;
}

void Printer::print_brackets(const Layout& brackets, int trailing) {
  const std::vector<Layout>& items = brackets.parts[1].parts;
  const Layout& close = brackets.parts[2];
  const int behind = close.width + trailing;
  print(brackets.parts[0], true, 0);
  if (brackets.marked) {
    print_hanging_brackets(brackets);
  } else if (can_hug(items, room())) {
    std::vector<int> trailings = trailing_widths(items, behind);
    for (std::size_t i = 0; i < items.size(); ++i) print(items[i], false, trailings[i]);
  } else if (each_fits(items, room(), behind)) {
    const Indentation inner(lines_, lines_.column());
    print_items(items, lines_.indent, false, behind);
  } else {
    print_hanging_brackets(brackets);
  }
  print(close, true, trailing);
}

void Printer::print_hanging_brackets(const Layout& brackets) {
  {
    const Indentation inner(lines_, lines_.indent + kIndent);
    lines_.end_line(1);
    print_items(brackets.parts[1].parts, lines_.indent, false, brackets.comma ? 1 : 0);
    if (brackets.comma) lines_.word(",");
  }
  lines_.end_line(1);
}

// ---------------------------------------------------------------- arms, and what hangs behind a colon

void Printer::print_arms(const Layout& arms, int trailing) {
  const std::vector<Layout>& parts = arms.parts;
  const int start = lines_.column();
  bool stacked = !arms.opened;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const int column = i == 0 ? start : start + arms.column;
    const int behind = i + 1 == parts.size() ? trailing : 0;
    stacked = stacked && parts[i].width < kNoLine && column + parts[i].width + behind <= width_;
  }
  if (stacked) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Indentation inner(lines_, i == 0 ? lines_.indent : start + arms.column);
      if (i > 0) lines_.end_line(1);
      print_flat(parts[i]);
    }
    return;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) lines_.blank();
    const bool last = i + 1 == parts.size();
    print(parts[i], true, last ? trailing : 1 + parts[i + 1].lead);
  }
}

void Printer::print_hanging(const Layout& hanging, int trailing) {
  const Layout& content = hanging.parts.back();
  const bool broken_inside = content.width == kNoLine && content.lead + 1 <= room();
  if (!hanging.marked && broken_inside) {
    lines_.blank();
    print_items(content.parts, lines_.indent + kIndent, false, trailing);
    return;
  }
  const Indentation inner(lines_, lines_.indent + kIndent);
  lines_.end_line(1);
  print_items(content.parts, lines_.indent, false, trailing);
}

}  // namespace

std::string print_layout(const Layout& layout, int width, std::string_view line_end) {
  Printer printer(width);
  printer.print(layout, true, 0);
  return printer.finish(line_end);
}

}  // namespace nnc::format
