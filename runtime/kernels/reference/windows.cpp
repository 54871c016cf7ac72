// Reference kernels that move a window over images: convolution, pools and their gradients.
// In: images [batch, h, w, c], kernels [kh, kw, in, out]. Out: the same kinds. Sums accumulate in double.
#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/kernels/reference/reference.hpp"
#include "runtime/kernels/window.hpp"

namespace nnc::rt {
namespace {

// Where output pixel (y, x) finds window position (ky, kx) in its image; outside is padding.
struct Pixel {
  std::int64_t y;
  std::int64_t x;
};
Pixel pixel_at(const WindowSizes& s, std::int64_t y, std::int64_t x, std::int64_t ky, std::int64_t kx) {
  return {y * s.stride_y + ky - s.top, x * s.stride_x + kx - s.left};
}
bool inside(const WindowSizes& s, Pixel p) { return p.y >= 0 && p.y < s.height && p.x >= 0 && p.x < s.width; }

std::int64_t image_at(const WindowSizes& s, std::int64_t n, Pixel p, std::int64_t c) {
  return ((n * s.height + p.y) * s.width + p.x) * s.channels + c;
}
std::int64_t out_at(const WindowSizes& s, std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t o) {
  return ((n * s.out_height + y) * s.out_width + x) * s.out_channels + o;
}
std::int64_t kernel_at(const WindowSizes& s, std::int64_t ky, std::int64_t kx, std::int64_t c,
                       std::int64_t o) {
  return ((ky * s.window_width + kx) * s.channels + c) * s.out_channels + o;
}

// visit(n, y, x, o) for every element of the result.
template <class F>
void each_out(const WindowSizes& s, F visit) {
  for (std::int64_t n = 0; n < s.batch; ++n) {
    for (std::int64_t y = 0; y < s.out_height; ++y) {
      for (std::int64_t x = 0; x < s.out_width; ++x) {
        for (std::int64_t o = 0; o < s.out_channels; ++o) visit(n, y, x, o);
      }
    }
  }
}

// visit(pixel, ky, kx) for every position of the window that is inside the image.
template <class F>
void each_window_pixel(const WindowSizes& s, std::int64_t y, std::int64_t x, F visit) {
  for (std::int64_t ky = 0; ky < s.window_height; ++ky) {
    for (std::int64_t kx = 0; kx < s.window_width; ++kx) {
      const Pixel p = pixel_at(s, y, x, ky, kx);
      if (inside(s, p)) visit(p, ky, kx);
    }
  }
}

template <class T>
T convolve_at(const WindowSizes& s, const T* image, const T* kernel, std::int64_t n, std::int64_t y,
              std::int64_t x, std::int64_t o) {
  double total = 0;
  each_window_pixel(s, y, x, [&](Pixel p, std::int64_t ky, std::int64_t kx) {
    for (std::int64_t c = 0; c < s.channels; ++c) {
      total += static_cast<double>(image[image_at(s, n, p, c)]) *
               static_cast<double>(kernel[kernel_at(s, ky, kx, c, o)]);
    }
  });
  return static_cast<T>(total);
}

template <class T>
void conv2d(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.inputs[0].sizes, call.output.sizes, attributes_of<WindowAttributes>(call));
  const T* image = call.inputs[0].as<T>();
  const T* kernel = call.inputs[1].as<T>();
  each_out(s, [&](std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t o) {
    call.output.as<T>()[out_at(s, n, y, x, o)] = convolve_at(s, image, kernel, n, y, x, o);
  });
}

// For each image element, the sum over the window positions through which it reached an output.
template <class T>
void conv2d_grad_input(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.output.sizes, call.inputs[0].sizes, attributes_of<WindowAttributes>(call));
  const T* grad = call.inputs[0].as<T>();
  const T* kernel = call.inputs[1].as<T>();
  const std::int64_t count = call.output.count();
  for (std::int64_t i = 0; i < count; ++i) {
    const Index at = unravel(i, call.output.sizes);
    double total = 0;
    for (std::int64_t ky = 0; ky < s.window_height; ++ky) {
      for (std::int64_t kx = 0; kx < s.window_width; ++kx) {
        const std::int64_t y = at[1] + s.top - ky;
        const std::int64_t x = at[2] + s.left - kx;
        if (y < 0 || x < 0 || y % s.stride_y != 0 || x % s.stride_x != 0) continue;
        if (y / s.stride_y >= s.out_height || x / s.stride_x >= s.out_width) continue;
        for (std::int64_t o = 0; o < s.out_channels; ++o) {
          total += static_cast<double>(grad[out_at(s, at[0], y / s.stride_y, x / s.stride_x, o)]) *
                   static_cast<double>(kernel[kernel_at(s, ky, kx, at[3], o)]);
        }
      }
    }
    call.output.as<T>()[i] = static_cast<T>(total);
  }
}

