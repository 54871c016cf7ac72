// Reports as data: which results they mean, what is left out, which claims can never be decided.
#include <catch2/catch.hpp>

#include "tests/unit/lower_support.hpp"

using namespace nnc;

namespace {

using Strings = std::vector<std::string>;
using Tolerant = LoweredProgram::Tolerant;

const std::string kStudy =
    "recipe scored { loss: cross_entropy, optimizer: sgd, metrics: [f1, accuracy] }\n"
    "model net(units: int = 4, rate: float = 0) { flatten; dense(units); dropout(rate); dense(10, softmax) "
    "}\n"
    "experiment base { train net() on images with quick }\n"
    "experiment width { sweep units in [4, 8]; train net(units) on images with quick }\n"
    "experiment seeds { sweep units in [4, 8]; train net(units) on images with quick; repeat over 3 seeds }\n"
    "experiment folds { sweep units in [4, 8]; train net(units) on images with quick; validate over kfold(3) "
    "}\n"
    "experiment scores { sweep units in [4, 8]; train net(units) on images with scored }\n"
    "experiment grid {\n sweep units in [4, 8]\n sweep rate in [0, 0.5]\n"
    " train net(units, rate) on images with quick\n select best by valid.accuracy over kfold(3)\n}\n";

// The lines of --dump=study that follow the title of the report.
Strings blocks(const std::string& entries, StudyOptions options = {}) {
  const LoweredProgram program(kStudy + "report \"R\" {\n" + entries + "\n}\n", std::move(options));
  const std::string text = print_study(program.plan());
  Strings lines;
  std::size_t at = text.find("\n  ", text.find("report \"R\""));
  while (at != std::string::npos) {
    const std::size_t end = text.find('\n', at + 1);
    lines.push_back(text.substr(at + 3, end - at - 3));
    at = text.find("\n  ", end);
  }
  return lines;
}

std::string block(const std::string& entry) {
  const Strings all = blocks(entry);
  REQUIRE(all.size() == 1);
  return all.front();
}

// Prose of one value.
std::string value(const std::string& expression) { return block("\"\"\"\n{" + expression + "}\n\"\"\""); }

Strings mistakes(const std::string& entries) {
  const LoweredProgram program(Tolerant{}, kStudy + "report \"R\" {\n" + entries + "\n}\n");
  return program.codes();
}

// The reason why a claim can never be decided; "" if it can.
std::string doubt(const std::string& condition) {
  const LoweredProgram program(Tolerant{}, kStudy + "report \"R\" {\n claim \"it\": " + condition + "\n}\n");
  CHECK_FALSE(program.sink.has_errors());
  for (const Diagnostic& diagnostic : program.sink.diagnostics()) {
    if (diagnostic.number == diagnostics::ClaimUndecidable.number) return diagnostic.message;
  }
  return "";
}

}  // namespace

TEST_CASE("results are resolved, and constants computed", "[lower]") {
  CHECK(value("base.test.accuracy") == "text {base.test.accuracy}");
  CHECK(value("width[units: 8].parameters") == "text {width[units: 8].parameters}");
  CHECK(value("abs(base.test.accuracy - width[units: 4].test.accuracy) / (2 + 3)") ==
        "text {(abs((base.test.accuracy - width[units: 4].test.accuracy)) / 5)}");
  CHECK(value("mean(seeds.test.accuracy)") == "text {mean(seeds.test.accuracy)}");
  CHECK(value("count(width[units: 4].test.accuracy)") == "text {count(width[units: 4].test.accuracy)}");
}

TEST_CASE("a let in a report has its value, the one of --set too", "[lower]") {
  StudyOptions options;
  options.set = {{"goal", "0.9"}};
  const std::string study =
      "let goal = 0.5\n" + kStudy + "report \"R\" { claim \"good\": base.test.accuracy > goal }\n";
  const auto condition = [](const LoweredProgram& program) {
    const auto& claim = std::get<ReportClaim>(program.plan().reports[0].blocks[0]);
    const auto& comparison = std::get<ReportExpr::Binary>(claim.condition->node);
    return std::get<double>(std::get<ReportExpr::Constant>(comparison.rhs->node).value);
  };
  CHECK(condition(LoweredProgram(study)) == 0.5);
  CHECK(condition(LoweredProgram(study, options)) == 0.9);
}

