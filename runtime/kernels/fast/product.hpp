// Inside the room: a matrix product as its kernels see it, C[r][j] = sum over k of A[r][k] * B[k][j],
// whatever side lies transposed in memory.
#pragma once

#include <cstdint>

#include "runtime/kernels/kernels.hpp"

namespace nnc::rt::fast {

struct Matrix {
  const float* data;
  std::int64_t row;     // distance between rows
  std::int64_t column;  // distance between columns

  [[nodiscard]] Matrix transposed() const { return {data, column, row}; }
};

// A block of depth, and the most columns of a panel of the right side (64 KiB), which stays in the
// second-level cache.
constexpr std::int64_t kDepth = 256;
constexpr std::int64_t kMaxPanel = 64;

struct Product {
  std::int64_t rows, columns, depth;
  Matrix lhs;
  Matrix rhs;
  float* out;
  std::int64_t out_row, out_column;
  float* panel;  // kDepth x kMaxPanel floats of scratch memory

  // The same as C^T = B^T . A^T.
  [[nodiscard]] Product turned() const {
    return {columns, rows, depth, rhs.transposed(), lhs.transposed(), out, out_column, out_row, panel};
  }
};

// ---- skip_zeros.cpp. The bits are those of the dense product as long as nothing is infinite or NaN. Results
// are not transposed (out_column is 1).

// False if too few zeros were seen for it to pay: then nothing is done.
bool multiply_skipping_zeros(const Product& p);
// Uses the product up as a gradient, a few rows at a time; `out` is memory for it. For a depth of
// kUpdateDepth at most and rows of the right side that are contiguous.
constexpr std::int64_t kUpdateDepth = 32;
void multiply_and_update(const Product& p, const UpdateCall& update);

}  // namespace nnc::rt::fast
