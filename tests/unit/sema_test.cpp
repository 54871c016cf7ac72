// The checker: what is reported for which program, and that nothing is reported twice or for a sound one.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "compiler/sema/builtins.hpp"
#include "compiler/sema/check.hpp"
#include "compiler/sema/program.hpp"
#include "compiler/sema/signatures.hpp"
#include "tests/unit/sema_support.hpp"

namespace nnc {
using namespace test;

TEST_CASE("the standard library checks without a remark", "[sema]") {
  const auto checked = check("");
  INFO(checked->text());
  CHECK(checked->codes().empty());
  CHECK(checked->program.find("dense") != nullptr);
  CHECK(checked->program.library_names.size() > 20);
}

TEST_CASE("every builtin has a signature that can be read", "[sema]") {
  for (const BuiltinInfo& builtin : all_builtins()) {
    INFO(builtin.name);
    CHECK_FALSE(sema::builtin_signature(builtin).parameters.empty());
    CHECK(find_builtin(builtin.name) == &builtin);
  }
  const sema::Signature sum = sema::builtin_signature(*find_builtin("sum"));
  CHECK(sema::print_signature(sum) == "`sum(x: tensor, axes?: [int])`");
  CHECK(sum.result.is(sema::Kind::Tensor));
}

TEST_CASE("a schedule sees its epoch and its parameters, and gives a number", "[sema]") {
  expect(
      "schedule good(by: float = 0.5) { let left = epochs - epoch; if left > 3 { 1 } else { by ^ epoch } }",
      {});
  expect("schedule short = max(0.1, 1 - epoch / epochs)", {});
  expect("schedule nested(s: schedule = cosine) { 1 }", {});
  expect("schedule one = weight", {"E0201"});
  expect("schedule two = in", {"E0211"});
  expect("schedule three = if training { 1 } else { 0 }", {"E0211"});
  expect("schedule four = cosine", {"E0301"});
  expect("schedule five = none", {"E0301"});
  expect("schedule six = [1, 0.1]", {"E0301"});
  expect("schedule seven(x: tensor) = cos(x)", {"E0301"});
  expect("schedule eight { epoch <- 3; 1 }", {"E0211"});
  expect("schedule nine = nine", {"E0204", "E0301"});
}

TEST_CASE("epochs are known in schedules, and `schedule` in optimizers, alone", "[sema]") {
  expect("optimizer o(lr: float = 0.1) { weight <- weight - lr * schedule * gradient }", {});
  expect("optimizer o { if schedule > 0.5 { weight <- gradient } }", {"E0301"});
  expect("optimizer o { weight <- weight - epoch * gradient }", {"E0201"});
  expect("layer l { in * schedule }", {"E0201"});
}

TEST_CASE("a recipe has a schedule, none, or an axis of schedules", "[sema]") {
  expect("recipe r { loss: mse, optimizer: adam, schedule: none }", {});
  expect("recipe r { loss: none, optimizer: adam }", {"E0301"});
  expect_in_study(R"(
    experiment e {
      sweep schedule in [none, cosine, step_decay(at: [3])]
      train ann() on fashion with standard { schedule: schedule }
    }
    experiment f {
      sweep s in [polynomial, cosine]
      train ann() on fashion with standard { schedule: s(final: 0.1) }
    }
  )",
                  {});
  expect_in_study("experiment e { train ann() on fashion with standard { schedule: cosine(fnal: 0.1) } }",
                  {"E0302"});
}

TEST_CASE("a sound study checks without a remark", "[sema]") {
  expect_in_study(R"(
    experiment baseline { train ann() on fashion with standard { epochs: 25 } }
    experiment dropouts {
      sweep rate in [0, 0.1, 0.2]
      train ann([256, 128], rate) on fashion with standard
      repeat over 5 seeds
    }
    experiment grid {
      sweep size in [10, 32]
      sweep opt in [adam, rmsprop(lr: 0.01)]
      train ann([64]) on fashion with standard { batch: size, optimizer: opt }
      select best by valid.accuracy over kfold(5)
    }
    report "r" {
      """It reaches {baseline.test.accuracy} after {baseline.epochs}; best is {best(dropouts).rate}."""
      images fashion.train, 10
      summary baseline
      curves baseline
      table dropouts: rate, test.accuracy, test.f1, seconds, parameters
      bars dropouts: train.accuracy, test.loss
      claim "some dropout helps": best(dropouts).rate > 0
      compare all: test.accuracy
    }
  )",
                  {});
}

TEST_CASE("a network with shared layers, branches and choices checks", "[sema]") {
  expect(R"(
    layer residual(channels: int, stride: int = 1, pad: valid | same = same) {
      let y = in |> conv2d(channels, 3x3, stride: stride, pad: pad) |> batch_norm |> relu
      let skip = if in.channels == channels and stride == 1 { in }
                 else { in |> conv2d(channels, 1x1, stride: stride) |> batch_norm }
      relu(y + skip)
    }
    layer siamese(enc: layer = dense(8)) {
      let twin = dense(64)
      twin(in) + twin(in * 2) - enc(in)
    }
    model net { residual(8); residual(16, pad: valid); siamese }
  )",
         {});
}

