// Texts are UTF-8: where characters begin and end, and texts made short without cutting one.
#pragma once

#include <string>
#include <string_view>

namespace nnc {

// Whether the byte belongs to a character that began before it.
constexpr bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Where the character begins that the byte at `at` belongs to. `at` is inside of the text.
std::size_t character_begin(std::string_view text, std::size_t at);
// Behind the character that begins at `at`, which is inside of the text.
std::size_t character_end(std::string_view text, std::size_t at);

// The first `most` bytes at most, and `...` behind them if that is not all.
std::string shortened(std::string_view text, std::size_t most);
// The same with each run of blanks and line breaks as one blank, and none at the beginning and the end.
std::string one_line(std::string_view text, std::size_t most);

}  // namespace nnc
