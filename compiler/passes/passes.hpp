// What is done to a graph between lowering and planning: differentiation, and rewrites that keep every output
// and update (up to rounding) and make less work. In: a graph that verify_graph accepts. Out: another one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/optimizations.hpp"
#include "compiler/ir/graph.hpp"

namespace nnc::ir {

// Local identities: log(softmax(x)) is log_softmax(x), x * 1 is x, reshapes to the same shape vanish, ...
Graph simplify(Graph graph);
// Operations on scalar constants are computed here, in double.
Graph fold_constants(Graph graph);
// Equal nodes are computed once.
Graph eliminate_common(Graph graph);
// Keeps only what outputs and updates need. Slots stay.
Graph eliminate_dead(Graph graph);
// A max pool comes before the bias and the relu that it can pass.
Graph sink_pools(Graph graph);
// A max pool over a convolution becomes one operation.
Graph join_pools(Graph graph);
// Convolutions leave out the last rows and columns that nothing reads.
Graph crop_windows(Graph graph);
// Makes the symbolic batch a number (at least 1).
Graph bind_batch(Graph graph, std::int64_t batch);

// The gradient node of every Parameter slot, in slot order.
struct Gradients {
  std::vector<std::pair<SlotId, NodeId>> of;
};

// Appends reverse-mode derivatives of `loss` (summed, if it is not a scalar) to the graph. A parameter on
// which the loss does not depend, or only through operations without a gradient, gets zeros.
Gradients add_gradients(Graph& graph, NodeId loss);

struct Pass {
  std::string_view name;
  Graph (*run)(Graph);
  std::string_view reason;
  std::optional<Optimization> needs = {};  // left out if that is switched off
  std::optional<OpClass> about = {};  // left out of graphs without such operations, which it leaves alone
};

const std::vector<Pass>& pipeline();

// Runs the pipeline until nothing changes, with the verifier after each pass. `observe`, if given, sees every
// result.
Graph optimize(Graph graph, const std::function<void(std::string_view pass, const Graph&)>& observe = {});

}  // namespace nnc::ir
