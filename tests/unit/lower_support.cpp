// See lower_support.hpp.
#include "tests/unit/lower_support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "compiler/base/render.hpp"

namespace nnc {
namespace {

constexpr const char* kPrelude =
    "data images = idx(\"somewhere\")\nrecipe quick { loss: cross_entropy, optimizer: sgd }\n";

Result<std::string> no_files(const std::string&) { return Failure{"none", ""}; }

}  // namespace

LoweredProgram::LoweredProgram(Tolerant, const std::string& body, StudyOptions options) {
  const FileId file = sources.add("test.nn", kPrelude + body);
  checked = check_program(sources, file, no_files, sink);
  options.inspect_data = [](const std::string&) { return DataFacts{{28, 28, 1}, 60, 10, 10}; };
  study = plan_study(sources, checked, options, sink);
  if (sink.has_errors()) study.reset();
}

LoweredProgram::LoweredProgram(const std::string& body, StudyOptions options)
    : LoweredProgram(Tolerant{}, body, std::move(options)) {
  INFO(render_diagnostics(sources, sink.sorted(), {}));
  REQUIRE(study.has_value());
}

std::vector<std::string> LoweredProgram::points(const std::string& experiment) const {
  std::vector<std::string> points;
  for (const TrialPlan& trial : plan().trials) {
    if (trial.experiment != experiment || trial.refit) continue;
    std::string text;
    for (const auto& [name, value] : trial.params) {
      text += (text.empty() ? "" : " ") + name + "=" + parameter_text(value);
    }
    if (points.empty() || points.back() != text) points.push_back(text);
  }
  return points;
}

std::vector<std::string> LoweredProgram::codes() const {
  std::vector<std::string> codes;
  for (const Diagnostic& diagnostic : sink.diagnostics()) codes.push_back(diagnostic.code());
  return codes;
}

}  // namespace nnc
