// Fast convolutions followed by maxima over windows side by side: only the maxima are ever stored.
// In: Conv2dMax, Conv2dMaxPlace and their gradients. Out: the maxima bit for bit those of MaxPool2d over
// Conv2d; gradients of what reached a maximum, everything else being zero and left out, in a fixed order.
//
// Gradients are weighted sums of rows (row_sum.hpp): of patches of the image for the kernel, of the kernel's
// filters for the image. Where a patch is tiny (an image with one channel) lanes are channels instead.
#include <algorithm>
#include <cstring>

#include "runtime/kernels/fast/fast.hpp"
#include "runtime/kernels/fast/frame.hpp"
#include "runtime/kernels/fast/maxima.hpp"
#include "runtime/kernels/fast/row_sum.hpp"
#include "runtime/kernels/fast/tile.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt::fast {
namespace {

constexpr std::int64_t kBufferRow = 48;  // floats: the widest tile
constexpr std::int64_t kSlack = 1;       // a list is written one beyond its end

std::int64_t places_of(const WindowSizes& s) { return s.pool_height * s.pool_width; }

// The convolution before the maxima, without the pixels that no window of maxima looks at.
WindowSizes convolved(const WindowSizes& s) {
  WindowSizes c = s;
  c.out_height = s.out_height * s.pool_height;
  c.out_width = s.out_width * s.pool_width;
  return c;
}

// Where the patch of a place lies in a frame, relative to that of place 0.
std::int64_t corner_of(const WindowSizes& s, std::int64_t place, std::int64_t row, std::int64_t column) {
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

// ---------------------------------------------------------------- maxima

std::int64_t buffer_rows(const WindowSizes& s) {
  return std::max<std::int64_t>(TileSet::kMaxRows, places_of(s));
}

// Some windows of one image, one panel of channels: tiles into a buffer, then the maxima of each window.
class MaximaPanel {
 public:
  MaximaPanel(const WindowSizes& s, const Frame& frame, const float* kernel, std::int64_t column,
              std::int64_t columns, float* buffer)
      : s_(s), frame_(frame), buffer_(buffer) {
    const TileSet& tiles = tile_set();
    const auto vectors = static_cast<std::size_t>((columns + tiles.lanes - 1) / tiles.lanes);
    kernels_ = tiles.kernels[vectors].data();
    most_rows_ = tiles.max_rows[vectors];
    tile_.outer = s.window_height;
    tile_.inner = s.window_width * s.channels;
    tile_.a_outer = frame.width * s.channels;
    tile_.b = kernel + column;
    tile_.b_outer = tile_.inner * s.out_channels;
    tile_.b_inner = s.out_channels;
    tile_.c_row = kBufferRow;
    tile_.columns = columns;
  }

  [[nodiscard]] std::int64_t windows_at_once() const {
    if (is_short()) return s_.out_width;
    return std::max<std::int64_t>(1, most_rows_ / places_of(s_));
  }

  // `out` and `place` are those of the first window; either may be null.
  void run(std::int64_t first, std::int64_t windows, float* out, std::int32_t* place) {
    if (is_short()) return run_pairs(first, windows, out, place);
    const std::int64_t places = places_of(s_);
    const std::int64_t pixels = windows * places;
    for (std::int64_t done = 0; done < pixels;) {
      const std::int64_t rows = std::min<std::int64_t>(most_rows_, pixels - done);
      convolve(first, done, rows);
      done += rows;
    }
    for (std::int64_t w = 0; w < windows; ++w) {
      maxima_set().maxima({buffer_ + w * places * kBufferRow, places, kBufferRow, tile_.columns,
                           out != nullptr ? out + w * s_.out_channels : nullptr,
                           place != nullptr ? place + w * s_.out_channels : nullptr});
    }
  }

 private:
  // Whether sums are so short that taking them through memory would cost as much as they do.
  [[nodiscard]] bool is_short() const {
    constexpr std::int64_t kShort = 32;
    const bool pairs = s_.pool_height == 2 && s_.pool_width == 2;
    return pairs && s_.window_height * s_.window_width * s_.channels <= kShort &&
           tile_.columns <= PairMaxima::kMaxVectors * maxima_set().lanes;
  }

  void run_pairs(std::int64_t first, std::int64_t windows, float* out, std::int32_t* place) {
    PairMaxima m;
    m.row = frame_.width * s_.channels;
    m.step_y = s_.stride_y * m.row;
    m.step_x = s_.stride_x * s_.channels;
    m.kernel_rows = s_.window_height;
    m.kernel_run = s_.window_width * s_.channels;
    m.kernel = tile_.b;
    m.kernel_step = s_.out_channels;
    m.columns = tile_.columns;
    m.channels = s_.out_channels;
    for (std::int64_t done = 0; done < windows;) {
      const std::int64_t y = (first + done) / s_.out_width;
      const std::int64_t x = (first + done) % s_.out_width;
      const std::int64_t count =
          std::min({windows - done, s_.out_width - x, static_cast<std::int64_t>(PairMaxima::kMaxWindows)});
      m.frame = frame_.data + 2 * y * m.step_y + 2 * x * m.step_x;
      m.out = out != nullptr ? out + done * s_.out_channels : nullptr;
      m.place = place != nullptr ? place + done * s_.out_channels : nullptr;
      maxima_set().pair_maxima(m, static_cast<int>(count));
      done += count;
    }
  }

  void convolve(std::int64_t first, std::int64_t pixel, std::int64_t rows) {
    const std::int64_t places = places_of(s_);
    std::array<const float*, TileSet::kMaxRows> from{};
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t window = first + (pixel + r) / places;
      const std::int64_t place = (pixel + r) % places;
      const std::int64_t y = window / s_.out_width * s_.pool_height * s_.stride_y;
      const std::int64_t x = window % s_.out_width * s_.pool_width * s_.stride_x;
      from[static_cast<std::size_t>(r)] = frame_.data + (y * frame_.width + x) * s_.channels +
                                          corner_of(s_, place, frame_.width * s_.channels, s_.channels);
    }
    tile_.rows = from.data();
    tile_.c = buffer_ + pixel * kBufferRow;
    kernels_[rows](tile_);
  }

  const WindowSizes& s_;
  Frame frame_;
  float* buffer_;
  const TileKernel* kernels_ = nullptr;
  int most_rows_ = 1;
  Tile tile_;
};

struct MaximaOutput {
  float* values = nullptr;        // may be null
  std::int32_t* places = nullptr;  // may be null
};

// The share of a part: of all windows, through all images.
void find_maxima(const KernelCall& call, const MaximaOutput& out) {
  const WindowSizes s = window_sizes(call.inputs[0].sizes, call.output.sizes,
                                     *std::get_if<WindowAttributes>(call.attributes));
  if (call.output.count() == 0) return;
  const WindowSizes whole = convolved(s);
  const TileSet& tiles = tile_set();
  const EvenParts panels((s.out_channels + tiles.lanes - 1) / tiles.lanes, TileSet::kMaxVectors);
  Pieces pieces(call.workspace.data());
  float* framed = pieces.take<float>(frame_floats(whole));
  float* buffer = pieces.take<float>(buffer_rows(s) * kBufferRow);
  const std::int64_t windows = s.out_height * s.out_width;
  const Share share = share_of(s.batch * windows, call.part, call.parts);
  for (std::int64_t at = share.begin; at < share.end;) {
    const std::int64_t image = at / windows;
    const std::int64_t end = std::min(share.end, (image + 1) * windows);
    const Frame frame =
        frame_image(whole, call.inputs[0].as<float>() + image * s.image_elements(), framed);
    for (std::int64_t i = 0; i < panels.count; ++i) {
      const std::int64_t column = panels.begin(i) * tiles.lanes;
      const std::int64_t columns = std::min(panels.begin(i + 1) * tiles.lanes, s.out_channels) - column;
      MaximaPanel panel(s, frame, call.inputs[1].as<float>(), column, columns, buffer);
      for (std::int64_t window = at; window < end; window += panel.windows_at_once()) {
        const std::int64_t count = std::min(panel.windows_at_once(), end - window);
        const std::int64_t to = window * s.out_channels + column;
        panel.run(window - image * windows, count, out.values != nullptr ? out.values + to : nullptr,
                  out.places != nullptr ? out.places + to : nullptr);
      }
    }
    at = end;
  }
}

void conv2d_max(const KernelCall& call) {
  find_maxima(call, {call.output.as<float>(),
                     call.second.data != nullptr ? call.second.as<std::int32_t>() : nullptr});
}

void conv2d_max_place(const KernelCall& call) {
  find_maxima(call, {nullptr, call.output.as<std::int32_t>()});
}

// ---------------------------------------------------------------- gradient with respect to the image

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
      float* patch = out + (y * s.pool_height * s.stride_y * frame.width + x * s.pool_width * s.stride_x) *
                               s.channels;
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

void conv2d_max_grad_input(const KernelCall& call) {
  const WindowSizes s = window_sizes(call.output.sizes, call.inputs[0].sizes,
                                     *std::get_if<WindowAttributes>(call.attributes));
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

// ---------------------------------------------------------------- gradient with respect to the kernel

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

}  // namespace

void add_conv_max(FastKernels& fast) {
  fast.add_cut(OpKind::Conv2dMax, &conv2d_max);
  fast.add_cut(OpKind::Conv2dMaxPlace, &conv2d_max_place);
  fast.add_cut(OpKind::Conv2dMaxGradInput, &conv2d_max_grad_input);
  fast.add_cut(OpKind::Conv2dMaxGradKernel, &conv2d_max_grad_kernel);
}

std::uint64_t conv_max_workspace_bytes(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                                       const Attributes& attributes) {
  const auto& window = *std::get_if<WindowAttributes>(&attributes);
  const bool to_image = kind == OpKind::Conv2dMaxGradInput;
  const bool to_kernel = kind == OpKind::Conv2dMaxGradKernel;
  const WindowSizes s =
      window_sizes(to_image ? output.sizes() : inputs[0].sizes(),
                   to_image ? inputs[0].sizes() : to_kernel ? inputs[1].sizes() : output.sizes(), window);
  const std::int64_t elements = s.window_height * s.window_width * s.channels * s.out_channels;
  std::int64_t bytes = Pieces::bytes<float>(frame_floats(convolved(s)));
  if (to_image) {
    bytes += Pieces::bytes<float>(elements) + 2 * Pieces::bytes<float>(places_of(s) * s.out_channels + kSlack) +
             Pieces::bytes<std::int64_t>(places_of(s));
  } else if (!to_kernel) {
    bytes += Pieces::bytes<float>(buffer_rows(s) * kBufferRow);
  } else if (has_tiny_patch(s)) {
    bytes += Pieces::bytes<float>(s.out_height * s.out_width * TapGradient::kPatch);
  } else {
    bytes += Pieces::bytes<float>(elements) +
             2 * Pieces::bytes<float>(s.out_height * s.out_width + kSlack) +
             Pieces::bytes<std::int64_t>(places_of(s));
  }
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace nnc::rt::fast
