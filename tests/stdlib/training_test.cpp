// Tiny studies, from the text and files of images to trained weights in float32: what learns, what repeats
// bit for bit, and what a random layer may not disturb.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "compiler/base/render.hpp"
#include "compiler/driver/compile_trial.hpp"
#include "compiler/sema/program.hpp"
#include "network.hpp"
#include "runtime/random/random.hpp"
#include "runtime/train/prepared_study.hpp"
#include "tests/unit/data_files.hpp"

using namespace nnc;
using namespace nnc::test;

namespace {

// Images of 4 x 4 of two classes: the left or the right half is bright, with noise everywhere. A line
// separates them.
class Halves {
 public:
  Halves() {
    write_half("train", 96, 1);
    write_half("t10k", 40, 2);
  }
  [[nodiscard]] const std::string& path() const { return folder_.path(); }

 private:
  void write_half(const std::string& stem, std::uint32_t count, std::uint64_t seed) {
    const Values noise = spread(std::size_t{count} * 16, 0, 100, seed);
    Bytes pixels;
    Bytes labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      const bool right = (i * 7 + i / 3) % 2 == 1;
      labels.push_back(right ? 1 : 0);
      for (std::uint32_t pixel = 0; pixel < 16; ++pixel) {
        const bool bright = (pixel % 4 >= 2) == right;
        pixels.push_back(static_cast<std::uint8_t>(noise[i * 16 + pixel] + (bright ? 120 : 0)));
      }
    }
    folder_.write(stem + "-images-idx3-ubyte", idx_file({count, 4, 4}, pixels));
    folder_.write(stem + "-labels-idx1-ubyte", idx_file({count}, labels));
  }
  TemporaryFolder folder_;
};

struct StudyText {
  std::string body = "flatten; dense(8, relu); dense(2, softmax)";
  std::string recipe = "loss: cross_entropy, optimizer: adam(lr: 0.01)";
  std::string declarations;
  int epochs = 8;
};

rt::TrialRecord run(const Halves& data, const StudyText& study_text) {
  const std::string text = "data halves = idx(\"" + data.path() + "\") { scale: unit }\n" +
                           study_text.declarations + "\nmodel net { " + study_text.body +
                           " }\nrecipe quick { " + study_text.recipe +
                           ", batch: 10, epochs: " + std::to_string(study_text.epochs) +
                           " }\nexperiment e { train net on halves with quick { seed: 3 } }\n";
  SourceMap sources;
  Sink sink;
  const FileId file = sources.add("test.nn", text);
  const CheckedProgram program = check_program(
      sources, file,
      [](const std::string&) -> Result<std::string> {
        return Failure{"none", ""};
      },
      sink);
  StudyOptions options;
  options.inspect_data = [](const std::string&) { return DataFacts{{4, 4, 1}, 96, 40, 2}; };
  std::optional<Study> study;
  if (!sink.has_errors()) study = plan_study(sources, program, options, sink);
  INFO(render_diagnostics(sources, sink.sorted(), {}));
  REQUIRE(study);
  const TrialCompiler compiler(sources, program, *study);
  const auto prepared = rt::PreparedStudy::make(study->plan, compiler.for_runtime(), {});
  REQUIRE(prepared);
  const rt::StudyResult result = rt::run_study(*prepared.value(), {});
  REQUIRE(result.record.trials.size() == 1);
  rt::TrialRecord record = result.record.trials.front();
  INFO(record.reason);
  REQUIRE(record.status == rt::TrialStatus::Done);
  return record;
}

void check_same_bits(const rt::TrialRecord& first, const rt::TrialRecord& second) {
  CHECK(first.weights_sha256 == second.weights_sha256);
  CHECK(first.history == second.history);
  CHECK(first.metrics == second.metrics);
}

std::vector<std::string> declared_functions(ast::FunctionKind kind) {
  SourceMap sources;
  Sink sink;
  const CheckedProgram program = check_program(
      sources, sources.add("nothing.nn", "nn 1\n"),
      [](const std::string&) -> Result<std::string> {
        return Failure{"none", ""};
      },
      sink);
  std::vector<std::string> names;
  for (const auto& [name, declaration] : program.library_names) {
    if (is_function_of_kind(declaration, kind)) names.push_back(name);
  }
  return names;
}

