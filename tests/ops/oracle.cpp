// See oracle.hpp. Everything goes through coordinates and a recursive walk; nothing here is meant to be fast.
#include "tests/ops/oracle.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "compiler/base/check.hpp"

namespace nnc::test {
namespace {

using Coordinates = std::vector<std::int64_t>;
using Visit = std::function<void(const Coordinates&)>;

// visit(every coordinate of the shape), last axis fastest.
void walk(const Shape& shape, const Visit& visit, Coordinates at = {}) {
  if (static_cast<int>(at.size()) == shape.rank()) {
    visit(at);
    return;
  }
  const std::int64_t size = shape[static_cast<int>(at.size())];
  at.push_back(0);
  for (std::int64_t i = 0; i < size; ++i) {
    at.back() = i;
    walk(shape, visit, at);
  }
}

double get(const Tensor& tensor, const Coordinates& at) {
  std::int64_t position = 0;
  for (int axis = 0; axis < tensor.shape.rank(); ++axis) {
    const std::int64_t index = at[static_cast<std::size_t>(axis)];
    NNC_CHECK(index >= 0 && index < tensor.shape[axis]);
    position = position * tensor.shape[axis] + index;
  }
  return tensor.values[static_cast<std::size_t>(position)];
}

// The element of an input that broadcasts to the coordinates.
double get_broadcast(const Tensor& tensor, const Coordinates& at) {
  Coordinates own(at.end() - tensor.shape.rank(), at.end());
  for (int axis = 0; axis < tensor.shape.rank(); ++axis) {
    if (tensor.shape[axis] == 1) own[static_cast<std::size_t>(axis)] = 0;
  }
  return get(tensor, own);
}

double elementwise(OpKind kind, const std::vector<double>& x) {
  const double a = x[0];
  const double b = x.size() > 1 ? x[1] : 0;
  switch (kind) {
    case OpKind::Negate:
      return -a;
    case OpKind::Exp:
      return std::exp(a);
    case OpKind::Log:
      return std::log(a);
    case OpKind::Sqrt:
      return std::sqrt(a);
    case OpKind::Abs:
      return std::fabs(a);
    case OpKind::Sign:
      return std::isnan(a) ? a : static_cast<double>((a > 0) - (a < 0));
    case OpKind::Tanh:
      return std::tanh(a);
    case OpKind::Sigmoid:
      return 0.5 * (1 + std::tanh(a / 2));
    case OpKind::Softplus:
      return a > 30 ? a + std::exp(-a) : std::log1p(std::exp(a));
    case OpKind::Erf:
      return std::erf(a);
    case OpKind::Add:
      return a + b;
    case OpKind::Subtract:
      return a - b;
    case OpKind::Multiply:
      return a * b;
    case OpKind::Divide:
      return a / b;
    case OpKind::Power:
      return std::pow(a, b);
    case OpKind::Maximum:
      return std::isnan(a) || std::isnan(b) ? a + b : std::fmax(a, b);
    case OpKind::Minimum:
      return std::isnan(a) || std::isnan(b) ? a + b : std::fmin(a, b);
    case OpKind::Greater:
      return a > b ? 1 : 0;
    case OpKind::GreaterEqual:
      return a >= b ? 1 : 0;
    case OpKind::Equal:
      return a == b ? 1 : 0;
    case OpKind::Select:
      return a != 0 ? b : x[2];
    default:
      NNC_CHECK(false);
      return 0;
  }
}

struct Sums {
  double value = 0, magnitude = 0, terms = 0;
  void add(double product) {
    value += product;
    magnitude += std::fabs(product);
    terms += 1;
  }
  operator Expected() const { return {value, magnitude, terms + 1}; }  // NOLINT(*-explicit-*)
};

// The coordinates of the input that a reduction folds into `at`.
void walk_reduced(const Tensor& input, const std::vector<int>& axes, const Coordinates& at,
                  const Visit& visit) {
  walk(input.shape, [&](const Coordinates& from) {
    Coordinates kept;
    for (int axis = 0; axis < input.shape.rank(); ++axis) {
      if (std::find(axes.begin(), axes.end(), axis) == axes.end())
        kept.push_back(from[static_cast<std::size_t>(axis)]);
    }
    if (kept == at) visit(from);
  });
}

Expected softmax(const Tensor& x, const Coordinates& at, bool log) {
  Coordinates from = at;
  double largest = -std::numeric_limits<double>::infinity();
  double total = 0;
  for (from.back() = 0; from.back() < x.shape[-1]; ++from.back()) largest = std::fmax(largest, get(x, from));
  for (from.back() = 0; from.back() < x.shape[-1]; ++from.back()) total += std::exp(get(x, from) - largest);
  const double shifted = get(x, at) - largest;
  const double value = log ? shifted - std::log(total) : std::exp(shifted) / total;
  // Rounding the difference from the maximum moves exp by as much times its own value.
  const double magnitude = log ? std::fabs(shifted) + std::fabs(value) + 1 : value * (1 + std::fabs(shifted));
  return {value, magnitude, static_cast<double>(x.shape[-1])};
}

// visit(n, out y, out x, image y, image x, ky, kx) for every pair of an output pixel and an image pixel it
// sees.
using VisitPair = std::function<void(std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t from_y,
                                     std::int64_t from_x, std::int64_t ky, std::int64_t kx)>;
void walk_pairs(const Shape& image, const Shape& out, const WindowAttributes& w, const VisitPair& visit) {
  walk(Shape{out[0], out[1], out[2], w.window[0], w.window[1]}, [&](const Coordinates& at) {
    const std::int64_t y = at[1] * w.stride[0] + at[3] - w.pad_before[0];
    const std::int64_t x = at[2] * w.stride[1] + at[4] - w.pad_before[1];
    if (y >= 0 && x >= 0 && y < image[1] && x < image[2]) visit(at[0], at[1], at[2], y, x, at[3], at[4]);
  });
}

std::vector<Expected> windows(OpKind kind, const std::vector<Tensor>& inputs, const WindowAttributes& w,
                              const Shape& output) {
  const bool to_image =
      kind == OpKind::Conv2dGradInput || kind == OpKind::AvgPool2dGrad || kind == OpKind::MaxPool2dGrad;
  const Shape image = to_image ? output : inputs[0].shape;
  const Shape out = kind == OpKind::Conv2dGradKernel || kind == OpKind::MaxPool2dGrad ? inputs[1].shape
                    : to_image                                                        ? inputs[0].shape
                                                                                      : output;
  std::vector<Sums> sums(static_cast<std::size_t>(*output.element_count()));
  const auto at = [&](const Coordinates& c) -> Sums& {
    std::int64_t position = 0;
    for (int axis = 0; axis < output.rank(); ++axis)
      position = position * output[axis] + c[static_cast<std::size_t>(axis)];
    return sums[static_cast<std::size_t>(position)];
  };
  const std::int64_t channels = image[3];
  const std::int64_t filters = out[3];
  std::vector<double> seen(static_cast<std::size_t>(out[0] * out[1] * out[2]), 0);  // pixels of each window
  const auto window = [&](std::int64_t n, std::int64_t y, std::int64_t x) {
    return static_cast<std::size_t>((n * out[1] + y) * out[2] + x);
  };
  walk_pairs(image, out, w,
             [&](auto n, auto y, auto x, auto, auto, auto, auto) { seen[window(n, y, x)] += 1; });
  struct Best {
    bool found = false;
    double value = 0;
    Coordinates at;
  };
  std::vector<Best> best(seen.size() * static_cast<std::size_t>(channels));
  walk_pairs(image, out, w, [&](auto n, auto y, auto x, auto from_y, auto from_x, auto ky, auto kx) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const Coordinates pixel{n, from_y, from_x, c};
      if (kind == OpKind::AvgPool2d) at({n, y, x, c}).add(get(inputs[0], pixel) / seen[window(n, y, x)]);
      if (kind == OpKind::AvgPool2dGrad) at(pixel).add(get(inputs[0], {n, y, x, c}) / seen[window(n, y, x)]);
      if (kind == OpKind::MaxPool2d || kind == OpKind::MaxPool2dGrad) {
        Best& b = best[window(n, y, x) * static_cast<std::size_t>(channels) + static_cast<std::size_t>(c)];
        const double value = get(inputs[0], pixel);
        if (!b.found || value > b.value) b = {true, value, pixel};
      }
      for (std::int64_t o = 0; o < filters; ++o) {
        if (kind == OpKind::Conv2d) {
          at({n, y, x, o}).add(get(inputs[0], pixel) * get(inputs[1], {ky, kx, c, o}));
        } else if (kind == OpKind::Conv2dGradInput) {
          at(pixel).add(get(inputs[0], {n, y, x, o}) * get(inputs[1], {ky, kx, c, o}));
        } else if (kind == OpKind::Conv2dGradKernel) {
          at({ky, kx, c, o}).add(get(inputs[0], pixel) * get(inputs[1], {n, y, x, o}));
        }
      }
    }
  });
  if (kind == OpKind::MaxPool2d || kind == OpKind::MaxPool2dGrad) {
    walk(out, [&](const Coordinates& c) {
      const Best& b = best[window(c[0], c[1], c[2]) * static_cast<std::size_t>(channels) +
                           static_cast<std::size_t>(c[3])];
      if (kind == OpKind::MaxPool2d) {
        at(c).add(b.value);
      } else {
        at(b.at).add(get(inputs[1], c));
      }
    });
  }
  return {sums.begin(), sums.end()};
}

