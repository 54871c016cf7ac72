// Test data must decide nothing: every way that a program might try, and that each is told its own reason.
#include <set>

#include "tests/unit/sema_support.hpp"

namespace nnc {
namespace {

using namespace test;

// The program around an experiment that tries; `dropouts` has test results, `checked` only validation
// results.
const std::string kResults = R"(
experiment dropouts { sweep rate in [0, 0.1]; train ann([8], rate) on fashion with standard }
experiment judged {
  sweep rate in [0, 0.1]
  train ann([8], rate) on fashion with standard
  select best by valid.accuracy over kfold(5)
}
)";

struct Attempt {
  const char* what;
  const char* text;
};

std::string in_experiment(const std::string& lines) {
  return "experiment e {\n" + lines + "\ntrain ann() on fashion with standard\n}\n";
}

// The note that says why.
std::string reason_of(const Checked& checked) {
  const std::vector<std::string> notes = checked.sink.sorted().front().notes;
  return notes.empty() ? "" : notes.front();
}

}  // namespace

TEST_CASE("every attempt to use the test part is refused with its own reason and a way out", "[sema]") {
  const std::vector<std::string> attempts = {
      in_experiment("select best by test.accuracy over kfold(5)"),
      in_experiment("stop by test.loss after 3 epochs"),
      in_experiment("where test.accuracy > 0.8"),
      in_experiment("sweep rate in [best(dropouts).rate]"),
      in_experiment("repeat over best(dropouts).epochs seeds"),
      in_experiment("validate over fashion.test"),
      "experiment e { train ann() on fashion.test with standard }",
      "experiment e { train ann() on fashion.valid with standard }",
      "experiment e { train ann([8], best(dropouts).rate) on fashion with standard }",
      "experiment e { train ann() on fashion with standard { epochs: best(dropouts).epochs } }",
      "recipe tuned from standard { epochs: best(dropouts).epochs }",
      "let r = best(dropouts).rate",
      "data other = idx(\"mnist\") { scale: minmax(fashion.test) }",
      "data other = fashion.test",
      "model tuned { dropout(best(dropouts).rate); dense(10, softmax) }",
  };
  std::set<std::string> reasons;
  for (const std::string& attempt : attempts) {
    const auto checked = check(kStudy + kResults + attempt);
    INFO(attempt);
    INFO(checked->text());
    REQUIRE(checked->codes() == Codes{"E0509"});
    CHECK_FALSE(checked->sink.sorted().front().hint.empty());
    reasons.insert(reason_of(*checked));
  }
  CHECK(reasons.size() == attempts.size());
}

TEST_CASE("there are many ways to write a leak, and each is one mistake", "[sema]") {
  for (const std::string& attempt : {
           in_experiment("select best by valid.accuracy + test.accuracy over kfold(5)"),
           in_experiment("select best by mean(test.accuracy) over kfold(5)"),
           in_experiment("select best by dropouts.test.accuracy over kfold(5)"),
           in_experiment("select best by valid.accuracy over fashion.test"),
           in_experiment("stop by min(test.loss) after 3 epochs"),
           in_experiment("where dropouts.test.accuracy > 0.8"),
           in_experiment("where max(dropouts.test.accuracy) > 0.8"),
           in_experiment("where worst(dropouts, by: test.loss).rate > 0"),
           in_experiment("sweep rate in [best(dropouts[rate: 0]).epochs]"),
           in_experiment("sample best(dropouts).epochs points"),
           in_experiment("validate over kfold(best(dropouts).epochs)"),
           in_experiment("validate over holdout(test)"),
           std::string("experiment e { train best(dropouts) on fashion with standard }"),
           std::string("let part = fashion.test\nexperiment e { train ann() on part with standard }"),
           std::string("let part = fashion.test\nexperiment e { train ann() on fashion with standard\n"
                       "validate over part }"),
           std::string("recipe tuned from standard { optimizer: adam(lr: best(dropouts).rate) }"),
           std::string("data other = idx(\"mnist\") { fit: all }"),
           std::string("data other = idx(\"mnist\") { fit: test }"),
           std::string("data other = idx(\"mnist\") { fit_on: \"test\" }"),
           std::string("data other = idx(\"mnist\") { scale: standard([fashion.train, fashion.test]) }"),
           std::string("data other = idx(\"mnist\") { train: fashion.test }"),
           std::string("fn f(x: tensor) = x * dropouts.test.accuracy"),
           std::string("model tuned { let r = best(dropouts).rate; dropout(r); dense(10, softmax) }"),
       }) {
    const auto checked = check(kStudy + kResults + attempt);
    INFO(attempt);
    INFO(checked->text());
    CHECK(checked->codes() == Codes{"E0509"});
  }
}

TEST_CASE("results that never saw the test part are no leak, but come too late", "[sema]") {
  for (const std::string& attempt :
       {in_experiment("sweep rate in [best(judged).rate]"), in_experiment("where judged.valid.accuracy > 0"),
        in_experiment("where best(judged, by: valid.loss).rate > 0"),
        in_experiment("where dropouts.seconds > 1"), std::string("let r = best(judged).rate")}) {
    const auto checked = check(kStudy + kResults + attempt);
    INFO(attempt);
    INFO(checked->text());
    CHECK(checked->codes() == Codes{"E0508"});
  }
  expect_in_study(kResults + in_experiment("where best(judged, by: test.loss).rate > 0"), {"E0509"});
}

TEST_CASE("what is no leak is not called one", "[sema]") {
  expect_in_study("let test = 3\nexperiment e { sweep n in [test]; train ann([n]) on fashion with standard }",
                  {});
  expect_in_study(
      "let part = fashion.test\nexperiment e { train ann() on fashion with standard }\n"
      "report \"r\" { images part, 5 }",
      {});
  expect_in_study("experiment e { train ann() on fashion.train with standard }", {"E0301"});
  expect_in_study("data other = idx(\"mnist\") { scale: minmax(0, 1) }", {"E0305"});
  expect_in_study("data other = idx(\"mnist\") { fit: 3 }", {"E0207"});
  expect_in_study(
      kResults + "report \"r\" { \"\"\"{best(dropouts).rate} {best(judged).test.accuracy}\"\"\" }", {});
}

}  // namespace nnc
