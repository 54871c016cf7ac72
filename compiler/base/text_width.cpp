// Display widths by utf8proc's tables.
#include "compiler/base/text_width.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace nnc {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Characters that reorder the text around them: source must look as it is read.
bool changes_direction(utf8proc_int32_t character) {
  return (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
}

bool is_control(utf8proc_int32_t character) {
  return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

}  // namespace

ShownCharacter first_character(std::string_view text) {
  utf8proc_int32_t character = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto available = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4));
  const utf8proc_ssize_t count = utf8proc_iterate(bytes, available, &character);
  if (count <= 0 || character < 0) return {1, kReplacement, 1};
  const auto size = static_cast<std::size_t>(count);
  if (character == '\t') return {size, "    ", 4};
  if (is_control(character) || changes_direction(character)) return {size, kReplacement, 1};
  return {size, std::string(text.substr(0, size)), std::max(0, utf8proc_charwidth(character))};
}

int display_width(std::string_view text) {
  // Nearly all text is plain, and tables have many cells.
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (plain) return static_cast<int>(text.size());
  int width = 0;
  while (!text.empty()) {
    const ShownCharacter character = first_character(text);
    width += character.width;
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const ShownCharacter character = first_character(text);
    result += text.front() == '\n' ? "\n" : character.shown;
    text.remove_prefix(character.bytes);
  }
  return result;
}

}  // namespace nnc
