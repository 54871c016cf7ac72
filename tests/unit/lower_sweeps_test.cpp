// Experiments as trials: the algebra of sweeps, samples, validation, selection, and mistakes of many points
// told together.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "tests/unit/lower_support.hpp"

using namespace nnc;

namespace {

using Strings = std::vector<std::string>;
using Tolerant = LoweredProgram::Tolerant;

const std::string kNet =
    "model net(a: int = 1, b: float = 0, c: int = 1) { flatten; dense(a * c); dropout(b); dense(10, softmax) "
    "}\n";

// An experiment `e` with these lines that trains net(a, b, c) as far as the axes are there.
std::string experiment(const std::string& lines, const std::string& train = "net(a)") {
  return kNet + "experiment e {\n" + lines + "\n  train " + train + " on images with quick\n}\n";
}

Strings points(const std::string& lines, const std::string& train = "net(a)") {
  return LoweredProgram(experiment(lines, train)).points();
}

// The first diagnostic of a program that must have one.
Diagnostic first_mistake(const std::string& body) {
  const LoweredProgram program(Tolerant{}, body);
  REQUIRE_FALSE(program.sink.diagnostics().empty());
  return program.sink.diagnostics().front();
}

bool has_note(const Diagnostic& diagnostic, const std::string& text) {
  return std::find(diagnostic.notes.begin(), diagnostic.notes.end(), text) != diagnostic.notes.end();
}

}  // namespace

// ---------------------------------------------------------------- the algebra

TEST_CASE("sweeps multiply, axes of one sweep go together, later axes depend on earlier ones", "[lower]") {
  CHECK(points("sweep a in [1, 2], b in [0.1, 0.2]\n sweep c in 1 .. a", "net(a, b, c)") ==
        Strings{"a=1 b=0.1 c=1", "a=2 b=0.2 c=1", "a=2 b=0.2 c=2"});
}

TEST_CASE("a called axis is evaluated anew in every trial", "[lower]") {
  const std::string start = kNet + "experiment e {\n sweep opt in [adam, sgd]\n sweep rate in [0.5, 0.25]\n";
  const LoweredProgram program(start + "train net() on images with quick { optimizer: opt(lr: rate) }\n}\n");
  Strings optimizers;
  for (const TrialPlan& trial : program.plan().trials)
    optimizers.push_back(trial.optimizer.substr(0, trial.optimizer.find(',')));
  CHECK(optimizers == Strings{"adam(lr: 0.5", "adam(lr: 0.25", "sgd(lr: 0.5", "sgd(lr: 0.25"});
}

TEST_CASE("what only a trial can tell of a called axis is reported and not followed", "[lower]") {
  const std::string end = "train net() on images with quick { optimizer: opt(lr: 0.5) }\n}\n";
  const LoweredProgram mixed(Tolerant{}, kNet +
                                             "experiment e {\n sweep n in [1, 2]\n sweep opt in "
                                             "if n == 1 { [adam] } else { [n] }\n" +
                                             end);
  CHECK_FALSE(mixed.sink.diagnostics().empty());
  const LoweredProgram layers(Tolerant{},
                              "model m { flatten; for b in [dense] { b }; dense(10, softmax) }\n"
                              "experiment e { train m() on images with quick }\n");
  CHECK_FALSE(layers.sink.diagnostics().empty());
  const LoweredProgram applied(
      "model m { for b in [batch_norm] { b(in) }; flatten; dense(10, softmax) }\n"
      "experiment e { train m() on images with quick }\n");
  CHECK(applied.plan().trials.size() == 1);
}

TEST_CASE("branches of a sweep give their points one after the other", "[lower]") {
  CHECK(points("sweep { a in [1, 2]; b in [0, 0.5] } or { a in [8]; b in [0.9] }", "net(a, b)") ==
        Strings{"a=1 b=0", "a=1 b=0.5", "a=2 b=0", "a=2 b=0.5", "a=8 b=0.9"});
}

