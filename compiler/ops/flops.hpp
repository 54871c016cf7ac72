// What an operation costs, for people who compare layers: floating-point operations for one sample.
#pragma once

#include <span>

#include "compiler/ops/ops.hpp"

namespace nnc {

// A multiplication and an addition count as two; exp, tanh and their like as one per element; moving data as
// none. A symbolic batch counts as one sample.
double flop_count(OpKind kind, std::span<const Shape> inputs, const Attributes& attributes,
                  const Shape& output);

}  // namespace nnc
