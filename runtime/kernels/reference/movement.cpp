// Reference kernels that only move elements (or make them: Constant, RandomUniform). Int tensors move like
// floats. In: a tensor. Out: its elements elsewhere. Fast enough to be the only ones for all but Transpose.
#include <algorithm>
#include <cstring>

#include "runtime/kernels/reference/reference.hpp"
#include "runtime/random/random.hpp"

namespace nnc::rt {
namespace {

template <class T>
void constant(const KernelCall& call) {
  *call.output.as<T>() = static_cast<T>(attributes_of<ConstantAttributes>(call).value);
}

template <class T>
void random_uniform(const KernelCall& call) {
  const auto place = static_cast<std::uint32_t>(attributes_of<RandomAttributes>(call).place);
  const Stream stream{call.random.seed, Purpose::Dropout, place, call.random.step};
  fill_uniform(stream, std::span<T>(call.output.as<T>(), static_cast<std::size_t>(call.output.count())));
}

template <class T>
void reshape(const KernelCall& call) {
  if (call.output.data == call.inputs[0].data) return;
  with_element_type<T>(call.output, [&](auto zero) {
    using E = decltype(zero);
    std::copy_n(call.inputs[0].as<E>(), call.output.count(), call.output.as<E>());
  });
}

template <class E>
void broadcast_elements(const TensorView& input, const TensorView& output) {
  const std::span<const std::int64_t> sizes = output.sizes;
  const std::size_t missing = sizes.size() - input.sizes.size();
  const Index strides = strides_of(input.sizes);
  const std::int64_t count = output.count();
  for (std::int64_t position = 0; position < count; ++position) {
    const Index index = unravel(position, sizes);
    std::int64_t from = 0;
    for (std::size_t axis = missing; axis < sizes.size(); ++axis) {
      if (input.sizes[axis - missing] != 1) from += index[axis] * strides[axis - missing];
    }
    output.as<E>()[position] = input.as<E>()[from];
  }
}

template <class T>
void broadcast(const KernelCall& call) {
  with_element_type<T>(call.output,
                       [&](auto zero) { broadcast_elements<decltype(zero)>(call.inputs[0], call.output); });
}

template <class E>
void transpose_elements(const KernelCall& call) {
  const std::vector<int>& order = attributes_of<PermutationAttributes>(call).order;
  const Index strides = strides_of(call.inputs[0].sizes);
  const std::int64_t count = call.output.count();
  for (std::int64_t position = 0; position < count; ++position) {
    const Index index = unravel(position, call.output.sizes);
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < order.size(); ++axis) {
      from += index[axis] * strides[static_cast<std::size_t>(order[axis])];
    }
    call.output.as<E>()[position] = call.inputs[0].as<E>()[from];
  }
}

template <class T>
void transpose(const KernelCall& call) {
  with_element_type<T>(call.output, [&](auto zero) { transpose_elements<decltype(zero)>(call); });
}

template <class T>
void slice(const KernelCall& call) {
  const auto& range = attributes_of<SliceAttributes>(call);
  const AxisSplit split = split_at(call.inputs[0].sizes, range.axis);
  const std::int64_t length = (range.end - range.begin) * split.inner;
  with_element_type<T>(call.output, [&](auto zero) {
    using E = decltype(zero);
    for (std::int64_t i = 0; i < split.outer; ++i) {
      const E* from = call.inputs[0].as<E>() + (i * split.size + range.begin) * split.inner;
      std::copy_n(from, length, call.output.as<E>() + i * length);
    }
  });
}

template <class T>
void pad(const KernelCall& call) {
  const auto& padding = attributes_of<PadAttributes>(call);
  const AxisSplit split = split_at(call.inputs[0].sizes, padding.axis);
  with_element_type<T>(call.output, [&](auto zero) {
    using E = decltype(zero);
    E* out = call.output.as<E>();
    for (std::int64_t i = 0; i < split.outer; ++i) {
      out = std::fill_n(out, padding.before * split.inner, E{});
      out = std::copy_n(call.inputs[0].as<E>() + i * split.size * split.inner, split.size * split.inner, out);
      out = std::fill_n(out, padding.after * split.inner, E{});
    }
  });
}

template <class T>
void concat(const KernelCall& call) {
  const int axis = attributes_of<ConcatAttributes>(call).axis;
  const AxisSplit whole = split_at(call.output.sizes, axis);
  with_element_type<T>(call.output, [&](auto zero) {
    using E = decltype(zero);
    std::int64_t begin = 0;
    for (const TensorView& input : call.inputs) {
      const std::int64_t length = split_at(input.sizes, axis).size * whole.inner;
      for (std::int64_t i = 0; i < whole.outer; ++i) {
        std::copy_n(input.as<E>() + i * length, length,
                    call.output.as<E>() + i * whole.size * whole.inner + begin);
      }
      begin += length;
    }
  });
}

}  // namespace

template <class T>
void add_reference_movement(KernelTable& table) {
  table.at(OpKind::Constant) = &constant<T>;
  table.at(OpKind::RandomUniform) = &random_uniform<T>;
  table.at(OpKind::Reshape) = &reshape<T>;
  table.at(OpKind::Broadcast) = &broadcast<T>;
  table.at(OpKind::Transpose) = &transpose<T>;
  table.at(OpKind::Slice) = &slice<T>;
  table.at(OpKind::Pad) = &pad<T>;
  table.at(OpKind::Concat) = &concat<T>;
}
template void add_reference_movement<float>(KernelTable&);
template void add_reference_movement<double>(KernelTable&);

}  // namespace nnc::rt
