// The metrics of the standard library beside the table of native computations: neither may name what the
// other lacks.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "compiler/driver/inspect_data.hpp"
#include "compiler/lower/study.hpp"
#include "compiler/sema/program.hpp"

using namespace nnc;

namespace {

struct Checked {
  SourceMap sources;
  Sink sink;
  CheckedProgram program;
  std::optional<Study> study;

  explicit Checked(const std::string& text) {
    const FileId file = sources.add("test.nn", text);
    program = check_program(
        sources, file,
        [](const std::string&) -> Result<std::string> {
          return Failure{"none", ""};
        },
        sink);
    StudyOptions options;
    options.inspect_data = [](const std::string&) { return DataFacts{{4, 4, 1}, 60, 10, 10}; };
    options.native_metrics = native_metrics();
    study = plan_study(sources, program, options, sink);
  }

  [[nodiscard]] bool reports(int number, const std::string& part) const {
    return std::any_of(sink.diagnostics().begin(), sink.diagnostics().end(),
                       [&](const Diagnostic& diagnostic) {
                         return diagnostic.number == number &&
                                (diagnostic.message + " " + diagnostic.hint).find(part) != std::string::npos;
                       });
  }
};

std::string study_with(const std::string& metrics) {
  return "data images = idx(\"somewhere\")\n"
         "model net { flatten; dense(10, softmax) }\n"
         "recipe quick { loss: cross_entropy, optimizer: sgd, metrics: [" +
         metrics + "] }\nexperiment e { train net on images with quick }\n";
}

}  // namespace

TEST_CASE("the standard library declares every native metric with all its variants", "[stdlib][metrics]") {
  std::string list;
  Checked library(study_with("accuracy"));
  // Each metric of the library with each word of its choice.
  for (const auto& [name, declaration] : library.program.library_names) {
    const auto* metric = std::get_if<ast::MetricDecl>(&declaration->node);
    if (metric == nullptr) continue;
    std::vector<std::string> calls = {name};
    if (!metric->parameters.empty() && metric->parameters[0].type) {
      const auto& choice = std::get<ast::ChoiceType>(metric->parameters[0].type->node);
      calls.clear();
      for (const ast::Name& word : choice.choices) calls.push_back(name + "(" + word.text + ")");
    }
    for (const std::string& call : calls) list += (list.empty() ? "" : ", ") + call;
  }
  Checked all(study_with(list));
  REQUIRE(all.study.has_value());
  std::set<std::pair<std::string, std::string>> declared;
  for (const MetricPlan& metric : all.study->plan.trials[0].metrics)
    declared.emplace(metric.native, metric.variant);
  std::set<std::pair<std::string, std::string>> native;
  for (const NativeMetric& metric : native_metrics()) {
    if (metric.variants.empty()) native.emplace(metric.name, "");
    for (const std::string& variant : metric.variants) native.emplace(metric.name, variant);
  }
  CHECK(declared == native);
}

TEST_CASE("a metric that nothing computes is a mistake of the check", "[stdlib][metrics]") {
  const Checked wrong(study_with("mine") + "metric mine { better: higher, computed: \"acuracy\" }\n");
  CHECK(!wrong.study.has_value());
  CHECK(wrong.reports(503, "did you mean `accuracy`?"));
}

TEST_CASE("a variant that is not computed is a mistake of the check", "[stdlib][metrics]") {
  const Checked wrong(study_with("mine") +
                      "metric mine(of_all: micro | median = micro) { better: higher, computed: \"f1\", "
                      "variant: of_all }\n");
  CHECK(!wrong.study.has_value());
  CHECK(wrong.reports(503, "`f1` is not computed as `median`"));
}