// Convolution and maximum in one: through the convolution and the pool, which is what the operation says.
std::vector<Expected> convolved_maxima(OpKind kind, const std::vector<Tensor>& inputs,
                                       const WindowAttributes& w, const Shape& output) {
  const bool to_image = kind == OpKind::Conv2dMaxGradInput;
  const bool forward = kind == OpKind::Conv2dMax || kind == OpKind::Conv2dMaxPlace;
  const Shape image = to_image ? w.input_shape : inputs[0].shape;
  const Shape maxima = forward ? output : to_image ? inputs[0].shape : inputs[1].shape;
  const auto convolved_size = [&](int axis) {
    const auto i = static_cast<std::size_t>(axis - 1);
    return window_output_size(image[axis], w.window[i], w.stride[i], w.pad_before[i], w.pad_after[i]);
  };
  const Shape convolved{maxima[0], convolved_size(1), convolved_size(2), maxima[3]};
  const auto position = [](const Shape& shape, const Coordinates& at) {
    std::int64_t result = 0;
    for (int axis = 0; axis < 4; ++axis) result = result * shape[axis] + at[static_cast<std::size_t>(axis)];
    return static_cast<std::size_t>(result);
  };
  const auto pixel = [&](const Coordinates& at, std::int64_t place) {
    return Coordinates{at[0], at[1] * w.pool[0] + place / w.pool[1], at[2] * w.pool[1] + place % w.pool[1],
                       at[3]};
  };
  if (forward) {
    const std::vector<Expected> values = windows(OpKind::Conv2d, inputs, w, convolved);
    std::vector<Expected> result;
    walk(output, [&](const Coordinates& at) {
      std::int64_t best = 0;
      for (std::int64_t place = 1; place < w.pool[0] * w.pool[1]; ++place) {
        const auto value = [&](std::int64_t p) { return values[position(convolved, pixel(at, p))].value; };
        if (value(place) > value(best)) best = place;
      }
      const Expected maximum = values[position(convolved, pixel(at, best))];
      result.push_back(kind == OpKind::Conv2dMax ? maximum : Expected{static_cast<double>(best), 0, 1});
    });
    return result;
  }
  const Tensor& grad = inputs[to_image ? 0 : 1];
  Tensor spread{convolved, std::vector<double>(static_cast<std::size_t>(*convolved.element_count())), {}};
  walk(maxima, [&](const Coordinates& at) {
    const auto place = static_cast<std::int64_t>(get(inputs[2], at));
    spread.values[position(convolved, pixel(at, place))] = get(grad, at);
  });
  if (to_image) return windows(OpKind::Conv2dGradInput, {spread, inputs[1]}, w, output);
  return windows(OpKind::Conv2dGradKernel, {inputs[0], spread}, w, output);
}

