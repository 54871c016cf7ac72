// Names: hover, definition, references, rename, symbols, tokens, quick fixes, and mistakes as you type.
#include "compiler/lsp/describe.hpp"
#include "compiler/sema/settings.hpp"
#include "lsp_support.hpp"

using namespace nnc::lsp;
using namespace nnc::lsp::test;

namespace {

std::string hover(Editor& editor, const std::string& text) {
  const Json result = editor.at("textDocument/hover", text);
  return result.is_null() ? "" : result["contents"]["value"].get<std::string>();
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

std::string with(std::string text, const std::string& before, const std::string& after) {
  const std::size_t at = text.find(before);
  REQUIRE(at != std::string::npos);
  return text.replace(at, before.size(), after);
}

}  // namespace

TEST_CASE("every setting says what it is for", "[lsp]") {
  for (const auto& rules :
       {nnc::sema::data_rules(), nnc::sema::recipe_rules(), nnc::sema::metric_rules({})}) {
    for (const nnc::sema::SettingRule& rule : rules) {
      INFO(rule.key);
      CHECK_FALSE(setting_doc(rule.key).empty());
    }
  }
}

TEST_CASE("a hover shows a declaration up to its settings, whatever its strings have", "[lsp]") {
  Editor editor;
  CHECK(contains(hover(editor, "data d^^ = idx(\"sets/{mnist}\") { scale: unit }\n"),
                 "data d = idx(\"sets/{mnist}\")"));
}

TEST_CASE("a hover shows what a name of the library takes and its documentation", "[lsp]") {
  Editor editor;
  CHECK(contains(hover(editor, "model m {\n  flat^^ten\n}\n"), "layer flatten"));
  const std::string dense = hover(editor, with(kStudy, "dense(units", "den^^se(units"));
  CHECK(contains(dense, "layer dense(units: int"));
  CHECK(contains(dense, "standard library"));
}

TEST_CASE("a hover shows the documentation that the user wrote", "[lsp]") {
  Editor editor;
  const std::string text =
      hover(editor, "## Twice the **input**.\nfn twice(x: tensor) = 2 * x\nlayer l { tw^^ice(in) }\n");
  CHECK(contains(text, "fn twice(x: tensor) = 2 * x"));
  CHECK(contains(text, "Twice the **input**."));
}

TEST_CASE("a hover shows types of parameters, axes, members and settings", "[lsp]") {
  Editor editor;
  CHECK(contains(hover(editor, with(kStudy, "in hidden {", "in hid^^den {")), "hidden: [int]"));
  CHECK(contains(hover(editor, with(kStudy, "ann(hidden)", "ann(hid^^den)")), "axis of a sweep of `depth`"));
  CHECK(contains(hover(editor, "layer l { in * in.chan^^nels }\n"), "channels: int"));
  CHECK(contains(hover(editor, with(kStudy, "batch:", "ba^^tch:")), "how many samples a step sees"));
}

TEST_CASE("definition leads to declarations, parameters, axes and imported files", "[lsp]") {
  Editor editor;
  editor.files["/programs/blocks.nn"] = "layer block(units: int) { dense(units) }\n";
  const auto line = [&](const std::string& text) {
    const Json result = editor.at("textDocument/definition", text);
    return result.is_null() ? -1 : result["range"]["start"]["line"].get<int>();
  };
  CHECK(line(with(kStudy, "train ann", "train an^^n")) == 1);
  CHECK(line(with(kStudy, "dropout(rate)", "dropout(ra^^te)")) == 1);
  CHECK(line(with(kStudy, "ann(hidden)", "ann(^^hidden)")) == 11);
  const Json imported =
      editor.at("textDocument/definition", "import \"blocks.nn\"\nmodel m { blo^^ck(units: 3) }\n");
  CHECK(imported["uri"] == "file:///programs/blocks.nn");
  CHECK(imported["range"]["start"]["character"] == 6);
  CHECK(editor.at("textDocument/definition", "import \"blo^^cks.nn\"\n")["uri"] ==
        "file:///programs/blocks.nn");
}

TEST_CASE("documents that are open count, not the disk's", "[lsp]") {
  Editor editor;
  editor.files["/programs/blocks.nn"] = "layer old { relu }\n";
  editor.open("layer fresh { relu }\n", "file:///programs/blocks.nn");
  editor.open("import \"blocks.nn\"\nmodel m { fresh }\n");
  CHECK(editor.codes() == std::vector<std::string>{});
  editor.replace("layer other { relu }\n", "file:///programs/blocks.nn");
  CHECK(editor.codes() == std::vector<std::string>{"E0201"});
  editor.notify("textDocument/didClose", Editor::document("file:///programs/blocks.nn"));
  editor.replace("import \"blocks.nn\"\nmodel m { old }\n");
  CHECK(editor.codes() == std::vector<std::string>{});
}

TEST_CASE("references are found in all open files that share a declaration", "[lsp]") {
  Editor editor;
  editor.open("import \"blocks.nn\"\nmodel m { block }\nmodel n { block }\n");
  const Marked cursor = marked("layer bl^^ock { relu }\n");
  editor.open(cursor.text, "file:///programs/blocks.nn");
  const Json found = editor.request(
      "textDocument/references", Editor::place(cursor.position, {{"context", {{"includeDeclaration", true}}}},
                                               "file:///programs/blocks.nn"));
  CHECK(found.size() == 3);
}

TEST_CASE("highlights are the uses of a name in the document", "[lsp]") {
  Editor editor;
  CHECK(editor.at("textDocument/documentHighlight", with(kStudy, "rate: float", "ra^^te: float")).size() ==
        2);
}

TEST_CASE("rename changes every use and nothing else", "[lsp]") {
  Editor editor;
  const auto renamed = [&](const std::string& text, const std::string& name) {
    const Json edit = editor.at("textDocument/rename", text, {{"newName", name}});
    return Editor::apply(marked(text).text, edit["changes"][Editor::kUri]);
  };
  CHECK(renamed("layer blo^^ck { relu }\nmodel m { block; block }\n", "part") ==
        "layer part { relu }\nmodel m { part; part }\n");
  CHECK(renamed("model m(a: int, b: int) { dense(a^^) ; dense(b) }\nmodel n { m(a: 1, b: 2) }\n", "c") ==
        "model m(c: int, b: int) { dense(c) ; dense(b) }\nmodel n { m(c: 1, b: 2) }\n");
}

TEST_CASE("an axis is renamed in its branches, in reports and in what builds on the experiment", "[lsp]") {
  Editor editor;
  const std::string study = kStudy + R"(experiment wide from depth { where len(hidden) > 1 }
report "r" {
  table depth: hidden, test.accuracy
  """{depth[hidden: [256]].test.accuracy} {best(wide).hidden}"""
}
)";
  const std::string text = with(study, "sweep hidden", "sweep hid^^den");
  const Json edit = editor.at("textDocument/rename", text, {{"newName", "layers"}});
  const std::string after = Editor::apply(study, edit["changes"][Editor::kUri]);
  CHECK(contains(after, "sweep layers in"));
  CHECK(contains(after, "train ann(layers)"));
  CHECK(contains(after, "where len(layers) > 1"));
  CHECK(contains(after, "table depth: layers, test.accuracy"));
  CHECK(contains(after, "depth[layers: [256]]"));
  CHECK(contains(after, "best(wide).layers"));
  CHECK(contains(after, "for units in hidden"));
}

