// Puts the tables together, once per process.
// In: what the files of reference/ and fast/ add. Out: the tables of kernels.hpp.
#include "runtime/kernels/fast/fast.hpp"
#include "runtime/kernels/kernels.hpp"
#include "runtime/kernels/reference/reference.hpp"

namespace nnc::rt {
namespace {

template <class T>
KernelTable make_reference_kernels() {
  KernelTable table;
  add_reference_elementwise<T>(table);
  add_reference_movement<T>(table);
  add_reference_reductions<T>(table);
  add_reference_matmul<T>(table);
  add_reference_windows<T>(table);
  add_reference_index<T>(table);
  return table;
}

KernelTable make_fast_kernels() {
  KernelTable table;
  if (!fast::has_fused_multiply_add()) return table;
  fast::add_elementwise(table);
  fast::add_reductions(table);
  fast::add_matmul(table);
  fast::add_conv(table);
  fast::add_pool(table);
  fast::add_movement(table);
  return table;
}

OpTable<BlockKernel> make_fast_blocks() {
  OpTable<BlockKernel> blocks = make_reference_blocks<float>();
  if (fast::has_fused_multiply_add()) fast::add_blocks(blocks);
  return blocks;
}

}  // namespace

const KernelTable& reference_kernels_f32() {
  static const KernelTable table = make_reference_kernels<float>();
  return table;
}
const KernelTable& reference_kernels_f64() {
  static const KernelTable table = make_reference_kernels<double>();
  return table;
}
const KernelTable& fast_kernels_f32() {
  static const KernelTable table = make_fast_kernels();
  return table;
}
const OpTable<BlockKernel>& reference_blocks_f32() {
  static const OpTable<BlockKernel> blocks = make_reference_blocks<float>();
  return blocks;
}
const OpTable<WideBlockKernel>& reference_blocks_f64() {
  static const OpTable<WideBlockKernel> blocks = make_reference_blocks<double>();
  return blocks;
}
const OpTable<BlockKernel>& fast_blocks_f32() {
  static const OpTable<BlockKernel> blocks = make_fast_blocks();
  return blocks;
}

std::uint64_t workspace_bytes(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                              const Attributes& attributes) {
  if (!fast::has_fused_multiply_add()) return 0;
  switch (kind) {
    case OpKind::MatMul:
      return fast::matmul_workspace_bytes();
    case OpKind::Conv2d:
    case OpKind::Conv2dGradInput:
    case OpKind::Conv2dGradKernel:
      return fast::conv_workspace_bytes(kind, inputs, output, attributes);
    default:
      return 0;
  }
}

}  // namespace nnc::rt
