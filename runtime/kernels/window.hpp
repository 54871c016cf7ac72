// Inside the room: the sizes of one convolution or pool, read from a call once and used by both sets of
// kernels. Images are [batch, height, width, channels]; "out" sizes are those after the window has moved.
#pragma once

#include <array>

#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {

struct WindowSizes {
  std::int64_t batch = 0;
  std::int64_t height = 0, width = 0, channels = 0;              // of the image
  std::int64_t out_height = 0, out_width = 0, out_channels = 0;  // of the result
  std::int64_t window_height = 1, window_width = 1;
  std::int64_t stride_y = 1, stride_x = 1;
  std::int64_t top = 0, left = 0;                // padding before
  std::int64_t pool_height = 1, pool_width = 1;  // of conv2d_max; the sizes of the result are those after it

  [[nodiscard]] std::int64_t image_elements() const { return height * width * channels; }
  [[nodiscard]] std::int64_t out_elements() const { return out_height * out_width * out_channels; }
};

inline WindowSizes window_sizes(std::span<const std::int64_t> image, std::span<const std::int64_t> out,
                                const WindowAttributes& attributes) {
  WindowSizes s;
  s.batch = image[0];
  s.height = image[1], s.width = image[2], s.channels = image[3];
  s.out_height = out[1], s.out_width = out[2], s.out_channels = out[3];
  s.window_height = attributes.window[0], s.window_width = attributes.window[1];
  s.stride_y = attributes.stride[0], s.stride_x = attributes.stride[1];
  s.top = attributes.pad_before[0], s.left = attributes.pad_before[1];
  s.pool_height = attributes.pool[0], s.pool_width = attributes.pool[1];
  return s;
}

}  // namespace nnc::rt
