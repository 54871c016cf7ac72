// Inside the room: the instructions of a fused step as the kernels that will run, in order. Several instructions
// become one where there is a kernel for all of them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "compiler/plan/step_plan.hpp"
#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {

struct Operation {
  const CompoundKernel* compound = nullptr;  // null: the block kernel of `op`
  OpKind op = OpKind::Add;
  std::vector<std::int32_t> vectors;  // registers of the step
  std::vector<std::int32_t> numbers;  // the same: constants and scalar inputs
  std::int32_t output = 0;
};

// Constants are no operations: who reads one that is no number of a compound has it in a register.
std::vector<Operation> choose_operations(const FusedStep& step, std::span<const CompoundKernel> compounds);

}  // namespace nnc::rt
