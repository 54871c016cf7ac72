// Which nodes run as one step. Walks backwards and lets an elementwise node join the units of its readers:
// there its value is still in a register, and what its readers load anyway (a kept activation) need not be
// stored twice. Joining is refused if a path between the two leads through a third unit, since that would
// close a cycle.
#include "compiler/plan/units.hpp"

#include <algorithm>

#include "compiler/plan/access.hpp"
#include "compiler/plan/normal_form.hpp"

namespace nnc {

using ir::NodeId;

// Bounds the registers of a fused step, which share the nearest cache.
static constexpr std::size_t kMaxFusedNodes = 48;

Units::Units(const ir::Graph& graph, const PlanOptions& options) : graph_(graph), options_(options) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) root_.push_back(memory_root(graph, NodeId(i)));
  find_needed();
  make_units();
  if (options.fuse) merge_all();
  if (options.fuse && options.chain) chain_products();
}

void Units::find_needed() {
  needed_.assign(graph_.nodes.size(), false);
  for (const ir::Output& output : graph_.outputs) needed_[output.node.position()] = true;
  for (const ir::Update& update : graph_.updates) needed_[update.value.position()] = true;
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    if (!needed_[i]) continue;
    for (const NodeId input : graph_.nodes[i].inputs) needed_[input.position()] = true;
  }
  readers_.resize(graph_.nodes.size());
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (!needed_[i] || graph_.nodes[i].op == OpKind::Reshape) continue;
    for (const NodeId input : graph_.nodes[i].inputs) {
      std::vector<NodeId>& readers = readers_[root(input).position()];
      if (readers.empty() || readers.back() != NodeId(i)) readers.emplace_back(i);
    }
  }
}

bool Units::is_fusable(NodeId id) const {
  const ir::Node& node = graph_.node(id);
  if (!options_.fuse || node.type != ElementType::Float) return false;
  if (op_info(node.op).op_class == OpClass::Elementwise) return true;
  return node.op == OpKind::Broadcast &&
         find_access(graph_.node(node.inputs.front()).shape, node.shape).has_value();
}

bool Units::reads_as_immediate(NodeId reader, NodeId root) const {
  return graph_.node(root).op == OpKind::Constant && is_fusable(reader);
}

void Units::make_units() {
  std::vector<bool> exposed(graph_.nodes.size(), false);
  for (const ir::Output& output : graph_.outputs) exposed[root(output.node).position()] = true;
  for (const ir::Update& update : graph_.updates) exposed[root(update.value).position()] = true;
  unit_of_.assign(graph_.nodes.size(), kNone);
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const NodeId id(i);
    const OpKind op = graph_.nodes[i].op;
    if (!needed_[i] || op == OpKind::Input || op == OpKind::Slot || op == OpKind::Reshape) continue;
    if (op == OpKind::Constant && !exposed[i]) {
      const bool immediate = std::all_of(readers_[i].begin(), readers_[i].end(),
                                         [&](NodeId reader) { return reads_as_immediate(reader, id); });
      if (immediate) continue;
    }
    if (const std::size_t twin = find_twin(id); twin != kNone) {
      unit_of_[i] = twin;
      units_[twin].nodes.push_back(id);
      continue;
    }
    unit_of_[i] = units_.size();
    units_.push_back({{id}, op == OpKind::Constant || is_fusable(id)});
  }
  extra_successors_.resize(units_.size());
}

// Maxima and their places come out of one kernel call.
std::size_t Units::find_twin(NodeId id) const {
  const ir::Node& node = graph_.node(id);
  if (node.op != OpKind::Conv2dMaxPlace) return kNone;
  for (std::size_t i = 0; i < id.position(); ++i) {
    const ir::Node& other = graph_.nodes[i];
    const bool is_twin =
        other.op == OpKind::Conv2dMax && other.inputs == node.inputs && other.attributes == node.attributes;
    if (is_twin && unit_of_[i] != kNone && units_[unit_of_[i]].nodes.size() == 1) return unit_of_[i];
  }
  return kNone;
}

