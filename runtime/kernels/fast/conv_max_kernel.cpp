// The gradient of convolutions followed by maxima with respect to the kernel. In: Conv2dMaxGradKernel. Out:
// what reached a maximum, everything else being zero and left out, in a fixed order: weighted sums
// (row_sum.hpp) of patches of the image. Where a patch is tiny (an image with one channel) lanes are channels
// instead.
#include <algorithm>
#include <array>
#include <cstring>

#include "runtime/kernels/fast/conv_max.hpp"
#include "runtime/kernels/fast/maxima.hpp"
#include "runtime/kernels/fast/row_sum.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt::fast {
namespace {

// The runs of floats that a window of maxima sees of an image.
struct PatchSizes {
  std::int64_t rows, run;
};
PatchSizes patch_sizes(const WindowSizes& s) {
  return {(s.pool_height - 1) * s.stride_y + s.window_height,
          ((s.pool_width - 1) * s.stride_x + s.window_width) * s.channels};
}

bool has_tiny_patch(const WindowSizes& s) {
  const PatchSizes patch = patch_sizes(s);
  return patch.rows <= TapGradient::kPatch && patch.run <= TapGradient::kPatch &&
         patch.rows * patch.run <= TapGradient::kPatch &&
         s.window_height * s.window_width * s.channels <= TapGradient::kMaxTaps;
}

// patches[window] = its rows, one after the other
void pack_patches(const WindowSizes& s, const Frame& frame, float* patches) {
  const PatchSizes patch = patch_sizes(s);
  const std::int64_t row = frame.width * s.channels;
  for (std::int64_t y = 0; y < s.out_height; ++y) {
    const float* from = frame.data + y * s.pool_height * s.stride_y * row;
    for (std::int64_t x = 0; x < s.out_width; ++x, patches += TapGradient::kPatch) {
      for (std::int64_t i = 0; i < patch.rows; ++i)
        std::copy_n(from + i * row, patch.run, patches + i * patch.run);
      from += s.pool_width * s.stride_x * s.channels;
    }
  }
}

// The same with runs of four, whose copies are single instructions.
void pack_patches_of_four(const WindowSizes& s, const Frame& frame, float* patches) {
  const std::int64_t rows = patch_sizes(s).rows;
  const std::int64_t row = frame.width * s.channels;
  for (std::int64_t y = 0; y < s.out_height; ++y) {
    const float* from = frame.data + y * s.pool_height * s.stride_y * row;
    for (std::int64_t x = 0; x < s.out_width; ++x, patches += TapGradient::kPatch) {
      for (std::int64_t i = 0; i < rows; ++i) std::memcpy(patches + 4 * i, from + i * row, 4 * sizeof(float));
      from += s.pool_width * s.stride_x * s.channels;
    }
  }
}

// Lanes are channels: for patches of at most sixteen floats.
void sum_over_tiny_patches(const KernelCall& call, const WindowSizes& s, Pieces pieces, float* framed) {
  const WindowSizes whole = convolved(s);
  const PatchSizes patch = patch_sizes(s);
  const std::int64_t windows = s.out_height * s.out_width;
  std::array<std::int32_t, TapGradient::kPatch> corners{};
  std::array<std::int32_t, TapGradient::kMaxTaps> taps{};
  for (std::int64_t place = 0; place < places_of(s); ++place) {
    corners[static_cast<std::size_t>(place)] =
        static_cast<std::int32_t>(corner_of(s, place, patch.run, s.channels));
  }
  const std::int64_t run = s.window_width * s.channels;
  TapGradient t;
  t.taps = static_cast<int>(s.window_height * run);
  for (int tap = 0; tap < t.taps; ++tap) {
    taps[static_cast<std::size_t>(tap)] = static_cast<std::int32_t>(tap / run * patch.run + tap % run);
  }
  auto* patches = pieces.take<float>(windows * TapGradient::kPatch);
  std::fill_n(patches, windows * TapGradient::kPatch, 0.0F);
  t.patches = patches;
  t.windows = windows;
  t.channels = s.out_channels;
  t.corner = corners.data(), t.places = places_of(s);
  t.tap_at = taps.data();
  t.sums = call.output.as<float>();
  const std::int64_t lanes = maxima_set().lanes;
  const Share vectors = share_of((s.out_channels + lanes - 1) / lanes, call.part, call.parts);
  for (std::int64_t n = 0; n < s.batch && vectors.size() > 0; ++n) {
    const Frame frame = frame_image(whole, call.inputs[0].as<float>() + n * s.image_elements(), framed);
    patch.run == 4 ? pack_patches_of_four(s, frame, patches) : pack_patches(s, frame, patches);
    t.grad = call.inputs[1].as<float>() + n * s.out_elements();
    t.place = call.inputs[2].as<std::int32_t>() + n * s.out_elements();
    for (std::int64_t vector = vectors.begin; vector < vectors.end; ++vector) {
      t.channel = vector * lanes;
      t.lanes = std::min(lanes, s.out_channels - t.channel);
      maxima_set().tap_gradient(t);
    }
  }
}

// Lanes are elements of a filter: for each channel the sum of the patches that reached a maximum.
void sum_over_patches(const KernelCall& call, const WindowSizes& s, Pieces pieces, float* framed) {
  const WindowSizes whole = convolved(s);
  const std::int64_t run = s.window_width * s.channels;
  const std::int64_t elements = s.window_height * run;
  const std::int64_t windows = s.out_height * s.out_width;
  const Share channels = share_of(s.out_channels, call.part, call.parts);
  auto* filters = pieces.take<float>(s.out_channels * elements);
  auto* index = pieces.take<std::int32_t>(windows + kSlack);
  auto* weights = pieces.take<float>(windows + kSlack);
  auto* corners = pieces.take<std::int64_t>(places_of(s));
  std::fill_n(filters, channels.size() * elements, 0.0F);
  for (std::int64_t n = 0; n < s.batch && channels.size() > 0; ++n) {
    const Frame frame = frame_image(whole, call.inputs[0].as<float>() + n * s.image_elements(), framed);
    const std::int64_t row = frame.width * s.channels;
    for (std::int64_t place = 0; place < places_of(s); ++place)
      corners[place] = corner_of(s, place, row, s.channels);
    for (std::int64_t o = channels.begin; o < channels.end; ++o) {
      const float* grad = call.inputs[1].as<float>() + n * s.out_elements() + o;
      const std::int32_t* place = call.inputs[2].as<std::int32_t>() + n * s.out_elements() + o;
      std::int64_t count = 0;
      for (std::int64_t y = 0; y < s.out_height; ++y) {
        std::int64_t patch = y * s.pool_height * s.stride_y * row;
        for (std::int64_t x = 0; x < s.out_width; ++x) {
          index[count] = static_cast<std::int32_t>(patch + corners[*place]);
          weights[count] = *grad;
          count += *grad != 0 ? 1 : 0;
          grad += s.out_channels, place += s.out_channels;
          patch += s.pool_width * s.stride_x * s.channels;
        }
      }
      float* filter = filters + (o - channels.begin) * elements;
      if (count > 0)
        row_sum_kernel()({frame.data, 1, index, weights, count, filter, run, s.window_height, row, run});
    }
  }
  for (std::int64_t i = 0; i < elements; ++i) {
    for (std::int64_t o = channels.begin; o < channels.end; ++o) {
      call.output.as<float>()[i * s.out_channels + o] = filters[(o - channels.begin) * elements + i];
    }
  }
}

}  // namespace

