// Programs over pretended data of 28x28x1 images in ten classes, lowered; and what went wrong if they were
// not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/lower/study.hpp"
#include "compiler/sema/program.hpp"

namespace nnc {

// The text is preceded by the data `images` (60 training samples, 10 for testing) and the recipe `quick`.
struct LoweredProgram {
  SourceMap sources;
  Sink sink;
  CheckedProgram checked;
  std::optional<Study> study;

  // Fails the test if the program has errors.
  explicit LoweredProgram(const std::string& body, StudyOptions options = {});
  // Whatever comes of it; the checker's mistakes and those of lowering in one sink.
  struct Tolerant {};
  LoweredProgram(Tolerant, const std::string& body, StudyOptions options = {});

  [[nodiscard]] const StudyPlan& plan() const { return study->plan; }
  // "a=1 b=0.2" per trial of the experiment that judges its points, in order, each point once.
  [[nodiscard]] std::vector<std::string> points(const std::string& experiment = "e") const;
  // "E0403: at blocks = 5; 1 of 6 points of `e`": codes with their notes, in the order of reporting.
  [[nodiscard]] std::vector<std::string> codes() const;
};

}  // namespace nnc
