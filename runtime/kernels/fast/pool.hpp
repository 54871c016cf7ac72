// Inside the room: what a pool does at one window, for one instruction set. A window is a list of pixels in
// the image.
#pragma once

#include <cstdint>

namespace nnc::rt::fast {

// The pixels of one window that are inside the image: rows x columns of them, `row` and `column` floats
// apart.
struct PoolWindow {
  std::int64_t rows = 0, columns = 0;
  std::int64_t row = 0, column = 0;
  std::int64_t channels = 0;
};

struct PoolSet {
  void (*maximum)(const PoolWindow& window, const float* image, float* out) = nullptr;
  // Adds the gradient to the first pixel that holds the maximum.
  void (*maximum_grad)(const PoolWindow& window, const float* image, const float* grad, float* out) = nullptr;
  void (*mean)(const PoolWindow& window, const float* image, float* out) = nullptr;
  void (*mean_grad)(const PoolWindow& window, const float* grad, float* out) = nullptr;
};

}  // namespace nnc::rt::fast
