// For tests: random well-formed graphs, with slots of every role, updates and outputs, and values to run them
// on.
#pragma once

#include "tests/ops/graph_runner.hpp"

namespace nnc::test {

struct RandomGraph {
  ir::Graph graph;  // batch bound
  RunInputs inputs;
};

// The same seed gives the same graph. Values stay around 1, so that float and double agree to a few digits.
RandomGraph make_random_graph(unsigned seed);

}  // namespace nnc::test
