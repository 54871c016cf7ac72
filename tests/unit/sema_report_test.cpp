// Reports: entries take what their table says, values are of the types that a text or a claim needs, and
// every result exists.
#include <set>

#include "compiler/parse/keywords.hpp"
#include "compiler/sema/report_words.hpp"
#include "tests/unit/sema_support.hpp"

namespace nnc {
namespace {

using namespace test;

// Three experiments: one point, a sweep, a selection.
const std::string kExperiments = R"(
experiment baseline { train ann() on fashion with standard }
experiment dropouts { sweep rate in [0, 0.1]; train ann([8], rate) on fashion with standard; repeat over 3 seeds }
experiment grid {
  sweep size in [10, 32]
  sweep opt in [adam, rmsprop]
  train ann([8]) on fashion with standard { batch: size, optimizer: opt }
  select best by valid.accuracy over kfold(5)
}
)";

void expect_in_report(const std::string& entry, const Codes& codes) {
  expect_in_study(kExperiments + "report \"r\" {\n" + entry + "\n}\n", codes);
}

void expect_value(const std::string& value, const Codes& codes) {
  expect_in_report("\"\"\"It is {" + value + "}.\"\"\"", codes);
}

}  // namespace

TEST_CASE("every word that begins an entry of a report has a line in the table", "[sema]") {
  std::set<std::string> words;
  for (const sema::ReportWord& word : sema::report_words()) words.emplace(word.word);
  const std::vector<std::string> keywords = keywords_of(KeywordClass::ReportItem);
  CHECK(words == std::set<std::string>(keywords.begin(), keywords.end()));
}

TEST_CASE("the examples of the table are entries themselves", "[sema]") {
  const std::string names = R"(
    experiment epochs { sweep n in [1, 2]; train ann() on fashion with standard { epochs: n } }
    experiment dropout { sweep rate in [0, 0.1]; train ann([8], rate) on fashion with standard }
  )";
  // Without a `dropout` of its own: the model of the study needs the library's.
  const std::string model =
      "model ann(hidden: [int] = [256], rate: float = 0.0) { flatten; dense(10, softmax) }\n";
  const std::size_t begin = kStudy.find("model ann");
  const std::size_t end = kStudy.find("recipe standard");
  const std::string study = kStudy.substr(0, begin) + model + kStudy.substr(end);
  for (const sema::ReportWord& word : sema::report_words())
    expect(study + kExperiments + names + "report \"r\" { " + std::string(word.example) + " }", {});
}

TEST_CASE("a report speaks only of results that exist", "[sema]") {
  const std::string e = "experiment e { sweep n in [1, 2]; train ann([n]) on fashion with standard }\n";
  expect_in_study(e + "report \"r\" { table e: n, test.acuracy }", {"E0602"});
  expect_in_study(e + "report \"r\" { table e: second }", {"E0602"});
  expect_in_study(e + "report \"r\" { table e: valid.accuracy }", {"E0602"});
  expect_in_study(e + "report \"r\" { table e: fitted.accuracy }", {"E0602"});
  expect_in_study(e + "report \"r\" { table f: test.accuracy }", {"E0201"});
  expect_in_study(e + "report \"r\" { table standard: test.accuracy }", {"E0212"});
  expect_in_study(e + "report \"r\" { \"\"\"{e[n: 1].test.f1} {e[m: 1].test.f1} {e.tst.f1}\"\"\" }",
                  {"E0602", "E0602"});
  expect_in_study(e + "report \"r\" { images fashion.valid, 10 }", {"E0210"});
}

