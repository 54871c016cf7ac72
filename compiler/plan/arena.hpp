// Places buffers with known lifetimes into one block of memory.
#pragma once

#include <cstdint>
#include <vector>

namespace nnc {

// Every tensor starts at a multiple of this: a cache line, and a 512-bit vector.
inline constexpr std::uint64_t kTensorAlignment = 64;

// Sums and products of sizes that stop at a limit no machine has, instead of wrapping around.
inline constexpr std::uint64_t kImpossibleBytes = std::uint64_t{1} << 62;
std::uint64_t add_bytes(std::uint64_t lhs, std::uint64_t rhs);
std::uint64_t align_bytes(std::uint64_t bytes);

struct Buffer {
  std::uint64_t bytes = 0;
  // The first and last step during which its contents matter.
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t offset = 0;
};

// Gives every buffer an offset, so that buffers alive during the same step do not overlap. Returns the size
// needed.
std::uint64_t place_buffers(std::vector<Buffer>& buffers);

}  // namespace nnc