TEST_CASE("lines of a branch may zip, and depend on the lines above", "[lower]") {
  CHECK(
      points(
          "sweep {\n a in [1, 2], b in [0, 0.5]\n c in [a, 2 * a]\n } or { b in [0.1]; a in [3]; c in [4] }",
          "net(a, b, c)") ==
      Strings{"a=1 b=0 c=1", "a=1 b=0 c=2", "a=2 b=0.5 c=2", "a=2 b=0.5 c=4", "a=3 b=0.1 c=4"});
}

TEST_CASE("a union multiplies with other sweeps", "[lower]") {
  CHECK(points("sweep { a in [1] } or { a in [2] }\n sweep c in [1, 3]", "net(a, 0, c)") ==
        Strings{"a=1 c=1", "a=1 c=3", "a=2 c=1", "a=2 c=3"});
}

TEST_CASE("a point that several branches have is there once", "[lower]") {
  CHECK(points("sweep { a in [1, 2] } or { a in [2, 3] }") == Strings{"a=1", "a=2", "a=3"});
  CHECK(points("sweep a in [4, 4, 5]") == Strings{"a=4", "a=5"});
}

TEST_CASE("where drops points, and seeds repeat what is left", "[lower]") {
  const LoweredProgram program(
      kNet +
      "experiment e {\n sweep a in 1 .. 4\n where a % 2 == 0\n train net(a) on images "
      "with quick { seed: 7 }\n repeat over 2 seeds\n}\n");
  std::vector<std::uint64_t> seeds;
  for (const TrialPlan& trial : program.plan().trials) seeds.push_back(trial.seed);
  CHECK(seeds == std::vector<std::uint64_t>{7, 8, 7, 8});
  CHECK(program.points() == Strings{"a=2", "a=4"});
}

TEST_CASE("numbers at equal distances have exact ends", "[lower]") {
  CHECK(points("sweep b in linspace(0, 0.5, 3)", "net(1, b)") == Strings{"b=0", "b=0.25", "b=0.5"});
  CHECK(points("sweep b in logspace(0.0001, 0.1, 4)", "net(1, b)") ==
        Strings{"b=0.0001", "b=0.001", "b=0.01", "b=0.1"});
  CHECK(points("sweep b in linspace(0.3, 0.9, 1)", "net(1, b)") == Strings{"b=0.3"});
}

TEST_CASE("numbers that cannot be are told at the argument", "[lower]") {
  CHECK(first_mistake(experiment("sweep b in linspace(0, 1, 0)", "net(1, b)")).message ==
        "`linspace` gives 1 to 1000000 values, not 0");
  CHECK(first_mistake(experiment("sweep b in logspace(0, 1, 3)", "net(1, b)")).message ==
        "`logspace` needs numbers above 0, and 0 has no logarithm");
  CHECK(first_mistake(experiment("sweep b in between(1, 1)\n sample 3 points", "net(1, b)")).message ==
        "nothing lies between 1 and 1");
  CHECK(first_mistake(experiment("sweep b in between(-1, 1, log: true)\n sample 3 points", "net(1, b)"))
            .number == diagnostics::OutOfRange.number);
}

// ---------------------------------------------------------------- inheritance

TEST_CASE("an experiment from another takes its statements and may replace them", "[lower]") {
  const LoweredProgram program(experiment("sweep a in [1, 2]") +
                               "experiment wider from e { sweep a in [8, 9, 10] }\n"
                               "experiment deeper from wider { sweep c in [1, 2] }\n");
  CHECK(program.points("wider") == Strings{"a=8", "a=9", "a=10"});
  CHECK(program.points("deeper").size() == 6);
}

TEST_CASE("a replaced axis stands where it stood, and what was zipped with it stays", "[lower]") {
  const LoweredProgram program(
      experiment("sweep a in [1, 2], b in [0.1, 0.2]\n sweep c in 1 .. a", "net(a, b, c)") +
      "experiment f from e { sweep a in [3] }\n");
  CHECK(program.points("f") == Strings{"a=3 b=0.1 c=1", "a=3 b=0.1 c=2", "a=3 b=0.1 c=3", "a=3 b=0.2 c=1",
                                       "a=3 b=0.2 c=2", "a=3 b=0.2 c=3"});
}

