// Inside the room: convolutions followed by maxima over windows side by side. What the maxima (conv_max.cpp)
// and the two gradients (conv_max_input.cpp, conv_max_kernel.cpp) share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runtime/kernels/fast/frame.hpp"
#include "runtime/kernels/kernels.hpp"

namespace nnc::rt::fast {

// Lists of gradients that reach a place are written one beyond their end.
constexpr std::int64_t kSlack = 1;

inline std::int64_t places_of(const WindowSizes& s) { return s.pool_height * s.pool_width; }

// The convolution before the maxima, without the pixels that no window of maxima looks at.
inline WindowSizes convolved(const WindowSizes& s) {
  WindowSizes c = s;
  c.out_height = s.out_height * s.pool_height;
  c.out_width = s.out_width * s.pool_width;
  return c;
}

// Where the patch of a place lies in a frame, relative to that of place 0.
inline std::int64_t corner_of(const WindowSizes& s, std::int64_t place, std::int64_t row,
                              std::int64_t column) {
  return place / s.pool_width * s.stride_y * row + place % s.pool_width * s.stride_x * column;
}

// Pieces of workspace, each aligned.
class Pieces {
 public:
  explicit Pieces(std::byte* begin) : at_(begin) {}
  template <class T>
  T* take(std::int64_t count) {
    T* piece = reinterpret_cast<T*>(at_);
    at_ += bytes<T>(count);
    return piece;
  }
  template <class T>
  static std::int64_t bytes(std::int64_t count) {
    return (count * static_cast<std::int64_t>(sizeof(T)) + 63) / 64 * 64;
  }

 private:
  std::byte* at_;
};

void conv2d_max_grad_input(const KernelCall& call);
void conv2d_max_grad_kernel(const KernelCall& call);
// Bytes of workspace beside the frame.
std::int64_t max_grad_input_bytes(const WindowSizes& s);
std::int64_t max_grad_kernel_bytes(const WindowSizes& s);

}  // namespace nnc::rt::fast
