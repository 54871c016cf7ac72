// Schedules of the learning rate: the numbers they come to, who shares them, and what they leave in the
// graph.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/base/render.hpp"
#include "compiler/lower/model.hpp"
#include "tests/unit/lower_support.hpp"

using namespace nnc;

namespace {

using Program = LoweredProgram;

constexpr const char* kNet = "model net { flatten; dense(10, softmax) }\n";

// A study of one experiment that trains the net for some epochs under what is given as further settings.
std::string study(const std::string& settings, const std::string& statements = "") {
  return kNet +
         ("experiment e {\n" + statements + "\ntrain net on images with quick { " + settings + " }\n}\n");
}

std::vector<double> rates_of(const std::string& settings, const std::string& declarations = "",
                             StudyOptions options = {}) {
  const Program program(declarations + "\n" + study(settings), std::move(options));
  const Rates& rates = program.plan().trials.at(0).rates;
  return rates == nullptr ? std::vector<double>{} : *rates;
}

// The training graph with the optimizer's updates; the weights stand in for their gradients.
std::string updated_graph(const std::string& declarations, const std::string& settings) {
  Program program(declarations + "\n" + study(settings));
  const TrialSetup& setup = program.study->setups.at(0);
  auto lowered = lower_trial(program.sources, program.checked, setup, program.study->plan.data.at(setup.data),
                             true, program.sink);
  REQUIRE(lowered.has_value());
  std::vector<std::pair<ir::SlotId, ir::NodeId>> gradients;
  for (std::size_t i = 0; i < lowered->graph.nodes.size(); ++i) {
    const ir::Node& node = lowered->graph.nodes[i];
    if (node.op == OpKind::Slot) gradients.emplace_back(ir::slot_of(node), ir::NodeId(i));
  }
  REQUIRE(lower_updates(program.sources, program.checked, setup, gradients, lowered->graph, program.sink));
  CHECK(ir::verify_graph(lowered->graph).empty());
  return ir::print_graph(lowered->graph);
}

std::string said(const std::string& text) {
  const Program program(Program::Tolerant{}, text);
  return render_diagnostics(program.sources, program.sink.sorted(), {});
}

}  // namespace

TEST_CASE("a rate of zero has no sign", "[lower][schedule]") {
  const std::vector<double> rates =
      rates_of("schedule: negative, epochs: 2", "schedule negative() { if epoch == 0 { 1 } else { -0.0 } }");
  REQUIRE(rates.size() == 2);
  CHECK_FALSE(std::signbit(rates[1]));
}

TEST_CASE("a schedule gives one rate for each epoch", "[lower][schedule]") {
  CHECK(rates_of("schedule: step_decay(at: [1, 3], factor: 0.5), epochs: 5") ==
        std::vector<double>{1, 0.5, 0.5, 0.25, 0.25});
  CHECK(rates_of("schedule: exponential(0.5), epochs: 4") == std::vector<double>{1, 0.5, 0.25, 0.125});
  CHECK(rates_of("schedule: polynomial, epochs: 4") == std::vector<double>{1, 0.75, 0.5, 0.25});
  CHECK(rates_of("schedule: warmup(4), epochs: 6") == std::vector<double>{0.25, 0.5, 0.75, 1, 1, 1});
  const std::vector<double> cosine = rates_of("schedule: cosine, epochs: 4");
  REQUIRE(cosine.size() == 4);
  CHECK(cosine[0] == 1);
  CHECK(cosine[1] == Approx(0.5 + std::sqrt(0.5) / 2));
  CHECK(cosine[2] == Approx(0.5));
  CHECK(cosine[3] == Approx(0.5 - std::sqrt(0.5) / 2));
  const std::vector<double> both = rates_of("schedule: warmup_cosine(2), epochs: 4");
  REQUIRE(both.size() == 4);
  CHECK(both[0] == 0.5);
  CHECK(both[1] == 1);
  CHECK(both[2] == 1);
  CHECK(both[3] == Approx(0.5));
}

TEST_CASE("a schedule of the study's own sees the epoch, the epochs and its parameters",
          "[lower][schedule]") {
  CHECK(
      rates_of("schedule: saw(2), epochs: 5", "schedule saw(period: int) = (epoch % period + 1) / period") ==
      std::vector<double>{0.5, 1, 0.5, 1, 0.5});
  CHECK(rates_of("schedule: last, epochs: 3",
                 "schedule last {\n  let left = epochs - epoch\n  if left == 1 { 0 } else { 1 }\n}") ==
        std::vector<double>{1, 1, 0});
  // A parameter takes the place of a name that the language gives, as it does for the checker.
  CHECK(rates_of("schedule: fixed(4), epochs: 2", "schedule fixed(epochs: int) = 1 / epochs") ==
        std::vector<double>{0.25, 0.25});
}

TEST_CASE("none, no setting, and a rate of 1 in every epoch are the same", "[lower][schedule]") {
  CHECK(rates_of("epochs: 3").empty());
  CHECK(rates_of("schedule: none, epochs: 3").empty());
  CHECK(rates_of("schedule: warmup(1), epochs: 3").empty());
  CHECK(rates_of("schedule: step_decay(at: [7]), epochs: 3").empty());
  const std::string falling = "recipe falling from quick { schedule: cosine, epochs: 3 }\n";
  const Program heir(falling + kNet +
                     "experiment e { train net on images with falling { schedule: none } }\n");
  CHECK(heir.plan().trials.at(0).rates == nullptr);
}

