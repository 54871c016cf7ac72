// Inside the room: what the files of fast kernels give to the tables. All float, SIMD through Highway with
// the instruction set chosen once at start. Lanes never meet except in fixed trees of 16, so the bits do not
// depend on it.
#pragma once

#include "runtime/kernels/kernels.hpp"

namespace nnc::rt::fast {

// The fast set is defined by fused multiply-add: every sum of products is one chain of them in a fixed order.
bool has_fused_multiply_add();

void add_blocks(OpTable<BlockKernel>& blocks);
void add_elementwise(KernelTable& table);
void add_reductions(KernelTable& table);
void add_matmul(KernelTable& table);
void add_conv(KernelTable& table);
void add_pool(KernelTable& table);
void add_movement(KernelTable& table);

std::uint64_t matmul_workspace_bytes();
std::uint64_t conv_workspace_bytes(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                                   const Attributes& attributes);

}  // namespace nnc::rt::fast