TEST_CASE("rename refuses what would change the meaning", "[lsp]") {
  Editor editor;
  const auto refused = [&](const std::string& text, const std::string& name) {
    const Marked cursor = marked(text);
    editor.open(cursor.text);
    return editor.error_of("textDocument/rename", Editor::place(cursor.position, {{"newName", name}})) ==
           kRequestFailed;
  };
  CHECK(refused("model m { den^^se(3) }\n", "thick"));
  CHECK(refused("layer l { i^^n }\n", "x"));
  CHECK(refused("layer bl^^ock { relu }\nmodel m { block; dense(3) }\n", "dense"));
  CHECK(refused("layer a^^ { relu }\nlayer b { relu }\n", "b"));
  CHECK(refused("layer a^^ { relu }\n", "let"));
  CHECK(refused("layer a^^ { relu }\n", "two words"));
  CHECK(refused("layer a(units: int) { let wi^^dth = 3\n dense(width); dense(units) }\n", "units"));
  CHECK(refused("# no^^thing\n", "x"));
}

TEST_CASE("prepareRename says what will be renamed, or why not", "[lsp]") {
  Editor editor;
  const Json can = editor.at("textDocument/prepareRename", "layer blo^^ck { relu }\n");
  CHECK(can["placeholder"] == "block");
  const Marked cursor = marked("model m { re^^lu }\n");
  editor.open(cursor.text);
  const Json answer = editor.ask("textDocument/prepareRename", Editor::place(cursor.position));
  CHECK(answer["error"]["message"] == "`relu` is a name of the standard library");
}

TEST_CASE("the outline has declarations with their parts", "[lsp]") {
  Editor editor;
  editor.open(kStudy +
              "layer own { param gain: [1] ~ ones\n in * gain }\nreport \"What helps?\" { curves depth }\n");
  const Json symbols = editor.request("textDocument/documentSymbol", Editor::document());
  std::vector<std::string> names;
  for (const Json& symbol : symbols) names.push_back(symbol["name"]);
  CHECK(names == std::vector<std::string>{"fashion", "ann", "standard", "depth", "own", "What helps?"});
  CHECK(symbols[3]["children"][0]["name"] == "hidden");
  CHECK(symbols[4]["children"][0]["name"] == "gain");
  Editor old(Json::object());
  old.open(kStudy);
  CHECK(old.request("textDocument/documentSymbol", Editor::document())[0].contains("location"));
}

