// What an operation needs besides its inputs. Every attribute is a plain, comparable struct.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/types/shape.hpp"

namespace nnc {

struct NoAttributes {
  friend bool operator==(const NoAttributes&, const NoAttributes&) = default;
};

// Input: which runtime value this is, and what comes in (the rules of ops.hpp give the same shape and type
// back).
struct InputAttributes {
  // Step: optimizer steps taken so far, from 1, a scalar. Rate: what the schedule multiplies the learning
  // rate with, a scalar.
  enum class Role : std::uint8_t { Features, Target, Step, Rate };
  Role role = Role::Features;
  Shape shape;                            // usually starts with kBatch; a scalar for Step and Rate
  ElementType type = ElementType::Float;  // Int: class labels
  friend bool operator==(const InputAttributes&, const InputAttributes&) = default;
};

// Slot: the current value of a parameter or state; `slot` indexes Graph::slots. The graph knows its shape,
// infer_shape does not.
struct SlotAttributes {
  std::int32_t slot = 0;
  friend bool operator==(const SlotAttributes&, const SlotAttributes&) = default;
};

struct ConstantAttributes {
  double value = 0;
  friend bool operator==(const ConstantAttributes&, const ConstantAttributes&) = default;
};

// Reductions: sorted, non-negative axes; they are removed from the shape.
struct AxesAttributes {
  std::vector<int> axes;
  friend bool operator==(const AxesAttributes&, const AxesAttributes&) = default;
};

// Reshape, Broadcast: the resulting shape (may start with kBatch).
struct ShapeAttributes {
  Shape shape;
  friend bool operator==(const ShapeAttributes&, const ShapeAttributes&) = default;
};

// Transpose: axis i of the result is axis order[i] of the input.
struct PermutationAttributes {
  std::vector<int> order;
  friend bool operator==(const PermutationAttributes&, const PermutationAttributes&) = default;
};

struct MatMulAttributes {
  bool transpose_lhs = false;
  bool transpose_rhs = false;
  friend bool operator==(const MatMulAttributes&, const MatMulAttributes&) = default;
};

// Concat: the axis joined. (Not the batch axis.)
struct ConcatAttributes {
  int axis = 0;
  friend bool operator==(const ConcatAttributes&, const ConcatAttributes&) = default;
};

// Slice: the half-open range [begin, end) of one axis. (Not the batch axis.)
struct SliceAttributes {
  int axis = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  friend bool operator==(const SliceAttributes&, const SliceAttributes&) = default;
};

// Pad: zeros before and after one axis. The gradient of Slice. (Not the batch axis.)
struct PadAttributes {
  int axis = 0;
  std::int64_t before = 0;
  std::int64_t after = 0;
  friend bool operator==(const PadAttributes&, const PadAttributes&) = default;
};

// Convolutions and pools over [batch, height, width, channels]; pairs are {vertical, horizontal}.
// Output size per axis: floor((size + before + after - window) / stride) + 1.
struct WindowAttributes {
  std::array<std::int64_t, 2> window = {1, 1};
  std::array<std::int64_t, 2> stride = {1, 1};
  std::array<std::int64_t, 2> pad_before = {0, 0};
  std::array<std::int64_t, 2> pad_after = {0, 0};
  // For the gradients with respect to the input: the input's shape.
  Shape input_shape;
  // For conv2d_max and its gradients: the window of the maxima, which lie side by side; what is left over at
  // the end of an axis is not looked at.
  std::array<std::int64_t, 2> pool = {1, 1};
  friend bool operator==(const WindowAttributes&, const WindowAttributes&) = default;
};

// PickGrad, OneHot: the number of classes.
struct ClassesAttributes {
  std::int64_t classes = 0;
  friend bool operator==(const ClassesAttributes&, const ClassesAttributes&) = default;
};

// RandomUniform: numbers in [0, 1) from the stream (seed, Dropout, place, step).
struct RandomAttributes {
  std::int32_t place = 0;  // the ordinal of this random operation in its model
  Shape shape;
  friend bool operator==(const RandomAttributes&, const RandomAttributes&) = default;
};

using Attributes =
    std::variant<NoAttributes, InputAttributes, SlotAttributes, ConstantAttributes, AxesAttributes,
                 ShapeAttributes, PermutationAttributes, MatMulAttributes, ConcatAttributes, SliceAttributes,
                 PadAttributes, WindowAttributes, ClassesAttributes, RandomAttributes>;

// Words "key=value" with one blank between them; "" for none. Read back by ir/text_reader.
//   role=features shape=[batch, 28, 28, 1] type=float | role=target shape=[batch] type=int | role=step ...
//   slot=3 | value=0.5 (shortest text that reads back as the same double; inf, -inf, nan)
//   axes=[0, 1] | shape=[batch, 10] | order=[1, 0] | transpose_lhs=true transpose_rhs=true (only those true)
//   axis=1 | axis=1 begin=0 end=3 | axis=1 before=2 after=0 | classes=10 | place=0 shape=[batch, 64]
//   window=3x3 stride=2x2 pad=1:0x1:0 (before:after, vertical x horizontal), then
//     input_shape=[batch, 28, 28, 1] unless that is rank 0, pool=2x2 unless that is 1x1
std::string print_attributes(const Attributes& attributes);

}  // namespace nnc
