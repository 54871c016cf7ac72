// The shape rules: one function per family of operations, chosen by the switch at the end.
// In: an operation, any input shapes, any attributes. Out: the result's shape, or why they do not fit.
// Nothing is trusted: every size is checked before it is used in arithmetic, so no rule can overflow. A rule
// may assume that its inputs have sizes of at least 1 (or kBatch in front) and at most 2^62 elements:
// infer_shape has checked it, as it checks the arity, the struct of attributes and, afterwards, the result.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/check.hpp"
#include "compiler/ops/ops.hpp"

namespace nnc {
namespace {

using Kind = ShapeError::Kind;
using Shapes = std::span<const Shape>;

constexpr std::int64_t kLargest = std::int64_t{1} << 62;
// Windows, strides and paddings beyond this are mistakes; sums and products of a few of them stay in range.
constexpr std::int64_t kLargestWindow = std::int64_t{1} << 31;

template <class... Args>
ShapeError fail(Kind kind, fmt::format_string<Args...> format, Args&&... args) {
  return {kind, fmt::format(format, std::forward<Args>(args)...)};
}

std::string text(const Shape& shape) { return shape.to_string(); }
std::string text(std::int64_t size) { return size == kBatch ? "batch" : std::to_string(size); }

// At most kMaxRank sizes of at least 1, except a symbolic batch in front, and at most 2^62 elements beside
// the batch.
std::optional<ShapeError> find_fault(const Shape& shape) {
  if (shape.rank() > kMaxRank)
    return fail(Kind::Rank, "a tensor has at most {} axes, not {}", kMaxRank, shape.rank());
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis < shape.sizes().size(); ++axis) {
    const std::int64_t size = shape.sizes()[axis];
    if (size == kBatch && axis == 0) continue;
    if (size == kBatch) return fail(Kind::Other, "{} has the batch axis after its first axis", text(shape));
    if (size < 1) return fail(Kind::Other, "{} has a size of {}", text(shape), size);
    if (count > kLargest / size) return fail(Kind::Other, "{} has more than 2^62 elements", text(shape));
    count *= size;
  }
  return std::nullopt;
}

// Elements beside a symbolic batch. The shape has been checked.
std::int64_t elements_per_sample(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape.sizes()) count *= size == kBatch ? 1 : size;
  return count;
}

Shape without_last(const Shape& shape) {
  return Shape(std::vector<std::int64_t>(shape.sizes().begin(), shape.sizes().end() - 1));
}

Shape with_last(const Shape& shape, std::int64_t size) {
  std::vector<std::int64_t> sizes = shape.sizes();
  sizes.push_back(size);
  return Shape(std::move(sizes));
}

// ---------------------------------------------------------------- elementwise, movement

ShapeResult elementwise_shape(Shapes inputs) {
  Shape shape = inputs.front();
  for (const Shape& input : inputs.subspan(1)) {
    const std::optional<Shape> both = broadcast_shapes(shape, input);
    if (!both) return fail(Kind::Operands, "{} and {} do not broadcast", text(shape), text(input));
    shape = *both;
  }
  return shape;
}

ShapeResult reshape_shape(const Shape& input, const ShapeAttributes& attributes) {
  const Shape& shape = attributes.shape;
  if (const auto fault = find_fault(shape)) return *fault;
  if (input.has_batch() != shape.has_batch()) {
    return fail(Kind::Reshape, "cannot reshape {} to {}: the batch axis must stay", text(input), text(shape));
  }
  const std::int64_t from = elements_per_sample(input);
  const std::int64_t to = elements_per_sample(shape);
  if (from != to) {
    return fail(Kind::Reshape, "cannot reshape {} to {}: {} elements against {}", text(input), text(shape),
                from, to);
  }
  return shape;
}

ShapeResult broadcast_shape(const Shape& input, const ShapeAttributes& attributes) {
  if (const auto fault = find_fault(attributes.shape)) return *fault;
  const std::optional<Shape> both = broadcast_shapes(input, attributes.shape);
  if (!both || *both != attributes.shape) {
    return fail(Kind::Operands, "{} does not broadcast to {}", text(input), text(attributes.shape));
  }
  return attributes.shape;
}

