// From the parse tree to a layout. Every word of the text is taken over as it is written and in its place, so
// that nothing can get lost; what is decided here is where lines may end, and where the author wanted them
// to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/format/layout.hpp"
#include "compiler/format/node_parts.hpp"
#include "compiler/parse/syntax_tree.hpp"
#include "compiler/parse/trivia.hpp"

namespace nnc::format {

// Of a text without syntax errors. The layout refers to the text.
class LayoutBuilder {
 public:
  LayoutBuilder(std::string_view text, const Trivia& trivia) : text_(text), comments_(&trivia.comments) {}

  Layout build_file(const syntax::Cursor& file);

 private:
  using Parts = std::vector<Part>;

  // A row of operands and operators, before it is grouped.
  struct Row {
    std::vector<Layout> operands;
    std::vector<Layout> operators;  // with the comments around them; one fewer
    std::vector<int> levels;
    std::vector<int> newlines;  // before or behind each operator
  };

  Layout build(const syntax::Cursor& node);
  Layout build_part(const Part& part);
  Layout build_sequence(const syntax::Cursor& node);
  Layout build_parts(const syntax::Cursor& node, const Parts& parts, std::size_t begin, std::size_t end);
  Layout build_brackets(const syntax::Cursor& node, const Parts& parts, std::size_t& at);
  Layout build_items(const syntax::Cursor& node, const Parts& parts, std::size_t& at, std::uint32_t last);
  Layout build_braces(const syntax::Cursor& node, std::string_view separator, bool opened);
  std::vector<Layout> build_lines(const std::vector<syntax::Cursor>& elements, std::uint32_t begin,
                                  std::uint32_t end, std::string_view separator, bool opened);
  Layout build_expression(const syntax::Cursor& node);
  static Layout group_row(Row& row, std::size_t begin, std::size_t end);
  Layout build_if_statement(const syntax::Cursor& node);
  Layout build_if_expression(const syntax::Cursor& node);
  Layout build_sweep(const syntax::Cursor& node);
  Layout build_report_item(const syntax::Cursor& node);

  // The comments before a position that were not taken yet; `last` is where the text before them ends and,
  // after it, where they do.
  std::vector<Layout> take_comments(std::uint32_t position, std::uint32_t& last, bool keep_blank_line);
  Layout with_comments(std::uint32_t position, Layout layout);
  // Two stand for all that are more.
  [[nodiscard]] int newlines_between(std::uint32_t begin, std::uint32_t end) const {
    const std::string_view text = text_.substr(begin, end - begin);
    const std::size_t first = text.find('\n');
    if (first == std::string_view::npos) return 0;
    return text.find('\n', first + 1) == std::string_view::npos ? 1 : 2;
  }
  [[nodiscard]] bool has_newline(const Part& first, const Part& last) const {
    return newlines_between(first.begin, last.end) > 0;
  }

  std::string_view text_;
  const std::vector<Comment>* comments_;
  std::size_t next_comment_ = 0;
};

}  // namespace nnc::format
