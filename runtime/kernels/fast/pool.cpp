// Fast pools and their gradients: vectors run over the channels.
// In: images [batch, h, w, c]. Out: as the reference's; maxima bit for bit, NaN and ties included.
#include <algorithm>

#include "runtime/kernels/fast/fast.hpp"
#include "runtime/kernels/fast/pool.hpp"
#include "runtime/kernels/share.hpp"
#include "runtime/kernels/window.hpp"

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/pool.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runtime/kernels/fast/beats.hpp"

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if NNC_FUSED_TARGET

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;

HWY_INLINE std::int64_t lanes() { return static_cast<std::int64_t>(hn::Lanes(D())); }
HWY_INLINE M lanes_left(std::int64_t left) {
  return hn::FirstN(D(), static_cast<std::size_t>(std::min(lanes(), left)));
}

HWY_INLINE V largest(const PoolWindow& w, const float* image, M mask) {
  const D d;
  V best = hn::MaskedLoad(mask, d, image);
  for (std::int64_t y = 0; y < w.rows; ++y) {
    for (std::int64_t x = 0; x < w.columns; ++x) {
      const V value = hn::MaskedLoad(mask, d, image + y * w.row + x * w.column);
      best = hn::IfThenElse(beats(value, best), value, best);
    }
  }
  return best;
}

HWY_ATTR void maximum(const PoolWindow& w, const float* image, float* out) {
  const D d;
  for (std::int64_t c = 0; c < w.channels; c += lanes()) {
    const M mask = lanes_left(w.channels - c);
    hn::BlendedStore(largest(w, image + c, mask), mask, d, out + c);
  }
}

HWY_ATTR void maximum_grad(const PoolWindow& w, const float* image, const float* grad, float* out) {
  const D d;
  for (std::int64_t c = 0; c < w.channels; c += lanes()) {
    const M mask = lanes_left(w.channels - c);
    const V best = largest(w, image + c, mask);
    const V flow = hn::MaskedLoad(mask, d, grad + c);
    M waiting = mask;
    for (std::int64_t y = 0; y < w.rows; ++y) {
      for (std::int64_t x = 0; x < w.columns; ++x) {
        const std::int64_t at = y * w.row + x * w.column + c;
        const V value = hn::MaskedLoad(mask, d, image + at);
        const M same = hn::Or(hn::Eq(value, best), hn::And(hn::IsNaN(value), hn::IsNaN(best)));
        const M taken = hn::And(waiting, same);
        hn::BlendedStore(hn::Add(hn::MaskedLoad(taken, d, out + at), flow), taken, d, out + at);
        waiting = hn::AndNot(taken, waiting);
      }
    }
  }
}

HWY_ATTR void mean(const PoolWindow& w, const float* image, float* out) {
  const D d;
  const V number = hn::Set(d, static_cast<float>(w.rows * w.columns));
  for (std::int64_t c = 0; c < w.channels; c += lanes()) {
    const M mask = lanes_left(w.channels - c);
    V sum = hn::Zero(d);
    for (std::int64_t y = 0; y < w.rows; ++y) {
      for (std::int64_t x = 0; x < w.columns; ++x) {
        sum = hn::Add(sum, hn::MaskedLoad(mask, d, image + y * w.row + x * w.column + c));
      }
    }
    hn::BlendedStore(hn::Div(sum, number), mask, d, out + c);
  }
}

HWY_ATTR void mean_grad(const PoolWindow& w, const float* grad, float* out) {
  const D d;
  const V number = hn::Set(d, static_cast<float>(w.rows * w.columns));
  for (std::int64_t c = 0; c < w.channels; c += lanes()) {
    const M mask = lanes_left(w.channels - c);
    const V share = hn::Div(hn::MaskedLoad(mask, d, grad + c), number);
    for (std::int64_t y = 0; y < w.rows; ++y) {
      for (std::int64_t x = 0; x < w.columns; ++x) {
        float* at = out + y * w.row + x * w.column + c;
        hn::BlendedStore(hn::Add(hn::MaskedLoad(mask, d, at), share), mask, d, at);
      }
    }
  }
}

PoolSet make_pool_set() { return {&maximum, &maximum_grad, &mean, &mean_grad}; }

#else