ShapeResult transpose_shape(const Shape& input, const PermutationAttributes& attributes) {
  const std::vector<int>& order = attributes.order;
  if (static_cast<int>(order.size()) != input.rank()) {
    return fail(Kind::Rank, "an order of {} axes cannot transpose {}", order.size(), text(input));
  }
  std::vector<bool> seen(order.size(), false);
  std::vector<std::int64_t> sizes;
  for (const int axis : order) {
    if (axis < 0 || axis >= input.rank() || seen[static_cast<std::size_t>(axis)]) {
      return fail(Kind::Other, "the order of a transposition must name every axis of {} once", text(input));
    }
    seen[static_cast<std::size_t>(axis)] = true;
    sizes.push_back(input[axis]);
  }
  if (input.has_batch() && order.front() != 0) {
    return fail(Kind::Other, "a transposition of {} must leave the batch axis first", text(input));
  }
  return Shape(std::move(sizes));
}

// An axis that a movement may cut or extend: inside the rank and not the symbolic batch.
std::optional<ShapeError> find_axis_fault(const Shape& input, int axis) {
  if (axis < 0 || axis >= input.rank()) return fail(Kind::Rank, "{} has no axis {}", text(input), axis);
  if (input[axis] == kBatch) return fail(Kind::Other, "the batch axis of {} must stay whole", text(input));
  return std::nullopt;
}

Shape with_size(const Shape& shape, int axis, std::int64_t size) {
  std::vector<std::int64_t> sizes = shape.sizes();
  sizes[static_cast<std::size_t>(axis)] = size;
  return Shape(std::move(sizes));
}

ShapeResult slice_shape(const Shape& input, const SliceAttributes& attributes) {
  if (const auto fault = find_axis_fault(input, attributes.axis)) return *fault;
  const std::int64_t size = input[attributes.axis];
  if (attributes.begin < 0 || attributes.begin >= attributes.end || attributes.end > size) {
    return fail(Kind::Other, "the range {}..{} is not inside axis {} of {}", attributes.begin, attributes.end,
                attributes.axis, text(input));
  }
  return with_size(input, attributes.axis, attributes.end - attributes.begin);
}

ShapeResult pad_shape(const Shape& input, const PadAttributes& attributes) {
  if (const auto fault = find_axis_fault(input, attributes.axis)) return *fault;
  const std::int64_t size = input[attributes.axis];
  const std::int64_t before = attributes.before;
  const std::int64_t after = attributes.after;
  if (before < 0 || after < 0) return fail(Kind::Other, "a padding of {} and {} is negative", before, after);
  if (before > kLargest - size || after > kLargest - size - before) {
    return fail(Kind::Other, "a padding of {} and {} is too large", before, after);
  }
  return with_size(input, attributes.axis, before + size + after);
}

ShapeResult concat_shape(Shapes inputs, const ConcatAttributes& attributes) {
  const Shape& first = inputs.front();
  const int axis = attributes.axis;
  if (const auto fault = find_axis_fault(first, axis)) return *fault;
  std::int64_t size = first[axis];
  for (const Shape& input : inputs.subspan(1)) {
    if (input.rank() != first.rank() || with_size(input, axis, first[axis]) != first ||
        input[axis] == kBatch) {
      return fail(Kind::Operands, "{} and {} differ beside axis {}", text(first), text(input), axis);
    }
    if (size > kLargest - input[axis]) return fail(Kind::Other, "the joined axis is too large");
    size += input[axis];
  }
  return with_size(first, axis, size);
}

// ---------------------------------------------------------------- reductions, contraction

ShapeResult reduction_shape(const Shape& input, const AxesAttributes& attributes) {
  std::vector<std::int64_t> sizes = input.sizes();
  int limit = input.rank();
  for (auto axis = attributes.axes.rbegin(); axis != attributes.axes.rend(); ++axis) {
    if (*axis < 0 || *axis >= input.rank()) return fail(Kind::Rank, "{} has no axis {}", text(input), *axis);
    if (*axis >= limit) return fail(Kind::Other, "the axes of a reduction must rise");
    sizes.erase(sizes.begin() + *axis);
    limit = *axis;
  }
  return Shape(std::move(sizes));
}

// The last axis holds classes or features: it must exist and not be the batch.
std::optional<ShapeError> find_last_axis_fault(const Shape& input) {
  if (input.rank() == 0) return fail(Kind::Rank, "a scalar has no last axis");
  if (input[-1] == kBatch) return fail(Kind::Rank, "{} has no axis beside the batch", text(input));
  return std::nullopt;
}

ShapeResult softmax_shape(const Shape& input) {
  if (const auto fault = find_last_axis_fault(input)) return *fault;
  return input;
}

