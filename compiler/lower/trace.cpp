// Taking notes while a graph is built: what each statement appended to it, and what that costs.
#include "compiler/lower/trace.hpp"

#include "compiler/lower/evaluator.hpp"
#include "compiler/ops/flops.hpp"

namespace nnc {

Evaluator::GraphSize Evaluator::graph_size() const {
  if (lowering == nullptr || lowering->trace == nullptr) return {};
  return {lowering->graph.nodes.size(), lowering->graph.slots.size()};
}

void Evaluator::trace_statement(const Span& span, const Value& value, const GraphSize& before) {
  if (lowering == nullptr || lowering->trace == nullptr || !sources_.is_user_code(span)) return;
  const auto* tensor = value.get<Tensor>();
  if (tensor == nullptr) return;
  TracedStatement traced{span, shape_of(*tensor), 0, 0, 0};
  for (std::size_t i = before.slots; i < graph().slots.size(); ++i) {
    const ir::Slot& slot = graph().slots[i];
    (slot.role == ir::SlotRole::Parameter ? traced.parameters : traced.other_parameters) +=
        slot.shape.element_count().value_or(0);
  }
  std::vector<Shape> inputs;
  for (std::size_t i = before.nodes; i < graph().nodes.size(); ++i) {
    const ir::Node& node = graph().nodes[i];
    inputs.clear();
    for (const ir::NodeId input : node.inputs) inputs.push_back(graph().node(input).shape);
    traced.flops += flop_count(node.op, inputs, node.attributes, node.shape);
  }
  lowering->trace->push_back(std::move(traced));
}

}  // namespace nnc