PoolSet make_pool_set() { return {}; }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {
namespace {

HWY_EXPORT(make_pool_set);

const PoolSet& pools() {
  static const PoolSet set = HWY_DYNAMIC_DISPATCH(make_pool_set)();
  return set;
}

// A range of one axis of a window, cut to the image.
struct Range {
  std::int64_t begin, size;
};
Range cut(std::int64_t begin, std::int64_t window, std::int64_t size) {
  const std::int64_t first = std::max<std::int64_t>(begin, 0);
  return {first, std::min(begin + window, size) - first};
}

// The images of a part. begin(n) before each image; visit(window, offset of its first pixel in the images,
// offset of its result)
template <class B, class F>
void each_window(const KernelCall& call, const WindowSizes& s, B begin, F visit) {
  PoolWindow window;
  window.row = s.width * s.channels;
  window.column = s.channels;
  window.channels = s.channels;
  const Share images = share_of(s.batch, call.part, call.parts);
  std::int64_t out = images.begin * s.out_elements();
  for (std::int64_t n = images.begin; n < images.end; ++n) {
    begin(n);
    for (std::int64_t y = 0; y < s.out_height; ++y) {
      const Range rows = cut(y * s.stride_y - s.top, s.window_height, s.height);
      for (std::int64_t x = 0; x < s.out_width; ++x, out += s.channels) {
        const Range columns = cut(x * s.stride_x - s.left, s.window_width, s.width);
        window.rows = rows.size;
        window.columns = columns.size;
        visit(window, ((n * s.height + rows.begin) * s.width + columns.begin) * s.channels, out);
      }
    }
  }
}

constexpr auto kNothing = [](std::int64_t) {};
// Gradients add up in the image, which is still in the cache when its windows come.
auto zero_image(const WindowSizes& s, float* out) {
  return [elements = s.image_elements(), out](std::int64_t n) {
    std::fill_n(out + n * elements, elements, 0.0F);
  };
}

WindowSizes sizes_of(const KernelCall& call, const TensorView& image, const TensorView& result) {
  return window_sizes(image.sizes, result.sizes, *std::get_if<WindowAttributes>(call.attributes));
}

void max_pool2d(const KernelCall& call) {
  const float* image = call.inputs[0].as<float>();
  float* out = call.output.as<float>();
  each_window(call, sizes_of(call, call.inputs[0], call.output), kNothing,
              [&](const PoolWindow& window, std::int64_t from, std::int64_t to) {
                pools().maximum(window, image + from, out + to);
              });
}

void max_pool2d_grad(const KernelCall& call) {
  const float* image = call.inputs[0].as<float>();
  const float* grad = call.inputs[1].as<float>();
  float* out = call.output.as<float>();
  const WindowSizes sizes = sizes_of(call, call.inputs[0], call.inputs[1]);
  each_window(call, sizes, zero_image(sizes, out),
              [&](const PoolWindow& window, std::int64_t to, std::int64_t from) {
                pools().maximum_grad(window, image + to, grad + from, out + to);
              });
}

void avg_pool2d(const KernelCall& call) {
  const float* image = call.inputs[0].as<float>();
  float* out = call.output.as<float>();
  each_window(call, sizes_of(call, call.inputs[0], call.output), kNothing,
              [&](const PoolWindow& window, std::int64_t from, std::int64_t to) {
                pools().mean(window, image + from, out + to);
              });
}

void avg_pool2d_grad(const KernelCall& call) {
  const float* grad = call.inputs[0].as<float>();
  float* out = call.output.as<float>();
  const WindowSizes sizes = sizes_of(call, call.output, call.inputs[0]);
  each_window(call, sizes, zero_image(sizes, out),
              [&](const PoolWindow& window, std::int64_t to, std::int64_t from) {
                pools().mean_grad(window, grad + from, out + to);
              });
}

}  // namespace

void add_pool(FastKernels& fast) {
  fast.add_cut(OpKind::MaxPool2d, &max_pool2d);
  fast.add_cut(OpKind::MaxPool2dGrad, &max_pool2d_grad);
  fast.add_cut(OpKind::AvgPool2d, &avg_pool2d);
  fast.add_cut(OpKind::AvgPool2dGrad, &avg_pool2d_grad);
}

}  // namespace nnc::rt::fast
#endif
