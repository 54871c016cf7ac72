// For tests: a small network with Adam, as the lowering would make it.
#pragma once

#include "tests/ops/graph_runner.hpp"

namespace nnc::test {

// Symbolic batch, cross entropy over `classes`; slots initialised at random. Outputs "loss" and "prediction".
ir::Graph make_mlp(std::int64_t features, std::int64_t hidden, std::int64_t classes);
ir::Graph make_cnn(std::int64_t size, std::int64_t classes);
// Blocks of a 3x3 convolution and a pool, then two dense layers.
struct DeepCnn {
  std::int64_t size = 28;
  int blocks = 2;
  std::int64_t filters = 32;
  std::int64_t padding = 0;
  std::int64_t hidden = 256;
};
ir::Graph make_deep_cnn(const DeepCnn& shape, std::int64_t classes);
ir::Graph make_dropout_mlp(std::int64_t features, std::int64_t hidden, std::int64_t classes, double rate);
// The same graph without updates and optimizer slots.
ir::Graph without_optimizer(ir::Graph graph);

}  // namespace nnc::test