void conv2d_max_grad_kernel(const KernelCall& call) {
  const WindowSizes s = window_sizes(call.inputs[0].sizes, call.inputs[1].sizes,
                                     *std::get_if<WindowAttributes>(call.attributes));
  if (call.output.count() == 0) return;
  Pieces pieces(call.workspace.data());
  auto* framed = pieces.take<float>(frame_floats(convolved(s)));
  if (!has_tiny_patch(s)) return sum_over_patches(call, s, pieces, framed);
  // Vectors of channels are shared among parts, so each clears its own.
  const std::int64_t lanes = maxima_set().lanes;
  const Share vectors = share_of((s.out_channels + lanes - 1) / lanes, call.part, call.parts);
  const std::int64_t begin = vectors.begin * lanes;
  const std::int64_t end = std::min(vectors.end * lanes, s.out_channels);
  for (std::int64_t tap = 0; begin < end && tap < s.window_height * s.window_width * s.channels; ++tap)
    std::fill(call.output.as<float>() + tap * s.out_channels + begin,
              call.output.as<float>() + tap * s.out_channels + end, 0.0F);
  sum_over_tiny_patches(call, s, pieces, framed);
}

std::int64_t max_grad_kernel_bytes(const WindowSizes& s) {
  const std::int64_t windows = s.out_height * s.out_width;
  if (has_tiny_patch(s)) return Pieces::bytes<float>(windows * TapGradient::kPatch);
  const std::int64_t elements = s.window_height * s.window_width * s.channels * s.out_channels;
  return Pieces::bytes<float>(elements) + 2 * Pieces::bytes<float>(windows + kSlack) +
         Pieces::bytes<std::int64_t>(places_of(s));
}

}  // namespace nnc::rt::fast
