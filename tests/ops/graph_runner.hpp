// For tests: builds small graphs, plans them, runs them once on values given in double, gives outputs and
// slots back.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/ir/graph.hpp"
#include "compiler/plan/planner.hpp"
#include "runtime/exec/executor.hpp"

namespace nnc::test {

using Values = std::vector<double>;

struct RunInputs {
  std::vector<Values> slots;  // in the order of Graph::slots
  Values features;
  std::vector<std::int32_t> classes;
  rt::StepContext context = {7, 1};
};

struct RunResult {
  std::map<std::string, Values> outputs;
  std::vector<Values> slots;  // after the step, in the order of Graph::slots
};

// One plan with its memory; may be run again with other values.
class GraphRunner {
 public:
  GraphRunner(const ir::Graph& bound_graph, const PlanOptions& options, rt::KernelSet kernels);
  RunResult run(const RunInputs& inputs);
  // Every step that can be cut in so many parts, however small it is, the last one first.
  RunResult run_in_parts(const RunInputs& inputs, int parts);
  [[nodiscard]] const StepPlan& plan() const { return plan_; }

 private:
  void write_inputs(const RunInputs& inputs);
  [[nodiscard]] RunResult read_result() const;
  [[nodiscard]] Operand slot_operand(const std::string& name) const;
  StepPlan plan_;
  std::vector<std::string> slot_names_;
  rt::Memory state_;
  rt::Memory work_;
  rt::Memory scratch_;
  rt::KernelSet kernels_;
  rt::Executor executor_;
};

// Writes graphs shortly: f.add(OpKind::Add, {a, b}).
struct GraphBuilder {
  ir::Graph graph;

  ir::NodeId add(OpKind op, std::vector<ir::NodeId> inputs, Attributes attributes = NoAttributes{}) {
    return ir::add_node(graph, op, std::move(inputs), std::move(attributes));
  }
  ir::NodeId constant(double value) { return add(OpKind::Constant, {}, ConstantAttributes{value}); }
  ir::NodeId slot(const std::string& name, const Shape& shape, ir::SlotRole role = ir::SlotRole::Parameter) {
    graph.slots.push_back({name, role, shape, {}, -1, {}});
    return read(ir::SlotId(graph.slots.size() - 1));
  }
  ir::NodeId read(ir::SlotId slot) { return add(OpKind::Slot, {}, SlotAttributes{slot.index}); }
  ir::NodeId features(const Shape& shape) {
    return add(OpKind::Input, {},
               InputAttributes{InputAttributes::Role::Features, shape, ElementType::Float});
  }
  ir::NodeId classes(const Shape& shape) {
    return add(OpKind::Input, {}, InputAttributes{InputAttributes::Role::Target, shape, ElementType::Int});
  }
  ir::NodeId step_number() {
    return add(OpKind::Input, {}, InputAttributes{InputAttributes::Role::Step, Shape{}, ElementType::Float});
  }
  ir::NodeId sum_all(ir::NodeId id) {
    std::vector<int> axes;
    for (int axis = 0; axis < graph.node(id).shape.rank(); ++axis) axes.push_back(axis);
    return add(OpKind::Sum, {id}, AxesAttributes{axes});
  }
  void output(const std::string& name, ir::NodeId id) { graph.outputs.push_back({name, id}); }
  void update(std::size_t slot, ir::NodeId id) { graph.updates.push_back({ir::SlotId(slot), id}); }
};

}  // namespace nnc::test
