// One function per operation with a gradient, in the order of ops.def; the table at the end names them all,
// so that a missing rule does not compile. In: the gradient g of the result y. Out: the gradients of the
// inputs, as new nodes. Shapes may have a symbolic batch, so counts of elements are themselves nodes (see
// reduced_count).
#include "compiler/passes/vjp_rules.hpp"

#include <numbers>

namespace nnc::ir {

NodeId VjpContext::add(OpKind op, std::vector<NodeId> inputs, Attributes attributes) {
  return add_node(graph_, op, std::move(inputs), std::move(attributes), graph_.node(node_).origin);
}

NodeId VjpContext::constant(double value) { return add(OpKind::Constant, {}, ConstantAttributes{value}); }

NodeId VjpContext::reshape(NodeId id, const Shape& shape) {
  if (this->shape(id) == shape) return id;
  return add(OpKind::Reshape, {id}, ShapeAttributes{shape});
}

NodeId VjpContext::broadcast(NodeId id, const Shape& shape) {
  if (this->shape(id) == shape) return id;
  return add(OpKind::Broadcast, {id}, ShapeAttributes{shape});
}

NodeId VjpContext::unbroadcast(NodeId id, const Shape& shape) {
  const Shape from = this->shape(id);
  const Shape to = shape;  // copies: adding nodes moves the originals
  const int missing = from.rank() - to.rank();
  std::vector<int> axes;
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (axis < missing || (to[axis - missing] == 1 && from[axis] != 1)) axes.push_back(axis);
  }
  if (!axes.empty()) id = add(OpKind::Sum, {id}, AxesAttributes{axes});
  return reshape(id, to);
}

// The shape with the given axes of size one instead of removed.
static Shape keep_axes(const Shape& shape, const std::vector<int>& axes) {
  std::vector<std::int64_t> sizes = shape.sizes();
  for (const int axis : axes) sizes[static_cast<std::size_t>(axis)] = 1;
  return Shape(std::move(sizes));
}

NodeId sum_over_last_axis(VjpContext& c, NodeId id) {
  const Shape shape = c.shape(id);
  const std::vector<int> last = {shape.rank() - 1};
  return c.reshape(c.add(OpKind::Sum, {id}, AxesAttributes{last}), keep_axes(shape, last));
}

