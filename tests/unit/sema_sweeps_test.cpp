// Sweeps, samples, validation, selection and stopping: which experiments are sound, and what the others are
// told.
#include "tests/unit/sema_support.hpp"

namespace nnc {
namespace {

using namespace test;

// An experiment of these lines, that trains.
std::string experiment(const std::string& lines) {
  return "experiment e {\n" + lines + "\ntrain ann([8], rate) on fashion with standard\n}\n";
}

}  // namespace

TEST_CASE("the branches of a sweep may depend on earlier axes and zip their own", "[sema]") {
  expect_in_study(R"(
    experiment e {
      sweep size in [10, 32]
      sweep { opt in [adam]; rate in [0, 0.1] }
         or { opt in [sgd(lr: 0.1), rmsprop], rate in [0.1, size / 100] }
      where size > 10 or rate == 0
      train ann([8], rate) on fashion with standard { batch: size, optimizer: opt }
    }
    report "r" { table e: opt, rate, test.accuracy }
  )",
                  {});
}

TEST_CASE("every branch of a sweep declares the same axes", "[sema]") {
  expect_in_study(experiment("sweep { a in [1]; rate in [0] } or { rate in [1] }"), {"E0511"});
  expect_in_study(experiment("sweep { rate in [0] } or { rate in [1]; a in [1] }"), {"E0511"});
  expect_in_study(experiment("sweep { a in [1]; rate in [0] } or { b in [1]; rate in [0] }"), {"E0511"});
  const auto checked = check(kStudy + experiment("sweep { a in [1]; rate in [0] } or { rate in [1] }"));
  CHECK(checked->says("an axis of the first branch"));
  CHECK(checked->says("missing in this branch"));
}

TEST_CASE("an axis is declared once per branch, and branches may repeat it", "[sema]") {
  expect_in_study(experiment("sweep { rate in [0]; rate in [1] }"), {"E0202"});
  expect_in_study(experiment("sweep rate in [0], rate in [1]"), {"E0202"});
  expect_in_study(experiment("sweep rate in [0]\nsweep { rate in [1] } or { rate in [2] }"), {"E0202"});
  expect_in_study(experiment("sweep { rate in [0] } or { rate in [1] } or { rate in [2] }"), {});
}

namespace {

// An experiment that trains with the optimizer `opt(arguments)`.
std::string called(const std::string& lines, const std::string& arguments) {
  return "experiment e {\n" + lines + "\ntrain ann([8]) on fashion with standard { optimizer: opt(" +
         arguments + ") }\n}\n";
}

}  // namespace

TEST_CASE("an axis of names can be called, if the arguments fit everything it lists", "[sema]") {
  expect_in_study(called("sweep opt in [adam, sgd]\nsweep rate in [0.1, 0.01]", "lr: rate"), {});
  expect_in_study("let all_of_them = [adam, sgd]\n" + called("sweep opt in all_of_them", "lr: 0.1"), {});
  expect_in_study(called("sweep { opt in [adam] } or { opt in [sgd] }", "0.1"), {});
  expect_in_study("let opt = sgd\n" + called("", "0.1, momentum: 0.9"), {});
  expect_in_study(called("sweep opt in [sgd, adam]", "momentum: 0.9"), {"E0302"});
  expect_in_study(called("sweep { opt in [sgd] } or { opt in [adam] }", "momentum: 0.9"), {"E0302"});
  expect_in_study(called("sweep opt in [adam, sgd]", "lr: true"), {"E0301"});
  expect_in_study(called("sweep opt in [adam, sgd]", "lr: nowhere"), {"E0201"});
  expect_in_study(called("sweep opt in [adam, sgd(momentum: 0.9)]", "lr: 0.1"), {"E0307"});
  expect_in_study(called("sweep opt in [adam(), adam]", "lr: 0.1"), {"E0307"});
  expect_in_study(called("sweep opt in [1, 3]", "lr: 0.1"), {"E0307"});
  // Nothing is known of a list without a type; the trials tell.
  expect_in_study(called("sweep opt in [adam, 3]", "lr: 0.1"), {});
}

TEST_CASE("nested calls of a list are checked in a time that does not double with every one", "[sema]") {
  std::string nested = "relu";
  for (int depth = 0; depth < 60; ++depth) nested = "block(" + nested + ")";
  expect(
      "layer a(l: layer) { l }\nlayer b(l: layer) { l }\nlayer c(l: int) { in }\n"
      "model net { for block in [a, b] { " +
          nested +
          " } }\n"
          "model bad { for block in [a, c] { block(relu) } }",
      {"E0301"});
}

TEST_CASE("models and layers of a list get their arguments in calls and are applied to tensors", "[sema]") {
  expect_in_study(R"(
    model big(units: int) { flatten; dense(units); dense(10, softmax) }
    layer pair(units: int) { dense(units); dense(units) }
    model net {
      flatten
      for block in [dense, pair] { block(8) }
      for step in [batch_norm, flatten] { step(in) }
      dense(10, softmax)
    }
    experiment e {
      sweep made in [ann, net]
      train made() on fashion with standard
    }
    experiment f {
      sweep made in [big]
      train made(units: 32) on fashion with standard
    }
  )",
                  {});
  expect("model net { for block in [dense] { block(units: 8, size: 3) } }", {"E0302"});
}

TEST_CASE("axes that go together do not know each other", "[sema]") {
  expect_in_study(experiment("sweep a in [0], rate in [a]"), {"E0201"});
  expect_in_study(experiment("sweep { a in [0] ; rate in [a] }"), {});
}

