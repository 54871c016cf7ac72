// The table of operations, the shape rules and the printed attributes.
// Kernels and gradients are tested in tests/ops.
#include <catch2/catch.hpp>
#include <limits>
#include <set>

#include "compiler/ops/flops.hpp"
#include "compiler/ops/ops.hpp"

namespace {

using nnc::Attributes;
using nnc::kBatch;
using nnc::OpKind;
using nnc::Shape;
using nnc::ShapeError;
using Kind = nnc::ShapeError::Kind;

nnc::ShapeResult infer(OpKind kind, const std::vector<Shape>& inputs, const Attributes& attributes = {}) {
  return nnc::infer_shape(kind, inputs, attributes);
}

Shape shape_of(OpKind kind, const std::vector<Shape>& inputs, const Attributes& attributes = {}) {
  const nnc::ShapeResult result = infer(kind, inputs, attributes);
  if (const auto* error = std::get_if<ShapeError>(&result)) FAIL(error->message);
  return std::get<Shape>(result);
}

ShapeError error_of(OpKind kind, const std::vector<Shape>& inputs, const Attributes& attributes = {}) {
  const nnc::ShapeResult result = infer(kind, inputs, attributes);
  if (const auto* shape = std::get_if<Shape>(&result)) FAIL("no error but " + shape->to_string());
  return std::get<ShapeError>(result);
}

nnc::WindowAttributes window(std::int64_t size, std::int64_t stride, Shape input_shape = {}) {
  return {{size, size}, {stride, stride}, {0, 0}, {0, 0}, std::move(input_shape)};
}

}  // namespace

TEST_CASE("every operation is found by its name and carries the attributes of the table", "[ops]") {
  std::set<std::string_view> names;
  for (const nnc::OpInfo& info : nnc::all_ops()) {
    CHECK(nnc::find_op(info.name) == info.kind);
    CHECK(&nnc::op_info(info.kind) == &info);
    names.insert(info.name);
  }
  CHECK(names.size() == nnc::all_ops().size());
  CHECK_FALSE(nnc::find_op("convolve"));
  CHECK(nnc::op_info(OpKind::MatMul).attribute_index == Attributes(nnc::MatMulAttributes{}).index());
  CHECK(nnc::op_info(OpKind::Add).attribute_index == 0);
  CHECK(nnc::op_info(OpKind::Concat).arity == -1);
  CHECK(nnc::op_info(OpKind::Select).op_class == nnc::OpClass::Elementwise);
  CHECK(nnc::op_info(OpKind::Exp).has_vjp);
  CHECK_FALSE(nnc::op_info(OpKind::Greater).has_vjp);
}

TEST_CASE("no operation accepts a wrong number of inputs or another's attributes", "[ops]") {
  for (const nnc::OpInfo& info : nnc::all_ops()) {
    CAPTURE(info.name);
    const std::vector<Shape> too_many(5, Shape{2, 2});
    if (info.arity >= 0) error_of(info.kind, too_many);
    const Attributes wrong =
        info.attribute_index == 0 ? Attributes(nnc::ConcatAttributes{}) : Attributes(nnc::NoAttributes{});
    const std::vector<Shape> inputs(info.arity < 0 ? 1 : static_cast<std::size_t>(info.arity), Shape{2, 2});
    error_of(info.kind, inputs, wrong);
  }
  error_of(OpKind::Concat, {}, nnc::ConcatAttributes{});
}

TEST_CASE("broadcasting a row bias keeps the batch axis", "[ops]") {
  CHECK(shape_of(OpKind::Add, {{kBatch, 10}, {10}}) == Shape{kBatch, 10});
  CHECK(shape_of(OpKind::Multiply, {{}, {kBatch, 3}}) == Shape{kBatch, 3});
  CHECK(shape_of(OpKind::Select, {{kBatch, 1}, {}, {1, 7}}) == Shape{kBatch, 7});
  CHECK(error_of(OpKind::Add, {{kBatch, 10}, {9}}).kind == Kind::Operands);
  CHECK(error_of(OpKind::Add, {{kBatch, 10}, {32, 10}}).kind == Kind::Operands);
}

TEST_CASE("a symbolic batch never leaves the first axis", "[ops]") {
  error_of(OpKind::Add, {{kBatch, 10}, {4, 1, 10}});
  error_of(OpKind::Transpose, {{kBatch, 3}}, nnc::PermutationAttributes{{1, 0}});
  error_of(OpKind::MatMul, {{5, 3}, {kBatch, 3}}, nnc::MatMulAttributes{false, true});
  error_of(OpKind::Reshape, {{kBatch, 3}}, nnc::ShapeAttributes{{3, kBatch}});
  error_of(OpKind::Slice, {{kBatch, 3}}, nnc::SliceAttributes{0, 0, 1});
  error_of(OpKind::Softmax, {{kBatch}});
}

