// A small scanner for messages. It never fails: what it does not know is a sign of one character.
#include "compiler/parse/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/base/utf8.hpp"
#include "compiler/parse/characters.hpp"

namespace nnc {
namespace {

std::size_t string_end(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return std::min(text.find('\n', begin), text.size());
}

std::size_t sign_length(std::string_view rest) {
  // Signs of the language and those that other languages made a habit.
  static constexpr std::array<std::string_view, 19> kSigns = {
      "|>", "->", "<-", "=>", "==", "!=", "<=", ">=", "..", "//",
      "/*", "**", "&&", "||", "+=", "-=", "*=", ":=", "::"};
  for (const std::string_view sign : kSigns)
    if (rest.starts_with(sign)) return sign.size();
  return character_end(rest, 0);
}

}  // namespace

Token token_at(std::string_view text, std::uint32_t position) {
  std::size_t at = position;
  while (at < text.size() && is_blank(text[at])) ++at;
  const auto make = [&](Token::Kind kind, std::size_t end) {
    return Token{kind, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end),
                 text.substr(at, end - at)};
  };
  if (at >= text.size()) {
    at = text.size();
    return make(Token::Kind::FileEnd, at);
  }
  const char c = text[at];
  if (c == '\n' || c == '#') return make(Token::Kind::LineEnd, at);
  if (text.substr(at, 3) == R"(""")") return make(Token::Kind::Prose, at + 3);
  if (c == '"') return make(Token::Kind::String, string_end(text, at));
  std::size_t end = at;
  if (is_word_char(c)) {
    while (end < text.size() && is_word_char(text[end])) ++end;
    return make(is_digit(c) ? Token::Kind::Number : Token::Kind::Word, end);
  }
  return make(Token::Kind::Sign, at + sign_length(text.substr(at)));
}

Token token_before(std::string_view text, std::uint32_t position) {
  std::size_t end = std::min<std::size_t>(position, text.size());
  while (end > 0 && (is_blank(text[end - 1]) || text[end - 1] == '\n')) --end;
  std::size_t begin = end;
  Token::Kind kind = Token::Kind::Sign;
  if (end > 0 && text[end - 1] == '"') {
    kind = Token::Kind::String;
    --begin;
  } else if (end > 0 && is_word_char(text[end - 1])) {
    while (begin > 0 && is_word_char(text[begin - 1])) --begin;
    kind = is_digit(text[begin]) ? Token::Kind::Number : Token::Kind::Word;
  } else if (end >= 2 && sign_length(text.substr(end - 2)) == 2) {
    begin = end - 2;
  } else if (end > 0) {
    begin = character_begin(text, begin - 1);
  }
  return {kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
          text.substr(begin, end - begin)};
}

std::string describe(const Token& token) {
  switch (token.kind) {
    case Token::Kind::LineEnd:
      return "the end of the line";
    case Token::Kind::FileEnd:
      return "the end of the file";
    case Token::Kind::Prose:
      return R"(`"""`)";
    case Token::Kind::String:
      return token.text.size() > 1 && token.text.size() <= 24 ? fmt::format("`{}`", token.text) : "a string";
    case Token::Kind::Word:
    case Token::Kind::Number:
    case Token::Kind::Sign:
      break;
  }
  if (token.text.size() > 40) return "a long word";
  if (token.text.size() == 1 && static_cast<unsigned char>(token.text[0]) < 0x20)
    return fmt::format("the control character {:#04x}", static_cast<unsigned>(token.text[0]));
  return fmt::format("`{}`", token.text);
}

}  // namespace nnc
