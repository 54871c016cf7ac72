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

// What the windows of maxima see of one image, where that fits into sixteen floats each: packed side by side.
//   sums[tap][o] += sum over windows of grad[window][o] * patch(window)[corner[place[window][o]] + tap_at[tap]]
struct TapGradient {
  static constexpr int kPatch = 16;
  static constexpr int kMaxTaps = 16;
  const float* patches = nullptr;  // [windows][kPatch], aligned
  std::int64_t windows = 0;
  const float* grad = nullptr;          // [windows][channels]
  const std::int32_t* place = nullptr;  // the same
  std::int64_t channels = 0;
  std::int64_t channel = 0, lanes = 0;   // from this one so many, at most a vector
  const std::int32_t* corner = nullptr;  // in the patch, by place: kPatch of them
  std::int64_t places = 0;
  const std::int32_t* tap_at = nullptr;
  int taps = 0;
  float* sums = nullptr;  // [taps][channels]
};

// A convolution over one image whose pixels have few channels, and the maxima of windows of 2 x 2 in registers.
// Some windows of one row, which lie side by side, one panel of channels.
struct PairMaxima {
  static constexpr int kMaxWindows = 3;
  static constexpr int kMaxVectors = 2;
  const float* frame = nullptr;  // the first window's patch
  std::int64_t row = 0;          // distance between rows of the frame
  std::int64_t step_y = 0, step_x = 0;  // to the pixel of the convolution below and on the right
  std::int64_t kernel_rows = 0, kernel_run = 0;
  const float* kernel = nullptr;
  std::int64_t kernel_step = 0;  // between elements of a filter
  std::int64_t columns = 0;      // at most kMaxVectors vectors
  std::int64_t channels = 0;     // distance between windows of the result
  float* out = nullptr;           // may be null
  std::int32_t* place = nullptr;  // may be null
};

struct MaximaSet {
  std::int64_t lanes = 0;
  void (*maxima)(const Maxima& maxima) = nullptr;
  void (*tap_gradient)(const TapGradient& gradient) = nullptr;
  void (*pair_maxima)(const PairMaxima& maxima, int windows) = nullptr;
};

const MaximaSet& maxima_set();

}  // namespace nnc::rt::fast