TEST_CASE("best says by what, except where the experiment has chosen", "[lower]") {
  CHECK(value("best(width).units") == "text {best(width, by: test.accuracy).units}");
  CHECK(value("worst(folds).units") == "text {worst(folds, by: valid.accuracy).units}");
  CHECK(value("best(scores).units") == "text {best(scores, by: test.f1).units}");
  CHECK(value("best(scores, by: test.accuracy).units") == "text {best(scores, by: test.accuracy).units}");
  CHECK(value("best(grid).test.accuracy") == "text {best(grid).test.accuracy}");
  CHECK(value("best(grid[rate: 0]).units") == "text {best(grid[rate: 0], by: valid.accuracy).units}");
  CHECK(value("worst(grid).rate") == "text {worst(grid, by: valid.accuracy).rate}");
}

TEST_CASE("one number of several points is a mistake, one of several seeds or folds is not", "[lower]") {
  CHECK(mistakes("\"\"\"\n{width.test.accuracy}\n\"\"\"") == Strings{"E0601"});
  CHECK(mistakes("\"\"\"\n{grid[units: 4].valid.accuracy}\n\"\"\"") == Strings{"E0601"});
  CHECK(value("seeds[units: 4].test.accuracy") == "text {seeds[units: 4].test.accuracy}");
  CHECK(value("folds[units: 4].valid.accuracy") == "text {folds[units: 4].valid.accuracy}");
  CHECK(mistakes("confusion width") == Strings{"E0601"});
  CHECK(block("confusion best(width)") == "confusion best(width, by: test.accuracy)");
}

TEST_CASE("a point that no trial has is a mistake wherever it is named", "[lower]") {
  CHECK(mistakes("\"\"\"\n{width[units: 5].test.accuracy}\n\"\"\"") == Strings{"E0602"});
  CHECK(mistakes("table width[units: 5]: test.accuracy") == Strings{"E0602"});
  CHECK(mistakes("\"\"\"\n{mean(width[units: 5].test.accuracy)}\n\"\"\"") == Strings{"E0602"});
}

TEST_CASE("items become blocks with their subjects and columns", "[lower]") {
  CHECK(blocks("images images.test, 3\nsummary base, width\ncurves base, folds\ntable width[units: 4], base\n"
               "bars folds\ncompare all: test.accuracy\nroc base\nmistakes best(grid), 7\nheatmap grid: "
               "valid.accuracy\nselection grid") ==
        Strings{"images images.test, 3", "summary base", "summary width", "curves base, folds",
                "table width[units: 4], base: test.accuracy", "bars folds: valid.accuracy",
                "compare all: test.accuracy", "roc base", "mistakes best(grid), 7",
                "heatmap grid: valid.accuracy", "selection grid"});
}

TEST_CASE("what speaks of skipped experiments alone is left out", "[lower]") {
  StudyOptions options;
  options.only = "width";
  CHECK(
      blocks("curves base, width\ntable base: test.accuracy\ncompare all: test.accuracy\n"
             "claim \"same\": base.test.accuracy == width[units: 4].test.accuracy\nselection grid\nroc base",
             options) == Strings{"curves width", "compare width: test.accuracy"});
}

TEST_CASE("a heat map takes at most two axes that vary", "[lower]") {
  const std::string three =
      "experiment cube {\n sweep units in [4, 8]\n sweep rate in [0, 0.5]\n sweep size in [1, 2]\n"
      " train net(units, rate) on images with quick { batch: size }\n}\n";
  const auto report = [&](const std::string& subject) {
    return kStudy + three + "report \"R\" { heatmap " + subject + ": test.accuracy }\n";
  };
  const LoweredProgram bad(Tolerant{}, report("cube"));
  REQUIRE(bad.sink.diagnostics().size() == 1);
  CHECK(bad.sink.diagnostics()[0].message == "a heat map has two axes, but here 3 vary: units, rate, size");
  CHECK(LoweredProgram(report("cube[size: 1]")).plan().reports[0].blocks.size() == 1);
}

