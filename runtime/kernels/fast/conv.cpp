// Fast convolutions out of the tiles of matrix products (tile.hpp), without an im2col copy: for a fixed row
// of the window, the elements that a pixel needs lie side by side in the image, so a tile can read them in
// place. In: Conv2d, Conv2dGradInput, Conv2dGradKernel. Out: as the reference's. One image at a time; if
// there is padding, the image is first copied into workspace with zeros around it. Parts share pixels,
// through all images, or elements of the kernel's gradient. An infinite weight times such a zero gives NaN
// where the reference skips the padding: a training that has diverged already.
#include <algorithm>

#include "runtime/kernels/fast/fast.hpp"
#include "runtime/kernels/fast/frame.hpp"
#include "runtime/kernels/fast/tile.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt::fast {
namespace {

struct Panel {
  std::int64_t begin, columns;
  std::size_t vectors;
};
Panel panel_of(const TileSet& tiles, const EvenParts& panels, std::int64_t i, std::int64_t columns) {
  const std::int64_t begin = panels.begin(i) * tiles.lanes;
  const std::int64_t end = std::min(panels.begin(i + 1) * tiles.lanes, columns);
  return {begin, end - begin, static_cast<std::size_t>((end - begin + tiles.lanes - 1) / tiles.lanes)};
}
EvenParts cut_columns(const TileSet& tiles, std::int64_t columns) {
  return {(columns + tiles.lanes - 1) / tiles.lanes, tiles.max_vectors};
}

// out[pixel][o] = sum over (ky, kx, c) of frame[pixel + (ky, kx)][c] * kernel[ky][kx][c][o], for some pixels.
void convolve_image(const WindowSizes& s, const Share& share, const Frame& frame, const float* kernel,
                    float* out) {
  const TileSet& tiles = tile_set();
  const EvenParts panels = cut_columns(tiles, s.out_channels);
  std::array<const float*, TileSet::kMaxRows> rows{};
  Tile tile;
  tile.rows = rows.data();
  tile.outer = s.window_height;
  tile.inner = s.window_width * s.channels;
  tile.a_outer = frame.width * s.channels;
  tile.b_outer = tile.inner * s.out_channels;
  tile.b_inner = s.out_channels;
  tile.c_row = s.out_channels;
  for (std::int64_t i = 0; i < panels.count; ++i) {
    const Panel panel = panel_of(tiles, panels, i, s.out_channels);
    const EvenParts groups(share.size(), tiles.max_rows[panel.vectors]);
    tile.b = kernel + panel.begin;
    tile.columns = panel.columns;
    std::int64_t y = share.begin / s.out_width;
    std::int64_t x = share.begin % s.out_width;
    for (std::int64_t g = 0; g < groups.count; ++g) {
      const auto pixels = static_cast<std::size_t>(groups.begin(g + 1) - groups.begin(g));
      for (std::size_t r = 0; r < pixels; ++r) {
        rows[r] = frame.data + (y * s.stride_y * frame.width + x * s.stride_x) * s.channels;
        if (++x == s.out_width) x = 0, ++y;
      }
      tile.c = out + (share.begin + groups.begin(g)) * s.out_channels + panel.begin;
      tiles.kernels[panel.vectors][pixels](tile);
    }
  }
}

// Calls visit(image, its pixels) for the share of a part of all pixels of the result.
template <class F>
void each_image(const WindowSizes& s, const KernelCall& call, F visit) {
  const std::int64_t pixels = s.out_height * s.out_width;
  const Share share = share_of(s.batch * pixels, call.part, call.parts);
  for (std::int64_t at = share.begin; at < share.end;) {
    const std::int64_t image = at / pixels;
    const std::int64_t end = std::min(share.end, (image + 1) * pixels);
    visit(image, Share{at - image * pixels, end - image * pixels});
    at = end;
  }
}

float* workspace_of(const KernelCall& call) { return reinterpret_cast<float*>(call.workspace.data()); }

void conv2d(const KernelCall& call) {
  const auto& attributes = *std::get_if<WindowAttributes>(call.attributes);
  const WindowSizes s = window_sizes(call.inputs[0].sizes, call.output.sizes, attributes);
  if (call.output.count() == 0) return;
  each_image(s, call, [&](std::int64_t n, const Share& pixels) {
    const float* image = call.inputs[0].as<float>() + n * s.image_elements();
    const Frame frame = frame_image(s, image, workspace_of(call));
    convolve_image(s, pixels, frame, call.inputs[1].as<float>(),
                   call.output.as<float>() + n * s.out_elements());
  });
}

// ---------------------------------------------------------------- gradient with respect to the image

// The gradient of a convolution is one over the result's gradient, spread apart by the stride with zeros
// around it, with the kernel turned by half a circle and its channels exchanged; its stride is 1.
WindowSizes turned(const WindowSizes& s) {
  WindowSizes t = s;
  t.channels = s.out_channels;
  t.out_height = s.height, t.out_width = s.width, t.out_channels = s.channels;
  t.stride_y = t.stride_x = 1;
  t.top = t.left = 0;
  return t;
}

void turn_kernel(const WindowSizes& s, const float* kernel, float* result) {
  const std::int64_t positions = s.window_height * s.window_width;
  for (std::int64_t position = 0; position < positions; ++position) {
    const float* from = kernel + (positions - 1 - position) * s.channels * s.out_channels;
    for (std::int64_t o = 0; o < s.out_channels; ++o) {
      for (std::int64_t c = 0; c < s.channels; ++c) *result++ = from[c * s.out_channels + o];
    }
  }
}

// Pixel (y, x) of the gradient goes to (y * stride + window - 1 - padding); what falls outside never met the
// image.
void spread_gradient(const WindowSizes& s, const float* grad, const FrameSizes& frame, float* result) {
  std::fill_n(result, frame.height * frame.width * s.out_channels, 0.0F);
  for (std::int64_t y = 0; y < s.out_height; ++y) {
    const std::int64_t to_y = y * s.stride_y + s.window_height - 1 - s.top;
    if (to_y < 0 || to_y >= frame.height) continue;
    for (std::int64_t x = 0; x < s.out_width; ++x) {
      const std::int64_t to_x = x * s.stride_x + s.window_width - 1 - s.left;
      if (to_x < 0 || to_x >= frame.width) continue;
      std::copy_n(grad + (y * s.out_width + x) * s.out_channels, s.out_channels,
                  result + (to_y * frame.width + to_x) * s.out_channels);
    }
  }
}

void conv2d_grad_input(const KernelCall& call) {
  const auto& attributes = *std::get_if<WindowAttributes>(call.attributes);
  const WindowSizes s = window_sizes(call.output.sizes, call.inputs[0].sizes, attributes);
  if (call.output.count() == 0) return;
  const WindowSizes t = turned(s);
  const FrameSizes frame = frame_sizes(t);
  float* kernel = workspace_of(call);
  float* spread = kernel + call.inputs[1].count();
  turn_kernel(s, call.inputs[1].as<float>(), kernel);
  each_image(t, call, [&](std::int64_t n, const Share& pixels) {
    spread_gradient(s, call.inputs[0].as<float>() + n * s.out_elements(), frame, spread);
    convolve_image(t, pixels, {spread, frame.width, t.channels}, kernel,
                   call.output.as<float>() + n * t.out_elements());
  });
}

// ---------------------------------------------------------------- gradient with respect to the kernel

// Some elements of the kernel's gradient, as a matrix [(ky, kx, c)][o].
struct KernelShare {
  Share rows;
  Share columns;
};

// A part takes rows, unless there are so few that its tiles would be low and the columns can be cut instead.
KernelShare share_of_kernel(const WindowSizes& s, const KernelCall& call) {
  constexpr std::int64_t kFewRows = 4;
  const std::int64_t rows = s.window_height * s.window_width * s.channels;
  const std::int64_t lanes = tile_set().lanes;
  const std::int64_t vectors = (s.out_channels + lanes - 1) / lanes;
  if (rows < kFewRows * call.parts && vectors >= call.parts) {
    const Share share = share_of(vectors, call.part, call.parts);
    return {{0, rows}, {share.begin * lanes, std::min(share.end * lanes, s.out_channels)}};
  }
  return {share_of(rows, call.part, call.parts), {0, s.out_channels}};
}

// kernel[(ky, kx, c)][o] (+)= sum over pixels of frame[pixel + (ky, kx)][c] * grad[pixel][o]
void correlate_image(const WindowSizes& s, const KernelShare& share, const Frame& frame, const float* grad,
                     bool accumulate, float* out) {
  const TileSet& tiles = tile_set();
  const EvenParts panels = cut_columns(tiles, share.columns.size());
  std::array<const float*, TileSet::kMaxRows> rows{};
  Tile tile;
  tile.rows = rows.data();
  tile.outer = s.out_height;
  tile.inner = s.out_width;
  tile.a_outer = s.stride_y * frame.width * s.channels;
  tile.a_inner = s.stride_x * s.channels;
  tile.b_outer = s.out_width * s.out_channels;
  tile.b_inner = s.out_channels;
  tile.c_row = s.out_channels;
  tile.accumulate = accumulate;
  for (std::int64_t i = 0; i < panels.count; ++i) {
    const Panel panel = panel_of(tiles, panels, i, share.columns.size());
    const std::int64_t column = share.columns.begin + panel.begin;
    const EvenParts groups(share.rows.size(), tiles.max_rows[panel.vectors]);
    tile.b = grad + column;
    tile.columns = panel.columns;
    for (std::int64_t g = 0; g < groups.count; ++g) {
      const std::int64_t begin = share.rows.begin + groups.begin(g);
      const auto count = static_cast<std::size_t>(groups.begin(g + 1) - groups.begin(g));
      for (std::size_t r = 0; r < count; ++r) {
        const std::int64_t row = begin + static_cast<std::int64_t>(r);  // (ky, kx, c)
        const std::int64_t ky = row / (s.window_width * s.channels);
        rows[r] = frame.data + ky * frame.width * s.channels + row % (s.window_width * s.channels);
      }
      tile.c = out + begin * s.out_channels + column;
      tiles.kernels[panel.vectors][count](tile);
    }
  }
}

void conv2d_grad_kernel(const KernelCall& call) {
  const auto& attributes = *std::get_if<WindowAttributes>(call.attributes);
  const WindowSizes s = window_sizes(call.inputs[0].sizes, call.inputs[1].sizes, attributes);
  if (s.batch == 0 && call.part == 0) std::fill_n(call.output.as<float>(), call.output.count(), 0.0F);
  if (call.output.count() == 0) return;
  const KernelShare share = share_of_kernel(s, call);
  if (share.rows.size() == 0) return;
  for (std::int64_t n = 0; n < s.batch; ++n) {
    const Frame frame =
        frame_image(s, call.inputs[0].as<float>() + n * s.image_elements(), workspace_of(call));
    const float* grad = call.inputs[1].as<float>() + n * s.out_elements();
    correlate_image(s, share, frame, grad, n > 0, call.output.as<float>());
  }
}

}  // namespace

void add_conv(FastKernels& fast) {
  fast.add_cut(OpKind::Conv2d, &conv2d);
  fast.add_cut(OpKind::Conv2dGradInput, &conv2d_grad_input);
  fast.add_cut(OpKind::Conv2dGradKernel, &conv2d_grad_kernel);
}

std::uint64_t conv_workspace_bytes(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                                   const Attributes& attributes) {
  const auto& window = *std::get_if<WindowAttributes>(&attributes);
  std::int64_t floats = 0;
  if (kind == OpKind::Conv2d) {
    floats = frame_floats(window_sizes(inputs[0].sizes(), output.sizes(), window));
  } else if (kind == OpKind::Conv2dGradKernel) {
    floats = frame_floats(window_sizes(inputs[0].sizes(), inputs[1].sizes(), window));
  } else {
    const FrameSizes frame = frame_sizes(turned(window_sizes(output.sizes(), inputs[0].sizes(), window)));
    floats = inputs[1].element_count().value_or(0) + frame.height * frame.width * inputs[0].sizes()[3];
  }
  return static_cast<std::uint64_t>(floats) * sizeof(float);
}

}  // namespace nnc::rt::fast