TEST_CASE("an axis of a union is replaced in every branch", "[lower]") {
  const LoweredProgram program(
      experiment("sweep { a in [1]; b in [0.1] } or { a in [2]; b in [0.2] }", "net(a, b)") +
      "experiment f from e { sweep b in [0.5, 0.6] }\n"
      "experiment g from e { sweep { b in [0.5]; a in [7] } or { b in [0.6]; a in [8] } }\n");
  CHECK(program.points("f") == Strings{"a=1 b=0.5", "a=1 b=0.6", "a=2 b=0.5", "a=2 b=0.6"});
  CHECK(program.points("g") == Strings{"b=0.5 a=7", "b=0.6 a=8"});
}

// ---------------------------------------------------------------- samples

TEST_CASE("a sample of lists has so many different points, the same every time", "[lower]") {
  const std::string lines = "sweep a in 1 .. 20\n sweep c in 1 .. 20\n where a != c\n sample 30 points";
  const Strings sample = points(lines, "net(a, 0, c)");
  CHECK(sample.size() == 30);
  CHECK(std::set<std::string>(sample.begin(), sample.end()).size() == 30);
  CHECK(sample == points(lines, "net(a, 0, c)"));
  CHECK(std::find(sample.begin(), sample.end(), "a=3 c=3") == sample.end());
}

TEST_CASE("a larger sample of lists holds the smaller one", "[lower]") {
  const Strings few = points("sweep a in 1 .. 50\n sample 5 points");
  const Strings more = points("sweep a in 1 .. 50\n sample 9 points");
  for (const std::string& point : few) CHECK(std::find(more.begin(), more.end(), point) != more.end());
}

TEST_CASE("a sample of more points than there are is all of them, in order", "[lower]") {
  CHECK(points("sweep a in [3, 1, 2]\n sample 20 points") == Strings{"a=3", "a=1", "a=2"});
}

TEST_CASE("a space gives whole numbers if its ends are, and stays inside", "[lower]") {
  const LoweredProgram program(
      experiment("sweep a in between(2, 5)\n sweep b in between(0.1, 0.2)\n sample 40 points", "net(a, b)"));
  std::set<std::int64_t> seen;
  REQUIRE(program.plan().trials.size() == 40);
  for (const TrialPlan& trial : program.plan().trials) {
    seen.insert(std::get<std::int64_t>(trial.params[0].second));
    const double b = std::get<double>(trial.params[1].second);
    CHECK(b >= 0.1);
    CHECK(b <= 0.2);
  }
  CHECK(seen == std::set<std::int64_t>{2, 3, 4, 5});
}

TEST_CASE("a logarithmic space has as many points in each decade", "[lower]") {
  const LoweredProgram program(
      experiment("sweep b in between(0.0001, 1.0, log: true)\n sample 400 points", "net(1, b * 0.5)"));
  int decades[4] = {};
  for (const TrialPlan& trial : program.plan().trials) {
    const double b = std::get<double>(trial.params[0].second);
    ++decades[b < 0.001 ? 0 : b < 0.01 ? 1 : b < 0.1 ? 2 : 3];
  }
  // The standard deviation of each count is 8.7.
  for (const int count : decades) CHECK(std::abs(count - 100) < 35);
}