TEST_CASE("counts behind a subject have bounds", "[lower]") {
  CHECK(mistakes("mistakes base, 0") == Strings{"E0306"});
  CHECK(mistakes("images images.train, 21") == Strings{"E0306"});
}

// ---------------------------------------------------------------- claims

TEST_CASE("claims over repetitions, accuracies and facts can be decided", "[lower]") {
  CHECK(doubt("seeds[units: 8].test.loss < seeds[units: 4].test.loss") == "");
  CHECK(doubt("folds[units: 8].valid.loss < 1.5") == "");
  CHECK(doubt("width[units: 8].test.accuracy > width[units: 4].test.accuracy + 0.01") == "");
  CHECK(doubt("abs(width[units: 8].test.accuracy - base.test.accuracy) < 0.01") == "");
  CHECK(doubt("best(width).units > 4") == "");
  CHECK(doubt("best(grid).rate > 0 and best(grid).test.accuracy > 0.5") == "");
  CHECK(doubt("width[units: 8].parameters > base.parameters") == "");
  CHECK(doubt("base.epochs == 1") == "");
  CHECK(doubt("mean(seeds.test.loss) < 2") == "");
}

TEST_CASE("claims that no run can decide are told before the run", "[lower]") {
  CHECK(doubt("width[units: 8].test.loss < base.test.loss") ==
        "this claim can never be decided: `test.loss` is measured once, and one number shows no difference");
  CHECK(doubt("best(scores).units > 4") ==
        "this claim can never be decided: `test.f1` is measured once, and one number shows no difference");
  CHECK(doubt("seeds[units: 4].test.loss < folds[units: 4].test.loss") ==
        "this claim can never be decided: what it compares has no two seeds or folds in common");
  CHECK(doubt("base.test.accuracy * width[units: 4].test.accuracy > 0.5").find("nothing else") !=
        std::string::npos);
  CHECK(doubt("best(width).units > best(folds).units").find("several best") != std::string::npos);
  CHECK(doubt("max(seeds.test.loss) < 2").find("no test for `max(seeds.test.loss)`") != std::string::npos);
  CHECK(doubt("base.seconds < 100") != "");
}

TEST_CASE("folds that are not the same can be compared, and nothing else", "[lower]") {
  const auto doubt_with = [](const std::string& condition) {
    const LoweredProgram program(
        Tolerant{}, kStudy +
                        "experiment five { train net() on images with quick; validate over kfold(5) }\n" +
                        "report \"R\" { claim \"it\": " + condition + " }\n");
    return program.sink.diagnostics().empty() ? "" : program.sink.diagnostics()[0].message;
  };
  CHECK(doubt_with("five.valid.accuracy > folds[units: 8].valid.accuracy") == "");
  CHECK(doubt_with("five.valid.loss < folds[units: 8].valid.loss") == "");
  CHECK(doubt_with("five.valid.accuracy - folds[units: 8].valid.accuracy > 0.01") ==
        "this claim can never be decided: what it compares has no two seeds or folds in common");
  CHECK(doubt("folds[units: 8].valid.accuracy > folds[units: 4].valid.accuracy") == "");
  CHECK(doubt("folds[units: 8].valid.accuracy > base.test.accuracy") ==
        "this claim can never be decided: `test.accuracy` is measured once, and one number shows no "
        "difference");
}

TEST_CASE("an axis of the best point is not compared with what is measured", "[lower]") {
  CHECK(
      doubt("best(seeds).units * 0.1 > seeds[units: 4].test.accuracy") ==
      "this claim can never be decided: it compares `units` of a best or worst point with a measured result");
  CHECK(doubt("best(seeds[units: 4]).units * 0.1 > seeds[units: 4].test.accuracy") == "");
}

TEST_CASE("a doubtful claim says where to repeat", "[lower]") {
  const LoweredProgram program(
      Tolerant{}, kStudy + "report \"R\" { claim \"it\": seeds[units: 4].test.loss < base.test.loss }\n");
  REQUIRE(program.sink.diagnostics().size() == 1);
  CHECK(program.sink.diagnostics()[0].hint == "add `repeat over 5 seeds` to `base`");
}