TEST_CASE("unknown names are reported with what was meant", "[sema]") {
  const auto checked = check("model m { flaten; dense(10, softmx) }");
  CHECK(checked->codes() == Codes{"E0201", "E0201"});
  CHECK(checked->text().find("unknown layer `flaten`") != std::string::npos);
  CHECK(checked->text().find("did you mean `flatten`?") != std::string::npos);
  CHECK(checked->text().find("did you mean `softmax`?") != std::string::npos);
  expect("layer l(n: itn) { in }", {"E0201"});
  expect("let a = b + c", {"E0201", "E0201"});
  expect_in_study("experiment e { train nan() on fasion with standrd }", {"E0201", "E0201", "E0201"});
}

TEST_CASE("duplicates are reported with the first place", "[sema]") {
  const auto checked = check("let a = 1\nlet a = 2");
  CHECK(checked->codes() == Codes{"E0202"});
  CHECK(checked->text().find("first declared here") != std::string::npos);
  expect("layer l(n: int, n: int) { in }", {"E0202"});
  expect("layer l { let x = in; let x = in * x; x }", {"E0202"});
  expect("layer dense(units: int) { in }", {});  // takes the library's place
}

TEST_CASE("a let must come before its use in a body, and may come after it in a file", "[sema]") {
  expect("layer l { in * k; let k = 2 }", {"E0203"});
  expect("let a = b\nlet b = 2", {});
}

TEST_CASE("recursion is reported once, with its chain", "[sema]") {
  const auto checked = check("layer a { b }\nlayer b { c }\nlayer c { a }");
  CHECK(checked->codes() == Codes{"E0204"});
  CHECK(checked->text().find(" -> ") != std::string::npos);
  expect("fn f(x) = f(x - 1)", {"E0204"});
  expect("let a = b\nlet b = a", {"E0204"});
  expect("recipe a from b { epochs: 1 }\nrecipe b from a { epochs: 2 }", {"E0204"});
  expect("experiment a from b { }\nexperiment b from a { }", {"E0204"});
}

TEST_CASE("a chain of many declarations is checked without deep recursion", "[sema]") {
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += "fn f" + std::to_string(i) + "(x: tensor) = f" + std::to_string(i + 1) + "(x)\n";
  }
  expect(text + "fn f3000(x: tensor) = x\n", {});
}

TEST_CASE("imports are found from the importing file, each file once", "[sema]") {
  const Files files = {{"study/parts/a.nn", "import \"b.nn\"\nlayer a { b }"},
                       {"study/parts/b.nn", "layer b { in }"}};
  const auto checked = check("import \"parts/a.nn\"\nimport \"parts/b.nn\"\nmodel m { a; b }", files);
  INFO(checked->text());
  CHECK(checked->codes().empty());
  CHECK(checked->program.main_module().imports.size() == 2);
}

TEST_CASE("a missing import is one mistake, not many", "[sema]") {
  CHECK(check("import \"none.nn\"\nmodel m { something }")->codes() == Codes{"E0205"});
  CHECK(check("import \"\"")->codes() == Codes{"E0205"});
}

TEST_CASE("an import cycle is reported with its chain", "[sema]") {
  const auto checked = check("import \"a.nn\"", {{"study/a.nn", "import \"main.nn\""}});
  CHECK(checked->codes() == Codes{"E0206"});
  CHECK(checked->text().find("study/main.nn -> study/a.nn -> study/main.nn") != std::string::npos);
}

TEST_CASE("settings are checked by name and type", "[sema]") {
  expect("data d = idx(\"x\") { scal: minmax }", {"E0207"});
  expect("data d = idx(\"x\") { scale: minmax; scale: unit }", {"E0208"});
  expect("data d = idx(\"x\") { scale: maxmin }", {"E0311"});
  expect("data d = idx(\"x\") { scale: none }", {});
  expect("data d = idx(\"x\") { classes: [1, 2] }", {"E0301", "E0301"});
  expect("metric m { better: higher }", {"E0209"});
  expect("recipe r { epochs: \"25\" }", {"E0301"});
  expect("recipe r { loss: adam }", {"E0212"});
  expect("recipe r { loss: dense }", {"E0212"});
  expect("recipe r { metrics: accuracy }", {"E0301"});
  expect_in_study("recipe r { loss: mse }\nexperiment e { train ann() on fashion with r }", {"E0209"});
  expect_in_study("recipe r from standard { loss: mse }\nexperiment e { train ann() on fashion with r }", {});
  expect_in_study("experiment e { train ann() on fashion with standard { epoch: 1 } }", {"E0207"});
  expect_in_study("experiment e { repeat over 5 seeds }", {"E0507"});
}

