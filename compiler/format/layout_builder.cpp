// The frame: comments, words with blanks between them, brackets, braces, the file. What has a form of its own
// is in layout_forms.cpp.
#include "compiler/format/layout_builder.hpp"

#include <array>
#include <iterator>
#include <utility>

#include "compiler/base/text_width.hpp"

namespace nnc::format {
namespace {

using syntax::Cursor;
using syntax::Rule;
using Kind = Layout::Kind;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool has_blank_between(const Part& before, const Part& after) {
  constexpr std::array kNoBlankBefore = {Rule::parameters, Rule::call, Rule::index, Rule::member,
                                         Rule::slot_shape};
  if (after.node && std::ranges::find(kNoBlankBefore, after.node->rule()) != kNoBlankBefore.end())
    return false;
  const bool closes = after.is(",") || after.is(":") || after.is(")") || after.is("]");
  return !closes && !before.is(".");
}

bool is_open_bracket(const Part& part) { return part.is("(") || part.is("["); }
bool is_close_bracket(const Part& part) { return part.is(")") || part.is("]"); }

// What may stand beyond the width: nothing before it is broken for its sake.
Layout overhanging(Layout layout) {
  layout.lead = 0;
  layout.breakable = true;
  return layout;
}

}  // namespace

// ---------------------------------------------------------------- comments

std::vector<Layout> LayoutBuilder::take_comments(std::uint32_t position, std::uint32_t& last,
                                                 bool keep_blank_line) {
  std::vector<Layout> layouts;
  for (; next_comment_ < comments_->size(); ++next_comment_) {
    const Comment& taken = (*comments_)[next_comment_];
    if (taken.span.begin >= position) break;
    std::string_view words = text_.substr(taken.span.begin, taken.span.end - taken.span.begin);
    words = words.substr(0, words.find_last_not_of(" \t\r") + 1);
    const std::size_t line = text_.rfind('\n', taken.span.begin) + 1;
    const bool blank_line = keep_blank_line && newlines_between(last, taken.span.begin) > 1;
    layouts.push_back(comment(words, taken.own_line, blank_line,
                              display_width(text_.substr(line, taken.span.begin - line))));
    last = taken.span.end;
    keep_blank_line = keep_blank_line || taken.own_line;
  }
  return layouts;
}

Layout LayoutBuilder::with_comments(std::uint32_t position, Layout layout) {
  std::uint32_t last = position;
  std::vector<Layout> parts = take_comments(position, last, false);
  if (parts.empty()) return layout;
  parts.push_back(std::move(layout));
  return make(Kind::Sequence, std::move(parts));
}

// ---------------------------------------------------------------- sequences

Layout LayoutBuilder::build(const Cursor& node) {
  switch (node.rule()) {
    case Rule::block:
    case Rule::experiment_block:
    case Rule::report_block:
      return make(Kind::Group,
                  {build_braces(node, "; ", newlines_between(node.node().begin, node.node().end) > 0)});
    case Rule::record:
      return make(Kind::Group,
                  {build_braces(node, ", ", newlines_between(node.node().begin, node.node().end) > 0)});
    case Rule::expression:
      return build_expression(node);
    case Rule::if_statement:
      return build_if_statement(node);
    case Rule::if_expression:
      return build_if_expression(node);
    case Rule::sweep_statement:
      return build_sweep(node);
    case Rule::report_item:
      return build_report_item(node);
    default:
      return build_sequence(node);
  }
}

Layout LayoutBuilder::build_part(const Part& part) {
  if (part.node && !is_word(text_, *part.node)) return build(*part.node);
  Layout layout = with_comments(part.begin, text(part.text));
  // Those inside the values of prose are part of it.
  while (next_comment_ < comments_->size() && (*comments_)[next_comment_].span.begin < part.end)
    ++next_comment_;
  return layout;
}

Layout LayoutBuilder::build_sequence(const Cursor& node) {
  const Parts parts = parts_of(text_, node);
  return build_parts(node, parts, 0, parts.size());
}

Layout LayoutBuilder::build_parts(const Cursor& node, const Parts& parts, std::size_t begin,
                                  std::size_t end) {
  std::vector<Layout> layouts;
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin && has_blank_between(parts[i - 1], parts[i])) layouts.push_back(space());
    if (is_open_bracket(parts[i])) {
      layouts.push_back(build_brackets(node, parts, i));
    } else {
      const bool is_hint = i > begin && parts[i].is(Rule::string_literal);
      layouts.push_back(is_hint ? overhanging(build_part(parts[i])) : build_part(parts[i]));
    }
  }
  if (layouts.size() == 1) return std::move(layouts.front());
  return make(Kind::Sequence, std::move(layouts));
}

// ---------------------------------------------------------------- brackets

