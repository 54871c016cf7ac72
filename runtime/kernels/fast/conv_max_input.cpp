// The gradient of convolutions followed by maxima with respect to the image. In: Conv2dMaxGradInput. Out:
// what reached a maximum, everything else being zero and left out, in a fixed order: weighted sums
// (row_sum.hpp) of the kernel's filters.
#include <algorithm>

#include "runtime/kernels/fast/conv_max.hpp"
#include "runtime/kernels/fast/row_sum.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt::fast {
namespace {

// Whether the patches of all windows lie inside the image: then gradients add up where they belong.
bool stays_inside(const WindowSizes& s) { return !needs_frame(convolved(s)); }

// filters[o][ky][kx][c] = kernel[ky][kx][c][o]
void turn_filters(const WindowSizes& s, const float* kernel, float* filters) {
  const std::int64_t elements = s.window_height * s.window_width * s.channels;
  for (std::int64_t o = 0; o < s.out_channels; ++o) {
    for (std::int64_t i = 0; i < elements; ++i) filters[o * elements + i] = kernel[i * s.out_channels + o];
  }
}

// The channels of one window whose gradient is not zero, by place.
struct Alive {
  std::int32_t* channel;  // [places][out_channels]
  float* grad;            // the same
  std::int64_t* count;    // [places]

  void collect(const WindowSizes& s, const float* grads, const std::int32_t* places) const {
    std::fill_n(count, places_of(s), 0);
    for (std::int64_t o = 0; o < s.out_channels; ++o) {
      const std::int64_t place = places[o];
      const std::int64_t at = place * s.out_channels + count[place];
      channel[at] = static_cast<std::int32_t>(o);
      grad[at] = grads[o];
      count[place] += grads[o] != 0 ? 1 : 0;
    }
  }
};

// Adds the gradients of one image to a frame.
void add_image_gradient(const WindowSizes& s, const float* grads, const std::int32_t* places,
                        const float* filters, const Alive& alive, const Frame& frame, float* out) {
  const std::int64_t run = s.window_width * s.channels;
  const std::int64_t row = frame.width * s.channels;
  for (std::int64_t y = 0; y < s.out_height; ++y) {
    for (std::int64_t x = 0; x < s.out_width; ++x, grads += s.out_channels, places += s.out_channels) {
      alive.collect(s, grads, places);
      float* patch =
          out + (y * s.pool_height * s.stride_y * frame.width + x * s.pool_width * s.stride_x) * s.channels;
      for (std::int64_t place = 0; place < places_of(s); ++place) {
        if (alive.count[place] == 0) continue;
        float* to = patch + corner_of(s, place, row, s.channels);
        row_sum_kernel()({filters, s.window_height * run, alive.channel + place * s.out_channels,
                          alive.grad + place * s.out_channels, alive.count[place], to, run, s.window_height,
                          run, row});
      }
    }
  }
}

// What lies inside the image of a frame around it.
void take_from_frame(const WindowSizes& s, const FrameSizes& frame, const float* from, float* image) {
  const std::int64_t rows = std::min(s.height, frame.height - s.top);
  const std::int64_t columns = std::min(s.width, frame.width - s.left);
  for (std::int64_t y = 0; y < rows && columns > 0; ++y) {
    std::copy_n(from + ((y + s.top) * frame.width + s.left) * s.channels, columns * s.channels,
                image + y * s.width * s.channels);
  }
}

}  // namespace

void conv2d_max_grad_input(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.output.sizes, call.inputs[0].sizes, *std::get_if<WindowAttributes>(call.attributes));
  if (call.output.count() == 0) return;
  const WindowSizes whole = convolved(s);
  const FrameSizes frame = frame_sizes(whole);
  Pieces pieces(call.workspace.data());
  auto* filters = pieces.take<float>(call.inputs[1].count());
  auto* framed = pieces.take<float>(frame_floats(whole));
  const Alive alive{pieces.take<std::int32_t>(places_of(s) * s.out_channels + kSlack),
                    pieces.take<float>(places_of(s) * s.out_channels + kSlack),
                    pieces.take<std::int64_t>(places_of(s))};
  turn_filters(s, call.inputs[1].as<float>(), filters);
  const Share images = share_of(s.batch, call.part, call.parts);
  for (std::int64_t n = images.begin; n < images.end; ++n) {
    const float* grads = call.inputs[0].as<float>() + n * s.out_elements();
    const std::int32_t* places = call.inputs[2].as<std::int32_t>() + n * s.out_elements();
    float* image = call.output.as<float>() + n * s.image_elements();
    std::fill_n(image, s.image_elements(), 0.0F);
    if (stays_inside(s)) {
      add_image_gradient(s, grads, places, filters, alive, {nullptr, s.width, s.channels}, image);
    } else {
      std::fill_n(framed, frame.height * frame.width * s.channels, 0.0F);
      add_image_gradient(s, grads, places, filters, alive, {nullptr, frame.width, s.channels}, framed);
      take_from_frame(s, frame, framed, image);
    }
  }
}

std::int64_t max_grad_input_bytes(const WindowSizes& s) {
  const std::int64_t elements = s.window_height * s.window_width * s.channels * s.out_channels;
  return Pieces::bytes<float>(elements) + 2 * Pieces::bytes<float>(places_of(s) * s.out_channels + kSlack) +
         Pieces::bytes<std::int64_t>(places_of(s));
}

}  // namespace nnc::rt::fast
