// Fast convolutions followed by maxima over windows side by side: only the maxima are ever stored.
// In: Conv2dMax and Conv2dMaxPlace. Out: the maxima bit for bit those of MaxPool2d over Conv2d, or where in
// its window each was found.
#include "runtime/kernels/fast/conv_max.hpp"

#include <array>

#include "runtime/kernels/fast/fast.hpp"
#include "runtime/kernels/fast/maxima.hpp"
#include "runtime/kernels/fast/tile.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt::fast {
namespace {

constexpr std::int64_t kBufferRow = 64;  // floats: the widest tile

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
  float* values = nullptr;         // may be null
  std::int32_t* places = nullptr;  // may be null
};

// The share of a part: of all windows, through all images.
void find_maxima(const KernelCall& call, const MaximaOutput& out) {
  const WindowSizes s =
      window_sizes(call.inputs[0].sizes, call.output.sizes, *std::get_if<WindowAttributes>(call.attributes));
  if (call.output.count() == 0) return;
  const WindowSizes whole = convolved(s);
  const TileSet& tiles = tile_set();
  const EvenParts panels((s.out_channels + tiles.lanes - 1) / tiles.lanes, tiles.max_vectors);
  Pieces pieces(call.workspace.data());
  float* framed = pieces.take<float>(frame_floats(whole));
  float* buffer = pieces.take<float>(buffer_rows(s) * kBufferRow);
  const std::int64_t windows = s.out_height * s.out_width;
  const Share share = share_of(s.batch * windows, call.part, call.parts);
  for (std::int64_t at = share.begin; at < share.end;) {
    const std::int64_t image = at / windows;
    const std::int64_t end = std::min(share.end, (image + 1) * windows);
    const Frame frame = frame_image(whole, call.inputs[0].as<float>() + image * s.image_elements(), framed);
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
  const WindowSizes s = window_sizes(to_image ? output.sizes() : inputs[0].sizes(),
                                     to_image    ? inputs[0].sizes()
                                     : to_kernel ? inputs[1].sizes()
                                                 : output.sizes(),
                                     window);
  const std::int64_t frame = Pieces::bytes<float>(frame_floats(convolved(s)));
  const std::int64_t rest = to_image    ? max_grad_input_bytes(s)
                            : to_kernel ? max_grad_kernel_bytes(s)
                                        : Pieces::bytes<float>(buffer_rows(s) * kBufferRow);
  return static_cast<std::uint64_t>(frame + rest);
}

}  // namespace nnc::rt::fast
