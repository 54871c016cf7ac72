// The list of passes, and the one function that runs them. In: a verified graph. Out: an equivalent smaller
// one.
#include <algorithm>

#include "compiler/base/check.hpp"
#include "compiler/passes/passes.hpp"

namespace nnc::ir {

const std::vector<Pass>& pipeline() {
  static const std::vector<Pass> passes = {
      {"fold_constants", fold_constants,
       "first: most identities of the next pass ask for a constant operand"},
      {"simplify", simplify, "before the search for equal nodes, which compares what is left"},
      {"sink_pools", sink_pools, "before join_pools, which looks for a pool right after a convolution",
       Optimization::SinkPools, OpClass::Window},
      {"join_pools", join_pools, "before differentiation, since gradients read what a pool discards",
       Optimization::JoinPools, OpClass::Window},
      {"crop_windows", crop_windows,
       "after join_pools, which shows what a pool drops; before differentiation, too",
       Optimization::CropWindows, OpClass::Window},
      {"eliminate_common", eliminate_common, "derivatives repeat much of the forward computation"},
      {"eliminate_dead", eliminate_dead, "last: the passes before it leave nodes that nothing uses any more"},
  };
  return passes;
}

static bool concerns(const Pass& pass, const Graph& graph) {
  if (pass.needs && !is_on(*pass.needs)) return false;
  return !pass.about || std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return op_info(node.op).op_class == *pass.about;
  });
}

// Every round makes the graph simpler; a few suffice, and the bound keeps a disagreement of two rules finite.
static constexpr int kMaxRounds = 8;

Graph optimize(Graph graph, const std::function<void(std::string_view pass, const Graph&)>& observe) {
  std::string before = print_graph(graph);
  for (int round = 0; round < kMaxRounds; ++round) {
    for (const Pass& pass : pipeline()) {
      if (concerns(pass, graph)) {
        graph = pass.run(std::move(graph));
        const std::string problem = verify_graph(graph);
        NNC_CHECK(problem.empty(), "after " + std::string(pass.name) + ": " + problem);
      }
      if (observe) observe(pass.name, graph);
    }
    std::string after = print_graph(graph);
    if (after == before) break;
    before = std::move(after);
  }
  return graph;
}

}  // namespace nnc::ir