namespace {

using Inputs = std::vector<NodeId>;

// ---------------------------------------------------------------- y = f(x) per element

// g * factor
Inputs scaled(VjpContext& c, NodeId factor) { return {c.add(OpKind::Multiply, {c.gradient(), factor})}; }

Inputs Negate_rule(VjpContext& c) { return {c.add(OpKind::Negate, {c.gradient()})}; }
Inputs Exp_rule(VjpContext& c) { return scaled(c, c.result()); }
Inputs Log_rule(VjpContext& c) { return {c.add(OpKind::Divide, {c.gradient(), c.input(0)})}; }

// g / (2 y)
Inputs Sqrt_rule(VjpContext& c) {
  const NodeId half = c.add(OpKind::Multiply, {c.gradient(), c.constant(0.5)});
  return {c.add(OpKind::Divide, {half, c.result()})};
}

Inputs Abs_rule(VjpContext& c) { return scaled(c, c.add(OpKind::Sign, {c.input(0)})); }
Inputs Sign_rule(VjpContext&) { return {NodeId{}}; }

// g * (1 - y^2)
Inputs Tanh_rule(VjpContext& c) {
  const NodeId square = c.add(OpKind::Multiply, {c.result(), c.result()});
  return scaled(c, c.add(OpKind::Subtract, {c.constant(1), square}));
}

// g * y * (1 - y)
Inputs Sigmoid_rule(VjpContext& c) {
  const NodeId rest = c.add(OpKind::Subtract, {c.constant(1), c.result()});
  return scaled(c, c.add(OpKind::Multiply, {c.result(), rest}));
}

Inputs Softplus_rule(VjpContext& c) { return scaled(c, c.add(OpKind::Sigmoid, {c.input(0)})); }

// g * 2 / sqrt(pi) * exp(-x^2)
Inputs Erf_rule(VjpContext& c) {
  const NodeId square = c.add(OpKind::Multiply, {c.input(0), c.input(0)});
  const NodeId bell = c.add(OpKind::Exp, {c.add(OpKind::Negate, {square})});
  return scaled(c, c.add(OpKind::Multiply, {bell, c.constant(2 * std::numbers::inv_sqrtpi)}));
}

// ---------------------------------------------------------------- two and three operands, with broadcasting

// Sums a gradient of the result's shape back to the shape of operand i.
NodeId to_operand(VjpContext& c, std::size_t i, NodeId gradient) {
  return c.unbroadcast(gradient, c.shape(c.input(i)));
}

Inputs Add_rule(VjpContext& c) { return {to_operand(c, 0, c.gradient()), to_operand(c, 1, c.gradient())}; }

Inputs Subtract_rule(VjpContext& c) {
  Inputs result = {to_operand(c, 0, c.gradient()), {}};
  if (c.wants(1)) result[1] = c.add(OpKind::Negate, {to_operand(c, 1, c.gradient())});
  return result;
}

Inputs Multiply_rule(VjpContext& c) {
  Inputs result(2);
  for (std::size_t i = 0; i < 2; ++i) {
    if (c.wants(i)) result[i] = to_operand(c, i, c.add(OpKind::Multiply, {c.gradient(), c.input(1 - i)}));
  }
  return result;
}

// y = a / b:  g / b,  -(g / b) * y
Inputs Divide_rule(VjpContext& c) {
  const NodeId quotient = c.add(OpKind::Divide, {c.gradient(), c.input(1)});
  Inputs result = {to_operand(c, 0, quotient), {}};
  if (c.wants(1)) {
    const NodeId product = c.add(OpKind::Multiply, {quotient, c.result()});
    result[1] = c.add(OpKind::Negate, {to_operand(c, 1, product)});
  }
  return result;
}

// y = a ^ b:  g * b * a ^ (b - 1), which is 0 where b is 0 whatever a is
NodeId power_base_gradient(VjpContext& c) {
  const NodeId exponent = c.input(1);
  const NodeId less = c.add(OpKind::Subtract, {exponent, c.constant(1)});
  const NodeId power = c.add(OpKind::Power, {c.input(0), less});
  const NodeId slope = c.add(OpKind::Multiply, {exponent, power});
  const NodeId gradient = c.add(OpKind::Multiply, {c.gradient(), slope});
  if (const auto* constant = std::get_if<ConstantAttributes>(&c.graph().node(exponent).attributes)) {
    return constant->value == 0 ? NodeId{} : to_operand(c, 0, gradient);
  }
  return to_operand(c, 0, c.add(OpKind::Select, {exponent, gradient, c.constant(0)}));
}

// y = a ^ b:  g * y * log(a), which is 0 where a is 0
NodeId power_exponent_gradient(VjpContext& c) {
  const NodeId slope = c.add(OpKind::Multiply, {c.result(), c.add(OpKind::Log, {c.input(0)})});
  const NodeId guarded = c.add(OpKind::Select, {c.input(0), slope, c.constant(0)});
  return to_operand(c, 1, c.add(OpKind::Multiply, {c.gradient(), guarded}));
}

Inputs Power_rule(VjpContext& c) {
  Inputs result(2);
  if (c.wants(0)) result[0] = power_base_gradient(c);
  if (c.wants(1)) result[1] = power_exponent_gradient(c);
  return result;
}

// The left side gets g where `left_won`, the right side the rest: a tie goes to the right.
Inputs split_gradient(VjpContext& c, NodeId left_won) {
  Inputs result(2);
  if (c.wants(0))
    result[0] = to_operand(c, 0, c.add(OpKind::Select, {left_won, c.gradient(), c.constant(0)}));
  if (c.wants(1))
    result[1] = to_operand(c, 1, c.add(OpKind::Select, {left_won, c.constant(0), c.gradient()}));
  return result;
}

// max(a, b) > b says the same as a > b. It lets relu keep its result alone for the way back, not its input.
Inputs Maximum_rule(VjpContext& c) {
  return split_gradient(c, c.add(OpKind::Greater, {c.result(), c.input(1)}));
}
Inputs Minimum_rule(VjpContext& c) {
  return split_gradient(c, c.add(OpKind::Greater, {c.input(1), c.result()}));
}

Inputs Select_rule(VjpContext& c) {
  Inputs result(3);
  const NodeId condition = c.input(0);
  if (c.wants(1))
    result[1] = to_operand(c, 1, c.add(OpKind::Select, {condition, c.gradient(), c.constant(0)}));
  if (c.wants(2))
    result[2] = to_operand(c, 2, c.add(OpKind::Select, {condition, c.constant(0), c.gradient()}));
  return result;
}

// ---------------------------------------------------------------- reductions

// y * (g - sum(g * y, -1))
Inputs Softmax_rule(VjpContext& c) {
  const NodeId sum = sum_over_last_axis(c, c.add(OpKind::Multiply, {c.gradient(), c.result()}));
  return {c.add(OpKind::Multiply, {c.result(), c.add(OpKind::Subtract, {c.gradient(), sum})})};
}

// g - exp(y) * sum(g, -1)
Inputs LogSoftmax_rule(VjpContext& c) {
  const NodeId sum = sum_over_last_axis(c, c.gradient());
  const NodeId share = c.add(OpKind::Multiply, {c.add(OpKind::Exp, {c.result()}), sum});
  return {c.add(OpKind::Subtract, {c.gradient(), share})};
}

// Repeats a reduction's gradient along the axes that it removed.
NodeId spread(VjpContext& c, NodeId gradient) {
  const Shape shape = c.shape(c.input(0));
  const Shape kept = keep_axes(shape, c.attributes<AxesAttributes>().axes);
  return c.broadcast(c.reshape(gradient, kept), shape);
}

Inputs Sum_rule(VjpContext& c) { return {spread(c, c.gradient())}; }

// How many elements a mean is over: a number, times the sum of ones along the batch while that is symbolic.
NodeId reduced_count(VjpContext& c) {
  const Shape shape = c.shape(c.input(0));
  double count = 1;
  bool over_batch = false;
  for (const int axis : c.attributes<AxesAttributes>().axes) {
    over_batch = over_batch || shape[axis] == kBatch;
    count *= shape[axis] == kBatch ? 1.0 : static_cast<double>(shape[axis]);
  }
  if (!over_batch) return c.constant(count);
  const NodeId ones = c.broadcast(c.constant(1), Shape{kBatch});
  const NodeId batch = c.add(OpKind::Sum, {ones}, AxesAttributes{{0}});
  return c.add(OpKind::Multiply, {batch, c.constant(count)});
}

Inputs Mean_rule(VjpContext& c) {
  return {spread(c, c.add(OpKind::Divide, {c.gradient(), reduced_count(c)}))};
}

// ---------------------------------------------------------------- movement

Inputs Reshape_rule(VjpContext& c) { return {c.reshape(c.gradient(), Shape(c.shape(c.input(0))))}; }
Inputs Broadcast_rule(VjpContext& c) { return {to_operand(c, 0, c.gradient())}; }

Inputs Transpose_rule(VjpContext& c) {
  const std::vector<int> order = c.attributes<PermutationAttributes>().order;
  std::vector<int> inverse(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    inverse[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
  return {c.add(OpKind::Transpose, {c.gradient()}, PermutationAttributes{inverse})};
}

Inputs Slice_rule(VjpContext& c) {
  const SliceAttributes slice = c.attributes<SliceAttributes>();
  const std::int64_t size = c.shape(c.input(0))[slice.axis];
  return {c.add(OpKind::Pad, {c.gradient()}, PadAttributes{slice.axis, slice.begin, size - slice.end})};
}

Inputs Pad_rule(VjpContext& c) {
  const PadAttributes pad = c.attributes<PadAttributes>();
  const std::int64_t size = c.shape(c.input(0))[pad.axis];
  return {c.add(OpKind::Slice, {c.gradient()}, SliceAttributes{pad.axis, pad.before, pad.before + size})};
}

Inputs Concat_rule(VjpContext& c) {
  const int axis = c.attributes<ConcatAttributes>().axis;
  Inputs result(c.input_count());
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t end = begin + c.shape(c.input(i))[axis];
    if (c.wants(i)) result[i] = c.add(OpKind::Slice, {c.gradient()}, SliceAttributes{axis, begin, end});
    begin = end;
  }
  return result;
}

// ---------------------------------------------------------------- contraction, windows, index

// With a, b the operands as stored and A, B as multiplied: y = A B, so dA = g B^T and dB = A^T g; where an
// operand was read transposed, the transpose of that.
Inputs MatMul_rule(VjpContext& c) {
  const MatMulAttributes flags = c.attributes<MatMulAttributes>();
  const bool ta = flags.transpose_lhs;
  const bool tb = flags.transpose_rhs;
  const NodeId a = c.input(0);
  const NodeId b = c.input(1);
  const NodeId g = c.gradient();
  Inputs result(2);
  if (c.wants(0)) {
    result[0] = ta ? c.add(OpKind::MatMul, {b, g}, MatMulAttributes{tb, true})
                   : c.add(OpKind::MatMul, {g, b}, MatMulAttributes{false, !tb});
  }
  if (c.wants(1)) {
    result[1] = tb ? c.add(OpKind::MatMul, {g, a}, MatMulAttributes{true, ta})
                   : c.add(OpKind::MatMul, {a, g}, MatMulAttributes{!ta, false});
  }
  return result;
}

// The window of the operation, with the shape of its image for gradients with respect to it.
WindowAttributes image_window(VjpContext& c) {
  WindowAttributes window = c.attributes<WindowAttributes>();
  window.input_shape = c.shape(c.input(0));
  return window;
}

Inputs Conv2d_rule(VjpContext& c) {
  const WindowAttributes window = image_window(c);
  Inputs result(2);
  if (c.wants(0)) result[0] = c.add(OpKind::Conv2dGradInput, {c.gradient(), c.input(1)}, window);
  if (c.wants(1)) result[1] = c.add(OpKind::Conv2dGradKernel, {c.input(0), c.gradient()}, window);
  return result;
}

Inputs Conv2dMax_rule(VjpContext& c) {
  const WindowAttributes window = image_window(c);
  const NodeId place =
      c.add(OpKind::Conv2dMaxPlace, {c.input(0), c.input(1)}, c.attributes<WindowAttributes>());
  Inputs result(2);
  if (c.wants(0)) result[0] = c.add(OpKind::Conv2dMaxGradInput, {c.gradient(), c.input(1), place}, window);
  if (c.wants(1)) result[1] = c.add(OpKind::Conv2dMaxGradKernel, {c.input(0), c.gradient(), place}, window);
  return result;
}

Inputs MaxPool2d_rule(VjpContext& c) {
  return {c.add(OpKind::MaxPool2dGrad, {c.input(0), c.gradient()}, image_window(c))};
}

Inputs AvgPool2d_rule(VjpContext& c) {
  return {c.add(OpKind::AvgPool2dGrad, {c.gradient()}, image_window(c))};
}

Inputs Pick_rule(VjpContext& c) {
  const std::int64_t classes = c.shape(c.input(0))[-1];
  return {c.add(OpKind::PickGrad, {c.gradient(), c.input(1)}, ClassesAttributes{classes}), {}};
}

#define NNC_RULE_Vjp(name) &name##_rule
#define NNC_RULE_None(name) nullptr
#define NNC_OP(name, text, arity, attributes, kind, gradient) NNC_RULE_##gradient(name),
constexpr VjpRule kVjpRules[] = {
#include "compiler/ops/ops.def"
};
#undef NNC_OP
#undef NNC_RULE_None
#undef NNC_RULE_Vjp

}  // namespace

VjpRule find_vjp_rule(OpKind op) { return kVjpRules[static_cast<std::size_t>(op)]; }

}  // namespace nnc::ir