TEST_CASE("spaces, even distances and logarithms give axes their values", "[sema]") {
  expect_in_study(experiment("sweep rate in linspace(0, 0.5, 6)"), {});
  expect_in_study(experiment("sweep rate in logspace(low: 0.001, high: 0.1, count: 3)"), {});
  expect_in_study(experiment("sweep rate in between(0, 0.5)\nsample 20 points"), {});
  expect_in_study(
      experiment("sweep { rate in between(0.01, 0.5, log: true) } or { rate in [0] }\nsample 20 points"), {});
  expect_in_study(experiment("sweep rate in linspace(0, 0.5)"), {"E0304"});
  expect_in_study(experiment("sweep rate in between(0, 1, logarithm: true)\nsample 9 points"), {"E0302"});
  expect_in_study(experiment("sweep rate in 3"), {"E0301"});
}

TEST_CASE("a continuous space needs a sample, wherever that stands", "[sema]") {
  expect_in_study(experiment("sweep rate in between(0, 0.5)"), {"E0510"});
  expect_in_study(experiment("sample 5 points\nsweep rate in between(0, 0.5)"), {});
  expect_in_study(experiment("sweep rate in between(0, 0.5)\nsample 5 points") +
                      "experiment f from e { sweep rate in between(0.1, 0.2) }",
                  {});
  expect_in_study(experiment("sweep rate in [0]\nsample 0.5 points"), {"E0301"});
  expect_in_study(experiment("sweep rate in [0]\nsample 2 points\nsample 3 points"), {"E0208"});
}

TEST_CASE("a space of whole numbers gives ints, every other one floats", "[sema]") {
  const std::string study = "sample 4 points\ntrain ann([size]) on fashion with standard }";
  expect_in_study("experiment e { sweep size in between(16, 64); " + study, {});
  expect_in_study("experiment e { sweep size in between(16, 64.0); " + study, {"E0301"});
}

TEST_CASE("validation schemes have defaults and names for their arguments", "[sema]") {
  const std::string rate = "sweep rate in [0, 0.1]\n";
  for (const char* scheme :
       {"kfold(5)", "kfold(folds: 5, stratified: false, shuffle: true)", "holdout()", "holdout(0.1)",
        "holdout(fraction: 0.3, shuffle: false)", "kfold(if rate > 0 { 5 } else { 10 })"})
    expect_in_study(experiment(rate + "validate over " + scheme), {});
  expect_in_study(experiment(rate + "validate over kfold()"), {"E0304"});
  expect_in_study(experiment(rate + "validate over kfold(5, folds: 5)"), {"E0303"});
  expect_in_study(experiment(rate + "validate over 5"), {"E0301"});
  expect_in_study(experiment(rate + "validate over kfold"), {"E0301"});
  expect_in_study(experiment(rate + "validate over fashion"), {"E0301"});
  expect_in_study(experiment(rate + "validate over kfold(5)\nvalidate over kfold(3)"), {"E0208"});
}

TEST_CASE("a selection judges by validation, and by one scheme", "[sema]") {
  const std::string rate = "sweep rate in [0, 0.1]\n";
  expect_in_study(experiment(rate + "select best by valid.accuracy over kfold(5)"), {});
  expect_in_study(experiment(rate + "select best by valid.loss\nvalidate over holdout(0.2)"), {});
  expect_in_study(experiment(rate + "validate over kfold(5)\nselect best by valid.f1 over kfold(5)"),
                  {"E0208"});
  expect_in_study(experiment(rate + "select best by valid.accuracy"), {"E0512"});
  expect_in_study(experiment(rate + "select best by valid.acuracy over kfold(5)"), {"E0602"});
  expect_in_study(experiment(rate + "select best by train.accuracy over kfold(5)"), {"E0301"});
  expect_in_study(experiment(rate + "select best by accuracy over kfold(5)"), {"E0301"});
  expect_in_study(experiment(rate + "select best by seconds.train over kfold(5)"), {"E0602"});
}

TEST_CASE("training stops early by what is known after each epoch", "[sema]") {
  const std::string rate = "sweep rate in [0, 0.1]\n";
  expect_in_study(experiment(rate + "stop by valid.loss after 5 epochs\nvalidate over holdout(0.2)"), {});
  expect_in_study(experiment(rate + "stop by train.accuracy after 2 + 1 epochs"), {});
  expect_in_study(experiment(rate + "stop by valid.loss after 5 epochs"), {"E0512"});
  expect_in_study(experiment(rate + "stop by valid.f1 after 5 epochs\nvalidate over holdout()"), {"E0602"});
  expect_in_study(experiment(rate + "stop by fitted.loss after 5 epochs\nvalidate over holdout()"),
                  {"E0602"});
  expect_in_study(experiment(rate + "stop by train.loss after 0.5 epochs"), {"E0301"});
}

TEST_CASE("the words of the new statements stay names", "[sema]") {
  expect_in_study(R"(
    let points = 3
    let after = 2
    experiment epochs {
      sweep sample in [1, 2], stop in [3, 4]
      sample points points
      train ann([sample + stop]) on fashion with standard { epochs: after }
      stop by train.loss after after epochs
    }
    experiment selection { train ann() on fashion with standard }
    report "r" { curves epochs, selection }
  )",
                  {});
}

TEST_CASE("the parts of a validated experiment are those of the others and two more", "[sema]") {
  const std::string plain = experiment("sweep rate in [0, 0.1]");
  const std::string validated = experiment("sweep rate in [0, 0.1]\nvalidate over kfold(5)");
  const std::string report = "report \"r\" { table e: train.accuracy, test.f1, valid.accuracy, fitted.loss }";
  expect_in_study(validated + report, {});
  expect_in_study(plain + report, {"E0602", "E0602"});
  expect_in_study(
      validated + "experiment f from e { repeat over 2 seeds }\nreport \"r\" { table f: fitted.f1 }", {});
}

}  // namespace nnc