TEST_CASE("a matrix product needs equal inner sizes, also when transposed", "[ops]") {
  CHECK(shape_of(OpKind::MatMul, {{kBatch, 784}, {784, 256}}, nnc::MatMulAttributes{}) == Shape{kBatch, 256});
  CHECK(shape_of(OpKind::MatMul, {{kBatch, 784}, {kBatch, 256}}, nnc::MatMulAttributes{true, false}) ==
        Shape{784, 256});
  CHECK(shape_of(OpKind::MatMul, {{kBatch, 10}, {256, 10}}, nnc::MatMulAttributes{false, true}) ==
        Shape{kBatch, 256});
  const ShapeError error = error_of(OpKind::MatMul, {{kBatch, 64}, {128, 10}}, nnc::MatMulAttributes{});
  CHECK(error.kind == Kind::MatMulInner);
  CHECK(error.message == "the left side has 64 columns, the right side has 128 rows");
  CHECK(error_of(OpKind::MatMul, {{kBatch, 2, 2}, {2, 2}}, nnc::MatMulAttributes{}).kind == Kind::Rank);
}

TEST_CASE("reductions drop their axes, the batch too", "[ops]") {
  CHECK(shape_of(OpKind::Sum, {{kBatch, 2, 3}}, nnc::AxesAttributes{{0, 2}}) == Shape{2});
  CHECK(shape_of(OpKind::Mean, {{kBatch}}, nnc::AxesAttributes{{0}}) == Shape{});
  CHECK(shape_of(OpKind::MaxOver, {{4, 5}}, nnc::AxesAttributes{}) == Shape{4, 5});
  error_of(OpKind::Sum, {{4, 5}}, nnc::AxesAttributes{{1, 0}});
  error_of(OpKind::Sum, {{4, 5}}, nnc::AxesAttributes{{0, 0}});
  error_of(OpKind::Sum, {{4, 5}}, nnc::AxesAttributes{{2}});
  error_of(OpKind::Sum, {{4, 5}}, nnc::AxesAttributes{{-1}});
}

TEST_CASE("movements keep the elements they promise", "[ops]") {
  CHECK(shape_of(OpKind::Reshape, {{kBatch, 28, 28, 1}}, nnc::ShapeAttributes{{kBatch, 784}}) ==
        Shape{kBatch, 784});
  CHECK(error_of(OpKind::Reshape, {{kBatch, 28, 28, 1}}, nnc::ShapeAttributes{{kBatch, 783}}).kind ==
        Kind::Reshape);
  CHECK(error_of(OpKind::Reshape, {{kBatch, 4}}, nnc::ShapeAttributes{{4}}).kind == Kind::Reshape);
  CHECK(shape_of(OpKind::Broadcast, {{3}}, nnc::ShapeAttributes{{kBatch, 3}}) == Shape{kBatch, 3});
  error_of(OpKind::Broadcast, {{kBatch, 3}}, nnc::ShapeAttributes{{3}});
  CHECK(shape_of(OpKind::Transpose, {{2, 3, 5}}, nnc::PermutationAttributes{{2, 0, 1}}) == Shape{5, 2, 3});
  error_of(OpKind::Transpose, {{2, 3}}, nnc::PermutationAttributes{{0, 0}});
  error_of(OpKind::Transpose, {{2, 3}}, nnc::PermutationAttributes{{0, 2}});
  CHECK(shape_of(OpKind::Slice, {{kBatch, 5}}, nnc::SliceAttributes{1, 1, 4}) == Shape{kBatch, 3});
  error_of(OpKind::Slice, {{kBatch, 5}}, nnc::SliceAttributes{1, 3, 3});
  error_of(OpKind::Slice, {{kBatch, 5}}, nnc::SliceAttributes{1, 0, 6});
  CHECK(shape_of(OpKind::Pad, {{kBatch, 5}}, nnc::PadAttributes{1, 1, 2}) == Shape{kBatch, 8});
  error_of(OpKind::Pad, {{5}}, nnc::PadAttributes{0, -1, 0});
  CHECK(shape_of(OpKind::Concat, {{kBatch, 2}, {kBatch, 3}}, nnc::ConcatAttributes{1}) == Shape{kBatch, 5});
  CHECK(error_of(OpKind::Concat, {{kBatch, 2}, {7, 3}}, nnc::ConcatAttributes{1}).kind == Kind::Operands);
}

