// How long the experiments of a file take, found out by another nnc: `plan` trains some steps of each kind of
// trial, which the language server must not wait for.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lsp/experiments.hpp"

namespace nnc {

class EstimateProcesses {
 public:
  // `program`: nnc itself.
  explicit EstimateProcesses(std::string program) : program_(std::move(program)) {}

  // A process of lowest priority that reads, and writes nothing. Null if none can be started.
  std::unique_ptr<lsp::TimeEstimate> start(const std::string& file);

 private:
  std::string program_;
  // Killed before they were done. They need a while to end, in which nobody waits for them.
  std::shared_ptr<std::vector<pid_t>> killed_ = std::make_shared<std::vector<pid_t>>();
};

}  // namespace nnc