TEST_CASE("adding an axis to a sampled space leaves the values of the others", "[lower]") {
  const Strings alone = points("sweep b in between(0.0, 1.0)\n sample 3 points", "net(1, b / 2)");
  const Strings both =
      points("sweep b in between(0.0, 1.0)\n sweep a in between(1, 9)\n sample 3 points", "net(a, b / 2)");
  REQUIRE(both.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(both[i].starts_with(alone[i] + " a="));
}

TEST_CASE("values drawn from a space have four digits and stay within the bounds", "[lower]") {
  for (const std::string space : {"between(0.00012345, 0.9, log: true)", "between(-0.5, 0.5)"}) {
    const LoweredProgram program(experiment("sweep c in " + space + "\n sample 40 points", "net()"));
    for (const TrialPlan& trial : program.plan().trials) {
      const double value = std::get<double>(trial.params.at(0).second);
      const double digits = std::abs(value) / std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3);
      CHECK(std::abs(digits - std::round(digits)) < 1e-6);
    }
  }
  // Nothing with four digits lies within these bounds: more digits keep the points apart.
  const LoweredProgram narrow(experiment("sweep c in between(1.00001, 1.00002)\n sample 5 points", "net()"));
  CHECK(narrow.plan().trials.size() == 5);
  for (const TrialPlan& trial : narrow.plan().trials) {
    const double value = std::get<double>(trial.params.at(0).second);
    CHECK((value >= 1.00001 && value <= 1.00002));
  }
}

TEST_CASE("points of a space that where refuses are drawn again", "[lower]") {
  const Strings sample =
      points("sweep b in between(0.0, 1.0)\n where b < 0.1\n sample 10 points", "net(1, b)");
  CHECK(sample.size() == 10);
  CHECK(
      first_mistake(experiment("sweep b in between(0.0, 1.0)\n where b < 0\n sample 10 points", "net(1, b)"))
          .number == diagnostics::NothingToTrain.number);
}

TEST_CASE("a product too large to be listed can be sampled", "[lower]") {
  const std::string lines = "sweep a in 1 .. 1000\n sweep c in 1 .. 1000\n sweep b in [0, 0.1]";
  CHECK(points(lines + "\n sample 25 points", "net(a, b, c)").size() == 25);
  CHECK(first_mistake(experiment(lines, "net(a, b, c)")).number == diagnostics::TooMuchWork.number);
}

TEST_CASE("a space without a sample is a mistake", "[lower]") {
  CHECK(first_mistake(experiment("sweep b in between(0, 1)", "net(1, b)")).number ==
        diagnostics::UnsampledSpace.number);
}

// ---------------------------------------------------------------- validation and selection

TEST_CASE("k-fold validation gives one trial per fold, a hold-out one", "[lower]") {
  const LoweredProgram folds(experiment("sweep a in [1, 2]\n validate over kfold(3)\n repeat over 2 seeds"));
  const auto& trials = folds.plan().trials;
  REQUIRE(trials.size() == 12);
  CHECK(trials[4].seed == 1);
  CHECK(trials[4].fold == 1);
  CHECK(trials[4].measures_test);
  REQUIRE(trials[4].validation);
  CHECK(validation_text(*trials[4].validation) == "kfold(3)");
  std::set<std::string> ids;
  for (const TrialPlan& trial : trials) ids.insert(trial.id);
  CHECK(ids.size() == trials.size());

  const LoweredProgram held(experiment("sweep a in [1, 2]\n validate over holdout(0.25, shuffle: false)"));
  REQUIRE(held.plan().trials.size() == 2);
  CHECK_FALSE(held.plan().trials[0].fold);
  CHECK(validation_text(*held.plan().trials[0].validation) == "holdout(0.25, shuffle: false)");
}

TEST_CASE("folds may be an axis", "[lower]") {
  const LoweredProgram program(experiment("sweep k in [5, 10]\n validate over kfold(k)", "net()"));
  CHECK(program.plan().trials.size() == 15);
}

TEST_CASE("a selection hides the test part and adds one refit per point and seed", "[lower]") {
  const LoweredProgram program(
      experiment("sweep a in [1, 2]\n select best by valid.accuracy over kfold(3)\n repeat over 2 seeds"));
  const auto& trials = program.plan().trials;
  REQUIRE(trials.size() == 12 + 4);
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK_FALSE(trials[i].measures_test);
    CHECK_FALSE(trials[i].refit);
  }
  for (std::size_t i = 12; i < 16; ++i) {
    CHECK(trials[i].measures_test);
    CHECK(trials[i].refit);
    CHECK_FALSE(trials[i].validation);
    CHECK_FALSE(trials[i].fold);
    CHECK(trials[i].parameters == trials[i < 14 ? 0 : 6].parameters);
  }
  REQUIRE(program.plan().selections.size() == 1);
  CHECK(program.plan().selections[0].field == "valid.accuracy");
  CHECK(program.plan().selections[0].better == Direction::Higher);
}

