// Matrix products whose left side has many zeros, as images and what follows a relu have: factors of zero are
// skipped. For one instruction set.
//   C[r][j] (+)= sum over k of A[r][k] * B[k][j], where A[r][k] is not 0
// One fused multiply-add per k and element, in order of k: a tile (tile.hpp) gives the same bits, as long as
// nothing is infinite or NaN.
#pragma once

#include <cstdint>

#include "runtime/kernels/kernels.hpp"

namespace nnc::rt::fast {

// Memory that is read soon, asked for while something is multiplied: pieces of some lines each.
struct Ahead {
  const float* data = nullptr;
  std::int64_t distance = 0;  // from piece to piece
  std::int64_t lines = 0;     // of each
  std::int64_t pieces = 0;
  std::int64_t at_once = 1;  // pieces for every row that is multiplied
};

// A block: at most kRows rows and kDepth of depth.
struct SparseBlock {
  static constexpr int kRows = 16;
  static constexpr int kDepth = 32;
  const float* a = nullptr;
  std::int64_t a_row = 0, a_column = 0;  // distances; one of them is 1
  std::int64_t rows = 0;
  std::int64_t depth = 0;
  const float* b = nullptr;
  std::int64_t b_row = 0;
  float* c = nullptr;
  std::int64_t c_row = 0;
  std::int64_t columns = 0;
  bool accumulate = false;  // begin with what C holds instead of 0
  Ahead ahead;
  // If there is one: C is a gradient that is not kept, and this the update it makes, from C's first element
  // on.
  const UpdateCall* update = nullptr;
};

struct SparseSet {
  // Bit k of masks[r]: A[r][k] is not 0. Returns how many are set.
  std::int64_t (*find)(const SparseBlock& block, std::uint32_t* masks) = nullptr;
  void (*multiply)(const SparseBlock& block, const std::uint32_t* masks) = nullptr;
};

const SparseSet& sparse_set();

}  // namespace nnc::rt::fast
