// Runs a fused step whose operands lie in vectors: the operand's offset says in which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/exec/fused.hpp"

namespace nnc::test {

// As one part with its kernels apart, or together with compounds and updates in some parts, one after the
// other.
template <class Vectors>
void run_fused(const FusedStep& step, Vectors& memory, rt::Kernel producer, bool together, int parts = 1,
               int times = 1) {
  rt::FusedProgram<float> program(step, rt::fast_blocks_f32(), producer, together);
  std::vector<std::byte> scratch(program.scratch_bytes() * static_cast<std::uint64_t>(parts) + 64);
  auto* aligned =
      reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64);
  program.bind(
      [&memory](const Operand& operand) {
        return reinterpret_cast<std::byte*>(memory[operand.offset].data());
      },
      aligned, parts);
  for (int i = 0; i < times; ++i) {
    for (int part = 0; part < parts; ++part) program.run(part, parts);
  }
}

}  // namespace nnc::test
