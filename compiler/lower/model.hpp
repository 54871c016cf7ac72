// A trial's model, loss and optimizer as a graph.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/sink.hpp"
#include "compiler/ir/graph.hpp"
#include "compiler/lower/study.hpp"

namespace nnc {

struct LoweredModel {
  ir::Graph graph;  // outputs "prediction" and, with a loss, "loss" (the mean over the batch)
  std::vector<LayerSummary> layers;
};

// The forward pass of a trial with its loss, as it is while training or otherwise. Batch sizes are symbolic.
// `trace`, if there is one, gets what the statements of the model came to.
std::optional<LoweredModel> lower_trial(const SourceMap& sources, const CheckedProgram& program,
                                        const TrialSetup& setup, const DataPlan& data, bool training,
                                        Sink& sink, Trace* trace = nullptr);

// Appends the optimizer's updates for every (parameter, gradient) pair. False if a mistake was reported.
// `reads_shapes` tells whether the code asked for a size or a rank as a number.
bool lower_updates(const SourceMap& sources, const CheckedProgram& program, const TrialSetup& setup,
                   const std::vector<std::pair<ir::SlotId, ir::NodeId>>& gradients, ir::Graph& graph,
                   Sink& sink, bool* reads_shapes = nullptr);

// A model alone, with its defaults, for a summary. The input is the given shape (without the batch axis) or,
// if there is none, the one its `input` statement declares; empty (with a diagnostic) if neither is known.
struct ModelSummary {
  std::string name;
  Shape input;
  std::vector<LayerSummary> layers;
  std::int64_t trained = 0;
  std::int64_t other = 0;
};
std::optional<ModelSummary> summarize_model(const SourceMap& sources, const CheckedProgram& program,
                                            const ast::Declaration& model, const std::optional<Shape>& input,
                                            Sink& sink, const LetValues* lets = nullptr,
                                            Trace* trace = nullptr);

}  // namespace nnc
