// Inside the room: what a convolution with maxima does with vectors of channels, for one instruction set.
#pragma once

#include <cstdint>

namespace nnc::rt::fast {

// The largest of some rows, and which it is: the first of equal ones; a NaN counts as largest.
struct Maxima {
  const float* rows = nullptr;
  std::int64_t count = 0;
  std::int64_t stride = 0;
  std::int64_t columns = 0;
  float* out = nullptr;           // may be null
  std::int32_t* place = nullptr;  // may be null
};

// The kernel's gradient for a few channels, where all that a window of maxima sees of an image fits into
// sixteen floats:
//   sums[tap][o] += sum over windows of grad[window][o] * patch(window)[corner[place[window][o]] + tap_at[tap]]
struct TapGradient {
  static constexpr int kPatch = 16;
  static constexpr int kMaxTaps = 16;
  // The frame: `rows` x `columns` windows; each sees patch_rows runs of patch_run floats.
  const float* frame = nullptr;
  std::int64_t frame_row = 0;                 // distance between rows of the frame
  std::int64_t rows = 0, columns = 0;         // windows
  std::int64_t row_step = 0, column_step = 0; // distance between their patches
  std::int64_t patch_rows = 0, patch_run = 0;
  const float* grad = nullptr;          // [rows * columns][channels]
  const std::int32_t* place = nullptr;  // the same
  std::int64_t channels = 0;
  std::int64_t channel = 0, lanes = 0;  // from this one so many, at most a vector
  const std::int32_t* corner = nullptr;  // in the patch, by place
  std::int64_t places = 0;
  const std::int32_t* tap_at = nullptr;
  int taps = 0;
  float* sums = nullptr;  // [taps][channels]
};

struct MaximaSet {
  std::int64_t lanes = 0;
  void (*maxima)(const Maxima& maxima) = nullptr;
  void (*tap_gradient)(const TapGradient& gradient) = nullptr;
};

const MaximaSet& maxima_set();

}  // namespace nnc::rt::fast
