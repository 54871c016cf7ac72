// The operations once more, by their mathematical definition in double, written apart from the kernels: by
// coordinates instead of offsets. In: inputs as doubles, attributes, the result's shape. Out: the value of
// each element, and what bounds the error of a float kernel there: how many roundings (terms) of numbers how
// large (magnitude).
#pragma once

#include <vector>

#include "compiler/ops/ops.hpp"

namespace nnc::test {

struct Tensor {
  Shape shape;
  std::vector<double> values;
  ElementType type = ElementType::Float;
};

struct Expected {
  double value = 0;
  double magnitude = 0;  // sum of |a||b|, or the size of the result
  double terms = 1;
};

std::vector<Expected> expected_result(OpKind kind, const std::vector<Tensor>& inputs,
                                      const Attributes& attributes, const Shape& output);

}  // namespace nnc::test
