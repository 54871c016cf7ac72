// A trial of a study -> the plans the runtime executes: lower, differentiate, append the optimizer, optimise,
// lay out. The one place that runs all of these rooms in order; given to the runtime as a callback.
#pragma once

#include <functional>
#include <string_view>

#include "compiler/base/result.hpp"
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
      : sources_(sources), program_(program), study_(study) {}

  // The optimised graph of a trial for a phase, with a symbolic batch. Fails if the trial does not check,
  // which plan_study has excluded.
  Result<ir::Graph> graph(std::size_t trial, rt::Phase phase, const ObserveGraph& observe = {}) const;
  // Plans for any batch size; thread-safe.
  Result<rt::CompiledTrial> compile(std::size_t trial) const;
  // Both of these, which must not outlive the compiler.
  rt::StudyCompiler for_runtime() const;
  Result<rt::ProgramIdentity> identify(std::size_t trial) const;

 private:
  const SourceMap& sources_;
  const CheckedProgram& program_;
  const Study& study_;
};

}  // namespace nnc