TEST_CASE("prose shows numbers, words and bools, and the values of every axis", "[sema]") {
  for (const char* value : {"baseline.test.accuracy",
                            "baseline.parameters",
                            "best(dropouts).rate",
                            "best(grid).opt",
                            "best(grid).test.accuracy",
                            "worst(dropouts, by: test.f1).test.loss",
                            "dropouts[rate: 0.1].train.loss",
                            "best(dropouts[rate: 0]).test.f1",
                            "mean(dropouts.test.accuracy)",
                            "deviation(grid.valid.accuracy)",
                            "min(dropouts.seconds) / 60",
                            "max(dropouts.test.accuracy) - min(dropouts.test.accuracy)",
                            "count(grid.opt)",
                            "abs(baseline.test.loss - baseline.train.loss)",
                            "-baseline.test.loss",
                            "best(dropouts).rate > 0 and not (best(grid).size == 10)",
                            "best(grid).opt == adam",
                            "1 + 2",
                            "baseline.model",
                            "\"text\"",
                            "min(1, 2)",
                            "(baseline.test.f1)"})
    expect_value(value, {});
}

TEST_CASE("what is no value cannot stand in prose", "[sema]") {
  for (const char* value :
       {"baseline", "baseline.test", "dropouts[rate: 0]", "best(dropouts)", "all", "fashion", "fashion.test",
        "ann()", "standard", "adam", "[1, 2]", "3x3", "1 .. 3", "none"})
    expect_value(value, {"E0301"});
  const auto checked = check(kStudy + kExperiments + "report \"r\" { \"\"\"{baseline}\"\"\" }");
  CHECK(checked->says("name a result of it: `baseline.test.accuracy`"));
}

TEST_CASE("values over results are computed with what a report knows", "[sema]") {
  for (const char* value :
       {"baseline.epochs // 2", "baseline.epochs % 2", "baseline.test.loss ^ 2", "sqrt(baseline.test.loss)",
        "max(baseline.test.f1, 0.5)", "if baseline.test.f1 > 0.5 { 1 } else { 2 }"})
    expect_value(value, {"E0508"});
  expect_value("baseline.model + 1", {"E0308"});
  expect_value("baseline.test.f1 and true", {"E0301"});
  expect_value("best(grid).opt > 1", {"E0308"});
}

TEST_CASE("aggregates take one result, and numbers except to count", "[sema]") {
  expect_value("mean(1)", {"E0301"});
  expect_value("mean(dropouts)", {"E0301"});
  expect_value("mean(dropouts.test)", {"E0301"});
  expect_value("mean(dropouts.test.f1 + 1)", {"E0301"});
  expect_value("mean(mean(dropouts.test.f1))", {"E0301"});
  expect_value("mean(grid.opt)", {"E0301"});
  expect_value("count()", {"E0304"});
  expect_value("deviation(dropouts.test.f1, 2)", {"E0305"});
  expect_value("maen(dropouts.test.f1)", {"E0201"});
}

TEST_CASE("best and worst take an experiment, and a metric to go by", "[sema]") {
  expect_value("best(dropouts, by: valid.accuracy).rate", {"E0602"});
  expect_value("best(dropouts, by: test.acuracy).rate", {"E0602"});
  expect_value("best(dropouts, by: seconds).rate", {"E0301"});
  expect_value("best(dropouts, by: 3).rate", {"E0301"});
  expect_value("best(dropouts, test.f1).rate", {});
  expect_value("best(dropouts.test.f1)", {"E0301"});
  expect_value("best(best(dropouts)).rate", {"E0301"});
  expect_value("best(dropouts)[rate: 0].epochs", {"E0301"});
  expect_value("best(all).epochs", {"E0301"});
  expect_value("best().rate", {"E0304"});
  expect_value("best(by: test.f1).rate", {"E0304"});
  expect_value("best(by: test.f1, experiment: dropouts).rate", {});
  expect_value("best(by: test.acuracy, experiment: dropouts).rate", {"E0602"});
}

TEST_CASE("only the selected point of an experiment that selects is tested", "[sema]") {
  for (const char* value :
       {"grid.test.accuracy", "grid[size: 10, opt: adam].test.accuracy", "mean(grid.test.accuracy)",
        "worst(grid).test.accuracy", "best(grid, by: valid.f1).test.accuracy", "best(grid, by: test.f1).size",
        "best(grid[size: 10]).test.accuracy"})
    expect_value(value, {"E0603"});
  expect_value("best(grid).test.accuracy", {});
  expect_value("grid[size: 10, opt: adam].valid.accuracy", {});
  expect_in_report(
      "table grid: valid.accuracy, test.accuracy\nbars grid: test.f1\ncompare grid, dropouts: test.loss", {});
}

