// The second move of planning: nodes become units of execution, each later one step of the plan.
#pragma once

#include <vector>

#include "compiler/ir/graph.hpp"
#include "compiler/plan/planner.hpp"

namespace nnc {

// One step to be: a kernel call (one node; maxima and then their places are two) or a fused step (elementwise
// nodes over one index space, in node order).
struct Unit {
  std::vector<ir::NodeId> nodes;
  bool fused = false;
  // A matrix product that a fused step computes a few rows at a time as it reads them; not among the nodes.
  ir::NodeId producer = {};
};

// Which nodes run together, and what must run before what. Units keep their index; merged ones are left
// empty.
class Units {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // The graph is in normal form and outlives this.
  Units(const ir::Graph& graph, const PlanOptions& options);

  [[nodiscard]] const ir::Graph& graph() const { return graph_; }
  [[nodiscard]] std::size_t count() const { return units_.size(); }
  [[nodiscard]] const Unit& operator[](std::size_t unit) const { return units_[unit]; }
  // The unit that computes a node; kNone for inputs, slots, reshapes, constants used in place, and unneeded
  // nodes.
  [[nodiscard]] std::size_t unit_of(ir::NodeId id) const { return unit_of_[id.position()]; }
  [[nodiscard]] ir::NodeId root(ir::NodeId id) const { return root_[id.position()]; }
  // The nodes that read the memory of this one, which is a root.
  [[nodiscard]] const std::vector<ir::NodeId>& readers(ir::NodeId root) const {
    return readers_[root.position()];
  }
  // Whether a node's reading of a constant is part of its own step and needs no memory.
  [[nodiscard]] bool reads_as_immediate(ir::NodeId reader, ir::NodeId root) const;
  [[nodiscard]] const Shape& space(std::size_t unit) const {
    return graph_.node(units_[unit].nodes.front()).shape;
  }

  // `first` must run before `second`, beside what data flow says. Refused, and false, if that closes a cycle.
  bool add_order(std::size_t first, std::size_t second);
  // The units that must run after this one, with repetitions.
  [[nodiscard]] std::vector<std::size_t> successors(std::size_t unit) const;

 private:
  void find_needed();
  void make_units();
  [[nodiscard]] std::size_t find_twin(ir::NodeId id) const;
  void merge_all();
  void chain_products();
  [[nodiscard]] bool can_chain(ir::NodeId product, std::size_t reader) const;
  void try_merge(std::size_t lhs, std::size_t rhs);
  [[nodiscard]] bool is_fusable(ir::NodeId id) const;
  // A path from one unit to another; if `through_third`, the direct edge does not count.
  [[nodiscard]] bool has_path(std::size_t from, std::size_t to, bool through_third) const;

  const ir::Graph& graph_;
  PlanOptions options_;
  std::vector<Unit> units_;
  std::vector<bool> needed_;
  std::vector<ir::NodeId> root_;
  std::vector<std::size_t> unit_of_;
  std::vector<std::vector<ir::NodeId>> readers_;
  std::vector<std::vector<std::size_t>> extra_successors_;
};

}  // namespace nnc
