// See positions.hpp. Lines are found once; characters are counted within one line.
#include "compiler/lsp/positions.hpp"

#include <algorithm>

#include "compiler/base/utf8.hpp"

namespace nnc::lsp {
namespace {

// Characters beyond U+FFFF are two UTF-16 units.
std::int64_t units(char first_byte, Encoding encoding, std::size_t bytes) {
  if (encoding == Encoding::Utf8) return static_cast<std::int64_t>(bytes);
  return static_cast<unsigned char>(first_byte) >= 0xF0U ? 2 : 1;
}

std::size_t character_bytes(std::string_view text, std::size_t at) { return character_end(text, at) - at; }

}  // namespace

PositionMap::PositionMap(std::string_view text, Encoding encoding) : text_(text), encoding_(encoding) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool lone_return = text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n');
    if (text[i] == '\n' || lone_return) starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

std::uint32_t PositionMap::line_end(std::int64_t line) const {
  if (line + 1 >= line_count()) return static_cast<std::uint32_t>(text_.size());
  std::uint32_t end = starts_[static_cast<std::size_t>(line) + 1] - 1;
  if (end > starts_[static_cast<std::size_t>(line)] && text_[end] == '\n' && text_[end - 1] == '\r') --end;
  return end;
}

std::uint32_t PositionMap::offset(const Position& position) const {
  if (position.line < 0) return 0;
  if (position.line >= line_count()) return static_cast<std::uint32_t>(text_.size());
  std::size_t at = starts_[static_cast<std::size_t>(position.line)];
  const std::size_t end = line_end(position.line);
  for (std::int64_t left = position.character; left > 0 && at < end;) {
    const std::size_t bytes = character_bytes(text_, at);
    left -= units(text_[at], encoding_, bytes);
    if (left < 0) break;  // inside of the character
    at += bytes;
  }
  return static_cast<std::uint32_t>(std::min(at, end));
}

Position PositionMap::position(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto line = std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin() - 1;
  const std::uint32_t begin = starts_[static_cast<std::size_t>(line)];
  return {line, length(begin, std::min(offset, line_end(line)))};
}

std::int64_t PositionMap::length(std::uint32_t begin, std::uint32_t end) const {
  std::int64_t count = 0;
  for (std::size_t at = begin; at < end;) {
    const std::size_t bytes = character_bytes(text_, at);
    if (at + bytes > end) break;
    count += units(text_[at], encoding_, bytes);
    at += bytes;
  }
  return count;
}

}  // namespace nnc::lsp
