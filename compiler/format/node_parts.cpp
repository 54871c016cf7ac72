// Walks along a node: from child to child, and over the words between them.
#include "compiler/format/node_parts.hpp"

#include <algorithm>

#include "compiler/parse/characters.hpp"
#include "compiler/parse/tokens.hpp"

namespace nnc::format {
namespace {

using syntax::Cursor;

std::uint32_t skip_trivia(std::string_view text, std::uint32_t at) {
  while (at < text.size()) {
    if (text[at] == '#') {
      at = static_cast<std::uint32_t>(std::min(text.find('\n', at), text.size()));
    } else if (is_blank(text[at]) || text[at] == '\n') {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

}  // namespace

std::vector<Part> parts_of(std::string_view text, const Cursor& node) {
  std::vector<Part> parts;
  std::uint32_t at = node.node().begin;
  const auto add_words = [&](std::uint32_t end) {
    for (at = skip_trivia(text, at); at < end; at = skip_trivia(text, at)) {
      const Token token = token_at(text, at);
      parts.push_back({token.text, token.begin, token.end, std::nullopt});
      at = token.end;
    }
  };
  for (const Cursor& child : node.children()) {
    add_words(child.node().begin);
    // Some rules take the blanks behind them.
    std::uint32_t end = child.node().end;
    while (end > child.node().begin && is_blank(text[end - 1])) --end;
    parts.push_back(
        {text.substr(child.node().begin, end - child.node().begin), child.node().begin, end, child});
    at = child.node().end;
  }
  add_words(node.node().end);
  return parts;
}

bool is_word(std::string_view text, const Cursor& node) {
  constexpr std::string_view kOpening = "([{";
  return node.rule() == syntax::Rule::prose ||
         (node.children().empty() && kOpening.find(text[node.node().begin]) == std::string_view::npos);
}

}  // namespace nnc::format