TEST_CASE("windows floor their output and refuse what leaves nothing", "[ops]") {
  CHECK(shape_of(OpKind::Conv2d, {{kBatch, 28, 28, 1}, {3, 3, 1, 32}}, window(3, 1)) ==
        Shape{kBatch, 26, 26, 32});
  CHECK(shape_of(OpKind::MaxPool2d, {{kBatch, 13, 13, 32}}, window(2, 2)) == Shape{kBatch, 6, 6, 32});
  CHECK(error_of(OpKind::Conv2d, {{kBatch, 28, 28, 3}, {3, 3, 1, 32}}, window(3, 1)).kind == Kind::Channels);
  CHECK(error_of(OpKind::MaxPool2d, {{kBatch, 1, 28, 3}}, window(2, 2)).kind == Kind::WindowTooLarge);
  CHECK(error_of(OpKind::MaxPool2d, {{kBatch, 784}}, window(2, 2)).kind == Kind::Rank);
  error_of(OpKind::Conv2d, {{kBatch, 28, 28, 1}, {3, 3, 1, 32}}, window(2, 1));
  error_of(OpKind::MaxPool2d, {{kBatch, 9, 9, 1}}, window(2, 0));
  error_of(OpKind::MaxPool2d, {{kBatch, 9, 9, 1}}, window(2, -1));
  error_of(OpKind::MaxPool2d, {{kBatch, 9, 9, 1}}, window(0, 1));
  nnc::WindowAttributes padded = window(2, 1);
  padded.pad_before = {2, 0};
  error_of(OpKind::MaxPool2d, {{kBatch, 9, 9, 1}}, padded);
}

TEST_CASE("window gradients are shaped like what they are gradients of", "[ops]") {
  const Shape image{kBatch, 9, 9, 2};
  const Shape kernel{3, 3, 2, 5};
  CHECK(shape_of(OpKind::Conv2dGradInput, {{kBatch, 7, 7, 5}, kernel}, window(3, 1, image)) == image);
  CHECK(shape_of(OpKind::Conv2dGradKernel, {image, {kBatch, 7, 7, 5}}, window(3, 1)) == kernel);
  CHECK(shape_of(OpKind::MaxPool2dGrad, {image, {kBatch, 4, 4, 2}}, window(2, 2)) == image);
  CHECK(shape_of(OpKind::AvgPool2dGrad, {{kBatch, 4, 4, 2}}, window(2, 2, image)) == image);
  error_of(OpKind::Conv2dGradInput, {{kBatch, 7, 7, 5}, kernel}, window(3, 1));
  error_of(OpKind::Conv2dGradInput, {{kBatch, 6, 7, 5}, kernel}, window(3, 1, image));
  error_of(OpKind::MaxPool2dGrad, {image, {kBatch, 5, 4, 2}}, window(2, 2));
}

TEST_CASE("picking takes one class per row", "[ops]") {
  CHECK(shape_of(OpKind::Pick, {{kBatch, 10}, {kBatch}}) == Shape{kBatch});
  CHECK(shape_of(OpKind::PickGrad, {{kBatch}, {kBatch}}, nnc::ClassesAttributes{10}) == Shape{kBatch, 10});
  CHECK(shape_of(OpKind::OneHot, {{kBatch}}, nnc::ClassesAttributes{3}) == Shape{kBatch, 3});
  error_of(OpKind::Pick, {{kBatch, 10}, {kBatch, 10}});
  error_of(OpKind::Pick, {{}, {}});
  error_of(OpKind::OneHot, {{kBatch}}, nnc::ClassesAttributes{0});
}

