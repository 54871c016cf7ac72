// Places in a text as editors say them: lines and characters from 0, a character being a UTF-16 unit or, if
// both sides agreed on it, a byte. Lines end with \n, \r\n or \r.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace nnc::lsp {

enum class Encoding : std::uint8_t { Utf8, Utf16 };

struct Position {
  std::int64_t line = 0;
  std::int64_t character = 0;
};

// The text must outlive it.
class PositionMap {
 public:
  PositionMap() = default;
  PositionMap(std::string_view text, Encoding encoding);

  // Whatever the position: a byte of the text at which a character begins, or its end.
  [[nodiscard]] std::uint32_t offset(const Position& position) const;
  // Any offset: what lies inside of a character or behind the end is moved back.
  [[nodiscard]] Position position(std::uint32_t offset) const;
  // The length of a piece of the text in the units of positions.
  [[nodiscard]] std::int64_t length(std::uint32_t begin, std::uint32_t end) const;
  // Where the line ends, before its line break.
  [[nodiscard]] std::uint32_t line_end(std::int64_t line) const;
  [[nodiscard]] std::int64_t line_count() const { return static_cast<std::int64_t>(starts_.size()); }

 private:
  std::string_view text_;
  Encoding encoding_ = Encoding::Utf16;
  std::vector<std::uint32_t> starts_ = {0};
};

}  // namespace nnc::lsp
