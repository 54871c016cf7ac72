// Completion and signature help, at places where the text is not finished yet.
#include "lsp_support.hpp"

using namespace nnc::lsp;
using namespace nnc::lsp::test;

namespace {

std::vector<std::string> complete(const std::string& text) {
  Editor editor;
  return labels_of(editor.at("textDocument/completion", text)["items"]);
}

}  // namespace

TEST_CASE("at the beginning of a line of a file declarations are offered", "[lsp]") {
  const auto labels = complete(kStudy + "mo^^");
  CHECK(has(labels, "model"));
  CHECK(has(labels, "experiment"));
  CHECK_FALSE(has(labels, "dense"));
}

TEST_CASE("in a body layers, parameters and words of bodies are offered", "[lsp]") {
  const auto labels = complete("model m(width: int) {\n  let inner = 3\n  ^^\n}\n");
  for (const std::string word : {"dense", "width", "inner", "in", "repeat", "relu"}) {
    INFO(word);
    CHECK(has(labels, word));
  }
  CHECK_FALSE(has(labels, "kfold"));
}

TEST_CASE("names of a block end with it", "[lsp]") {
  const auto labels = complete(
      "model m(on: bool) {\n  if on {\n    let inside = 3\n    dense(inside)\n  }\n  dense(^^)\n}\n");
  CHECK_FALSE(has(labels, "inside"));
  CHECK(has(labels, "on"));
}

TEST_CASE("in a call the arguments that are not given yet are offered", "[lsp]") {
  const auto labels = complete("model m {\n  dense(10, ^^\n}\n");
  CHECK(has(labels, "activation"));
  CHECK(has(labels, "init"));
  CHECK(has(labels, "relu"));
  CHECK_FALSE(has(labels, "units"));
  CHECK_FALSE(has(labels, "adam"));
  const auto named = complete("model m {\n  dense(10, init: ^^)\n}\n");
  CHECK(has(named, "he_normal"));
  CHECK_FALSE(has(named, "relu"));
  CHECK_FALSE(has(named, "activation"));
  CHECK(complete("model m {\n  conv2d(3, 3x3, pad: ^^)\n}\n") == std::vector<std::string>{"valid", "same"});
}

TEST_CASE("settings and their values are offered by what they are of", "[lsp]") {
  const auto keys = complete("recipe r {\n  loss: mse\n  ^^\n}\n");
  CHECK(has(keys, "optimizer"));
  CHECK_FALSE(has(keys, "loss"));
  const auto losses = complete("recipe r { loss: ^^ }\n");
  CHECK(has(losses, "cross_entropy"));
  CHECK_FALSE(has(losses, "adam"));
  CHECK(has(complete("recipe r { loss: mse, optimizer: ad^^ }\n"), "adam"));
  CHECK(has(complete("recipe r { metrics: [accuracy, ^^] }\n"), "f1"));
  CHECK(complete("data d = idx(\"x\") { scale: ^^ }\n") ==
        std::vector<std::string>{"none", "unit", "minmax", "standard"});
  CHECK(has(complete(kStudy + "experiment e { train ann() on fashion with standard { ^^ } }\n"), "epochs"));
}

TEST_CASE("an experiment's words lead to what follows them", "[lsp]") {
  const auto in_experiment = [](const std::string& line) {
    return complete(kStudy + "experiment e {\n  " + line + "\n}\n");
  };
  CHECK(has(in_experiment("^^"), "sweep"));
  CHECK(has(in_experiment("train ^^"), "ann"));
  CHECK(in_experiment("train ann() on ^^") == std::vector<std::string>{"fashion", "idx"});
  CHECK(in_experiment("train ann() on fashion with ^^") == std::vector<std::string>{"standard"});
  CHECK(has(in_experiment("select best by ^^"), "valid.loss"));
  CHECK(has(in_experiment("validate over ^^"), "kfold"));
  CHECK(has(in_experiment("sweep rate in [0, 1]\n  train ann([3], ^^)"), "rate"));
  CHECK(complete(kStudy + "experiment e from ^^") == std::vector<std::string>{"depth"});
}