Expected exact(double value) { return {value, std::fabs(value), 1}; }

Expected reduce(OpKind kind, const Tensor& input, const std::vector<int>& axes, const Coordinates& at) {
  Sums sums;
  double largest = -std::numeric_limits<double>::infinity();
  walk_reduced(input, axes, at, [&](const Coordinates& from) {
    sums.add(get(input, from));
    largest = std::fmax(largest, get(input, from));
  });
  if (kind == OpKind::MaxOver) return exact(largest);
  if (kind == OpKind::Sum) return sums;
  return {sums.value / sums.terms, sums.magnitude / sums.terms, sums.terms + 2};
}

Expected matmul(const Tensor& lhs, const Tensor& rhs, const MatMulAttributes& m, const Coordinates& at) {
  Sums sums;
  for (std::int64_t k = 0; k < lhs.shape[m.transpose_lhs ? 0 : 1]; ++k) {
    const Coordinates left = m.transpose_lhs ? Coordinates{k, at[0]} : Coordinates{at[0], k};
    const Coordinates right = m.transpose_rhs ? Coordinates{at[1], k} : Coordinates{k, at[1]};
    sums.add(get(lhs, left) * get(rhs, right));
  }
  return sums;
}

double moved(OpKind kind, const std::vector<Tensor>& inputs, const Attributes& attributes, Coordinates at) {
  if (const auto* order = std::get_if<PermutationAttributes>(&attributes)) {
    Coordinates from(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) from[static_cast<std::size_t>(order->order[i])] = at[i];
    return get(inputs[0], from);
  }
  if (const auto* slice = std::get_if<SliceAttributes>(&attributes)) {
    at[static_cast<std::size_t>(slice->axis)] += slice->begin;
    return get(inputs[0], at);
  }
  if (const auto* pad = std::get_if<PadAttributes>(&attributes)) {
    std::int64_t& index = at[static_cast<std::size_t>(pad->axis)];
    index -= pad->before;
    return index < 0 || index >= inputs[0].shape[pad->axis] ? 0 : get(inputs[0], at);
  }
  if (const auto* concat = std::get_if<ConcatAttributes>(&attributes)) {
    std::int64_t& index = at[static_cast<std::size_t>(concat->axis)];
    std::size_t which = 0;
    while (index >= inputs[which].shape[concat->axis]) index -= inputs[which++].shape[concat->axis];
    return get(inputs[which], at);
  }
  NNC_CHECK(kind == OpKind::Broadcast);
  return get_broadcast(inputs[0], at);
}