// From the opening bracket at `at` to the closing one, where `at` is left.
Layout LayoutBuilder::build_brackets(const Cursor& node, const Parts& parts, std::size_t& at) {
  const bool comma = node.rule() != Rule::parenthesized && node.rule() != Rule::list_type;
  const Part& open = parts[at];
  Layout opening = build_part(open);
  ++at;
  const bool empty = is_close_bracket(parts[at]);
  // The comments before the first item are behind the bracket.
  const bool comment_first =
      next_comment_ < comments_->size() && (*comments_)[next_comment_].span.begin < parts[at].begin;
  const bool marked = comment_first || newlines_between(open.end, parts[at].begin) > 0;
  Layout items = build_items(node, parts, at, open.end);
  // A comment before the closing bracket, which must not be in it.
  std::uint32_t last = parts[at - 1].end;
  std::vector<Layout> remarks = take_comments(parts[at].begin, last, false);
  const bool remarked = !remarks.empty();
  if (remarked) {
    if (comma && !empty) remarks.insert(remarks.begin(), text(","));
    if (!empty) remarks.insert(remarks.begin(), std::move(items.parts.back()));
    if (!empty) items.parts.pop_back();
    items.parts.push_back(make(Kind::Sequence, std::move(remarks)));
    items = measured(std::move(items));
  }
  Layout closing = build_part(parts[at]);
  if (empty && !remarked) return make(Kind::Sequence, {std::move(opening), std::move(closing)});
  Layout brackets = make(Kind::Brackets, {std::move(opening), std::move(items), std::move(closing)});
  brackets.marked = marked || remarked;
  brackets.comma = comma && !remarked;
  return measured(std::move(brackets));
}

// Items between commas, up to a closing bracket or the end of the parts; `last` is where the text before them
// ends.
Layout LayoutBuilder::build_items(const Cursor& node, const Parts& parts, std::size_t& at,
                                  std::uint32_t last) {
  std::vector<Layout> items;
  while (at < parts.size() && !is_close_bracket(parts[at])) {
    const std::uint32_t begin = parts[at].begin;
    const std::uint32_t before = last;
    std::vector<Layout> item = take_comments(begin, last, !items.empty());
    if (!items.empty()) {
      const int most = item.empty() ? 2 : 1;  // a comment keeps the blank line before it itself
      items.push_back(line_break(" ", std::min(most, newlines_between(before, begin))));
    }
    std::size_t end = at;
    while (end < parts.size() && !parts[end].is(",") && !is_close_bracket(parts[end])) ++end;
    item.push_back(build_parts(node, parts, at, end));
    at = end;
    last = parts[end - 1].end;
    if (at < parts.size() && parts[at].is(",")) {
      ++at;
      const bool is_last = at == parts.size() || is_close_bracket(parts[at]);
      if (!is_last) item.push_back(text(","));
    }
    items.push_back(item.size() == 1 ? std::move(item.front()) : make(Kind::Sequence, std::move(item)));
  }
  return make(Kind::Fill, std::move(items));
}

// ---------------------------------------------------------------- braces

// The breaks in it are for the group around it.
Layout LayoutBuilder::build_braces(const Cursor& node, std::string_view separator, bool opened) {
  const Parts parts = parts_of(text_, node);
  std::vector<Cursor> elements;
  for (const Part& part : parts)
    if (part.node) elements.push_back(*part.node);
  const Part& open = parts.front();
  const Part& close = parts.back();
  Layout opening = build_part(open);
  std::vector<Layout> lines = build_lines(elements, open.end, close.begin, separator, opened);
  if (lines.empty()) return make(Kind::Sequence, {std::move(opening), build_part(close)});
  Layout closing = build_part(close);
  return make(Kind::Sequence, {std::move(opening), make(Kind::Indent, std::move(lines)),
                               line_break(" ", opened ? 1 : 0), std::move(closing)});
}

// The elements between two positions, each with a break before it, and the comments among them.
std::vector<Layout> LayoutBuilder::build_lines(const std::vector<Cursor>& elements, std::uint32_t begin,
                                               std::uint32_t end, std::string_view separator, bool opened) {
  std::vector<Layout> lines;
  std::uint32_t last = begin;
  bool begun = false;  // a comment behind the brace does not begin the lines
  const auto add_comments = [&](std::uint32_t position) {
    std::vector<Layout> found = take_comments(position, last, begun);
    for (const Layout& one : found) begun = begun || one.own_line;
    std::ranges::move(found, std::back_inserter(lines));
    return !found.empty();
  };
  for (const Cursor& element : elements) {
    const std::uint32_t start = element.node().begin;
    const bool first = lines.empty();
    const bool remarked = add_comments(start);
    int newlines = begun ? std::max(1, newlines_between(last, start)) : 1;
    // What a separator kept from being the documentation of the next declaration must not become it.
    const bool separated = text_.substr(last, start - last).find(';') != std::string_view::npos;
    if (remarked && lines.back().own_line && separated) newlines = 2;
    lines.push_back(line_break(first ? " " : separator, opened || remarked ? newlines : 0));
    lines.push_back(build(element));
    begun = true;
    last = start;
    const Parts inner = parts_of(text_, element);
    if (!inner.empty()) last = inner.back().end;
  }
  add_comments(end);
  return lines;
}

Layout LayoutBuilder::build_file(const Cursor& file) {
  const std::uint32_t begin = text_.starts_with(kByteOrderMark) ? 3 : 0;
  return make(Kind::Sequence,
              build_lines(file.children(), begin, static_cast<std::uint32_t>(text_.size()), "; ", true));
}

}  // namespace nnc::format
