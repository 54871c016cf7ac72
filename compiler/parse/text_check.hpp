// Is a file text at all?
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nnc {

// No program is this large; data does not come this way.
inline constexpr std::size_t kLargestProgram = std::size_t{256} << 20;

struct BadText {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string reason;
};

// The first bytes that are not UTF-8, or a NUL; or the whole if it is larger than places can count.
std::optional<BadText> find_bad_text(std::string_view text);

}  // namespace nnc
