// Inside the room: an elementwise operation with NumPy's broadcasting, out of a block kernel that has none.
// In: a call whose inputs broadcast to its output, a block kernel, the arity. Used by both sets of kernels.
#pragma once

#include <algorithm>
#include <array>

#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {

// The index space with as few axes as possible, and how each input moves along them (0 where it repeats).
struct BroadcastPlan {
  static constexpr std::size_t kInputs = 3;
  std::size_t rank = 0;  // at least 1
  std::array<std::int64_t, kMaxRank + 1> sizes{};
  std::array<std::array<std::int64_t, kMaxRank + 1>, kInputs> strides{};
};

inline BroadcastPlan plan_broadcast(const KernelCall& call) {
  BroadcastPlan plan;
  const std::span<const std::int64_t> sizes = call.output.sizes;
  std::array<std::int64_t, BroadcastPlan::kInputs> next{1, 1,
                                                        1};  // stride of the next axis, from the last on
  std::size_t first = kMaxRank + 1;                          // axes are written from the back
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    std::array<std::int64_t, BroadcastPlan::kInputs> stride{};
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
      const std::span<const std::int64_t> input = call.inputs[i].sizes;
      const std::size_t missing = sizes.size() - input.size();
      if (axis < missing || (input[axis - missing] == 1 && sizes[axis] != 1)) continue;
      stride[i] = next[i];
      next[i] *= input[axis - missing];
    }
    if (sizes[axis] == 1) continue;
    bool joins = first <= kMaxRank;  // with the axis after it, if every input runs on or repeats over both
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
      joins = joins && stride[i] == plan.strides[i][first] * plan.sizes[first];
    }
    if (joins) {
      plan.sizes[first] *= sizes[axis];
      continue;
    }
    --first;
    plan.sizes[first] = sizes[axis];
    for (std::size_t i = 0; i < call.inputs.size(); ++i) plan.strides[i][first] = stride[i];
  }
  if (first == kMaxRank + 1) plan.sizes[--first] = 1;
  plan.rank = kMaxRank + 1 - first;
  std::rotate(plan.sizes.begin(), plan.sizes.begin() + static_cast<std::ptrdiff_t>(first), plan.sizes.end());
  for (auto& strides : plan.strides) {
    std::rotate(strides.begin(), strides.begin() + static_cast<std::ptrdiff_t>(first), strides.end());
  }
  return plan;
}

// One run of the last axis: inputs that repeat are spread over a small buffer.
template <class T>
void run_broadcast_row(const BroadcastPlan& plan, BlockKernelOf<T> block, std::size_t arity,
                       const std::array<const T*, BroadcastPlan::kInputs>& inputs, T* out) {
  constexpr std::int64_t kChunk = 256;
  std::array<std::array<T, kChunk>, BroadcastPlan::kInputs> spread;
  const std::int64_t n = plan.sizes[plan.rank - 1];
  bool all_run = true;
  for (std::size_t i = 0; i < arity; ++i) {
    if (plan.strides[i][plan.rank - 1] != 0 || n == 1) continue;
    all_run = false;
    std::fill_n(spread[i].begin(), std::min(n, kChunk), *inputs[i]);
  }
  const std::int64_t step = all_run ? n : kChunk;
  for (std::int64_t begin = 0; begin < n; begin += step) {
    std::array<const T*, BroadcastPlan::kInputs> at{};
    for (std::size_t i = 0; i < arity; ++i) {
      const bool runs = plan.strides[i][plan.rank - 1] != 0 || n == 1;
      at[i] = runs ? inputs[i] + begin : spread[i].data();
    }
    block(at[0], at[1], at[2], out + begin, std::min(step, n - begin));
  }
}

template <class T>
void run_broadcast(const KernelCall& call, BlockKernelOf<T> block) {
  const std::int64_t count = call.output.count();
  if (count == 0) return;
  const BroadcastPlan plan = plan_broadcast(call);
  const std::int64_t row = plan.sizes[plan.rank - 1];
  std::array<std::int64_t, kMaxRank + 1> index{};
  std::array<const T*, BroadcastPlan::kInputs> inputs{};
  for (std::size_t i = 0; i < call.inputs.size(); ++i) inputs[i] = call.inputs[i].as<T>();
  T* out = call.output.as<T>();
  for (std::int64_t done = 0; done < count; done += row) {
    run_broadcast_row<T>(plan, block, call.inputs.size(), inputs, out + done);
    for (std::size_t axis = plan.rank - 1; axis-- > 0;) {  // to the next row, like an odometer
      const bool carry = ++index[axis] == plan.sizes[axis];
      if (carry) index[axis] = 0;
      for (std::size_t i = 0; i < call.inputs.size(); ++i) {
        inputs[i] += carry ? -(plan.sizes[axis] - 1) * plan.strides[i][axis] : plan.strides[i][axis];
      }
      if (!carry) break;
    }
  }
}

}  // namespace nnc::rt
