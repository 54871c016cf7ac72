// Fast Transpose and Broadcast: the last axis of the result in one run, the others like an odometer.
// In: a tensor of 32-bit elements (Int and float move alike). Out: its elements elsewhere.
#include <algorithm>

#include "runtime/kernels/fast/fast.hpp"

namespace nnc::rt::fast {
namespace {

using Strides = std::array<std::int64_t, kMaxRank>;

// out[i, .., j] = in[i * strides[0] + .. + j * strides[last]]
void gather(const TensorView& input, const TensorView& output, const Strides& strides) {
  const std::span<const std::int64_t> sizes = output.sizes;
  const std::int64_t count = output.count();
  const std::uint32_t* from = input.as<std::uint32_t>();
  std::uint32_t* to = output.as<std::uint32_t>();
  if (count == 0) return;
  const std::size_t last = sizes.empty() ? 0 : sizes.size() - 1;
  const std::int64_t row = sizes.empty() ? 1 : sizes[last];
  const std::int64_t step = strides[last];
  std::array<std::int64_t, kMaxRank> index{};
  for (std::int64_t done = 0; done < count; done += row, to += row) {
    if (step == 1) {
      std::copy_n(from, row, to);
    } else {
      for (std::int64_t j = 0; j < row; ++j) to[j] = from[j * step];
    }
    for (std::size_t axis = last; axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= sizes[axis] * strides[axis];
      index[axis] = 0;
    }
  }
}

Strides strides_of_input(const TensorView& input) {
  Strides strides{};
  std::int64_t stride = 1;
  for (std::size_t axis = input.sizes.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= input.sizes[axis];
  }
  return strides;
}

void transpose(const KernelCall& call) {
  const std::vector<int>& order = std::get_if<PermutationAttributes>(call.attributes)->order;
  const Strides input = strides_of_input(call.inputs[0]);
  Strides strides{};
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    strides[axis] = input[static_cast<std::size_t>(order[axis])];
  }
  gather(call.inputs[0], call.output, strides);
}

void broadcast(const KernelCall& call) {
  const TensorView& from = call.inputs[0];
  const Strides input = strides_of_input(from);
  const std::size_t missing = call.output.sizes.size() - from.sizes.size();
  Strides strides{};
  for (std::size_t axis = 0; axis < from.sizes.size(); ++axis) {
    strides[missing + axis] = from.sizes[axis] == 1 ? 0 : input[axis];
  }
  gather(from, call.output, strides);
}

}  // namespace

void add_movement(FastKernels& fast) {
  fast.add(OpKind::Transpose, &transpose);
  fast.add(OpKind::Broadcast, &broadcast);
}

}  // namespace nnc::rt::fast
