// How much memory the trials of a study need to train. Trials that differ in nothing but numbers need the
// same, so that a grid over learning rates compiles one trial.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "compiler/driver/compile_trial.hpp"

namespace nnc {

struct TrialMemory {
  std::uint64_t state_bytes = 0;
  std::uint64_t work_bytes = 0;
};

class TrialMemories {
 public:
  // `compiler` must outlive this.
  explicit TrialMemories(const TrialCompiler& compiler) : compiler_(compiler) {}

  Result<TrialMemory> of(std::size_t trial, std::int64_t batch);

 private:
  const TrialCompiler& compiler_;
  std::map<std::string, ir::Graph> graphs_;  // for training, by layout
  std::map<std::pair<std::string, std::int64_t>, TrialMemory> known_;
};

}  // namespace nnc
