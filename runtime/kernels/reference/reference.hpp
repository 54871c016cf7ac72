// Inside the room: what the files of reference kernels give to the tables, and small helpers they share.
#pragma once

#include <array>
#include <type_traits>

#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {

// Each adds its operations to the table; T is float or double, and Int elements are 32 bits in both.
template <class T>
void add_reference_elementwise(KernelTable& table);
template <class T>
void add_reference_movement(KernelTable& table);
template <class T>
void add_reference_reductions(KernelTable& table);
template <class T>
void add_reference_matmul(KernelTable& table);
template <class T>
void add_reference_windows(KernelTable& table);
template <class T>
void add_reference_index(KernelTable& table);
template <class T>
OpTable<BlockKernelOf<T>> make_reference_blocks();

template <class A>
const A& attributes_of(const KernelCall& call) {
  return *std::get_if<A>(call.attributes);
}

// Calls function(T{}) or function(int32{}): movements do not care what they move.
template <class T, class F>
void with_element_type(const TensorView& view, F function) {
  if (view.type == ElementType::Int) {
    function(std::int32_t{});
  } else {
    function(T{});
  }
}

// Coordinates of a tensor, on the stack.
using Index = std::array<std::int64_t, kMaxRank>;

// The coordinates of the element at a linear position.
inline Index unravel(std::int64_t position, std::span<const std::int64_t> sizes) {
  Index index{};
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    index[axis] = position % sizes[axis];
    position /= sizes[axis];
  }
  return index;
}

// The distance in elements between neighbours along each axis.
inline Index strides_of(std::span<const std::int64_t> sizes) {
  Index strides{};
  std::int64_t stride = 1;
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= sizes[axis];
  }
  return strides;
}

// An axis with everything before it and everything after it taken as one axis each.
struct AxisSplit {
  std::int64_t outer = 1;
  std::int64_t size = 1;
  std::int64_t inner = 1;
};
inline AxisSplit split_at(std::span<const std::int64_t> sizes, int axis) {
  AxisSplit split;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const int at = static_cast<int>(i);
    (at < axis ? split.outer : at == axis ? split.size : split.inner) *= sizes[i];
  }
  return split;
}

}  // namespace nnc::rt