TEST_CASE("members of tensors are known", "[sema]") {
  expect("layer l { in * in.features + in.shape[0] }", {});
  expect("layer l { in * in.chanels }", {"E0210"});
  expect("layer l(n: int) { in * n.size }", {"E0210"});
}

TEST_CASE("statements stand where they mean something", "[sema]") {
  expect("fn f(x: tensor) { param k: [2] ~ zeros; x }", {"E0211"});
  expect("layer l { input 2x2x1; in }", {"E0211"});
  expect("fn f(x: tensor) = x + in", {"E0211"});
  expect("optimizer o { weight - gradient }", {"E0211"});
  expect("optimizer o { param m ~ zeros; weight <- weight - m }", {"E0211"});
  expect("optimizer o { let x = gradient; state v ~ zeros; v <- x }", {"E0507"});
}

TEST_CASE("only states and the weight are assigned", "[sema]") {
  expect("layer l { param k: [2] ~ zeros; k <- k * 2; in }", {"E0212"});
  expect("layer l { state k: [2] ~ zeros; k <- k * 2; in }", {});
  expect("layer l(n: int) { n <- 2; in }", {"E0212"});
}

TEST_CASE("arguments are checked against the declaration", "[sema]") {
  expect("model m { dense(10, units: 3) }", {"E0303"});
  expect("model m { dense(\"256\") }", {"E0301"});
  expect("model m { dense(256.0) }", {"E0301"});
  expect("model m { dense(3x3) }", {"E0301"});
  expect("model m { dense(10, activaton: relu) }", {"E0302"});
  expect("model m { dense() }", {"E0304"});
  expect("model m { dense }", {"E0304"});
  expect("model m { flatten(3) }", {"E0305"});
  expect("model m { dense(units: 3, relu) }", {"E0312"});
  expect("model m { conv2d(8, 3x3, pad: sam) }", {"E0311"});
  expect("model m { conv2d(8, 3, stride: 2) }", {});
  expect("model m { dense(10, init: 0) }", {"E0301"});
  expect("model m { dense(10, adam) }", {"E0212"});
  expect("layer l { batch_norm(in) }", {"E0301"});
  expect("layer l { let n = 3; n(in) }", {"E0307"});
  expect("layer l { exp(in, in) }", {"E0305"});
}

TEST_CASE("a mistake in a call of one's own code points to the declaration", "[sema]") {
  const auto checked = check("layer mine(size: int) { in * size }\nmodel m { mine(\"3\") }");
  CHECK(checked->codes() == Codes{"E0301"});
  CHECK(checked->text().find("needed here") != std::string::npos);
  CHECK(checked->text().find("remove the quotes") != std::string::npos);
}

TEST_CASE("operators are checked where both sides are known", "[sema]") {
  expect("let a = 1 + \"2\"", {"E0308"});
  expect("let a = [1] < 2", {"E0308"});
  expect("let a = 1 == \"1\"", {"E0308"});
  expect("let a = not 3", {"E0301"});
  expect("layer l { if in > 0 { in } else { in } }", {"E0301"});
  expect("layer l { in + dense(3) }", {"E0308"});
  expect("layer l { for i in 3 { in } }", {"E0301"});
}

TEST_CASE("one mistake does not cause a second message", "[sema]") {
  expect("model m { conv2dd(8, 3x3, pad: same); conv2d(8, 3x3, padd: same) }", {"E0201", "E0302"});
  expect("layer l { let a = nowhere; let b = a + 1; dense(b.size, a) }", {"E0201"});
  expect("model m { nowhere(1, 2) |> dense(3) }", {"E0201"});
  expect_in_study(
      "experiment e { train nowhere() on fashion with standard }\nreport \"r\" { table e: test.accuracy }",
      {"E0201"});
}

TEST_CASE("sweeps may use words, earlier axes and whole models", "[sema]") {
  expect_in_study(R"(
    experiment e {
      sweep net in [ann(), ann([8])], average in [micro, macro]
      where average == micro
      train net on fashion with standard { metrics: [f1(average)] }
    }
    experiment longer from e { train ann() on fashion with standard { epochs: 50 } }
    report "r" { table longer: average, test.f1 }
  )",
                  {});
}

TEST_CASE("what a study declares and never uses is a warning", "[sema]") {
  expect_in_study("let width = 3\nexperiment e { train ann() on fashion with standard }", {"W0901"});
  expect("layer l { let x = 3; in }", {"W0901"});
}

TEST_CASE("the printed program shows every parameter with its type", "[sema]") {
  const auto checked = check("layer l(n = 3, act = relu, pad: valid | same = valid) { in }");
  CHECK(print_checked(checked->sources, checked->program) ==
        "file study/main.nn\nlayer l(n: int = 3, act: layer = relu, pad: valid | same = valid)\n");
}

TEST_CASE("syntax errors do not make the names of the broken declaration unknown", "[sema]") {
  expect_in_study("model broken { dense(10, }\nexperiment e { train broken() on fashion with standard }",
                  {"E0102"});
}

}  // namespace nnc