// A dropout that draws and computes, but whose result changes no number: it can only disturb by being there.
constexpr const char* kGhost = "layer ghost { let noise = in |> dropout(0.5); in + min(abs(noise), 0) }\n";

}  // namespace

TEST_CASE("every optimizer learns two separable classes", "[stdlib][train]") {
  const Halves data;
  const std::map<std::string, std::vector<std::string>> settings = {
      {"sgd", {"sgd(lr: 0.3)", "sgd(lr: 0.1, momentum: 0.9)", "sgd(lr: 0.1, momentum: 0.9, nesterov: true)"}},
      {"adam", {"adam(lr: 0.01)"}},
      {"adamw", {"adamw(lr: 0.01)"}},
      {"rmsprop", {"rmsprop(lr: 0.01)", "rmsprop(lr: 0.003, momentum: 0.8)"}},
  };
  for (const std::string& name : declared_functions(ast::FunctionKind::Optimizer)) {
    INFO(name);
    REQUIRE(settings.contains(name));
    for (const std::string& optimizer : settings.at(name)) {
      StudyText text;
      text.recipe = "loss: cross_entropy, optimizer: " + optimizer;
      const rt::TrialRecord record = run(data, text);
      INFO(optimizer);
      CHECK(record.history.at("train.loss").front() > 0.25);
      CHECK(record.history.at("train.loss").back() < 0.1);
      CHECK(record.metrics.at("test.loss") < 0.1);
    }
  }
}

TEST_CASE("a schedule trains as if the learning rate were changed by hand", "[stdlib][train]") {
  const Halves data;
  StudyText plain;
  plain.recipe = "loss: cross_entropy, optimizer: sgd(lr: 0.1)";
  StudyText scheduled = plain;
  scheduled.recipe += ", schedule: step_decay(at: [3], factor: 0.5)";
  // Ten steps are an epoch. Halving is exact, so that all bits must agree.
  StudyText by_hand = plain;
  by_hand.declarations =
      "optimizer halved(lr: float) { weight <- weight - select(step > 30, 0.5 * lr, lr) * gradient }\n";
  by_hand.recipe = "loss: cross_entropy, optimizer: halved(lr: 0.1)";
  const rt::TrialRecord record = run(data, scheduled);
  check_same_bits(record, run(data, by_hand));
  const std::vector<double>& loss = record.history.at("train.loss");
  const std::vector<double> constant = run(data, plain).history.at("train.loss");
  CHECK(std::equal(loss.begin(), loss.begin() + 3, constant.begin()));
  CHECK(loss.at(4) > constant.at(4));
}

TEST_CASE("a rate of 0 leaves the weights alone", "[stdlib][train]") {
  const Halves data;
  StudyText text;
  text.epochs = 3;
  text.recipe = "loss: cross_entropy, optimizer: adamw(lr: 0.1), schedule: step_decay(at: [1], factor: 0.0)";
  const std::vector<double> trained = run(data, text).history.at("train.loss");
  text.epochs = 1;
  text.recipe = "loss: cross_entropy, optimizer: adamw(lr: 0.1)";
  CHECK(run(data, text).history.at("train.loss").at(0) == trained.at(0));
  text.epochs = 3;
  CHECK(run(data, text).history.at("train.loss").at(2) < trained.at(2));
}

