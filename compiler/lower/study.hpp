// Checked program -> study: what the experiments of the main file mean, trial by trial, with every shape of
// every trial checked by building its graph.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/lower/trace.hpp"
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
// Why it is not known.
struct DataProblem {
  enum class Kind : std::uint8_t { Missing, Damaged } kind;
  Failure failure;
};
using InspectedData = std::variant<DataFacts, DataProblem>;
using InspectData = std::function<InspectedData(const std::string& directory)>;

// A computation that the runtime has for metrics.
struct NativeMetric {
  std::string name;
  std::vector<std::string> variants;
};

struct StudyOptions {
  std::string only;  // the one experiment to run; "" for all
  // Settings of every trial, or top-level lets of the main file, with their values as typed: epochs, 2.
  std::vector<std::pair<std::string, std::string>> set;
  std::string folder;  // relative data folders are relative to this one
  InspectData inspect_data;
  std::vector<NativeMetric> native_metrics;  // none: what metrics name is not checked
  ObserveModel on_model;          // told of every different model of every experiment; may be empty
  std::function<bool()> give_up;  // asked before each: true ends the checks of shapes early; may be empty
  bool smoke = false;             // one epoch, one seed, no claims: only to see that all of it runs
};

// What the compiler needs of a trial beside its TrialPlan. Trials of an experiment that are built alike share
// their instances.
struct TrialSetup {
  InstancePtr model;
  InstancePtr loss;
  InstancePtr optimizer;
  InstancePtr schedule;  // null: the learning rate stays as it is
  // Numbers from 0, equal for two trials exactly if they are built alike (structure.hpp): by model, loss and
  // data; by the optimizer.
  std::size_t model_structure = 0;
  std::size_t optimizer_structure = 0;
  std::size_t data = 0;   // index into StudyPlan::data
  std::size_t point = 0;  // of its experiment, from 0; its trials share everything but seed and fold
  Span data_span;         // the data's declaration
  Span train_span;        // the `train` statement
  Span metrics_span;      // the list of metrics, or the recipe
  std::shared_ptr<const LetValues> lets;  // what the command line gives to top-level lets
};

struct Study {
  StudyPlan plan;
  std::vector<TrialSetup> setups;  // parallel to plan.trials
  // How many graphs it took to check all shapes: as many as there are different models and optimizers,
  // whatever the number of trials.
  std::size_t graphs_built = 0;
};

// The lets of the main file that `set` names and no setting of a recipe does, with their values.
LetValues read_lets(const CheckedProgram& program,
                    const std::vector<std::pair<std::string, std::string>>& set);

// Reports every mistake to the sink; empty if there was one.
std::optional<Study> plan_study(const SourceMap& sources, const CheckedProgram& program,
                                const StudyOptions& options, Sink& sink);

// Everything that will be run, for people: `--dump=study`.
std::string print_study(const StudyPlan& plan);

}  // namespace nnc