TEST_CASE("entries take the subjects that make sense for them", "[sema]") {
  for (const char* entry :
       {"summary baseline, dropouts", "curves all", "curves dropouts[rate: 0], baseline", "table all",
        "bars all", "compare all: test.accuracy", "compare baseline, best(dropouts): test.f1",
        "table best(dropouts): rate", "confusion best(dropouts)", "roc dropouts[rate: 0]",
        "mistakes baseline", "mistakes baseline, 10", "heatmap grid: valid.accuracy", "selection grid",
        "images fashion, 5", "table all: valid.accuracy"})
    expect_in_report(entry, {});
  expect_in_report("confusion baseline, dropouts", {"E0305"});
  expect_in_report("roc all", {"E0301"});
  expect_in_report("summary all", {"E0301"});
  expect_in_report("mistakes baseline, 1.5", {"E0301"});
  expect_in_report("mistakes baseline, 10, 3", {"E0305"});
  expect_in_report("curves baseline: test.accuracy", {"E0305"});
  expect_in_report("heatmap grid", {"E0304"});
  expect_in_report("selection dropouts", {"E0602"});
  expect_in_report("selection best(grid)", {"E0301"});
  expect_in_report("confusion baseline.test", {"E0301"});
  expect_in_report("table fashion", {"E0212"});
}

TEST_CASE("columns name results, and pictures need numbers", "[sema]") {
  expect_in_report("table grid: opt, model, test.f1", {});
  expect_in_report("bars grid: model", {"E0301"});
  expect_in_report("bars grid: opt", {"E0301"});
  expect_in_report("table grid: test", {"E0301"});
  expect_in_report("table grid: 3", {"E0301"});
  expect_in_report("compare all: test.acuracy", {"E0602"});
  expect_in_report("compare all: rate", {});
  expect_in_report("compare baseline, dropouts: valid.accuracy", {"E0602"});
}

TEST_CASE("a claim has a text and one condition", "[sema]") {
  expect_in_report("claim \"some dropout helps\": best(dropouts).rate > 0", {});
  expect_in_report("claim \"a\": abs(dropouts[rate: 0].test.f1 - dropouts[rate: 0.1].test.f1) < 0.01", {});
  expect_in_report("claim \"a\": best(dropouts).rate", {"E0301"});
  expect_in_report("claim \"a\"", {"E0304"});
  expect_in_report("claim baseline.model: true", {"E0301"});
  expect_in_report("claim \"a\": true, false", {"E0305"});
  expect_in_report("claim \"a\": baseline > 3", {"E0308"});
}

TEST_CASE("a whole study with sweeps, folds, a selection and claims checks", "[sema]") {
  expect_in_study(kExperiments + R"(
    experiment folds {
      sweep k in [5, 10]
      train ann() on fashion with standard { epochs: 25 }
      validate over kfold(k)
    }
    experiment depth {
      sweep hidden in [[8], [8, 4]]
      train ann(hidden) on fashion with standard
    }
    report "What helps?" {
      """
      It has {baseline.parameters} parameters and reaches **{baseline.test.accuracy}**.
      """
      images fashion.train, 10
      summary baseline
      table folds: fitted.accuracy, valid.accuracy, test.accuracy, seconds
      bars folds: fitted.accuracy, valid.accuracy, test.accuracy
      claim "ten folds are no better": abs(folds[k: 10].valid.accuracy - folds[k: 5].valid.accuracy) < 0.01
      curves depth
      claim "depth helps": depth[hidden: [8, 4]].test.accuracy > depth[hidden: [8]].test.accuracy + 0.005
      selection grid
      heatmap grid: valid.accuracy
      """
      It chose {best(grid).size} and {best(grid).opt}: {best(grid).valid.accuracy}, **{best(grid).test.accuracy}**.
      """
      compare all: train.accuracy, test.accuracy
    }
  )",
                  {});
}

}  // namespace nnc