TEST_CASE("absurd sizes are errors and never overflow", "[ops]") {
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const std::int64_t tiny = std::numeric_limits<std::int64_t>::min();
  for (const std::int64_t size : {huge, tiny, huge - 1, std::int64_t{-2}, std::int64_t{0}}) {
    CAPTURE(size);
    error_of(OpKind::Exp, {{size, 2}});
    error_of(OpKind::Reshape, {{4}}, nnc::ShapeAttributes{{size, size, size}});
    error_of(OpKind::Pad, {{4}}, nnc::PadAttributes{0, size, size == 0 ? -1 : size});
    error_of(OpKind::RandomUniform, {}, nnc::RandomAttributes{0, {size, size}});
    error_of(OpKind::MaxPool2d, {{kBatch, 9, 9, 1}}, window(size, size));
    error_of(OpKind::OneHot, {{4, 4}}, nnc::ClassesAttributes{size});
    error_of(OpKind::Slice, {{4}}, nnc::SliceAttributes{0, size, size});
  }
  const std::int64_t large = std::int64_t{1} << 32;
  error_of(OpKind::MatMul, {{large, 1}, {1, large}}, nnc::MatMulAttributes{});
  error_of(OpKind::Add, {{large, 1}, {1, large}});
  error_of(OpKind::Concat, {{1, huge / 2}, {1, huge / 2}, {1, huge / 2}}, nnc::ConcatAttributes{1});
  CHECK(shape_of(OpKind::Exp, {{large, large / 4}}) == Shape{large, large / 4});
  CHECK(nnc::window_output_size(huge, 1, 1, huge, huge) == 0);
  CHECK(nnc::window_output_size(5, 2, 2, 0, 0) == 2);
  CHECK(nnc::window_output_size(5, 6, 1, 0, 0) == 0);
  CHECK(nnc::window_output_size(5, 6, 1, 1, 0) == 1);
}

TEST_CASE("inputs carry their own shape and type, and movements keep the type", "[ops]") {
  const nnc::InputAttributes target{nnc::InputAttributes::Role::Target, {kBatch}, nnc::ElementType::Int};
  CHECK(shape_of(OpKind::Input, {}, target) == Shape{kBatch});
  CHECK(nnc::infer_type(OpKind::Input, {}, target) == nnc::ElementType::Int);
  const std::vector types = {nnc::ElementType::Int};
  CHECK(nnc::infer_type(OpKind::Reshape, types, nnc::ShapeAttributes{}) == nnc::ElementType::Int);
  CHECK(nnc::infer_type(OpKind::OneHot, types, nnc::ClassesAttributes{2}) == nnc::ElementType::Float);
  error_of(OpKind::Slot, {}, nnc::SlotAttributes{});
}

TEST_CASE("attributes print as words that the graph reader knows", "[ops]") {
  CHECK(nnc::print_attributes(nnc::NoAttributes{}).empty());
  CHECK(nnc::print_attributes(nnc::AxesAttributes{{0, 1}}) == "axes=[0, 1]");
  CHECK(nnc::print_attributes(nnc::MatMulAttributes{false, true}) == "transpose_rhs=true");
  CHECK(nnc::print_attributes(nnc::ConstantAttributes{0.1}) == "value=0.1");
  CHECK(nnc::print_attributes(nnc::ShapeAttributes{{kBatch, 10}}) == "shape=[batch, 10]");
  CHECK(nnc::print_attributes(window(3, 2, {kBatch, 9, 9, 1})) ==
        "window=3x3 stride=2x2 pad=0:0x0:0 input_shape=[batch, 9, 9, 1]");
  const nnc::InputAttributes target{nnc::InputAttributes::Role::Target, {kBatch}, nnc::ElementType::Int};
  CHECK(nnc::print_attributes(target) == "role=target shape=[batch] type=int");
}

TEST_CASE("the operations of a sample are counted: products and sums, elements, nothing for moving data") {
  const auto flops = [](OpKind kind, const std::vector<Shape>& inputs, const Shape& output,
                        const Attributes& attributes = {}) {
    return nnc::flop_count(kind, inputs, attributes, output);
  };
  nnc::WindowAttributes window;
  window.window = {3, 3};
  CHECK(flops(OpKind::MatMul, {{kBatch, 784}, {784, 10}}, {kBatch, 10}, nnc::MatMulAttributes{}) ==
        2 * 784 * 10);
  CHECK(flops(OpKind::Conv2d, {{kBatch, 28, 28, 3}, {3, 3, 3, 32}}, {kBatch, 26, 26, 32}, window) ==
        2.0 * 3 * 3 * 3 * 26 * 26 * 32);
  CHECK(flops(OpKind::MaxPool2d, {{kBatch, 6, 6, 4}}, {kBatch, 2, 2, 4}, window) == 9 * 2 * 2 * 4);
  CHECK(flops(OpKind::Add, {{kBatch, 7}, {7}}, {kBatch, 7}) == 7);
  CHECK(flops(OpKind::Sum, {{kBatch, 7}}, {kBatch}, nnc::AxesAttributes{{1}}) == 7);
  CHECK(flops(OpKind::Reshape, {{kBatch, 7}}, {kBatch, 7, 1}, nnc::ShapeAttributes{}) == 0);
}
