// In-place updates and the order of units. A slot can be written in place by the unit that computes its new
// value if every other unit that reads the old one can run before, and the unit itself reads it element by
// element.
#include "compiler/plan/schedule.hpp"

#include <queue>
#include <set>

#include "compiler/base/check.hpp"
#include "compiler/plan/access.hpp"

namespace nnc {

using ir::NodeId;

// Whether the unit reads a memory at most element by element, before it writes the same element.
static bool reads_elementwise(const Units& units, std::size_t unit, NodeId root) {
  const ir::Graph& graph = units.graph();
  if (units[unit].producer.valid()) {
    for (const NodeId input : graph.node(units[unit].producer).inputs) {
      if (units.root(input) == root) return false;
    }
  }
  for (const NodeId id : units[unit].nodes) {
    const ir::Node& node = graph.node(id);
    for (const NodeId input : node.inputs) {
      if (units.root(input) != root) continue;
      const bool elementwise = units[unit].fused || op_info(node.op).op_class == OpClass::Elementwise;
      if (!elementwise || find_access(graph.node(input).shape, node.shape) != FusedStep::Access::Full)
        return false;
    }
  }
  return true;
}

// Asks all readers of the slot to run before the unit. What was asked before a refusal stays; it does no
// harm.
static bool order_readers(Units& units, std::int32_t slot, std::size_t writer) {
  const ir::Graph& graph = units.graph();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto* attributes = std::get_if<SlotAttributes>(&graph.nodes[i].attributes);
    if (attributes == nullptr || attributes->slot != slot) continue;
    if (!reads_elementwise(units, writer, NodeId(i))) return false;
    for (const NodeId reader : units.readers(NodeId(i))) {
      const std::size_t unit = units.unit_of(reader);
      if (unit != writer && !units.add_order(unit, writer)) return false;
    }
  }
  return true;
}

static void place_updates(Units& units, const PlanOptions& options, Schedule& schedule) {
  for (const ir::Update& update : units.graph().updates) {
    const NodeId value = units.root(update.value);
    const std::size_t writer = units.unit_of(value);
    const bool possible = options.in_place && writer != Units::kNone && !schedule.in_place.contains(value) &&
                          order_readers(units, update.slot.index, writer);
    if (possible) {
      schedule.in_place.emplace(value, update.slot.index);
    } else {
      schedule.copies.push_back(update);
    }
  }
}

// Scalars first: others wait for them and they cost nothing. Then updates as soon as they can run, while the
// gradient is still in a cache and before it occupies memory for long. Everything else in the order of the
// graph.
static int priority_class(const Units& units, std::size_t unit, const std::set<std::size_t>& writers) {
  if (units.space(unit).element_count() == 1 && units[unit].fused) return 0;
  return writers.contains(unit) ? 1 : 2;
}

// The place of a unit in the order of the graph.
static NodeId last_node(const Unit& unit) { return unit.fused ? unit.nodes.back() : unit.nodes.front(); }

static std::vector<std::size_t> order_units(const Units& units, const std::set<std::size_t>& writers) {
  struct Entry {
    int priority;
    NodeId last;
    std::size_t unit;
    bool operator>(const Entry& other) const {
      return priority != other.priority ? priority > other.priority : last > other.last;
    }
  };
  std::vector<std::size_t> waiting(units.count(), 0);
  std::size_t remaining = 0;
  for (std::size_t unit = 0; unit < units.count(); ++unit) {
    if (!units[unit].nodes.empty()) ++remaining;
    for (const std::size_t next : units.successors(unit)) ++waiting[next];
  }
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
  const auto push_if_ready = [&](std::size_t unit) {
    if (waiting[unit] != 0 || units[unit].nodes.empty()) return;
    ready.push({priority_class(units, unit, writers), last_node(units[unit]), unit});
  };
  for (std::size_t unit = 0; unit < units.count(); ++unit) push_if_ready(unit);
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t unit = ready.top().unit;
    ready.pop();
    order.push_back(unit);
    for (const std::size_t next : units.successors(unit)) {
      if (--waiting[next] == 0) push_if_ready(next);
    }
  }
  NNC_CHECK(order.size() == remaining, "the units of a plan form a cycle");
  return order;
}

Schedule make_schedule(Units& units, const PlanOptions& options) {
  Schedule schedule;
  place_updates(units, options, schedule);
  std::set<std::size_t> writers;
  for (const auto& [value, slot] : schedule.in_place) writers.insert(units.unit_of(value));
  schedule.order = order_units(units, writers);
  return schedule;
}

}  // namespace nnc