TEST_CASE("a selection by loss takes the lowest, and may leave its scheme to validate", "[lower]") {
  const LoweredProgram program(
      experiment("sweep a in [1, 2]\n validate over holdout(0.2)\n select best by valid.loss"));
  CHECK(program.plan().trials.size() == 4);
  CHECK(program.plan().selections[0].better == Direction::Lower);
}

TEST_CASE("a refit keeps the stop, and the runtime makes its epochs of those that the folds kept",
          "[lower]") {
  const std::string select = "sweep a in [1, 2]\n select best by valid.accuracy over holdout(0.2)\n stop by ";
  const LoweredProgram by_valid(experiment(select + "valid.loss after 5 epochs"));
  CHECK(by_valid.plan().trials[0].stop->patience == 5);
  CHECK(by_valid.plan().trials[0].stop->better == Direction::Lower);
  CHECK(by_valid.plan().trials[2].refit);
  CHECK(by_valid.plan().trials[2].stop->field == "valid.loss");
  const LoweredProgram by_train(experiment(select + "train.accuracy after 5 epochs"));
  CHECK(by_train.plan().trials[2].stop->field == "train.accuracy");
}

TEST_CASE("validation schemes that cannot be are mistakes", "[lower]") {
  const auto mistake = [](const std::string& scheme) {
    return first_mistake(experiment("sweep a in [1]\n validate over " + scheme)).message;
  };
  CHECK(mistake("kfold(1)") == "`kfold` needs at least 2 folds, not 1");
  CHECK(mistake("kfold(61)") ==
        "`kfold(61)` needs at least 61 training samples, and `images` has 60 training samples");
  CHECK(mistake("holdout(1.0)") == "`holdout` needs a fraction between 0 and 1, not 1");
  CHECK(mistake("holdout(0.99)") ==
        "`holdout(0.99)` leaves nothing to train on: `images` has 60 training samples");
}

TEST_CASE("folds and seeds count among the trials that are too many", "[lower]") {
  CHECK(first_mistake(experiment("sweep a in 1 .. 200\n validate over kfold(10)\n repeat over 100 seeds"))
            .number == diagnostics::TooMuchWork.number);
}

TEST_CASE("a smoke run has one epoch and one seed", "[lower]") {
  StudyOptions options;
  options.smoke = true;
  const LoweredProgram program(kNet +
                                   "experiment e {\n train net(1) on images with quick { epochs: 9 }\n"
                                   " repeat over 4 seeds\n}\n"
                                   "report \"R\" {\n claim \"good\": e.test.accuracy > 0.1\n summary e\n}\n",
                               options);
  REQUIRE(program.plan().trials.size() == 1);
  CHECK(program.plan().trials[0].epochs == 1);
  CHECK(program.plan().reports[0].blocks.size() == 1);
}

// ---------------------------------------------------------------- mistakes of many points

TEST_CASE("a shape that fails at one point of a sweep is told with that point", "[lower]") {
  const Diagnostic mistake = first_mistake(
      "model cnn(blocks: int) { repeat blocks { conv2d(2, 3x3); maxpool2d(2x2) }; flatten; dense(10, "
      "softmax) }\n"
      "experiment e { sweep blocks in 0 .. 3; train cnn(blocks) on images with quick }\n"
      "experiment f from e { sweep blocks in 1 .. 5 }\n");
  CHECK(mistake.number == diagnostics::WindowTooLarge.number);
  CHECK(has_note(mistake, "at blocks = 4 and 1 more point; 2 of 5 points of `f`"));
  CHECK(mistake.points == Strings{"f: blocks = 4", "f: blocks = 5"});
  CHECK(mistake.hint.ends_with("; or leave these points out with `where blocks < 4`"));
}

