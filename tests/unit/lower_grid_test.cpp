// Lowering of large grids: what it costs, counted and not timed; what the trials of a grid share; the calls
// that layers remember.
#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/lower_support.hpp"

using namespace nnc;

namespace {

using Program = LoweredProgram;

const std::string kModel =
    "model net(hidden: [int] = [8], rate: float = 0) {\n"
    "  flatten; for units in hidden { dense(units, relu); dropout(rate) }; dense(10, softmax)\n}\n";

// Rates times learning rates times seeds.
std::string grid(int rates, int learning_rates, int seeds) {
  return kModel + "experiment e {\n  sweep rate in linspace(0.1, 0.5, " + std::to_string(rates) +
         ")\n  sweep lr in linspace(0.01, 0.1, " + std::to_string(learning_rates) +
         ")\n  train net([8], rate) on images with quick { optimizer: adam(lr: lr) }\n  repeat over " +
         std::to_string(seeds) + " seeds\n}\n";
}

std::vector<std::string> calls_of(const std::string& body) {
  Program program("layer twice(inner: layer, times: int = 2) { repeat times { inner } }\nmodel net {\n" +
                  body + "\n}\nexperiment e { train net on images with quick }\n");
  std::vector<std::string> calls;
  for (const LayerSummary& layer : program.plan().trials.at(0).layers) calls.push_back(layer.call);
  return calls;
}

}  // namespace

TEST_CASE("a grid builds as many graphs as it has models and optimizers, not as it has trials", "[lower]") {
  const Program small(grid(4, 6, 1));
  CHECK(small.plan().trials.size() == 24);
  CHECK(small.study->graphs_built == 2 * 4 + 6);
  const Program seeds(grid(4, 6, 200));
  CHECK(seeds.plan().trials.size() == 4800);
  CHECK(seeds.study->graphs_built == small.study->graphs_built);
  const Program wide(grid(40, 60, 1));
  CHECK(wide.plan().trials.size() == 2400);
  CHECK(wide.study->graphs_built == 2 * 40 + 60);
}

TEST_CASE("a mistake of an optimizer is looked for in every model that it is used with", "[lower]") {
  const std::string body = grid(2, 3, 2);
  std::string wrong = body;
  wrong.replace(wrong.find("linspace(0.01"), 13, "linspace(-0.1");
  const Program program(Program::Tolerant{}, wrong);
  CHECK_FALSE(program.study.has_value());
  REQUIRE(program.sink.diagnostics().size() == 1);
  CHECK(program.sink.diagnostics().front().points.size() == 2);
}

TEST_CASE("the trials of a point share its parameters, metrics and layers", "[lower]") {
  const Program program(grid(2, 2, 3));
  const auto& trials = program.plan().trials;
  REQUIRE(trials.size() == 12);
  CHECK(trials[0].params.shares_with(trials[2].params));
  CHECK_FALSE(trials[0].params.shares_with(trials[3].params));
  CHECK(trials[0].metrics.shares_with(trials[11].metrics));
  CHECK(trials[0].layers.shares_with(trials[3].layers));
  CHECK_FALSE(trials[0].layers.shares_with(trials[6].layers));
  std::set<std::string> ids;
  for (const TrialPlan& trial : trials) ids.insert(trial.id);
  CHECK(ids.size() == trials.size());
}

TEST_CASE("trials that are built alike have equal numbers of their structures, in all experiments",
          "[lower]") {
  const Program program(
      grid(2, 2, 1) +
      "experiment f { train net([8], 0.1) on images with quick { optimizer: adam(0.01) } }\n"
      "experiment g { train net([8], 0.1) on images with quick { optimizer: adam(lr: 0.01) } }\n");
  const auto& setups = program.study->setups;
  REQUIRE(setups.size() == 6);
  CHECK(setups[0].model_structure == setups[1].model_structure);
  CHECK(setups[0].model_structure != setups[2].model_structure);
  CHECK(setups[0].optimizer_structure == setups[2].optimizer_structure);
  CHECK(setups[0].optimizer_structure != setups[1].optimizer_structure);
  CHECK(setups[5].optimizer_structure == setups[0].optimizer_structure);
  CHECK(setups[0].model == setups[1].model);  // one instance within an experiment
  CHECK(setups[4].model != setups[5].model);  // mistakes have places
}

TEST_CASE("layers remember their calls with the values of what was given", "[lower]") {
  using Calls = std::vector<std::string>;
  CHECK(calls_of("let wide = 8; let r = 0.4; flatten; dense(wide * 2, relu, init: uniform); dropout(r / 2)\n"
                 "  dense(10, softmax, init: normal(stddev: 0.1))") ==
        Calls{"flatten", "dense(16, relu, init: uniform)", "dropout(0.2)",
              "dense(10, softmax, init: normal(stddev: 0.1))"});
  CHECK(calls_of("flatten; twice(dense(784, use_bias: false)); dropout; dense(10, softmax)") ==
        Calls{"flatten", "twice(dense(784, use_bias: false))", "dense(784, use_bias: false)", "dropout",
              "dense(10, softmax)"});
}

TEST_CASE("the layers of points that differ in a spelling alone are spelt as in their points", "[lower]") {
  const Program program(
      "model net(last: layer) { flatten; last }\n"
      "experiment e { sweep n in [1, 2]\n"
      "  train net(if n == 1 { dense(10, softmax) } else { dense(10, activation: softmax) }) on images with "
      "quick }\n");
  const auto& trials = program.plan().trials;
  REQUIRE(trials.size() == 2);
  CHECK(trials[0].layers.at(1).call == "dense(10, softmax)");
  CHECK(trials[1].layers.at(1).call == "dense(10, activation: softmax)");
}
