// The heart of matrix products and convolutions: a small block of results kept in registers.
//   C[r][j] (+)= sum over k of A_r[k] * B[k][j],   k = (outer, inner), outer slow, both ascending
// One fused multiply-add per k and element, in order of k: the bits depend neither on the vector width nor on
// how a caller cuts rows and columns into tiles.
#pragma once

#include <array>
#include <cstdint>

namespace nnc::rt::fast {

struct Tile {
  const float* const* rows = nullptr;  // A_r[0] of each row
  std::int64_t outer = 1;
  std::int64_t inner = 0;
  std::int64_t a_outer = 0, a_inner = 1;  // distances in A
  const float* b = nullptr;
  std::int64_t b_outer = 0, b_inner = 0;  // distances between rows of B
  float* c = nullptr;
  std::int64_t c_row = 0;
  std::int64_t columns = 0;  // more than (vectors - 1) * lanes, at most vectors * lanes
  bool accumulate = false;   // begin with what C holds instead of 0
};

using TileKernel = void (*)(const Tile&);

// The tiles of this machine.
struct TileSet {
  static constexpr int kMaxRows = 16;
  static constexpr int kMaxVectors = 4;
  std::int64_t lanes = 0;
  int max_vectors = 0;  // of this machine
  // The most rows that keep results, one row of B and an element of A in registers, by vectors per row.
  std::array<int, kMaxVectors + 1> max_rows{};
  std::array<std::array<TileKernel, kMaxRows + 1>, kMaxVectors + 1> kernels{};  // [vectors][rows]
};

// lanes is 0 on a machine without fused multiply-add.
const TileSet& tile_set();

// Cuts `total` into the fewest parts of at most `largest` whose sizes differ by one at most.
struct EvenParts {
  std::int64_t total;
  std::int64_t count;

  EvenParts(std::int64_t all, std::int64_t largest) : total(all), count((all + largest - 1) / largest) {}
  [[nodiscard]] std::int64_t begin(std::int64_t part) const { return total * part / count; }
};

}  // namespace nnc::rt::fast
