// Inside the room: the loops of reductions.cpp for one instruction set.
#pragma once

#include <cstdint>

namespace nnc::rt::fast {

struct ReductionSet {
  float (*sum_contiguous)(const float* x, std::int64_t n) = nullptr;
  // `columns` of rows that are `stride` apart
  void (*sum_columns)(const float* x, std::int64_t rows, std::int64_t stride, std::int64_t columns,
                      float* out) = nullptr;
  void (*softmax_row)(const float* x, std::int64_t n, bool log_form, float* y) = nullptr;
};

}  // namespace nnc::rt::fast
