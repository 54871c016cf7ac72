// Widths, found once when a layout is made, so that every choice of the printer is a comparison of numbers.
#include "compiler/format/layout.hpp"

#include <algorithm>

#include "compiler/base/text_width.hpp"

namespace nnc::format {
namespace {

int sum(int a, int b) { return std::min(a + b, kNoLine); }

void measure_text(Layout& layout) {
  const std::size_t first_line = layout.text.find('\n');
  layout.lead = std::min(display_width(layout.text.substr(0, first_line)), kNoLine - 1);
  layout.breakable = first_line != std::string_view::npos;
  layout.width = layout.breakable ? kNoLine : layout.lead;
}

void measure_parts(Layout& layout) {
  layout.closed = true;
  for (const Layout& part : layout.parts) {
    layout.width = sum(layout.width, part.width);
    if (!layout.breakable) layout.lead = sum(layout.lead, part.lead);
    layout.breakable = layout.breakable || part.breakable;
    if (part.width == kNoLine && !part.closed) layout.closed = false;
  }
}

// What the author broke stays broken.
void measure_marks(Layout& layout) {
  using Kind = Layout::Kind;
  if (layout.kind == Kind::Brackets) {
    layout.lead = layout.parts.front().lead;
    layout.breakable = true;
    if (layout.marked) layout.width = kNoLine;
    layout.closed = layout.marked || layout.closed;
  } else if (layout.kind == Kind::Hanging) {
    layout.lead = 0;
    layout.breakable = true;
    if (layout.marked) layout.width = kNoLine;
  } else if (layout.kind == Kind::Arms) {
    layout.width = sum(layout.width, static_cast<int>(layout.parts.size()) - 1);  // the blanks between them
    // Opened by the author, or because an arm cannot stand on a line.
    layout.closed = layout.opened || layout.width == kNoLine;
    if (layout.marked || layout.opened) layout.width = kNoLine;
  } else if (layout.kind == Kind::Group) {
    layout.closed = true;  // only braces are groups
  }
}

}  // namespace

Layout measured(Layout layout) {
  using Kind = Layout::Kind;
  layout.width = layout.lead = 0;
  layout.breakable = layout.closed = false;
  switch (layout.kind) {
    case Kind::Text:
      measure_text(layout);
      break;
    case Kind::Space:
      layout.width = layout.lead = 1;
      break;
    case Kind::Break:
      layout.width = layout.newlines > 0 ? kNoLine : display_width(layout.text);
      layout.breakable = true;
      break;
    case Kind::Comment:
      layout.width = kNoLine;
      layout.breakable = true;
      break;
    default:
      measure_parts(layout);
      measure_marks(layout);
  }
  return layout;
}

Layout text(std::string_view text) { return measured({.kind = Layout::Kind::Text, .text = text}); }

Layout space() { return measured({.kind = Layout::Kind::Space}); }

Layout line_break(std::string_view flat, int newlines) {
  return measured({.kind = Layout::Kind::Break, .text = flat, .newlines = newlines});
}

Layout comment(std::string_view text, bool own_line, bool blank_before, int column) {
  return measured({.kind = Layout::Kind::Comment,
                   .text = text,
                   .newlines = blank_before ? 2 : 1,
                   .own_line = own_line,
                   .column = column});
}

Layout make(Layout::Kind kind, std::vector<Layout> parts) {
  return measured({.kind = kind, .parts = std::move(parts)});
}

}  // namespace nnc::format
