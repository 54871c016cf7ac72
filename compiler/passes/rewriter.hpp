// How a pass rebuilds a graph: it visits the old nodes in order and says for each which new node stands for
// it.
#pragma once

#include <vector>

#include "compiler/ir/graph.hpp"

namespace nnc::ir {

class Rewriter {
 public:
  // Takes the slots over; the old graph must outlive the rewriter.
  explicit Rewriter(const Graph& old);

  [[nodiscard]] Graph& graph() { return graph_; }
  // The new node that stands for an old one visited before.
  [[nodiscard]] NodeId operator[](NodeId old) const { return map_[old.position()]; }
  void stand_for(NodeId old, NodeId now) { map_[old.position()] = now; }
  // The new nodes of an old node's inputs.
  [[nodiscard]] std::vector<NodeId> inputs(const Node& old) const;
  // Copies an old node onto the new inputs, with its shape computed again.
  NodeId copy(const Node& old);
  // Ends: updates and outputs refer to the new nodes.
  Graph finish();

 private:
  const Graph& old_;
  Graph graph_;
  std::vector<NodeId> map_;
};

}  // namespace nnc::ir