TEST_CASE("the bad points of a large sweep are one diagnostic that lists exactly them", "[lower]") {
  // 100 x 100 points; the window fits unless both are large.
  const LoweredProgram program(
      Tolerant{},
      "model net(units: int, k: int) {\n  expects k < 100 or units < 64 \"smaller\"\n  flatten\n"
      "  dense(10, softmax)\n}\n"
      "experiment e { sweep units in 1 .. 100; sweep k in 1 .. 100; train "
      "net(units, k) on images with quick }\n");
  REQUIRE(program.sink.diagnostics().size() == 1);
  const Diagnostic& mistake = program.sink.diagnostics().front();
  CHECK(has_note(mistake, "at units = 64, k = 100 and 36 more points; 37 of 10,000 points of `e`"));
  CHECK(has_note(mistake, "units in 64 .. 100, k = 100"));
  Strings expected;
  for (int units = 64; units <= 100; ++units)
    expected.push_back("e: units = " + std::to_string(units) + ", k = 100");
  CHECK(mistake.points == expected);
}

TEST_CASE("scattered points are listed one by one", "[lower]") {
  const LoweredProgram program(
      Tolerant{},
      "model net(a: int, c: int) {\n  expects a * c != 12\n  flatten\n  dense(10, softmax)\n}\n"
      "experiment e { sweep a in 1 .. 12; sweep c in 1 .. 12; train net(a, c) on images with quick }\n");
  REQUIRE(program.sink.diagnostics().size() == 1);
  const Diagnostic& mistake = program.sink.diagnostics().front();
  CHECK(has_note(mistake, "at a = 1, c = 12 and 5 more points; 6 of 144 points of `e`"));
  CHECK(has_note(mistake,
                 "a = 1, c = 12; a = 2, c = 6; a = 3, c = 4; a = 4, c = 3; a = 6, c = 2; a = 12, c = 1"));
  CHECK(mistake.hint.find("with a `where`") != std::string::npos);
}

TEST_CASE("a setting that is wrong at some points is told with them", "[lower]") {
  const Diagnostic mistake = first_mistake(
      kNet + "experiment e { sweep n in [0, 1, -1]; train net() on images with quick { epochs: n } }\n");
  CHECK(mistake.number == diagnostics::OutOfRange.number);
  CHECK(has_note(mistake, "at n = 0 and 1 more point; 2 of 3 points of `e`"));
  CHECK(mistake.hint == "leave these points out with `where n > 0`");
}

TEST_CASE("several values of a list that are wrong for one reason are told together", "[lower]") {
  const LoweredProgram program(Tolerant{}, experiment("sweep b in [0.1, 1.5, 0.2, 1.7]", "net(1, b)"));
  REQUIRE(program.sink.diagnostics().size() == 1);
  const Diagnostic& mistake = program.sink.diagnostics().front();
  CHECK(has_note(mistake, "at b = 1.5 and 1 more point; 2 of 4 points of `e`"));
  CHECK(has_note(mistake, "b in [1.5, 1.7]"));
  CHECK(mistake.hint == "leave these points out with `where b < 1.5`");
}

TEST_CASE("a mistake of all points says so, and one of a study without sweeps says nothing", "[lower]") {
  const std::string bad = "model bad(a: int) { flatten; dense(0); dense(10, softmax) }\n";
  const Diagnostic everywhere =
      first_mistake(bad + "experiment e { sweep a in [1, 2]; train bad(a) on images with quick }\n");
  CHECK(has_note(everywhere, "at all 2 points of `e`"));
  const Diagnostic single = first_mistake(bad + "experiment e { train bad(1) on images with quick }\n");
  CHECK(single.notes.empty());
  CHECK(single.points.empty());
}

TEST_CASE("a let that all points use is wrong once and at no point", "[lower]") {
  const Diagnostic mistake =
      first_mistake("let width = 1 // 0\n" + kNet +
                    "experiment e { sweep c in [1, 2]; train net(width, 0, c) on images with quick }\n");
  CHECK(mistake.number == diagnostics::DivisionByZero.number);
  CHECK(mistake.points.empty());
}