// op(lhs) [M,K] . op(rhs) [K,N] -> [M,N]
ShapeResult matmul_shape(const Shape& lhs, const Shape& rhs, const MatMulAttributes& attributes) {
  if (lhs.rank() != 2 || rhs.rank() != 2) {
    return fail(Kind::Rank, "a matrix product needs two axes on each side, not {} and {}", text(lhs),
                text(rhs));
  }
  const std::int64_t rows = lhs[attributes.transpose_lhs ? 1 : 0];
  const std::int64_t left = lhs[attributes.transpose_lhs ? 0 : 1];
  const std::int64_t right = rhs[attributes.transpose_rhs ? 1 : 0];
  const std::int64_t columns = rhs[attributes.transpose_rhs ? 0 : 1];
  if (left != right) {
    return fail(Kind::MatMulInner, "the left side has {} columns, the right side has {} rows", text(left),
                text(right));
  }
  return Shape{rows, columns};
}

// ---------------------------------------------------------------- windows

std::optional<ShapeError> find_window_fault(const WindowAttributes& a) {
  for (std::size_t i = 0; i < 2; ++i) {
    if (a.window[i] < 1 || a.window[i] > kLargestWindow) {
      return fail(Kind::Other, "a window of {}x{} is out of range", a.window[0], a.window[1]);
    }
    if (a.stride[i] < 1 || a.stride[i] > kLargestWindow) {
      return fail(Kind::Other, "a stride of {}x{} is out of range", a.stride[0], a.stride[1]);
    }
    const bool fits = a.pad_before[i] >= 0 && a.pad_after[i] >= 0 && a.pad_before[i] <= kLargestWindow &&
                      a.pad_after[i] <= kLargestWindow;
    if (!fits)
      return fail(Kind::Other, "a padding of {} and {} is out of range", a.pad_before[i], a.pad_after[i]);
  }
  return std::nullopt;
}

// [batch, h, w, _] -> [batch, h', w', channels]
ShapeResult windowed_shape(const Shape& image, const WindowAttributes& a, std::int64_t channels) {
  if (image.rank() != 4) {
    return fail(Kind::Rank, "an image has the axes [batch, height, width, channels], not {}", text(image));
  }
  if (const auto fault = find_window_fault(a)) return *fault;
  std::array<std::int64_t, 2> sizes{};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t size = image[static_cast<int>(i) + 1];
    sizes[i] = window_output_size(size, a.window[i], a.stride[i], a.pad_before[i], a.pad_after[i]);
    if (sizes[i] < 1) {
      return fail(Kind::WindowTooLarge, "a window of {}x{} is larger than {}", a.window[0], a.window[1],
                  image.sample_string());
    }
  }
  return Shape{image[0], sizes[0], sizes[1], channels};
}

ShapeResult conv_shape(const Shape& image, const Shape& kernel, const WindowAttributes& a) {
  if (kernel.rank() != 4 || kernel.has_batch()) {
    return fail(Kind::Rank, "a kernel has the axes [height, width, in, out], not {}", text(kernel));
  }
  if (image.rank() == 4 && image[3] != kernel[2]) {
    return fail(Kind::Channels, "the image has {} channels, the kernel {}", image[3], kernel[2]);
  }
  if (kernel[0] != a.window[0] || kernel[1] != a.window[1]) {
    return fail(Kind::Other, "a kernel {} does not have the window {}x{}", text(kernel), a.window[0],
                a.window[1]);
  }
  return windowed_shape(image, a, kernel[3]);
}

// [batch, h, w, out] -> [batch, h / pool, w / pool, out]
ShapeResult conv_max_shape(const Shape& image, const Shape& kernel, const WindowAttributes& a) {
  ShapeResult result = conv_shape(image, kernel, a);
  const auto* convolved = std::get_if<Shape>(&result);
  if (convolved == nullptr) return result;
  std::array<std::int64_t, 2> sizes{};
  for (std::size_t i = 0; i < 2; ++i) {
    if (a.pool[i] < 1) return fail(Kind::Other, "a pool of {}x{} is out of range", a.pool[0], a.pool[1]);
    sizes[i] = (*convolved)[static_cast<int>(i) + 1] / a.pool[i];
    if (sizes[i] < 1) {
      return fail(Kind::WindowTooLarge, "a window of {}x{} is larger than {}", a.pool[0], a.pool[1],
                  convolved->sample_string());
    }
  }
  return Shape{(*convolved)[0], sizes[0], sizes[1], (*convolved)[3]};
}

// A pool's window always holds at least one pixel: otherwise a maximum or mean would be of nothing.
ShapeResult pool_shape(const Shape& image, const WindowAttributes& a) {
  for (std::size_t i = 0; i < 2; ++i) {
    if (a.pad_before[i] >= a.window[i] || a.pad_after[i] >= a.window[i]) {
      return fail(Kind::Other, "a padding of {} and {} is not smaller than the window {}x{}", a.pad_before[i],
                  a.pad_after[i], a.window[0], a.window[1]);
    }
  }
  return windowed_shape(image, a, image.rank() == 4 ? image[3] : 1);
}

