// The reference matrix product and the operations that pick by index.
// In: matrices, class indices. Out: sums of products accumulated in double; picked or placed elements.
#include <algorithm>

#include "runtime/kernels/reference/reference.hpp"

namespace nnc::rt {
namespace {

// op(lhs) [M,K] . op(rhs) [K,N] -> [M,N]
template <class T>
void matmul(const KernelCall& call) {
  const auto& attributes = attributes_of<MatMulAttributes>(call);
  const TensorView& lhs = call.inputs[0];
  const TensorView& rhs = call.inputs[1];
  const std::int64_t rows = call.output.sizes[0];
  const std::int64_t columns = call.output.sizes[1];
  const std::int64_t depth = lhs.sizes[attributes.transpose_lhs ? 0 : 1];
  const std::int64_t lhs_width = lhs.sizes[1];
  const std::int64_t rhs_width = rhs.sizes[1];
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      double total = 0;
      for (std::int64_t k = 0; k < depth; ++k) {
        const T a = lhs.as<T>()[attributes.transpose_lhs ? k * lhs_width + i : i * lhs_width + k];
        const T b = rhs.as<T>()[attributes.transpose_rhs ? j * rhs_width + k : k * rhs_width + j];
        total += static_cast<double>(a) * static_cast<double>(b);
      }
      call.output.as<T>()[i * columns + j] = static_cast<T>(total);
    }
  }
}

// An index outside the classes, which data loading has refused long before, touches no memory: it picks 0.
template <class T>
void pick(const KernelCall& call) {
  const std::int64_t classes = call.inputs[0].sizes.back();
  const std::int64_t count = call.output.count();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = call.inputs[1].as<std::int32_t>()[i];
    const bool inside = index >= 0 && index < classes;
    call.output.as<T>()[i] = inside ? call.inputs[0].as<T>()[i * classes + index] : T{0};
  }
}

template <class T>
void place(const TensorView& index, const T* values, const TensorView& output) {
  const std::int64_t classes = output.sizes.back();
  std::fill_n(output.as<T>(), output.count(), T{0});
  const std::int64_t count = index.count();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t at = index.as<std::int32_t>()[i];
    if (at >= 0 && at < classes) output.as<T>()[i * classes + at] = values != nullptr ? values[i] : T{1};
  }
}

template <class T>
void pick_grad(const KernelCall& call) {
  place<T>(call.inputs[1], call.inputs[0].as<T>(), call.output);
}

template <class T>
void one_hot(const KernelCall& call) {
  place<T>(call.inputs[0], nullptr, call.output);
}

}  // namespace

template <class T>
void add_reference_matmul(KernelTable& table) {
  table.at(OpKind::MatMul) = &matmul<T>;
}
template <class T>
void add_reference_index(KernelTable& table) {
  table.at(OpKind::Pick) = &pick<T>;
  table.at(OpKind::PickGrad) = &pick_grad<T>;
  table.at(OpKind::OneHot) = &one_hot<T>;
}
template void add_reference_matmul<float>(KernelTable&);
template void add_reference_matmul<double>(KernelTable&);
template void add_reference_index<float>(KernelTable&);
template void add_reference_index<double>(KernelTable&);

}  // namespace nnc::rt
