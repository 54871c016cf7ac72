// Inside the room: the instructions of a fused step as the kernels that will run, in order. Several
// instructions become one where there is a kernel for all of them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "compiler/plan/step_plan.hpp"
#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {

struct Operation {
  const CompoundKernel* compound = nullptr;  // null: the block kernel of `op`, or `update`
  OpKind op = OpKind::Add;
  std::vector<std::int32_t> vectors;  // registers of the step; of an update: weights, mean, square, gradient
  std::vector<std::int32_t>
      numbers;  // the same: constants and scalar inputs; of an update: those of its compounds
  std::int32_t output = 0;
  const UpdateKernel* update = nullptr;
  // Of an update: registers of the new weights, mean and square, which lie where the old ones do.
  std::array<std::int32_t, 3> updated{};
};

// Two operands that overlap are the same memory: the planner sees to it.
bool same_place(const Operand& lhs, const Operand& rhs);

// Constants are no operations: who reads one that is no number of a compound has it in a register.
std::vector<Operation> choose_operations(const FusedStep& step, std::span<const CompoundKernel> compounds);

// Makes one operation of the three compounds of an update that works in place and shows nobody else what it
// reads and writes.
void combine_update(const FusedStep& step, const UpdateKernel& update, std::vector<Operation>& operations);

}  // namespace nnc::rt