TEST_CASE("every loss learns two separable classes", "[stdlib][train]") {
  const Halves data;
  // The loss of a constant answer, and what it must come below.
  struct Goal {
    std::string output;
    double untrained;
    double trained;
  };
  const std::map<std::string, Goal> goals = {
      {"cross_entropy", {"dense(2, softmax)", 0.25, 0.1}},
      {"categorical_cross_entropy", {"dense(2, softmax)", 0.25, 0.1}},
      {"binary_cross_entropy", {"dense(1, sigmoid)", 0.25, 0.1}},
      {"mse", {"dense(2)", 0.05, 0.05}},
      {"mae", {"dense(2, softmax)", 0.2, 0.1}},
  };
  for (const std::string& name : declared_functions(ast::FunctionKind::Loss)) {
    INFO(name);
    REQUIRE(goals.contains(name));
    const Goal& goal = goals.at(name);
    StudyText text;
    text.body = "flatten; dense(8, relu); " + goal.output;
    text.recipe = "loss: " + name + ", optimizer: adam(lr: 0.03), metrics: [accuracy]";
    const rt::TrialRecord record = run(data, text);
    CHECK(record.history.at("train.loss").front() > goal.untrained);
    CHECK(record.history.at("train.loss").back() < goal.trained);
    CHECK(record.metrics.at("test.accuracy") == 1.0);
  }
}

TEST_CASE("a convolutional network with batch norm and dropout learns, and evaluates without either's noise",
          "[stdlib][train]") {
  StudyText text;
  text.body =
      "conv2d(4, 3x3, pad: same); batch_norm(momentum: 0.8); relu; maxpool2d; dropout(0.2); flatten; "
      "dense(2, softmax)";
  const rt::TrialRecord record = run(Halves(), text);
  CHECK(record.history.at("train.loss").back() < 0.2);
  CHECK(record.metrics.at("test.loss") < 0.1);
}

TEST_CASE("a study with every random layer repeats bit for bit", "[stdlib][train]") {
  const Halves data;
  StudyText text;
  text.body =
      "flatten; dense(8, relu, init: he_normal); dropout(0.3); batch_norm; dense(6, tanh); dropout; dense(2, "
      "softmax)";
  check_same_bits(run(data, text), run(data, text));
}

TEST_CASE("another order of samples gives other weights", "[stdlib][train]") {
  const Halves data;
  StudyText text;
  const rt::TrialRecord shuffled = run(data, text);
  text.recipe += ", shuffle: false";
  CHECK(run(data, text).weights_sha256 != shuffled.weights_sha256);
}

TEST_CASE("adding a dropout changes neither the order of samples nor what other layers start with",
          "[stdlib][train]") {
  const Halves data;
  StudyText plain;
  plain.declarations = kGhost;
  plain.body = "flatten; dense(8, relu, init: normal); dense(8, tanh); dense(2, softmax)";
  StudyText haunted = plain;
  haunted.body =
      "ghost; flatten; dense(8, relu, init: normal); ghost; dense(8, tanh); ghost; dense(2, softmax)";
  check_same_bits(run(data, plain), run(data, haunted));
}

TEST_CASE("a dropout that changes no number is still computed", "[stdlib][train]") {
  const Network network(Library::standard(), {"ghost; dense(2, softmax)", "cross_entropy", "sgd", kGhost, ""},
                        Shape{6}, 2, 4);
  CHECK(network.count_training_ops(OpKind::RandomUniform) == 1);
}

TEST_CASE("adding a dropout leaves the first values of every parameter alone", "[stdlib][train]") {
  const Network plain(Library::standard(),
                      {"dense(8, relu, init: he_normal); batch_norm; dense(2, softmax)", "cross_entropy"},
                      Shape{6}, 2, 4);
  const Network with(Library::standard(),
                     {"dropout(0.2); dense(8, relu, init: he_normal); batch_norm; dropout; dense(2, softmax)",
                      "cross_entropy"},
                     Shape{6}, 2, 4);
  REQUIRE(plain.slot_names() == with.slot_names());
  for (const std::string& name : plain.slot_names()) CHECK(plain.slot(name) == with.slot(name));
}

TEST_CASE("adding a dropout leaves what an earlier dropout drops alone", "[stdlib][train]") {
  Network one(Library::standard(), {"probe; dropout(0.5)"}, Shape{64}, 2, 4);
  Network two(Library::standard(), {"probe; dropout(0.5); dropout(0.5)"}, Shape{64}, 2, 4);
  const Values features(256, 1);
  const Values first = one.train(features, Labels(4)).prediction;
  const Values both = two.train(features, Labels(4)).prediction;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == 0) CHECK(both[i] == 0);
  }
}
