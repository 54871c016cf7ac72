// Checked program -> study: what the experiments of the main file mean, trial by trial, with every shape of every
// trial checked by building its graph.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/lower/value.hpp"
#include "compiler/plan/study_plan.hpp"
#include "compiler/sema/program.hpp"

namespace nnc {

// What a check needs to know of a data folder.
struct DataFacts {
  Shape sample_shape;  // [28, 28, 1]
  std::int64_t train_count = 0;
  std::int64_t test_count = 0;
  int class_count = 0;  // largest label + 1
};
using InspectData = std::function<Result<DataFacts>(const std::string& directory)>;

struct StudyOptions {
  std::string only;                // the one experiment to run; "" for all
  std::vector<std::string> set;    // "epochs=2": settings of every trial, or top-level lets
  std::string folder;              // relative data folders are relative to this one
  InspectData inspect_data;
};

// What the compiler needs of a trial beside its TrialPlan.
struct TrialSetup {
  InstancePtr model;
  InstancePtr loss;
  InstancePtr optimizer;
  std::size_t data = 0;  // index into StudyPlan::data
  Span data_span;        // the data's declaration
  Span train_span;       // the `train` statement
  Span metrics_span;     // the list of metrics, or the recipe
};

struct Study {
  StudyPlan plan;
  std::vector<TrialSetup> setups;  // parallel to plan.trials
};

// Reports every mistake to the sink; empty if there was one.
std::optional<Study> plan_study(const SourceMap& sources, const CheckedProgram& program, const StudyOptions& options,
                                Sink& sink);

// Everything that will be run, for people: `--dump=study`.
std::string print_study(const StudyPlan& plan);

}  // namespace nnc
