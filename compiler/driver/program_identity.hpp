// What the trials of a study compute, as short identities that are cheap to get for each of very many trials:
// the graphs of each different model are built once, and the updates of each different optimizer once, or
// once per shape if they depend on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/ir/graph.hpp"
#include "compiler/lower/study.hpp"
#include "runtime/train/study.hpp"

namespace nnc {

class ProgramIdentities {
 public:
  // All three must outlive this.
  ProgramIdentities(const SourceMap& sources, const CheckedProgram& program, const Study& study)
      : sources_(sources), program_(program), study_(study) {}

  // Thread-safe. Fails if the trial does not check, which plan_study has excluded.
  Result<rt::ProgramIdentity> of(std::size_t trial);
  // How many graphs were built so far.
  [[nodiscard]] std::size_t graphs_built() const;

 private:
  using Sizes = std::vector<std::int64_t>;
  struct Part {
    std::string identity;
    std::string form;  // without the numbers in it
  };
  struct Model {
    Part part;
    const std::set<Sizes>* shapes = nullptr;  // of its parameters; equal sets are one
  };
  struct Updates {
    Part part;
    bool of_any_shape = false;
  };
  struct Parts {
    const Part* model = nullptr;
    const Part* optimizer = nullptr;
  };

  // With the lock held.
  Result<Parts> parts_of(const TrialSetup& setup);
  Result<Model> build_model(const TrialSetup& setup);
  Result<Part> build_optimizer(const TrialSetup& setup, const std::set<Sizes>& shapes);
  Result<const Part*> updates_of(const TrialSetup& setup, const Sizes& sizes);
  Result<Updates> build_updates(const TrialSetup& setup, const Sizes& sizes);

  const SourceMap& sources_;
  const CheckedProgram& program_;
  const Study& study_;
  mutable std::mutex lock_;
  std::size_t graphs_built_ = 0;
  std::set<std::set<Sizes>> shape_sets_;
  std::unordered_map<std::size_t, Result<Model>> models_;  // by TrialSetup::model_structure
  // By TrialSetup::optimizer_structure, for all shapes of a model and for one.
  std::map<std::pair<std::size_t, const std::set<Sizes>*>, Result<Part>> optimizers_;
  std::map<std::pair<std::size_t, Sizes>, Result<Updates>> updates_;
};

// A graph as text with its slots by their places instead of their names: what a layer is called changes no
// result.
std::string anonymous_text(ir::Graph graph);
// What is said of a trial that does not check.
Failure failure_of_trial(const SourceMap& sources, const Sink& sink);

}  // namespace nnc
