// Inside the room: images with everything around them that a window may touch, so that convolutions check no
// bounds.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runtime/kernels/window.hpp"

namespace nnc::rt::fast {

// An image in memory with everything that a window may touch: no bounds are checked any more.
struct Frame {
  const float* data;
  std::int64_t width, channels;
};

// Sizes of a frame around the image, as far as windows reach.
struct FrameSizes {
  std::int64_t height, width;
};
inline FrameSizes frame_sizes(const WindowSizes& s) {
  return {(s.out_height - 1) * s.stride_y + s.window_height, (s.out_width - 1) * s.stride_x + s.window_width};
}
inline bool needs_frame(const WindowSizes& s) {
  const FrameSizes frame = frame_sizes(s);
  return s.top > 0 || s.left > 0 || frame.height > s.height || frame.width > s.width;
}
inline std::int64_t frame_floats(const WindowSizes& s) {
  const FrameSizes frame = frame_sizes(s);
  return needs_frame(s) ? frame.height * frame.width * s.channels : 0;
}

inline Frame frame_image(const WindowSizes& s, const float* image, float* workspace) {
  if (!needs_frame(s)) return {image, s.width, s.channels};
  const FrameSizes frame = frame_sizes(s);
  std::fill_n(workspace, frame.height * frame.width * s.channels, 0.0F);
  const std::int64_t rows = std::min(s.height, frame.height - s.top);
  const std::int64_t columns = std::min(s.width, frame.width - s.left);
  for (std::int64_t y = 0; y < rows && columns > 0; ++y) {
    std::copy_n(image + y * s.width * s.channels, columns * s.channels,
                workspace + ((y + s.top) * frame.width + s.left) * s.channels);
  }
  return {workspace, frame.width, s.channels};
}

}  // namespace nnc::rt::fast