template <class T>
void conv2d_grad_kernel(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.inputs[0].sizes, call.inputs[1].sizes, attributes_of<WindowAttributes>(call));
  const T* image = call.inputs[0].as<T>();
  const T* grad = call.inputs[1].as<T>();
  const std::int64_t count = call.output.count();
  for (std::int64_t i = 0; i < count; ++i) {
    const Index at = unravel(i, call.output.sizes);  // ky, kx, c, o
    double total = 0;
    for (std::int64_t n = 0; n < s.batch; ++n) {
      for (std::int64_t y = 0; y < s.out_height; ++y) {
        for (std::int64_t x = 0; x < s.out_width; ++x) {
          const Pixel p = pixel_at(s, y, x, at[0], at[1]);
          if (!inside(s, p)) continue;
          total += static_cast<double>(image[image_at(s, n, p, at[2])]) *
                   static_cast<double>(grad[out_at(s, n, y, x, at[3])]);
        }
      }
    }
    call.output.as<T>()[i] = static_cast<T>(total);
  }
}

// ---------------------------------------------------------------- convolution and maximum in one

// Where in its window, row by row, a maximum lies: the pixel of the convolution.
Pixel pixel_of_place(const WindowSizes& s, std::int64_t y, std::int64_t x, std::int64_t place) {
  return {y * s.pool_height + place / s.pool_width, x * s.pool_width + place % s.pool_width};
}

// visit(position in the result, the maximum, its place): the first of equal ones, a NaN counts as largest.
template <class T, class F>
void each_maximum(const KernelCall& call, F visit) {
  const WindowSizes s =
      window_sizes(call.inputs[0].sizes, call.output.sizes, attributes_of<WindowAttributes>(call));
  each_out(s, [&](std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t o) {
    T best{};
    std::int64_t best_place = -1;
    for (std::int64_t place = 0; place < s.pool_height * s.pool_width; ++place) {
      const Pixel p = pixel_of_place(s, y, x, place);
      const T value = convolve_at(s, call.inputs[0].as<T>(), call.inputs[1].as<T>(), n, p.y, p.x, o);
      if (best_place >= 0 && !(value > best) && !(std::isnan(value) && !std::isnan(best))) continue;
      best = value;
      best_place = place;
    }
    visit(out_at(s, n, y, x, o), best, best_place);
  });
}

template <class T>
void conv2d_max(const KernelCall& call) {
  auto* places = call.second.as<std::int32_t>();
  each_maximum<T>(call, [&](std::int64_t at, T maximum, std::int64_t place) {
    call.output.as<T>()[at] = maximum;
    if (places != nullptr) places[at] = static_cast<std::int32_t>(place);
  });
}

template <class T>
void conv2d_max_place(const KernelCall& call) {
  each_maximum<T>(call, [&](std::int64_t at, T, std::int64_t place) {
    call.output.as<std::int32_t>()[at] = static_cast<std::int32_t>(place);
  });
}

// For each image element, the sum over the window positions through which it reached a maximum.
template <class T>
void conv2d_max_grad_input(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.output.sizes, call.inputs[0].sizes, attributes_of<WindowAttributes>(call));
  const T* grad = call.inputs[0].as<T>();
  const T* kernel = call.inputs[1].as<T>();
  const std::int32_t* places = call.inputs[2].as<std::int32_t>();
  const std::int64_t count = call.output.count();
  for (std::int64_t i = 0; i < count; ++i) {
    const Index at = unravel(i, call.output.sizes);
    double total = 0;
    for (std::int64_t ky = 0; ky < s.window_height; ++ky) {
      for (std::int64_t kx = 0; kx < s.window_width; ++kx) {
        const std::int64_t top = at[1] + s.top - ky;
        const std::int64_t left = at[2] + s.left - kx;
        if (top < 0 || left < 0 || top % s.stride_y != 0 || left % s.stride_x != 0) continue;
        const Pixel p{top / s.stride_y, left / s.stride_x};
        if (p.y / s.pool_height >= s.out_height || p.x / s.pool_width >= s.out_width) continue;
        const std::int64_t place = p.y % s.pool_height * s.pool_width + p.x % s.pool_width;
        for (std::int64_t o = 0; o < s.out_channels; ++o) {
          const std::int64_t from = out_at(s, at[0], p.y / s.pool_height, p.x / s.pool_width, o);
          if (places[from] != place) continue;
          total += static_cast<double>(grad[from]) *
                   static_cast<double>(kernel[kernel_at(s, ky, kx, at[3], o)]);
        }
      }
    }
    call.output.as<T>()[i] = static_cast<T>(total);
  }
}

