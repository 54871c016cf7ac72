// See rewriter.hpp.
#include "compiler/passes/rewriter.hpp"

namespace nnc::ir {

Rewriter::Rewriter(const Graph& old) : old_(old), map_(old.nodes.size()) {
  graph_.slots = old.slots;
  graph_.nodes.reserve(old.nodes.size());
}

std::vector<NodeId> Rewriter::inputs(const Node& old) const {
  std::vector<NodeId> result;
  result.reserve(old.inputs.size());
  for (const NodeId input : old.inputs) result.push_back((*this)[input]);
  return result;
}

NodeId Rewriter::copy(const Node& old) {
  return add_node(graph_, old.op, inputs(old), old.attributes, old.origin);
}

Graph Rewriter::finish() {
  for (const Update& update : old_.updates) graph_.updates.push_back({update.slot, (*this)[update.value]});
  for (const Output& output : old_.outputs) graph_.outputs.push_back({output.name, (*this)[output.node]});
  return std::move(graph_);
}

}  // namespace nnc::ir
