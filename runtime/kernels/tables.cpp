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

fast::FastKernels make_fast_kernels() {
  fast::FastKernels made;
  if (!fast::has_fused_multiply_add()) return made;
  fast::add_elementwise(made);
  fast::add_reductions(made);
  fast::add_matmul(made);
  fast::add_conv(made);
  fast::add_conv_max(made);
  fast::add_pool(made);
  fast::add_movement(made);
  return made;
}

const fast::FastKernels& fast_kernels() {
  static const fast::FastKernels made = make_fast_kernels();
  return made;
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
const KernelTable& fast_kernels_f32() { return fast_kernels().kernels; }
Kernel fast_finish_f32(OpKind kind) { return fast_kernels().finishes[kind]; }
bool is_cut_in_parts(OpKind kind) { return fast_kernels().cut[kind]; }
const OpTable<BlockKernel>& reference_blocks_f32() {
  static const OpTable<BlockKernel> blocks = make_reference_blocks<float>();
  return blocks;
}
const OpTable<WideBlockKernel>& reference_blocks_f64() {
  static const OpTable<WideBlockKernel> blocks = make_reference_blocks<double>();
  return blocks;
}
std::span<const CompoundKernel> fast_compounds() { return fast::compounds(); }
const UpdateKernel* fast_update() { return fast::adam_update(); }
const OpTable<BlockKernel>& fast_blocks_f32() {
  static const OpTable<BlockKernel> blocks = make_fast_blocks();
  return blocks;
}

std::uint64_t workspace_bytes(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                              const Attributes& attributes) {
  if (!fast::has_fused_multiply_add()) return 0;
  switch (kind) {
    case OpKind::MatMul:
      return fast::matmul_workspace_bytes(inputs, output, attributes);
    case OpKind::Conv2d:
    case OpKind::Conv2dGradInput:
    case OpKind::Conv2dGradKernel:
      return fast::conv_workspace_bytes(kind, inputs, output, attributes);
    case OpKind::Conv2dMax:
    case OpKind::Conv2dMaxPlace:
    case OpKind::Conv2dMaxGradInput:
    case OpKind::Conv2dMaxGradKernel:
      return fast::conv_max_workspace_bytes(kind, inputs, output, attributes);
    default:
      return 0;
  }
}

}  // namespace nnc::rt
