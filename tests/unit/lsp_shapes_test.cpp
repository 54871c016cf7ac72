// Shapes beside the lines of models, what experiments come to, and texts whose shapes are not known.
#include "lsp_support.hpp"

using namespace nnc::lsp;
using namespace nnc::lsp::test;

namespace {

std::vector<std::string> hints(Editor& editor) {
  const Json range = {{"start", {{"line", 0}, {"character", 0}}}, {"end", {{"line", 999}, {"character", 0}}}};
  Json params = Editor::document();
  params["range"] = range;
  std::vector<std::string> all;
  for (const Json& hint : editor.request("textDocument/inlayHint", params))
    all.push_back(std::to_string(hint["position"]["line"].get<int>()) + " " +
                  hint["label"].get<std::string>());
  return all;
}

using Hints = std::vector<std::string>;

}  // namespace

TEST_CASE("the lines of a model show what they give in all trials", "[lsp]") {
  Editor editor;
  editor.open(kStudy);
  CHECK(hints(editor) == Hints{"2 → 784", "4 → 256 or 256, then 128", "5 → 256 or 256, then 128", "7 → 10"});
}

TEST_CASE("a hover on a line of a model tells shape, parameters and operations per model", "[lsp]") {
  Editor editor;
  std::string text = kStudy;
  text.replace(text.find("dense(10"), 8, "den^^se(10");
  const Json result = editor.at("textDocument/hover", text);
  const std::string value = result["contents"]["value"];
  INFO(value);
  CHECK(value.find("gives **10**, 2570 parameters, 5140 FLOPs per sample") != std::string::npos);
  CHECK(value.find("depth: hidden = [256]") != std::string::npos);
  CHECK(value.find("1290 parameters") != std::string::npos);
}

TEST_CASE("every layer of a chain has its shape where its line ends", "[lsp]") {
  Editor editor;
  editor.open(
      "model m {\n  input 28x28x1\n  let y = in |> conv2d(4, 3x3) |> relu\n             |> flatten\n  y |> "
      "dense(2)\n}\n");
  CHECK(hints(editor) == Hints{"2 → 26x26x4", "3 → 2704", "4 → 2"});
}

TEST_CASE("shapes are known up to a mistake", "[lsp]") {
  Editor editor;
  editor.open("model m {\n  input 28x28x1\n  maxpool2d(2x2)\n  flatten\n  conv2d(3, 3x3)\n}\n");
  CHECK(hints(editor) == Hints{"2 → 14x14x1", "3 → 196"});
  CHECK(editor.diagnostics().size() == 1);
}

TEST_CASE("the shapes of the last whole text stay while the text is broken", "[lsp]") {
  Editor editor;
  editor.open("let spare = 1\nmodel m {\n  input 28x28x1\n  flatten\n  dense(2)\n}\n");
  CHECK(hints(editor).size() == 2);
  editor.change(
      {{{"range", {{"start", {{"line", 0}, {"character", 0}}}, {"end", {{"line", 0}, {"character", 0}}}}},
        {"text", "recipe r {\n  loss: ]\n"}}});
  CHECK(hints(editor) == Hints{"5 → 784", "6 → 2"});
}

TEST_CASE("data that is missing is one mistake, and the rest works", "[lsp]") {
  Editor editor;
  std::string text = kStudy;
  text.replace(text.find("mnist"), 5, "nowhere");
  editor.open(text + "model _other {\n  input 8\n  dense(3)\n}\n");
  CHECK(editor.codes() == std::vector<std::string>{"E0504"});
  CHECK(hints(editor) == Hints{"16 → 3"});
}

TEST_CASE("every experiment has a lens that says what it would train and runs it", "[lsp]") {
  Editor editor;
  editor.open(kStudy);
  const Json lenses = editor.request("textDocument/codeLens", Editor::document());
  REQUIRE(lenses.size() == 1);
  CHECK(lenses[0]["range"]["start"]["line"] == 10);
  CHECK(lenses[0]["command"]["title"] == "run: 2 trials, 10 epochs declared");
  CHECK(lenses[0]["command"]["command"] == "nnc.run");
  CHECK(lenses[0]["command"]["arguments"] == Json{Editor::kUri, "depth"});
}

TEST_CASE("hints and lenses are asked for again once shapes are known", "[lsp]") {
  Editor editor;
  editor.open(kStudy);
  editor.diagnostics();
  int asked = 0;
  for (const Json& message : editor.sent) asked += message.value("method", "").ends_with("/refresh") ? 1 : 0;
  CHECK(asked == 2);
}

TEST_CASE("a newer message ends the work on shapes, which is taken up again", "[lsp]") {
  Editor editor;
  bool waiting = true;
  editor.server().session().newer = [&] { return waiting; };
  editor.open(kStudy + "model bad { dense(nothing) }\n");
  CHECK(editor.codes() == std::vector<std::string>{"E0201"});
  CHECK(editor.server().next_work());
  waiting = false;
  editor.diagnostics();
  CHECK(editor.document_of().shapes != nullptr);
  CHECK_FALSE(editor.server().next_work());
}
