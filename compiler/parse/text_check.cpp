// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
#include "compiler/parse/text_check.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nnc {
namespace {

// The length of the character at a position, or 0 if there is none.
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  return length;
}

}  // namespace

std::optional<BadText> find_bad_text(std::string_view text) {
  if (text.size() > kLargestProgram) {
    return BadText{0, 0, fmt::format("a file of more than {} MiB is not a program", kLargestProgram >> 20)};
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = static_cast<std::uint32_t>(at);
    if (text[at] == '\0') return BadText{begin, begin + 1, "a NUL byte"};
    const std::size_t length = character_length(text, at);
    if (length == 0)
      return BadText{begin, begin + 1, fmt::format("byte {:#04x}", static_cast<unsigned char>(text[at]))};
    at += length;
  }
  return std::nullopt;
}

}  // namespace nnc
