// Forms of their own: rows of operators, the arms of `if` and of sweeps, entries of reports.
#include "compiler/format/layout_builder.hpp"

#include <array>
#include <iterator>
#include <utility>

namespace nnc::format {
namespace {

using syntax::Cursor;
using syntax::Rule;
using Kind = Layout::Kind;

// How tightly a binary operator binds.
int level_of(std::string_view op) {
  struct Operator {
    std::string_view text;
    int level;
  };
  static constexpr std::array kOperators = {
#define NNC_OPERATOR(text, name, level, associativity) Operator{text, level},
#include "grammar/operators.def"
#undef NNC_OPERATOR
  };
  return std::ranges::find(kOperators, op, &Operator::text)->level;
}

// `3x3 .height`: without the blank the point would belong to the number.
bool is_number(const Part& part) {
  return part.is(Rule::int_literal) || part.is(Rule::float_literal) || part.is(Rule::dims_literal);
}

}  // namespace

// ---------------------------------------------------------------- expressions

Layout LayoutBuilder::build_expression(const Cursor& node) {
  Row row;
  std::vector<Layout> operand;
  const auto finish_operand = [&] {
    row.operands.push_back(operand.size() == 1 ? std::move(operand.front())
                                               : make(Kind::Sequence, std::move(operand)));
    operand.clear();
  };
  const Parts parts = parts_of(text_, node);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (!part.is(Rule::binary_operator)) {
      if (part.is(Rule::member) && is_number(parts[i - 1])) operand.push_back(space());
      operand.push_back(build_part(part));
      if (part.is(Rule::prefix_operator) && part.text == "not") operand.push_back(space());
      continue;
    }
    finish_operand();
    const std::uint32_t next = parts[i + 1].begin;
    row.levels.push_back(level_of(part.text));
    row.newlines.push_back(std::min(1, newlines_between(parts[i - 1].end, next)));
    // Comments behind an operator go before it: it begins a line.
    row.operators.push_back(with_comments(next, text(part.text)));
  }
  finish_operand();
  return group_row(row, 0, row.operands.size());
}

// The operands [begin, end), split at the operators that bind loosest.
Layout LayoutBuilder::group_row(Row& row, std::size_t begin, std::size_t end) {
  if (end - begin == 1) return std::move(row.operands[begin]);
  const auto first = row.levels.begin();
  const int loosest = *std::min_element(first + static_cast<std::ptrdiff_t>(begin),
                                        first + static_cast<std::ptrdiff_t>(end) - 1);
  std::vector<Layout> parts;
  for (std::size_t from = begin; from < end;) {
    std::size_t to = from + 1;
    while (to < end && row.levels[to - 1] != loosest) ++to;
    Layout operands = group_row(row, from, to);
    if (from == begin) {
      parts.push_back(std::move(operands));
    } else {
      parts.push_back(line_break(" ", row.newlines[from - 1]));
      parts.push_back(
          make(Kind::Sequence, {std::move(row.operators[from - 1]), space(), std::move(operands)}));
    }
    from = to;
  }
  Layout layout = make(Kind::Row, std::move(parts));
  layout.marked = loosest == level_of("|>");
  layout.every = loosest <= level_of("and");
  return layout;
}

// ---------------------------------------------------------------- arms

// if c { .. } else if d { .. } else { .. }: all blocks in one line, or none.
Layout LayoutBuilder::build_if_statement(const Cursor& node) {
  const Parts parts = parts_of(text_, node);
  const auto block = std::ranges::find_if(parts, [](const Part& part) { return part.is(Rule::block); });
  const bool opened = has_newline(*block, parts.back());
  std::vector<Layout> layouts;
  for (const Part& part : parts) {
    if (!layouts.empty()) layouts.push_back(space());
    layouts.push_back(part.is(Rule::block) ? build_braces(*part.node, "; ", opened) : build_part(part));
  }
  return make(Kind::Group, std::move(layouts));
}

Layout LayoutBuilder::build_if_expression(const Cursor& node) {
  const Parts parts = parts_of(text_, node);
  std::vector<Layout> arms;
  std::vector<Layout> arm;
  bool marked = false;
  bool opened = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].is("{")) {
      opened = opened || has_newline(parts[i], parts[i + 2]);
      Layout opening = build_part(parts[i]);
      Layout value = build_part(parts[i + 1]);
      std::uint32_t last = parts[i + 1].end;
      std::vector<Layout> inside = {line_break(" "), std::move(value)};
      std::ranges::move(take_comments(parts[i + 2].begin, last, false), std::back_inserter(inside));
      arm.push_back(std::move(opening));
      arm.push_back(make(Kind::Indent, std::move(inside)));
      arm.push_back(line_break(" "));
      arm.push_back(build_part(parts[i + 2]));
      arms.push_back(make(Kind::Sequence, std::move(arm)));
      arm.clear();
      i += 2;
    } else {
      if (parts[i].is("else")) marked = marked || has_newline(parts[i - 1], parts[i]);
      arm.push_back(build_part(parts[i]));
      arm.push_back(space());
    }
  }
  Layout layout = make(Kind::Arms, std::move(arms));
  layout.marked = marked;
  layout.opened = opened;
  return measured(std::move(layout));
}

Layout LayoutBuilder::build_sweep(const Cursor& node) {
  constexpr int kUnderBrace = 3;  // `sweep {` and, below it, `or {`
  const Parts parts = parts_of(text_, node);
  if (!parts.back().is(Rule::sweep_branch)) return build_sequence(node);
  bool marked = false;
  bool opened = false;
  std::vector<Layout> arms;
  for (std::size_t i = 0; i < parts.size(); i += 2) {
    opened = opened || has_newline(parts[i + 1], parts[i + 1]);
    marked = marked || (i > 0 && newlines_between(parts[i - 1].end, parts[i].begin) > 0);
    Layout word = build_part(parts[i]);
    arms.push_back(
        make(Kind::Sequence, {std::move(word), space(), build_braces(*parts[i + 1].node, "; ", false)}));
  }
  Layout layout = make(Kind::Arms, std::move(arms));
  layout.column = kUnderBrace;
  layout.marked = marked;
  layout.opened = opened;
  return measured(std::move(layout));
}

// ---------------------------------------------------------------- reports

Layout LayoutBuilder::build_report_item(const Cursor& node) {
  const Parts parts = parts_of(text_, node);
  const auto items_of = [&](const Part& part, bool& marked) {
    const Parts inner = parts_of(text_, *part.node);
    std::size_t at = inner.front().is(":") ? 1 : 0;
    const std::uint32_t begin = at == 0 ? inner.front().begin : inner.front().end;
    marked = newlines_between(begin, inner[at].begin) > 0;
    return build_items(*part.node, inner, at, begin);
  };
  bool marked = false;
  Layout word = build_part(parts[0]);
  Layout subjects = items_of(parts[1], marked);
  std::vector<Layout> layouts = {std::move(word), space(), std::move(subjects)};
  if (parts.size() > 2) {
    Layout columns = make(Kind::Hanging, {space(), items_of(parts[2], marked)});
    columns.marked = marked;
    layouts.push_back(text(":"));
    layouts.push_back(measured(std::move(columns)));
  }
  return make(Kind::Sequence, std::move(layouts));
}

}  // namespace nnc::format
