// For tests: a small network with Adam, as the lowering would make it.
#pragma once

#include "tests/ops/graph_runner.hpp"

namespace nnc::test {

// Symbolic batch, cross entropy over `classes`; slots initialised at random. Outputs "loss" and "prediction".
ir::Graph make_mlp(std::int64_t features, std::int64_t hidden, std::int64_t classes);
ir::Graph make_cnn(std::int64_t size, std::int64_t classes);
// The same graph without updates and optimizer slots.
ir::Graph without_optimizer(ir::Graph graph);

}  // namespace nnc::test
