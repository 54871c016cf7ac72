// One rule per class of operations; ops.def says which class an operation is of.
#include "compiler/ops/flops.hpp"

namespace nnc {
namespace {

double elements(const Shape& shape) {
  double count = 1;
  for (const std::int64_t size : shape.sizes()) count *= size == kBatch ? 1.0 : static_cast<double>(size);
  return count;
}

double area(const std::array<std::int64_t, 2>& window) {
  return static_cast<double>(window[0]) * static_cast<double>(window[1]);
}

// Of a convolution with a kernel [height, width, in, out]: for each element of the result.
double kernel_flops(const Shape& kernel) {
  return kernel.rank() == 4 && kernel[3] > 0 ? 2 * elements(kernel) / static_cast<double>(kernel[3]) : 0;
}

double window_flops(OpKind kind, std::span<const Shape> inputs, const WindowAttributes& attributes,
                    const Shape& output) {
  switch (kind) {
    case OpKind::Conv2d:
      return elements(output) * kernel_flops(inputs[1]);
    case OpKind::Conv2dMax:
      return elements(output) * area(attributes.pool) * kernel_flops(inputs[1]);
    default:  // pools; gradients, which are no part of a forward pass
      return elements(output) * area(attributes.window);
  }
}

}  // namespace

double flop_count(OpKind kind, std::span<const Shape> inputs, const Attributes& attributes,
                  const Shape& output) {
  switch (op_info(kind).op_class) {
    case OpClass::Leaf:
    case OpClass::Movement:
    case OpClass::Index:
      return 0;
    case OpClass::Elementwise:
      return elements(output);
    case OpClass::Reduction:
      return elements(inputs[0]);
    case OpClass::Contraction: {
      const bool transposed = std::get<MatMulAttributes>(attributes).transpose_lhs;
      const std::int64_t inner = inputs[0][transposed ? 0 : 1];
      return elements(output) * 2 * (inner == kBatch ? 1.0 : static_cast<double>(inner));
    }
    case OpClass::Window:
      return window_flops(kind, inputs, std::get<WindowAttributes>(attributes), output);
  }
  return 0;
}

}  // namespace nnc
