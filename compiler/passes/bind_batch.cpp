// Replaces the symbolic batch by a number wherever an attribute mentions a shape; all other shapes follow by
// the rules. In: a graph and a batch size. Out: a graph that can be planned.
#include "compiler/base/check.hpp"
#include "compiler/passes/passes.hpp"
#include "compiler/passes/rewriter.hpp"

namespace nnc::ir {
namespace {

struct Binder {
  std::int64_t batch;

  void bind(Shape& shape) const {
    if (shape.has_batch()) shape = shape.with_batch(batch);
  }
  void operator()(InputAttributes& a) const { bind(a.shape); }
  void operator()(ShapeAttributes& a) const { bind(a.shape); }
  void operator()(WindowAttributes& a) const { bind(a.input_shape); }
  void operator()(RandomAttributes& a) const { bind(a.shape); }
  template <class Other>
  void operator()(Other&) const {}
};

}  // namespace

Graph bind_batch(Graph graph, std::int64_t batch) {
  NNC_CHECK(batch > 0);
  for (Node& node : graph.nodes) std::visit(Binder{batch}, node.attributes);
  Rewriter rewriter(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    rewriter.stand_for(NodeId(i), rewriter.copy(graph.nodes[i]));
  }
  return rewriter.finish();
}

}  // namespace nnc::ir