TEST_CASE("stopping is offered only what is known after each epoch", "[lsp]") {
  const auto in_experiment = [](const std::string& line) {
    return complete(kStudy + "experiment e {\n  train ann() on fashion with standard\n  " + line + "\n}\n");
  };
  CHECK(in_experiment("stop by ^^") ==
        std::vector<std::string>{"valid.loss", "valid.accuracy", "train.loss", "train.accuracy"});
  CHECK(in_experiment("stop by valid.^^") == std::vector<std::string>{"loss", "accuracy"});
  CHECK(in_experiment("stop by train.^^ after 3 epochs") == std::vector<std::string>{"loss", "accuracy"});
  CHECK(has(in_experiment("select best by valid.^^"), "f1"));
}

TEST_CASE("members are offered by what stands before the point", "[lsp]") {
  const auto in_report = [](const std::string& line) {
    return complete(kStudy + "report \"r\" {\n  " + line + "\n}\n");
  };
  const auto parts = in_report("claim \"c\": best(depth).^^");
  CHECK(has(parts, "test"));
  CHECK(has(parts, "hidden"));
  CHECK(has(parts, "seconds"));
  CHECK_FALSE(has(parts, "valid"));
  CHECK(in_report("claim \"c\": depth.test.^^") == std::vector<std::string>{"accuracy", "f1", "loss"});
  CHECK(has(in_report("table depth: test.^^"), "f1"));
  CHECK(has(in_report("images fashion.^^"), "train"));
  CHECK(has(in_report("\"\"\"It is {depth.test.^^} \"\"\""), "f1"));
  CHECK(has(complete("layer l {\n  dense(in.^^)\n}\n"), "channels"));
}

TEST_CASE("a report's words, experiments, columns and axes are offered", "[lsp]") {
  const auto in_report = [](const std::string& line) {
    return complete(kStudy + "report \"r\" {\n  " + line + "\n}\n");
  };
  CHECK(has(in_report("^^"), "table"));
  CHECK(has(in_report("curves ^^"), "depth"));
  CHECK(has(in_report("curves ^^"), "all"));
  CHECK(has(in_report("table depth: ^^"), "parameters"));
  CHECK(in_report("table depth[^^]") == std::vector<std::string>{"hidden"});
}

TEST_CASE("nothing is offered in comments and strings", "[lsp]") {
  CHECK(complete("# mod^^\n").empty());
  CHECK(complete("data d = idx(\"mn^^\")\n").empty());
}

TEST_CASE("signature help follows the argument that is being written", "[lsp]") {
  Editor editor;
  const auto active = [&](const std::string& text) {
    const Json help = editor.at("textDocument/signatureHelp", text);
    return help.is_null() ? -1 : help["activeParameter"].get<int>();
  };
  CHECK(active("model m { dense(^^") == 0);
  CHECK(active("model m { dense(3, ^^) }") == 1);
  CHECK(active("model m { dense(3, init: ^^) }") == 2);
  CHECK(active("model m { dense(max(1, ^^2), 3) }") == 1);
  CHECK(active("model m { dense(max(1, 2), ^^) }") == 1);
  CHECK(active("model m { dense([1, 2], \"a, b\", ^^) }") == 2);
  CHECK(active("model m { nothing(^^) }") == -1);
  CHECK(active("model m { ^^ }") == -1);
}

TEST_CASE("signature help marks no parameter for an argument that there is not", "[lsp]") {
  Editor editor;
  const auto marks = [&](const std::string& text) {
    return editor.at("textDocument/signatureHelp", text)["signatures"][0].contains("parameters");
  };
  CHECK(marks("model m { dense(10, activation: ^^"));
  CHECK_FALSE(marks("model m { dense(10, activaton: ^^"));
  CHECK_FALSE(marks("model m { dense(1, relu, true, zeros, zeros, 6, ^^"));
}
