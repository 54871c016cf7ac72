// Weighted sums of a few rows out of many, for one instruction set: what is left of a
// convolution's gradient when all that did not reach a maximum is left out.
//   out[t * out_step + j] += sum over i of weights[i] * base[t * base_step + index[i] * stride + j]
// One fused multiply-add per i and element, in order of i.
#pragma once

#include <cstdint>

namespace nnc::rt::fast {

struct RowSum {
  const float* base = nullptr;
  std::int64_t stride = 0;
  const std::int32_t* index = nullptr;
  const float* weights = nullptr;
  std::int64_t count = 0;
  float* out = nullptr;
  std::int64_t length = 0;  // j
  std::int64_t times = 1;   // t
  std::int64_t base_step = 0, out_step = 0;
};

using SumRows = void (*)(const RowSum& sum);

// Null on a machine without fused multiply-add.
SumRows row_sum_kernel();

}  // namespace nnc::rt::fast
