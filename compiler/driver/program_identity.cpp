// See program_identity.hpp. Everything that follows from the trial alone is in these graphs: gradients follow from
// the graph for training, and what an optimizer does to a weight knows of the weight nothing but its shape.
#include "compiler/driver/program_identity.hpp"

#include <span>

#include "compiler/base/render.hpp"
#include "compiler/lower/model.hpp"
#include "compiler/passes/passes.hpp"
#include "runtime/data/sha256.hpp"

namespace nnc {
namespace {

std::string sha256_of(const std::string& text) {
  rt::Sha256 sha;
  sha.add(std::as_bytes(std::span(text)));
  return sha.finish();
}

// A weight and its gradient, which stands for any: an input, so that no rewrite knows more of it than its shape.
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

}  // namespace

Failure failure_of_trial(const SourceMap& sources, const Sink& sink) {
  return {"the trial does not check:\n" + render_diagnostics(sources, sink.sorted(), {}), ""};
}

std::string anonymous_text(ir::Graph graph) {
  for (ir::Slot& slot : graph.slots) slot.name.clear();
  return ir::print_graph(graph);
}

Result<ProgramIdentity> ProgramIdentities::of(std::size_t trial) {
  const TrialSetup& setup = study_.setups.at(trial);
  const std::lock_guard guard(lock_);
  auto known = models_.find(setup.model_structure);
  if (known == models_.end()) known = models_.emplace(setup.model_structure, model_of(setup)).first;
  if (!known->second) return known->second.failure();
  const Model& model = known->second.value();
  const std::pair key(setup.optimizer_structure, model.shapes);
  auto optimizer = optimizers_.find(key);
  if (optimizer == optimizers_.end())
    optimizer = optimizers_.emplace(key, optimizer_of(setup, *model.shapes)).first;
  if (!optimizer->second) return optimizer->second.failure();
  return ProgramIdentity{model.identity, optimizer->second.value()};
}

std::size_t ProgramIdentities::graphs_built() const {
  const std::lock_guard guard(lock_);
  return graphs_built_;
}

Result<ProgramIdentities::Model> ProgramIdentities::model_of(const TrialSetup& setup) {
  std::string text;
  std::set<Sizes> shapes;
  for (const bool training : {true, false}) {
    Sink sink;
    ++graphs_built_;
    auto lowered = lower_trial(sources_, program_, setup, study_.plan.data.at(setup.data), training, sink);
    if (!lowered) return failure_of_trial(sources_, sink);
    const ir::Graph graph = ir::optimize(std::move(lowered->graph));
    for (const ir::Slot& slot : graph.slots) {
      if (slot.role == ir::SlotRole::Parameter) shapes.insert(slot.shape.sizes());
    }
    text += (training ? "training\n" : "evaluation\n") + anonymous_text(graph);
  }
  return Model{sha256_of(text), &*shape_sets_.insert(std::move(shapes)).first};
}

Result<std::string> ProgramIdentities::optimizer_of(const TrialSetup& setup, const std::set<Sizes>& shapes) {
  std::string text;
  for (const Sizes& sizes : shapes) {
    const std::pair key(setup.optimizer_structure, sizes);
    auto known = updates_.find(key);
    if (known == updates_.end()) known = updates_.emplace(key, updates_of(setup, sizes)).first;
    if (!known->second) return known->second.failure();
    text += known->second.value() + "\n";
  }
  return sha256_of(text);
}

// The graph has the shape in it.
Result<std::string> ProgramIdentities::updates_of(const TrialSetup& setup, const Sizes& sizes) {
  Sink sink;
  ++graphs_built_;
  ir::Graph graph = one_weight(Shape(sizes));
  const std::pair gradient(ir::SlotId(0), ir::NodeId(0));
  if (!lower_updates(sources_, program_, setup, {gradient}, graph, sink)) return failure_of_trial(sources_, sink);
  return sha256_of(anonymous_text(ir::optimize(std::move(graph))));
}

}  // namespace nnc
