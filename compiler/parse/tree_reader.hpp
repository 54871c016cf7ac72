// What the builders of expressions, statements and declarations share: looking things up in the parse tree.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.hpp"
#include "compiler/parse/ast_builder.hpp"
#include "compiler/parse/syntax_tree.hpp"

namespace nnc {

using syntax::Cursor;
using syntax::Rule;
using Cursors = std::vector<Cursor>;

class TreeReader {
 public:
  explicit TreeReader(const BuildInput& input) : input_(&input) {}

 protected:
  [[nodiscard]] std::string_view text() const { return input_->text; }
  [[nodiscard]] const Outline& outline() const { return input_->outline; }
  [[nodiscard]] Sink& sink() const { return input_->sink; }

  [[nodiscard]] Span span(std::uint32_t begin, std::uint32_t end) const { return {input_->file, begin, end}; }
  [[nodiscard]] Span span_of(const Cursor& node) const { return span(node.node().begin, node.node().end); }
  [[nodiscard]] std::string_view text_of(const Cursor& node) const {
    return text().substr(node.node().begin, node.node().end - node.node().begin);
  }
  [[nodiscard]] std::string_view text_at(const Span& place) const {
    return text().substr(place.begin, place.end - place.begin);
  }
  [[nodiscard]] ast::Name name_of(const Cursor& node) const {
    return {std::string(text_of(node)), span_of(node)};
  }

  // The first child of a rule that was read to its end.
  static std::optional<Cursor> find(const Cursors& children, Rule rule) {
    for (const Cursor& child : children)
      if (child.rule() == rule && !child.broken()) return child;
    return std::nullopt;
  }
  static Cursors find_all(const Cursors& children, Rule rule) {
    Cursors result;
    for (const Cursor& child : children)
      if (child.rule() == rule) result.push_back(child);
    return result;
  }

 private:
  const BuildInput* input_;
};

}  // namespace nnc
