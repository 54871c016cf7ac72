// A node of the parse tree with the words between its children, which are no nodes: `let`, `=`, `(`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/parse/syntax_tree.hpp"

namespace nnc::format {

struct Part {
  std::string_view text;  // with what is inside it
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::optional<syntax::Cursor> node;  // none: a word or sign of its own

  [[nodiscard]] bool is(std::string_view word) const { return !node && text == word; }
  [[nodiscard]] bool is(syntax::Rule rule) const { return node && node->rule() == rule; }
};

// In the order of the text, without comments and blanks.
std::vector<Part> parts_of(std::string_view text, const syntax::Cursor& node);

// True for what is one word or sign whatever it consists of: a name, a number, a string.
bool is_word(std::string_view text, const syntax::Cursor& node);

}  // namespace nnc::format
