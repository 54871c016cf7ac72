// Copies of matrices with rows and columns exchanged, for one instruction set.
#pragma once

#include <cstdint>

namespace nnc::rt::fast {

// to[column * to_row + row] = from[row * from_row + column]
struct TransposedCopy {
  const float* from = nullptr;
  std::int64_t from_row = 0;
  std::int64_t rows = 0, columns = 0;  // of `from`
  float* to = nullptr;
  std::int64_t to_row = 0;
};

void transpose(const TransposedCopy& copy);

}  // namespace nnc::rt::fast
