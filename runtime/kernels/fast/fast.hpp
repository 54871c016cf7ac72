// Inside the room: what the files of fast kernels give to the tables. All float, SIMD through Highway with
// the instruction set chosen once at start. Lanes never meet except in fixed trees of 16, so the bits do not
// depend on it.
#pragma once

#include "runtime/kernels/kernels.hpp"

namespace nnc::rt::fast {

// The fast set is defined by fused multiply-add: every sum of products is one chain of them in a fixed order,
// a long one of a matrix product two (matmul.cpp).
bool has_fused_multiply_add();

struct FastKernels {
  KernelTable kernels;
  OpTable<bool> cut;     // computes the share of a part
  KernelTable finishes;  // what is left when all parts are done

  void add(OpKind kind, Kernel kernel) { kernels.at(kind) = kernel; }
  void add_cut(OpKind kind, Kernel kernel) {
    add(kind, kernel);
    cut.at(kind) = true;
  }
};

std::span<const CompoundKernel> compounds();
const UpdateKernel* adam_update();
void add_blocks(OpTable<BlockKernel>& blocks);
void add_elementwise(FastKernels& fast);
void add_reductions(FastKernels& fast);
void add_matmul(FastKernels& fast);
void add_conv(FastKernels& fast);
void add_conv_max(FastKernels& fast);
void add_pool(FastKernels& fast);
void add_movement(FastKernels& fast);

std::uint64_t matmul_workspace_bytes(std::span<const Shape> inputs, const Shape& output,
                                     const Attributes& attributes);
std::uint64_t conv_workspace_bytes(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                                   const Attributes& attributes);
std::uint64_t conv_max_workspace_bytes(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                                       const Attributes& attributes);

}  // namespace nnc::rt::fast