// The gradient must have the shape that the forward operation gives; then `result` is the answer.
ShapeResult like_if(const ShapeResult& forward, const Shape& grad, const Shape& result) {
  if (const auto* error = std::get_if<ShapeError>(&forward)) return *error;
  const Shape& expected = std::get<Shape>(forward);
  if (grad != expected) {
    return fail(Kind::Operands, "the gradient is {}, the result was {}", text(grad), text(expected));
  }
  return result;
}

// The rules of a convolution's two gradients, for the kind whose result has the shape `forward` says.
using ConvShape = ShapeResult (*)(const Shape& image, const Shape& kernel, const WindowAttributes& a);

ShapeResult conv_grad_input_shape(ConvShape forward, const Shape& grad, const Shape& kernel, const WindowAttributes& a) {
  if (const auto fault = find_fault(a.input_shape)) return *fault;
  return like_if(forward(a.input_shape, kernel, a), grad, a.input_shape);
}

ShapeResult conv_grad_kernel_shape(ConvShape forward, const Shape& image, const Shape& grad, const WindowAttributes& a) {
  if (image.rank() != 4 || grad.rank() != 4) {
    return fail(Kind::Rank, "images have four axes, not {} and {}", text(image), text(grad));
  }
  if (const auto fault = find_window_fault(a)) return *fault;
  const Shape kernel{a.window[0], a.window[1], image[3], grad[3]};
  return like_if(forward(image, kernel, a), grad, kernel);
}

// A place for each maximum.
ShapeResult if_placed(ShapeResult result, const Shape& grad, const Shape& place) {
  if (std::get_if<Shape>(&result) != nullptr && grad != place)
    return fail(Kind::Operands, "the gradient is {}, the places are {}", text(grad), text(place));
  return result;
}

ShapeResult avg_pool_grad_shape(const Shape& grad, const WindowAttributes& a) {
  if (const auto fault = find_fault(a.input_shape)) return *fault;
  return like_if(pool_shape(a.input_shape, a), grad, a.input_shape);
}

// ---------------------------------------------------------------- index

ShapeResult pick_shape(const Shape& values, const Shape& index) {
  if (const auto fault = find_last_axis_fault(values)) return *fault;
  Shape shape = without_last(values);
  if (index != shape) {
    return fail(Kind::Operands, "an index {} cannot pick from {}: it must be {}", text(index), text(values),
                text(shape));
  }
  return shape;
}

ShapeResult with_classes(const Shape& index, const ClassesAttributes& attributes) {
  if (attributes.classes < 1) return fail(Kind::Other, "{} is not a number of classes", attributes.classes);
  return with_last(index, attributes.classes);
}

ShapeResult pick_grad_shape(const Shape& grad, const Shape& index, const ClassesAttributes& attributes) {
  if (grad != index) {
    return fail(Kind::Operands, "the gradient is {}, the index is {}", text(grad), text(index));
  }
  return with_classes(index, attributes);
}

