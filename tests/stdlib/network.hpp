// For tests of the standard library: a network from .nn text, trained step by step and evaluated in float64.
// In: a library (as it is, or with one deliberate breakage), the text of a model. Out: predictions, loss,
// gradients and slots as numbers. What does not check throws, so that it is never taken for a wrong number.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/embedded_file.hpp"
#include "compiler/ir/graph.hpp"
#include "compiler/lower/study.hpp"
#include "runtime/exec/executor.hpp"

namespace nnc::test {

using Values = std::vector<double>;
using Labels = std::vector<std::int32_t>;

// The texts of the standard library.
class Library {
 public:
  static Library standard();
  // Replaces the first occurrence of `before` in that declaration's text.
  [[nodiscard]] Library with_change(std::string_view declaration, std::string_view before,
                                    std::string_view after) const;
  [[nodiscard]] std::vector<EmbeddedFile> files() const;
  // Everything the library declares, in order.
  [[nodiscard]] std::vector<std::string> declared_names() const;

 private:
  std::vector<std::pair<std::string, std::string>> texts_;  // path, text
};

// A checked program with its study; the data are not there, only facts about them.
struct Program {
  SourceMap sources;
  Sink sink;
  CheckedProgram checked;
  std::optional<Study> study;

  Program(const Library& library, const std::string& text, const DataFacts& facts);
};

struct NetworkText {
  std::string body;  // of the model
  std::string loss = "half_square";
  std::string optimizer = "sgd(lr: 0.0)";
  std::string declarations = {};
  std::string metrics = {};   // "accuracy, f1"
  std::string schedule = {};  // of the learning rate
};

// Half the sum of the squared predictions, and a layer whose gradient is that of its input.
inline constexpr std::string_view kHelpers =
    "loss half_square(prediction, target) = 0.5 * sum(prediction ^ 2)\n"
    "layer probe { param offset: in.shape ~ zeros; in + offset }\n";

std::string program_text(const NetworkText& network);

struct StepResult {
  Values prediction;
  double loss = 0;
  std::map<std::string, Values> gradients;  // of every parameter, by its slot's name; empty when evaluated
};

class Network {
 public:
  Network(const Library& library, const NetworkText& text, const Shape& sample, int classes,
          std::int64_t batch, rt::KernelSet kernels = rt::KernelSet::Fast, std::uint64_t seed = 7);
  ~Network();

  // One step of the optimizer, with what a schedule would multiply its learning rate with; the results are
  // from before it.
  StepResult train(const Values& features, const Labels& labels, double rate = 1);
  StepResult evaluate(const Values& features, const Labels& labels);

  [[nodiscard]] Values slot(const std::string& name) const;
  void set_slot(const std::string& name, const Values& values);
  [[nodiscard]] std::vector<std::string> slot_names() const;
  [[nodiscard]] std::vector<std::string> parameter_names() const;
  // How many operations of a kind a step of training has after all optimisation.
  [[nodiscard]] int count_training_ops(OpKind op) const;

 private:
  struct Machine;
  [[nodiscard]] const PlannedSlot& planned(const std::string& name) const;

  std::unique_ptr<Program> program_;
  std::unique_ptr<Machine> training_;
  std::unique_ptr<Machine> evaluation_;
  rt::Memory state_;
  std::uint64_t seed_;
  std::uint64_t step_ = 0;
};

// Deterministic numbers in [low, high) for tests.
Values spread(std::size_t count, double low, double high, std::uint64_t seed);

}  // namespace nnc::test
