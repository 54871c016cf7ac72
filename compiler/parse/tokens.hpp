// The words and signs of a text, one at a time, for messages about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nnc {

struct Token {
  enum class Kind : std::uint8_t { Word, Number, String, Prose, Sign, LineEnd, FileEnd } kind = Kind::Sign;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string_view text;
};

// The token at a position, blanks skipped; a comment counts as the end of its line.
Token token_at(std::string_view text, std::uint32_t position);
// The token that ends before a position, blanks and line breaks skipped; empty at the start of the file.
Token token_before(std::string_view text, std::uint32_t position);
// "`=`", "a string", "the end of the line"
std::string describe(const Token& token);

}  // namespace nnc