void Units::merge_all() {
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    const NodeId id(i);
    if (unit_of_[i] == kNone || !is_fusable(id)) continue;
    for (const NodeId reader : readers_[i]) {
      const bool same_space = graph_.node(reader).shape == graph_.node(id).shape;
      if (same_space && is_fusable(reader)) try_merge(unit_of_[i], unit_of_[reader.position()]);
    }
  }
}

void Units::try_merge(std::size_t lhs, std::size_t rhs) {
  if (lhs == rhs || units_[lhs].nodes.size() + units_[rhs].nodes.size() > kMaxFusedNodes) return;
  if (has_path(lhs, rhs, true) || has_path(rhs, lhs, true)) return;
  std::vector<NodeId>& into = units_[rhs].nodes;
  for (const NodeId id : units_[lhs].nodes) unit_of_[id.position()] = rhs;
  into.insert(into.end(), units_[lhs].nodes.begin(), units_[lhs].nodes.end());
  std::sort(into.begin(), into.end());
  units_[lhs].nodes.clear();
}

// A product that fits the nearest caches is as well stored; a right side that does not fit the second would be
// read from afar again for every few rows.
static constexpr std::int64_t kSmallResult = 128 * 1024 / 4;
static constexpr std::int64_t kLargeRight = 256 * 1024 / 4;

bool Units::can_chain(NodeId product, std::size_t reader) const {
  const ir::Node& node = graph_.node(product);
  if (!units_[reader].fused || units_[reader].producer.valid()) return false;
  const ir::Node& right = graph_.node(node.inputs[1]);
  const std::int64_t elements = node.shape.element_count().value_or(0);
  if (elements <= kSmallResult || right.shape.element_count().value_or(0) > kLargeRight) return false;
  for (const NodeId id : readers(product)) {
    // In the product's own shape: then rows of it are rows of everything else in the step.
    if (unit_of(id) != reader || graph_.node(id).shape != node.shape) return false;
    for (const NodeId input : graph_.node(id).inputs) {
      if (root(input) == product && graph_.node(input).shape != node.shape) return false;
    }
  }
  return true;
}

void Units::chain_products() {
  std::vector<bool> exposed(graph_.nodes.size(), false);
  for (const ir::Output& output : graph_.outputs) exposed[root(output.node).position()] = true;
  for (const ir::Update& update : graph_.updates) exposed[root(update.value).position()] = true;
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const NodeId id(i);
    if (graph_.nodes[i].op != OpKind::MatMul || unit_of_[i] == kNone || exposed[i] || readers_[i].empty())
      continue;
    const std::size_t reader = unit_of(readers_[i].front());
    if (!can_chain(id, reader)) continue;
    units_[unit_of_[i]].nodes.clear();
    unit_of_[i] = reader;
    units_[reader].producer = id;
  }
}

std::vector<std::size_t> Units::successors(std::size_t unit) const {
  std::vector<std::size_t> result = extra_successors_[unit];
  for (const NodeId id : units_[unit].nodes) {
    for (const NodeId reader : readers(id)) {
      const std::size_t other = unit_of(reader);
      if (other != unit && !reads_as_immediate(reader, id)) result.push_back(other);
    }
  }
  return result;
}

bool Units::has_path(std::size_t from, std::size_t to, bool through_third) const {
  std::vector<bool> seen(units_.size(), false);
  std::vector<std::size_t> open;
  for (const std::size_t next : successors(from)) {
    if (!through_third || next != to) open.push_back(next);
  }
  while (!open.empty()) {
    const std::size_t unit = open.back();
    open.pop_back();
    if (unit == to) return true;
    if (seen[unit]) continue;
    seen[unit] = true;
    for (const std::size_t next : successors(unit)) open.push_back(next);
  }
  return false;
}

bool Units::add_order(std::size_t first, std::size_t second) {
  if (first == second || has_path(second, first, false)) return false;
  extra_successors_[first].push_back(second);
  return true;
}

}  // namespace nnc