// Long because it names every operation: a new one must be added here or the build fails.
ShapeResult apply_rule(OpKind kind, Shapes inputs, const Attributes& attributes) {
  switch (kind) {
    case OpKind::Input:
      return std::get<InputAttributes>(attributes).shape;
    case OpKind::Slot:
      return fail(Kind::Other, "the shape of a slot is known to its graph alone");
    case OpKind::Constant:
      return Shape{};
    case OpKind::RandomUniform:
      return std::get<RandomAttributes>(attributes).shape;
    case OpKind::Negate:
    case OpKind::Exp:
    case OpKind::Log:
    case OpKind::Sqrt:
    case OpKind::Abs:
    case OpKind::Sign:
    case OpKind::Tanh:
    case OpKind::Sigmoid:
    case OpKind::Softplus:
    case OpKind::Erf:
    case OpKind::Add:
    case OpKind::Subtract:
    case OpKind::Multiply:
    case OpKind::Divide:
    case OpKind::Power:
    case OpKind::Maximum:
    case OpKind::Minimum:
    case OpKind::Greater:
    case OpKind::GreaterEqual:
    case OpKind::Equal:
    case OpKind::Select:
      return elementwise_shape(inputs);
    case OpKind::Softmax:
    case OpKind::LogSoftmax:
      return softmax_shape(inputs[0]);
    case OpKind::Sum:
    case OpKind::Mean:
    case OpKind::MaxOver:
      return reduction_shape(inputs[0], std::get<AxesAttributes>(attributes));
    case OpKind::Reshape:
      return reshape_shape(inputs[0], std::get<ShapeAttributes>(attributes));
    case OpKind::Broadcast:
      return broadcast_shape(inputs[0], std::get<ShapeAttributes>(attributes));
    case OpKind::Transpose:
      return transpose_shape(inputs[0], std::get<PermutationAttributes>(attributes));
    case OpKind::Slice:
      return slice_shape(inputs[0], std::get<SliceAttributes>(attributes));
    case OpKind::Pad:
      return pad_shape(inputs[0], std::get<PadAttributes>(attributes));
    case OpKind::Concat:
      return concat_shape(inputs, std::get<ConcatAttributes>(attributes));
    case OpKind::MatMul:
      return matmul_shape(inputs[0], inputs[1], std::get<MatMulAttributes>(attributes));
    case OpKind::Conv2d:
      return conv_shape(inputs[0], inputs[1], std::get<WindowAttributes>(attributes));
    case OpKind::Conv2dGradInput:
      return conv_grad_input_shape(conv_shape, inputs[0], inputs[1], std::get<WindowAttributes>(attributes));
    case OpKind::Conv2dGradKernel:
      return conv_grad_kernel_shape(conv_shape, inputs[0], inputs[1], std::get<WindowAttributes>(attributes));
    case OpKind::Conv2dMax:
    case OpKind::Conv2dMaxPlace:
      return conv_max_shape(inputs[0], inputs[1], std::get<WindowAttributes>(attributes));
    case OpKind::Conv2dMaxGradInput:
      return if_placed(conv_grad_input_shape(conv_max_shape, inputs[0], inputs[1],
                                             std::get<WindowAttributes>(attributes)),
                       inputs[0], inputs[2]);
    case OpKind::Conv2dMaxGradKernel:
      return if_placed(conv_grad_kernel_shape(conv_max_shape, inputs[0], inputs[1],
                                              std::get<WindowAttributes>(attributes)),
                       inputs[1], inputs[2]);
    case OpKind::MaxPool2d:
    case OpKind::AvgPool2d:
      return pool_shape(inputs[0], std::get<WindowAttributes>(attributes));
    case OpKind::MaxPool2dGrad:
      return like_if(pool_shape(inputs[0], std::get<WindowAttributes>(attributes)), inputs[1], inputs[0]);
    case OpKind::AvgPool2dGrad:
      return avg_pool_grad_shape(inputs[0], std::get<WindowAttributes>(attributes));
    case OpKind::Pick:
      return pick_shape(inputs[0], inputs[1]);
    case OpKind::PickGrad:
      return pick_grad_shape(inputs[0], inputs[1], std::get<ClassesAttributes>(attributes));
    case OpKind::OneHot:
      return with_classes(inputs[0], std::get<ClassesAttributes>(attributes));
  }
  return fail(Kind::Other, "unknown operation");
}

std::optional<ShapeError> find_call_fault(const OpInfo& info, Shapes inputs, const Attributes& attributes) {
  const bool fits = info.arity < 0 ? !inputs.empty() : inputs.size() == static_cast<std::size_t>(info.arity);
  if (!fits) return fail(Kind::Other, "{} does not take {} inputs", info.name, inputs.size());
  if (attributes.index() != info.attribute_index)
    return fail(Kind::Other, "{} has wrong attributes", info.name);
  for (const Shape& input : inputs) {
    if (auto fault = find_fault(input)) return fault;
  }
  return std::nullopt;
}

}  // namespace

ShapeResult infer_shape(OpKind kind, std::span<const Shape> inputs, const Attributes& attributes) {
  if (const auto fault = find_call_fault(op_info(kind), inputs, attributes)) return *fault;
  ShapeResult result = apply_rule(kind, inputs, attributes);
  if (const auto* shape = std::get_if<Shape>(&result)) {
    if (const auto fault = find_fault(*shape)) return *fault;
  }
  return result;
}

std::int64_t window_output_size(std::int64_t size, std::int64_t window, std::int64_t stride,
                                std::int64_t before, std::int64_t after) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 60;  // the sum of three stays below 2^63
  if (size < 1 || window < 1 || stride < 1 || before < 0 || after < 0) return 0;
  if (size > kLimit || before > kLimit || after > kLimit) return 0;
  const std::int64_t padded = size + before + after;
  return padded < window ? 0 : (padded - window) / stride + 1;
}

}  // namespace nnc
