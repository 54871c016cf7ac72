// Every operation at sizes that go wrong easily (0, 1, primes, more than a tile), as data.
#pragma once

#include <string>
#include <vector>

#include "compiler/ops/ops.hpp"
#include "tests/ops/oracle.hpp"

namespace nnc::test {

// From which numbers an input is drawn.
// Coarse: few different ones, so that ties happen. Rare: half of them 0. Place: in a window of maxima.
enum class Draw { Any, Positive, Coarse, Rare, Class, Place };

struct OpCase {
  OpKind kind;
  std::vector<Shape> inputs;
  Attributes attributes;
  Shape output;
  std::vector<Draw> draws;  // one per input
  [[nodiscard]] std::string name() const;
};

// Input and Slot have no kernel and no case; RandomUniform has a test of its own.
std::vector<OpCase> op_cases();

// Inputs for a case, the same at every call; floats are numbers that both widths hold.
std::vector<Tensor> make_inputs(const OpCase& c);

}  // namespace nnc::test
