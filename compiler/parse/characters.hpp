// The classes of bytes that programs are made of. Names are ASCII; other bytes occur in strings and comments
// only.
#pragma once

namespace nnc {

// Blanks within a line.
inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool is_word_char(char c) { return is_letter(c) || is_digit(c); }

}  // namespace nnc