TEST_CASE("blocks, prose and comments fold, also in a broken text", "[lsp]") {
  Editor editor;
  editor.open(
      "# one\n# two\nmodel m {\n  dense(\n    3\n  )\n}\nreport \"r\" {\n  \"\"\"\n  text\n  "
      "\"\"\"\n}\nmodel ( {\n");
  const Json folds = editor.request("textDocument/foldingRange", Editor::document());
  std::vector<int> starts;
  for (const Json& fold : folds) starts.push_back(fold["startLine"]);
  std::sort(starts.begin(), starts.end());
  CHECK(starts == std::vector<int>{0, 2, 3, 7, 8});
}

TEST_CASE("semantic tokens are names in the order of the text, none over another", "[lsp]") {
  Editor editor;
  editor.open("layer own(a: int) { dense(a) }  # \xF0\x9F\x98\x80\nmodel m { own(a: 3) }\n");
  const Json data = editor.request("textDocument/semanticTokens/full", Editor::document())["data"];
  REQUIRE(data.size() % 5 == 0);
  std::vector<std::pair<int, int>> tokens;  // line, character
  int line = 0;
  int character = 0;
  for (std::size_t i = 0; i < data.size(); i += 5) {
    line += data[i].get<int>();
    character = data[i] == 0 ? character + data[i + 1].get<int>() : data[i + 1].get<int>();
    tokens.emplace_back(line, character);
  }
  CHECK(tokens ==
        std::vector<std::pair<int, int>>{{0, 6}, {0, 10}, {0, 20}, {0, 26}, {1, 6}, {1, 10}, {1, 14}});
}

TEST_CASE("mistakes are published with their places, codes and what explains them", "[lsp]") {
  Editor editor;
  editor.open("model m {\n  dense(units: 3, units: 4)\n  dence(3)\n}\n");
  const Json diagnostics = editor.diagnostics();
  REQUIRE(diagnostics.size() == 2);
  CHECK(diagnostics[0]["relatedInformation"][0]["message"] == "first given here");
  CHECK(diagnostics[1]["code"] == "E0201");
  CHECK(diagnostics[1]["range"]["start"]["line"] == 2);
  CHECK(contains(diagnostics[1]["message"], "did you mean `dense`?"));
  editor.replace("model m { dense(3) }\n");
  CHECK(editor.diagnostics().empty());
}

TEST_CASE("what nobody uses is marked as unnecessary", "[lsp]") {
  Editor editor;
  editor.open(kStudy + "let spare = 3\n");
  const Json diagnostics = editor.diagnostics();
  REQUIRE(diagnostics.size() == 1);
  CHECK(diagnostics[0]["tags"] == Json{1});
}

TEST_CASE("a mistake in an imported file is shown at the import", "[lsp]") {
  Editor editor;
  editor.files["/programs/blocks.nn"] = "layer block { nothing_there }\n";
  editor.open("let a = 1\nimport \"blocks.nn\"\n");
  const Json diagnostics = editor.diagnostics();
  REQUIRE(diagnostics.size() == 1);
  CHECK(diagnostics[0]["range"]["start"]["line"] == 1);
  CHECK(diagnostics[0]["relatedInformation"][0]["location"]["uri"] == "file:///programs/blocks.nn");
}

TEST_CASE("quick fixes put in the name that was meant", "[lsp]") {
  Editor editor;
  const std::string text = "model m { dence(3) }\n";
  editor.open(text);
  const Json diagnostics = editor.diagnostics();
  const Json actions =
      editor.request("textDocument/codeAction", {{"textDocument", {{"uri", Editor::kUri}}},
                                                 {"range", diagnostics[0]["range"]},
                                                 {"context", {{"diagnostics", diagnostics}}}});
  REQUIRE(actions.size() == 1);
  CHECK(actions[0]["title"] == "Change to `dense`");
  CHECK(actions[0]["diagnostics"].size() == 1);
  CHECK(Editor::apply(text, actions[0]["edit"]["changes"][Editor::kUri]) == "model m { dense(3) }\n");
}

TEST_CASE("a text that is broken in one place works in the others", "[lsp]") {
  Editor editor;
  CHECK(contains(hover(editor, "model a {\n  dense(\n}\nmodel b {\n  flat^^ten\n}\n"), "layer flatten"));
  CHECK(editor.at("textDocument/definition",
                  "recipe r { loss: }\nlayer x { relu }\nmodel m { x^^ }\n")["range"]["start"]["line"] == 1);
}