TEST_CASE("the command line sets a schedule, takes it away, and changes its epochs", "[lower][schedule]") {
  StudyOptions options;
  options.set = {{"schedule", "polynomial"}};
  CHECK(rates_of("epochs: 2", "", options) == std::vector<double>{1, 0.5});
  options.set = {{"schedule", "none"}};
  CHECK(rates_of("schedule: cosine, epochs: 2", "", options).empty());
  options.set = {{"epochs", "2"}};
  CHECK(rates_of("schedule: polynomial, epochs: 9", "", options) == std::vector<double>{1, 0.5});
  options.set = {};
  options.smoke = true;
  CHECK(rates_of("schedule: warmup(4), epochs: 9", "", options) == std::vector<double>{0.25});
}

TEST_CASE("a sweep goes over schedules, and over what is in them", "[lower][schedule]") {
  const Program kinds(study("schedule: s, epochs: 2", "sweep s in [none, polynomial, step_decay(at: [1])]"));
  REQUIRE(kinds.plan().trials.size() == 3);
  CHECK(kinds.plan().trials[0].rates == nullptr);
  CHECK(*kinds.plan().trials[1].rates == std::vector<double>{1, 0.5});
  CHECK(*kinds.plan().trials[2].rates == std::vector<double>{1, 0.1});
  CHECK(kinds.plan().trials[0].schedule.empty());
  CHECK(kinds.plan().trials[2].schedule == "step_decay(at: [1], factor: 0.1)");
  const Program drops(
      study("schedule: step_decay(at: [drop], factor: 0), epochs: 3", "sweep drop in [1, 2]"));
  CHECK(*drops.plan().trials[0].rates == std::vector<double>{1, 0, 0});
  CHECK(*drops.plan().trials[1].rates == std::vector<double>{1, 1, 0});
  const Program called(study("schedule: s(final: 0.5), epochs: 2", "sweep s in [polynomial, cosine]"));
  CHECK(*called.plan().trials[0].rates == std::vector<double>{1, 0.75});
  CHECK(called.plan().trials[1].rates->at(1) == Approx(0.75));
}

TEST_CASE("equal schedules are computed once, whatever the points, seeds and folds", "[lower][schedule]") {
  const Program program(study("schedule: cosine, epochs: 4, batch: size",
                              "sweep size in [1, 2]\nrepeat over 2 seeds\nvalidate over kfold(3)"));
  REQUIRE(program.plan().trials.size() == 12);
  for (const TrialPlan& trial : program.plan().trials) CHECK(trial.rates == program.plan().trials[0].rates);
}

TEST_CASE("without a schedule an optimizer's graph is as if it had never heard of one", "[lower][schedule]") {
  const std::string plain = R"(optimizer plain(lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999,
    epsilon: float = 1e-7) {
  state m ~ zeros
  state v ~ zeros
  m <- beta1 * m + (1 - beta1) * gradient
  v <- beta2 * v + (1 - beta2) * gradient ^ 2
  let rate = lr * sqrt(1 - beta2 ^ step) / (1 - beta1 ^ step)
  weight <- weight - rate * m / (sqrt(v) + epsilon)
})";
  const std::string expected = updated_graph(plain, "optimizer: plain");
  CHECK(updated_graph("", "optimizer: adam") == expected);
  CHECK(updated_graph("", "optimizer: adam, schedule: warmup(1), epochs: 3") == expected);
  CHECK(expected.find("role=rate") == std::string::npos);
  CHECK(updated_graph("", "optimizer: adam, schedule: cosine, epochs: 3").find("role=rate") !=
        std::string::npos);
}

TEST_CASE("the numbers of a schedule are in no graph", "[lower][schedule]") {
  CHECK(updated_graph("", "schedule: cosine, epochs: 3") ==
        updated_graph("", "schedule: exponential, epochs: 5"));
}

TEST_CASE("an optimizer may compare the schedule, also where there is none", "[lower][schedule]") {
  const std::string careful =
      "optimizer careful(lr: float = 0.1) { weight <- weight - select(schedule > 0.5, lr, 0.5 * lr) * "
      "gradient }";
  CHECK(updated_graph(careful, "optimizer: careful") ==
        updated_graph("optimizer plain(lr: float = 0.1) { weight <- weight - lr * gradient }",
                      "optimizer: plain"));
  CHECK_FALSE(updated_graph(careful, "optimizer: careful, schedule: cosine, epochs: 3").empty());
}

TEST_CASE("a schedule that the optimizer does not read is a mistake, also among points that have none",
          "[lower][schedule]") {
  const std::string deaf = "optimizer deaf(lr: float = 0.1) { weight <- weight - lr * gradient }\n";
  CHECK(Program(Program::Tolerant{}, deaf + study("optimizer: deaf, epochs: 3")).codes().empty());
  CHECK(Program(Program::Tolerant{}, deaf + study("optimizer: deaf, schedule: cosine, epochs: 3")).codes() ==
        std::vector<std::string>{"E0514"});
  const std::string swept = said(deaf + study("optimizer: deaf, schedule: s, epochs: 3",
                                              "sweep s in [none, cosine, step_decay(at: [1])]"));
  CHECK(swept.find("never reads `schedule`") != std::string::npos);
}

TEST_CASE("a value that is no rate is told with its epoch", "[lower][schedule]") {
  CHECK(said("schedule falling = 1 - epoch / 10\n" + study("schedule: falling, epochs: 20"))
            .find("in epoch 12 schedule `falling` gives -0.1") != std::string::npos);
  CHECK(said("schedule rising = 10.0 ^ (100 * epoch)\n" + study("schedule: rising, epochs: 20"))
            .find("in epoch 5 schedule `rising` gives inf") != std::string::npos);
  CHECK(said("schedule odd(value) = value\n" + study("schedule: odd([1]), epochs: 2"))
            .find("in epoch 1 schedule `odd` gives a list") != std::string::npos);
  CHECK(said(study("schedule: cosine, epochs: 100_001")).find("at most 100,000") != std::string::npos);
}
