// How an operand is read by an elementwise step over a larger index space.
#pragma once

#include <optional>

#include "compiler/plan/step_plan.hpp"

namespace nnc {

// Empty if the repetition is of none of the kinds a fused step knows ([B, 1, C] over [B, H, C]).
std::optional<FusedStep::Access> find_access(const Shape& operand, const Shape& space);

}  // namespace nnc
