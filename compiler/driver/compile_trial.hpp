// A trial of a study -> the plans the runtime executes: lower, differentiate, append the optimizer, optimise,
// lay out. The one place that runs all of these rooms in order; given to the runtime as a callback.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "compiler/base/result.hpp"
#include "compiler/driver/program_identity.hpp"
#include "compiler/lower/study.hpp"
#include "compiler/plan/step_plan.hpp"
#include "runtime/train/study.hpp"

namespace nnc {

// Sees every graph on its way: "lowered", "gradients", "updates", then each pass by its name.
using ObserveGraph = std::function<void(std::string_view phase, const ir::Graph& graph)>;

class TrialCompiler {
 public:
  // All three must outlive the compiler and what it makes.
  TrialCompiler(const SourceMap& sources, const CheckedProgram& program, const Study& study)
      : sources_(sources),
        program_(program),
        study_(study),
        identities_(std::make_shared<ProgramIdentities>(sources, program, study)) {}

  // The optimised graph of a trial for a phase, with a symbolic batch. Fails if the trial does not check,
  // which plan_study has excluded.
  Result<ir::Graph> graph(std::size_t trial, rt::Phase phase, const ObserveGraph& observe = {}) const;
  // Plans for any batch size; thread-safe.
  Result<rt::CompiledTrial> compile(std::size_t trial) const;
  // Both of what follows and this, for who must not see the compiler; it must not outlive it.
  rt::StudyCompiler for_runtime() const;
  // What a trial computes, without compiling it: cheap for a hundred thousand trials of a few hundred models
  // and optimizers; thread-safe.
  Result<rt::ProgramIdentity> identify(std::size_t trial) const { return identities_->of(trial); }
  // How many graphs were built for that so far.
  [[nodiscard]] std::size_t graphs_built() const { return identities_->graphs_built(); }

 private:
  const SourceMap& sources_;
  const CheckedProgram& program_;
  const Study& study_;
  std::shared_ptr<ProgramIdentities> identities_;  // a memory; copies share it
};

}  // namespace nnc