template <class T>
void conv2d_max_grad_kernel(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.inputs[0].sizes, call.inputs[1].sizes, attributes_of<WindowAttributes>(call));
  const T* image = call.inputs[0].as<T>();
  const T* grad = call.inputs[1].as<T>();
  const std::int32_t* places = call.inputs[2].as<std::int32_t>();
  const std::int64_t count = call.output.count();
  for (std::int64_t i = 0; i < count; ++i) {
    const Index at = unravel(i, call.output.sizes);  // ky, kx, c, o
    double total = 0;
    for (std::int64_t n = 0; n < s.batch; ++n) {
      for (std::int64_t y = 0; y < s.out_height; ++y) {
        for (std::int64_t x = 0; x < s.out_width; ++x) {
          const std::int64_t from = out_at(s, n, y, x, at[3]);
          const Pixel maximum = pixel_of_place(s, y, x, places[from]);
          const Pixel p = pixel_at(s, maximum.y, maximum.x, at[0], at[1]);
          if (!inside(s, p)) continue;
          total +=
              static_cast<double>(image[image_at(s, n, p, at[2])]) * static_cast<double>(grad[from]);
        }
      }
    }
    call.output.as<T>()[i] = static_cast<T>(total);
  }
}

// ---------------------------------------------------------------- pools

// The first position that holds the maximum (a NaN counts as largest), as an offset into the images.
template <class T>
std::int64_t find_maximum(const WindowSizes& s, const T* image, std::int64_t n, std::int64_t y,
                          std::int64_t x, std::int64_t c) {
  std::int64_t best = -1;
  each_window_pixel(s, y, x, [&](Pixel p, std::int64_t, std::int64_t) {
    const std::int64_t at = image_at(s, n, p, c);
    if (best < 0 || image[at] > image[best] || (std::isnan(image[at]) && !std::isnan(image[best]))) best = at;
  });
  return best;
}

template <class T>
void max_pool2d(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.inputs[0].sizes, call.output.sizes, attributes_of<WindowAttributes>(call));
  const T* image = call.inputs[0].as<T>();
  each_out(s, [&](std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) {
    const std::int64_t best = find_maximum(s, image, n, y, x, c);
    call.output.as<T>()[out_at(s, n, y, x, c)] = best < 0 ? -std::numeric_limits<T>::infinity() : image[best];
  });
}

template <class T>
void max_pool2d_grad(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.inputs[0].sizes, call.inputs[1].sizes, attributes_of<WindowAttributes>(call));
  std::fill_n(call.output.as<T>(), call.output.count(), T{0});
  each_out(s, [&](std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) {
    const std::int64_t best = find_maximum(s, call.inputs[0].as<T>(), n, y, x, c);
    if (best >= 0) call.output.as<T>()[best] += call.inputs[1].as<T>()[out_at(s, n, y, x, c)];
  });
}

// How many positions of a window are inside the image: what a mean divides by.
double pixels_inside(const WindowSizes& s, std::int64_t y, std::int64_t x) {
  double number = 0;
  each_window_pixel(s, y, x, [&](Pixel, std::int64_t, std::int64_t) { number += 1; });
  return number;
}

template <class T>
void avg_pool2d(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.inputs[0].sizes, call.output.sizes, attributes_of<WindowAttributes>(call));
  const T* image = call.inputs[0].as<T>();
  each_out(s, [&](std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) {
    double total = 0;
    each_window_pixel(s, y, x, [&](Pixel p, std::int64_t, std::int64_t) {
      total += static_cast<double>(image[image_at(s, n, p, c)]);
    });
    call.output.as<T>()[out_at(s, n, y, x, c)] = static_cast<T>(total / pixels_inside(s, y, x));
  });
}

template <class T>
void avg_pool2d_grad(const KernelCall& call) {
  const WindowSizes s =
      window_sizes(call.output.sizes, call.inputs[0].sizes, attributes_of<WindowAttributes>(call));
  std::fill_n(call.output.as<T>(), call.output.count(), T{0});
  each_out(s, [&](std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) {
    const auto grad = static_cast<double>(call.inputs[0].as<T>()[out_at(s, n, y, x, c)]);
    const auto share = static_cast<T>(grad / pixels_inside(s, y, x));
    each_window_pixel(s, y, x, [&](Pixel p, std::int64_t, std::int64_t) {
      call.output.as<T>()[image_at(s, n, p, c)] += share;
    });
  });
}

}  // namespace

template <class T>
void add_reference_windows(KernelTable& table) {
  table.at(OpKind::Conv2d) = &conv2d<T>;
  table.at(OpKind::Conv2dGradInput) = &conv2d_grad_input<T>;
  table.at(OpKind::Conv2dGradKernel) = &conv2d_grad_kernel<T>;
  table.at(OpKind::Conv2dMax) = &conv2d_max<T>;
  table.at(OpKind::Conv2dMaxPlace) = &conv2d_max_place<T>;
  table.at(OpKind::Conv2dMaxGradInput) = &conv2d_max_grad_input<T>;
  table.at(OpKind::Conv2dMaxGradKernel) = &conv2d_max_grad_kernel<T>;
  table.at(OpKind::MaxPool2d) = &max_pool2d<T>;
  table.at(OpKind::MaxPool2dGrad) = &max_pool2d_grad<T>;
  table.at(OpKind::AvgPool2d) = &avg_pool2d<T>;
  table.at(OpKind::AvgPool2dGrad) = &avg_pool2d_grad<T>;
}
template void add_reference_windows<float>(KernelTable&);
template void add_reference_windows<double>(KernelTable&);

}  // namespace nnc::rt