// log, exp and the like amplify the rounding of their own argument reductions near zero: bound by 1 as well.
double elementwise_magnitude(OpKind kind, double value) {
  const bool sums_near_zero = kind == OpKind::Log || kind == OpKind::Softplus;
  return std::fabs(value) + (sums_near_zero ? 0.5 : 0);
}

}  // namespace

std::vector<Expected> expected_result(OpKind kind, const std::vector<Tensor>& inputs,
                                      const Attributes& attributes, const Shape& output) {
  std::vector<Expected> result;
  const OpClass op_class = op_info(kind).op_class;
  const bool maxima = kind == OpKind::Conv2dMax || kind == OpKind::Conv2dMaxPlace ||
                      kind == OpKind::Conv2dMaxGradInput || kind == OpKind::Conv2dMaxGradKernel;
  if (maxima) return convolved_maxima(kind, inputs, std::get<WindowAttributes>(attributes), output);
  if (op_class == OpClass::Window)
    return windows(kind, inputs, std::get<WindowAttributes>(attributes), output);
  if (kind == OpKind::Reshape) {
    for (const double value : inputs[0].values) result.push_back(exact(value));
    return result;
  }
  walk(output, [&](const Coordinates& at) {
    if (op_class == OpClass::Elementwise) {
      std::vector<double> x;
      for (const Tensor& input : inputs) x.push_back(get_broadcast(input, at));
      const double value = elementwise(kind, x);
      result.push_back({value, elementwise_magnitude(kind, value), 8});
    } else if (op_class == OpClass::Movement) {
      result.push_back(exact(moved(kind, inputs, attributes, at)));
    } else if (kind == OpKind::Softmax || kind == OpKind::LogSoftmax) {
      result.push_back(softmax(inputs[0], at, kind == OpKind::LogSoftmax));
    } else if (op_class == OpClass::Reduction) {
      result.push_back(reduce(kind, inputs[0], std::get<AxesAttributes>(attributes).axes, at));
    } else if (kind == OpKind::MatMul) {
      result.push_back(matmul(inputs[0], inputs[1], std::get<MatMulAttributes>(attributes), at));
    } else if (kind == OpKind::Pick) {
      Coordinates from = at;
      from.push_back(static_cast<std::int64_t>(get(inputs[1], at)));
      result.push_back(exact(get(inputs[0], from)));
    } else if (kind == OpKind::PickGrad || kind == OpKind::OneHot) {
      const Coordinates row(at.begin(), at.end() - 1);
      const bool here =
          static_cast<std::int64_t>(get(inputs[kind == OpKind::PickGrad ? 1 : 0], row)) == at.back();
      result.push_back(exact(!here ? 0 : kind == OpKind::PickGrad ? get(inputs[0], row) : 1));
    } else {
      NNC_CHECK(kind == OpKind::Constant);
      result.push_back(exact(std::get<ConstantAttributes>(attributes).value));
    }
  });
  return result;
}

}  // namespace nnc::test
