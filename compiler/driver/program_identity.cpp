// See program_identity.hpp. Everything that follows from the trial alone is in these graphs: gradients follow
// from the graph for training, and what an optimizer does to a weight knows of the weight nothing but its
// shape.
#include "compiler/driver/program_identity.hpp"

#include <algorithm>

#include "compiler/base/render.hpp"
#include "compiler/lower/model.hpp"
#include "compiler/passes/passes.hpp"
#include "runtime/data/sha256.hpp"

namespace nnc {
namespace {

// Without the numbers in it.
std::string form_text(ir::Graph graph) {
  for (ir::Node& node : graph.nodes) {
    if (auto* constant = std::get_if<ConstantAttributes>(&node.attributes)) constant->value = 0;
  }
  for (ir::Slot& slot : graph.slots) slot.initializer = {};
  return anonymous_text(std::move(graph));
}

// A weight and its gradient, which stands for any: an input, so that no rewrite knows more of it than its
// shape.
ir::Graph one_weight(const Shape& shape) {
  ir::Graph graph;
  ir::Slot weight;
  weight.name = "weight";
  weight.shape = shape;
  graph.slots.push_back(std::move(weight));
  ir::add_node(graph, OpKind::Input, {},
               InputAttributes{InputAttributes::Role::Features, shape, ElementType::Float});
  return graph;
}

// Stands for the shape of a weight where that makes no difference.
const std::vector<std::int64_t> kAnySizes = {3, 5};

// True if every value has this shape, which is no number's, or is a number: the same operations would do for
// any other shape.
bool is_elementwise(const ir::Graph& graph, const Shape& shape) {
  const auto fits = [&](const Shape& one) { return one == shape || one.rank() == 0; };
  const auto known = [&](const ir::Node& node) {
    const bool leaf = node.op == OpKind::Input || node.op == OpKind::Slot || node.op == OpKind::Constant;
    return (leaf || op_info(node.op).op_class == OpClass::Elementwise) && fits(node.shape);
  };
  return std::ranges::all_of(graph.nodes, known) &&
         std::ranges::all_of(graph.slots, [&](const ir::Slot& slot) { return fits(slot.shape); });
}

void set_shapes(ir::Graph& graph, const Shape& shape) {
  const auto set = [&](Shape& one) {
    if (one.rank() > 0) one = shape;
  };
  for (ir::Slot& slot : graph.slots) set(slot.shape);
  for (ir::Node& node : graph.nodes) {
    set(node.shape);
    if (auto* input = std::get_if<InputAttributes>(&node.attributes)) set(input->shape);
  }
}

}  // namespace

Failure failure_of_trial(const SourceMap& sources, const Sink& sink) {
  return {"the trial does not check:\n" + render_diagnostics(sources, sink.sorted(), {}), ""};
}

std::string anonymous_text(ir::Graph graph) {
  for (ir::Slot& slot : graph.slots) slot.name.clear();
  return ir::print_graph(graph);
}

Result<rt::ProgramIdentity> ProgramIdentities::of(std::size_t trial) {
  const std::lock_guard guard(lock_);
  const Result<Parts> parts = parts_of(study_.setups.at(trial));
  if (!parts) return parts.failure();
  const auto& [model, optimizer] = parts.value();
  return rt::ProgramIdentity{model->identity, optimizer->identity, model->form + optimizer->form};
}

std::size_t ProgramIdentities::graphs_built() const {
  const std::lock_guard guard(lock_);
  return graphs_built_;
}

Result<ProgramIdentities::Parts> ProgramIdentities::parts_of(const TrialSetup& setup) {
  auto model = models_.find(setup.model_structure);
  if (model == models_.end()) model = models_.emplace(setup.model_structure, build_model(setup)).first;
  if (!model->second) return model->second.failure();
  const Model& known = model->second.value();
  const std::pair key(setup.optimizer_structure, known.shapes);
  auto optimizer = optimizers_.find(key);
  if (optimizer == optimizers_.end())
    optimizer = optimizers_.emplace(key, build_optimizer(setup, *known.shapes)).first;
  if (!optimizer->second) return optimizer->second.failure();
  return Parts{&known.part, &optimizer->second.value()};
}

Result<ProgramIdentities::Model> ProgramIdentities::build_model(const TrialSetup& setup) {
  std::string text;
  std::string form;
  std::set<Sizes> shapes;
  for (const bool training : {true, false}) {
    Sink sink;
    ++graphs_built_;
    auto lowered = lower_trial(sources_, program_, setup, study_.plan.data.at(setup.data), training, sink);
    if (!lowered) return failure_of_trial(sources_, sink);
    ir::Graph graph = ir::optimize(std::move(lowered->graph));
    for (const ir::Slot& slot : graph.slots) {
      if (slot.role == ir::SlotRole::Parameter) shapes.insert(slot.shape.sizes());
    }
    const std::string phase = training ? "training\n" : "evaluation\n";
    text += phase + anonymous_text(graph);
    form += phase + form_text(std::move(graph));
  }
  return Model{{rt::sha256_of(text), rt::sha256_of(form)}, &*shape_sets_.insert(std::move(shapes)).first};
}

Result<ProgramIdentities::Part> ProgramIdentities::build_optimizer(const TrialSetup& setup,
                                                                   const std::set<Sizes>& shapes) {
  Part all;
  for (const Sizes& sizes : shapes) {
    const Result<const Part*> part = updates_of(setup, sizes);
    if (!part) return part.failure();
    all.identity += part.value()->identity;
    all.form += part.value()->form;
  }
  return Part{rt::sha256_of(all.identity), rt::sha256_of(all.form)};
}

// One graph does for all shapes where it is elementwise and nobody asked what the shape is.
Result<const ProgramIdentities::Part*> ProgramIdentities::updates_of(const TrialSetup& setup,
                                                                     const Sizes& sizes) {
  const auto found = [](const Result<Updates>& updates) -> Result<const Part*> {
    if (!updates) return updates.failure();
    return &updates.value().part;
  };
  if (!sizes.empty()) {
    auto any = updates_.find({setup.optimizer_structure, kAnySizes});
    if (any == updates_.end())
      any = updates_.emplace(std::pair(setup.optimizer_structure, kAnySizes), build_updates(setup, kAnySizes))
                .first;
    if (any->second && any->second.value().of_any_shape) return found(any->second);
  }
  const std::pair key(setup.optimizer_structure, sizes);
  auto known = updates_.find(key);
  if (known == updates_.end()) known = updates_.emplace(key, build_updates(setup, sizes)).first;
  return found(known->second);
}

// The graph has the shape in it, but not where every value has this shape or is a number.
Result<ProgramIdentities::Updates> ProgramIdentities::build_updates(const TrialSetup& setup,
                                                                    const Sizes& sizes) {
  Sink sink;
  ++graphs_built_;
  ir::Graph graph = one_weight(Shape(sizes));
  const std::pair gradient(ir::SlotId(0), ir::NodeId(0));
  bool reads_shapes = false;
  if (!lower_updates(sources_, program_, setup, {gradient}, graph, sink, &reads_shapes))
    return failure_of_trial(sources_, sink);
  const bool elementwise = !sizes.empty() && is_elementwise(graph, Shape(sizes));
  graph = ir::optimize(std::move(graph));
  if (elementwise) set_shapes(graph, Shape(kAnySizes));
  const std::string text = anonymous_text(graph);
  return Updates{{rt::sha256_of(text), rt::sha256_of(form_text(std::move(graph)))},
                 elementwise && !reads_shapes};
}

}  // namespace nnc
