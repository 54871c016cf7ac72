// What is said about mistakes, how many times, and what is still read behind them.
#include <catch2/catch.hpp>

#include "compiler/ast/ast.hpp"
#include "tests/unit/parse_support.hpp"

namespace nnc {
namespace {

using test::parse;
using test::Parsed;

std::string mistakes(const std::string& text) { return parse(text).mistakes(); }

std::string in_body(const std::string& statement) {
  return mistakes("model m {\n" + statement + "\n  flatten\n}\n");
}

std::string hint(const std::string& text) {
  const Parsed parsed = parse(text);
  INFO(parsed.mistakes());
  REQUIRE(parsed.sink.diagnostics().size() == 1);
  return parsed.sink.diagnostics()[0].hint;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The text after its suggested edit.
std::string mended(const std::string& text) {
  const Parsed parsed = parse(text);
  REQUIRE(parsed.sink.diagnostics().size() == 1);
  const auto& suggestion = parsed.sink.diagnostics()[0].suggestion;
  REQUIRE(suggestion);
  std::string result = text;
  return result.replace(suggestion->span.begin, suggestion->span.end - suggestion->span.begin,
                        suggestion->replacement);
}

std::size_t statements_of(const Parsed& parsed, std::size_t declaration) {
  return std::get<ast::FunctionDecl>(parsed.result.module.declarations.at(declaration).node)
      .body.statements.size();
}

}  // namespace

// ---------------------------------------------------------------- settings

TEST_CASE("`=` instead of `:` in a setting is mended", "[parse]") {
  const std::string text = "recipe standard {\n  loss: mse\n  batch = 32\n  epochs: 5\n}\n";
  CHECK(mistakes(text) == "3:9 E0101 expected `:` after the setting name, found `=`\n");
  CHECK(hint(text) == "settings are written `batch: value`");
  CHECK(mended(text) == "recipe standard {\n  loss: mse\n  batch: 32\n  epochs: 5\n}\n");
  const Parsed parsed = parse(text);
  const auto& recipe = std::get<ast::RecipeDecl>(parsed.result.module.declarations.at(0).node);
  REQUIRE(recipe.settings.size() == 3);
  CHECK(std::holds_alternative<ast::ErrorExpr>(recipe.settings[1].value->node));
  CHECK(recipe.settings[2].key.text == "epochs");
  REQUIRE(parsed.sink.diagnostics()[0].notes.size() == 1);
  CHECK(parsed.sink.diagnostics()[0].notes[0] == "while reading recipe `standard`");
}

TEST_CASE("wrong settings are reported one by one", "[parse]") {
  CHECK(mistakes("recipe r { a = 1, b: , 3, d: 4 }") ==
        "1:14 E0101 expected `:` after the setting name, found `=`\n"
        "1:22 E0101 expected a value after `:`, found `,`\n"
        "1:24 E0101 expected a setting, found `3`\n");
}

// ---------------------------------------------------------------- statements

TEST_CASE("each wrong statement of a block is reported, the others are read", "[parse]") {
  const Parsed parsed = parse(
      "model m {\n  let = 3\n  flatten\n  let y =\n  dense(1, )\n  dense(2\n  , 3 4)\n  for u in { a }\n  "
      "b\n}\nlet c = 1\n");
  CHECK(parsed.mistakes() ==
        "2:7 E0101 expected a name after `let`, found `=`\n"
        "4:10 E0101 expected a value after `=`, found the end of the line\n"
        "7:7 E0101 expected `,` or `)` after `3`, found `4`\n"
        "8:12 E0101 expected a value after `in`, found `{`\n");
  CHECK(statements_of(parsed, 0) == 6);
  CHECK(parsed.result.module.declarations.size() == 2);
}

TEST_CASE("a mistake in an inner block leaves the outer one whole", "[parse]") {
  const Parsed parsed = parse("model m {\n  for u in h {\n    dense(u) dense(u)\n    a\n  }\n  b\n}\n");
  CHECK(parsed.mistakes() == "3:14 E0101 expected the end of the line after `)`, found `dense`\n");
  CHECK(statements_of(parsed, 0) == 2);
  const auto& model = std::get<ast::FunctionDecl>(parsed.result.module.declarations[0].node);
  CHECK(std::get<ast::For>(model.body.statements[0].node).body.statements.size() == 2);
}

TEST_CASE("the name of a let with a wrong value is kept", "[parse]") {
  const Parsed parsed = parse("model m {\n  let y = dense(, )\n  y\n}\nlet z = )\n");
  CHECK(parsed.sink.error_count() == 2);
  const auto& model = std::get<ast::FunctionDecl>(parsed.result.module.declarations.at(0).node);
  const auto& let = std::get<ast::Let>(model.body.statements.at(0).node);
  CHECK(let.name.text == "y");
  CHECK(std::holds_alternative<ast::ErrorExpr>(let.value->node));
  CHECK(std::get<ast::LetDecl>(parsed.result.module.declarations.at(1).node).name.text == "z");
}

TEST_CASE("slips in bodies get their own hints", "[parse]") {
  CHECK(in_body("  x = 3") == "2:5 E0101 expected the end of the line after `x`, found `=`\n");
  CHECK(has(hint("model m {\n  x = 3\n}"), "`let x = ...`"));
  CHECK(has(hint("model m {\n  parm k: [2] ~ zeros\n}"), "did you mean `param`"));
  CHECK(has(hint("model m {\n  return x\n}"), "leave out `return`"));
  CHECK(has(hint("model m {\n  flatten -> dense(1)\n}"), "`x |> layer`"));
  CHECK(has(hint("model m {\n  // a comment\n}"), "`#`"));
  CHECK(has(hint("model m {\n  flatten // a comment\n}"), "comments begin with `#`"));
  CHECK(has(hint("model m {\n  if a = b { c }\n}"), "`==`"));
  CHECK(has(hint("model m {\n  let a = 2 ** 3\n}"), "`a ^ b`"));
  CHECK(has(hint("model m {\n  let a = b && c\n}"), "`and`"));
  CHECK(has(hint("model m {\n  let a = b || c\n}"), "`or`"));
  CHECK(has(hint("model m {\n  let a = !b\n}"), "`not`"));
  CHECK(has(hint("model m {\n  let a = 'b'\n}"), "double quotes"));
  CHECK(has(hint("model m {\n  let a = .5\n}"), "`0.5`"));
  CHECK(mended("let a = .5") == "let a = 0.5");
  CHECK(has(hint("let a = dense(1, activation = relu)"), "`activation: value`"));
  CHECK(mended("let a = dense(1, activation = relu)") == "let a = dense(1, activation: relu)");
  CHECK(has(hint("let in = 3"), "reserved word"));
  CHECK(has(hint("let a: 3"), "`=`"));
  CHECK(has(hint("layer l {\n  let s = if x { 1 }\n  s\n}"), "both sides"));
}

TEST_CASE("semicolons at the ends of lines are fine", "[parse]") {
  CHECK(mistakes("let a = 1;\nmodel m {\n  flatten;\n  dense(1);\n};\n").empty());
}

TEST_CASE("chains of comparisons and a not in the wrong place are explained", "[parse]") {
  CHECK(mistakes("let a = b < c < d < e") == "1:15 E0101 `<` cannot follow `<` without parentheses\n");
  CHECK(has(hint("let a = b < c == d"), "joined with `and`"));
  CHECK(mistakes("let a = 1 .. 2 .. 3") == "1:16 E0101 `..` cannot follow `..` without parentheses\n");
  CHECK(mistakes("let a = b == not c") == "1:14 E0101 `not` cannot follow `==`\n");
}

// ---------------------------------------------------------------- brackets

TEST_CASE("an unclosed bracket is shown where it opens and where that was noticed", "[parse]") {
  const Parsed parsed =
      parse("model m {\n  dense(10, relu\n  dropout(0.2)\n  flatten\n}\nmodel n { flatten }\n");
  CHECK(parsed.mistakes() == "2:8 E0102 this `(` is never closed\n");
  REQUIRE(parsed.sink.diagnostics()[0].labels.size() == 1);
  CHECK(parsed.text(parsed.sink.diagnostics()[0].labels[0].span) == "dropout");
  CHECK(parsed.sink.diagnostics()[0].labels[0].text == "`)` is missing before this");
  CHECK(statements_of(parsed, 0) == 3);
  CHECK(parsed.result.module.declarations.size() == 2);
}

TEST_CASE("a missing comma is not an unclosed bracket", "[parse]") {
  CHECK(mistakes("data d = idx(\"x\") {\n  classes: [\"a\", \"b\"\n    \"c\"]\n  scale: minmax\n}\n") ==
        "3:5 E0101 expected `,` or `]` after a string, found `\"c\"`\n");
}

TEST_CASE("a block left open ends at the next declaration", "[parse]") {
  const Parsed parsed = parse("model m {\n  flatten\n\nmodel n {\n  dense(1)\n}\n");
  CHECK(parsed.mistakes() == "1:9 E0102 this `{` is never closed\n");
  CHECK(parsed.text(parsed.sink.diagnostics()[0].labels.at(0).span) == "model");
  CHECK(statements_of(parsed, 0) == 1);
  CHECK(statements_of(parsed, 1) == 1);
}

TEST_CASE("records, experiments and reports left open end at the next declaration, too", "[parse]") {
  CHECK(mistakes("recipe r {\n  a: 1\nlet b = 2\n") == "1:10 E0102 this `{` is never closed\n");
  CHECK(mistakes("experiment e {\n  where a\nreport \"x\" {\n  curves e\n}\n") ==
        "1:14 E0102 this `{` is never closed\n");
}

TEST_CASE("indentation tells which of several blocks was left open", "[parse]") {
  const Parsed parsed =
      parse("model m {\n  for u in h {\n    dense(u)\n  dense(10)\n}\n\nmodel n {\n  dense(1)\n}\n");
  CHECK(parsed.mistakes() == "2:14 E0102 this `{` is never closed\n");
  CHECK(parsed.result.module.declarations.size() == 2);
}

TEST_CASE("brackets left open at the end of the file are one mistake", "[parse]") {
  CHECK(mistakes("model m { for u in h { dense(3") == "1:29 E0102 this `(` is never closed\n");
  CHECK(mistakes("let a = [1,") == "1:9 E0102 this `[` is never closed\n");
}

TEST_CASE("a bracket that closes nothing is one mistake", "[parse]") {
  CHECK(in_body("  dense(10))") == "2:12 E0101 this `)` closes nothing\n");
  CHECK(mistakes("let a = 1\n}\nlet b = 2\n") == "2:1 E0101 this `}` closes nothing\n");
  CHECK(mistakes("model m {\n  for u in h { a } }\n  b\n}\nlet c = 1\n") ==
        "3:3 E0101 expected a declaration, found `b`\n");
}

TEST_CASE("a brace on the next line, or none, is explained", "[parse]") {
  CHECK(mistakes("model m\n{\n  flatten\n}\nlet a = 1\n") ==
        "1:8 E0101 expected `{` after `m`, found the end of the line\n");
  CHECK(has(hint("model m\n{\n  flatten\n}\n"), "same line"));
  CHECK(has(hint("model m:\n  flatten\n"), "without `:`"));
  CHECK(has(hint("layer l(x) = x"), "short form"));
}

// ---------------------------------------------------------------- strings and numbers

TEST_CASE("an unclosed string is shown where it opens", "[parse]") {
  CHECK(mistakes("data d = idx(\"/usr/share) {\n  scale: minmax\n}\nlet a = 1\n") ==
        "1:14 E0103 this string is never closed\n");
  CHECK(in_body("  expects a \"b") == "2:13 E0103 this string is never closed\n");
  CHECK(mistakes("report \"x\" {\n  \"\"\"\n  text {a.b}\n  curves a\n}\n") ==
        "2:3 E0103 this string is never closed\n");
}

TEST_CASE("a mistake in prose leaves the rest of the report", "[parse]") {
  const Parsed parsed = parse("report \"x\" {\n  \"\"\" {a.} {b \"\"\"\n  curves a\n}\nlet c = 1\n");
  CHECK(parsed.mistakes() == "2:10 E0101 expected a name after `.`, found `}`\n");
  CHECK(std::get<ast::ReportDecl>(parsed.result.module.declarations.at(0).node).entries.size() == 1);
  CHECK(has(hint("report \"x\" { \"\"\" a } \"\"\" }"), "`}}`"));
}

TEST_CASE("numbers that do not fit and words that are no numbers", "[parse]") {
  CHECK(has(mistakes("let a = 9223372036854775808"), "E0105 `9223372036854775808`"));
  CHECK(has(mistakes("let a = 1e999"), "E0105"));
  CHECK(has(mistakes("let a = 3x99999999999999999999"), "1:11 E0105 `99999999999999999999`"));
  CHECK(mistakes("let a = 12abc") == "1:9 E0101 `12abc` is not a number\n");
  CHECK(mistakes("let a = 5.") == "1:9 E0101 `5.` is not a number\n");
  CHECK(mistakes("let a = 1__0") == "1:9 E0101 `1__0` is not a number\n");
  CHECK(mistakes("let a = 3x") == "1:9 E0101 `3x` is not a number\n");
}

TEST_CASE("unknown escapes are shown in the string", "[parse]") {
  CHECK(mistakes("let a = \"b\\qc\\ä\"") ==
        "1:11 E0106 unknown escape `\\q` in a string\n1:14 E0106 unknown escape `\\ä` in a string\n");
}

// ---------------------------------------------------------------- declarations

TEST_CASE("a misspelt declaration is guessed, and its block skipped", "[parse]") {
  const std::string text = "modle m {\n  flatten\n  let = 3\n}\n\nmodel n { flatten }\n";
  CHECK(mistakes(text) == "1:1 E0101 expected a declaration, found `modle`\n");
  CHECK(hint(text) == "did you mean `model`?");
  CHECK(parse(text).result.module.declarations.size() == 1);
  CHECK(mended(text).starts_with("model m {"));
}

TEST_CASE("several wrong declarations are several mistakes", "[parse]") {
  CHECK(mistakes("modle m {\n}\nrecipee r {\n  a: 1\n}\nlet = 3\nlet a 3\nmodel { }\nlet b = 1\n") ==
        "1:1 E0101 expected a declaration, found `modle`\n"
        "3:1 E0101 expected a declaration, found `recipee`\n"
        "6:5 E0101 expected a name after `let`, found `=`\n"
        "7:7 E0101 expected `=` after `a`, found `3`\n"
        "8:7 E0101 expected a name after `model`, found `{`\n");
}

TEST_CASE("habits of Python get their own hints", "[parse]") {
  CHECK(has(hint("def f(x):\n  return x\n\nlet a = 1\n"), "`fn`"));
  CHECK(has(hint("class Net {\n}\n"), "`model`"));
  CHECK(has(hint("from blocks import a\n"), "import \"blocks.nn\""));
  CHECK(has(hint("import blocks\n"), "import \"blocks.nn\""));
}

TEST_CASE("a wrong head keeps the name and the parameters before the mistake", "[parse]") {
  const Parsed parsed = parse("model m(a: int, b: , c) {\n  flatten\n}\nlet d = 1\n");
  CHECK(parsed.mistakes() == "1:20 E0101 expected a type after `:`, found `,`\n");
  REQUIRE(parsed.result.module.declarations.size() == 2);
  const auto& model = std::get<ast::FunctionDecl>(parsed.result.module.declarations[0].node);
  CHECK(model.name.text == "m");
  CHECK(model.parameters.size() == 2);
}

TEST_CASE("experiments and reports guess their words", "[parse]") {
  CHECK(hint("experiment e {\n  sweeep n in [1]\n}\n") == "did you mean `sweep`?");
  CHECK(hint("report \"x\" {\n  tabel a: b\n}\n") == "did you mean `table`?");
  CHECK(mistakes("experiment e {\n  train a on b\n  repeat 5 seeds\n  select best a\n}\n") ==
        "2:15 E0101 expected `with` after `b`, found the end of the line\n"
        "3:10 E0101 expected `over` after `repeat`, found `5`\n"
        "4:15 E0101 expected `by` after `best`, found `a`\n");
}

TEST_CASE("samples and stopping say which of their words is missing, and how they are written", "[parse]") {
  const auto in_experiment = [](const std::string& line) { return "experiment e {\n  " + line + "\n}\n"; };
  CHECK(mistakes(in_experiment("sample 20")) ==
        "2:12 E0101 expected `points` after `20`, found the end of the line\n");
  CHECK(hint(in_experiment("sample 20 pionts")) == "a sample is written `sample 20 points`");
  CHECK(mistakes(in_experiment("stop valid.loss after 5 epochs")) ==
        "2:8 E0101 expected `by` after `stop`, found `valid`\n");
  CHECK(mistakes(in_experiment("stop by valid.loss for 5 epochs")) ==
        "2:22 E0101 expected `after` after `loss`, found `for`\n");
  CHECK(hint(in_experiment("stop by valid.loss after 5")) ==
        "stopping early is written `stop by valid.loss after 5 epochs`");
  CHECK(hint(in_experiment("sampel 20 points")) == "did you mean `sample`?");
  CHECK(hint(in_experiment("stopp by valid.loss after 5 epochs")) == "did you mean `stop`?");
}

TEST_CASE("a mistake in one line of a sweep leaves the others", "[parse]") {
  const Parsed parsed = parse(
      "experiment e {\n  sweep {\n    a on [1]\n    b in [2]\n  } or { a in [3] b in [4] }\n"
      "  train m on d with r\n}\n");
  CHECK(parsed.mistakes() ==
        "3:7 E0101 expected `in` after `a`, found `on`\n"
        "5:19 E0101 expected the end of the line after `]`, found `b`\n");
  const auto& experiment = std::get<ast::ExperimentDecl>(parsed.result.module.declarations.at(0).node);
  REQUIRE(experiment.statements.size() == 2);
  const auto& sweep = std::get<ast::Sweep>(experiment.statements[0].node);
  REQUIRE(sweep.branches.size() == 2);
  CHECK(sweep.branches[0].lines.back().axes.back().name.text == "b");
}

TEST_CASE("a sweep without an axis is a mistake, and so is one without its second branch", "[parse]") {
  const auto in_experiment = [](const std::string& line) { return "experiment e {\n  " + line + "\n}\n"; };
  CHECK(mistakes(in_experiment("sweep { }")) == "2:9 E0101 expected an axis between the braces\n");
  CHECK(mistakes(in_experiment("sweep")) ==
        "2:8 E0101 expected a name after `sweep`, found the end of the line\n");
  CHECK(mistakes(in_experiment("sweep { a in [1] } or a in [2]")) ==
        "2:25 E0101 expected `{` after `or`, found `a`\n");
  CHECK(mistakes("experiment e {\n  sweep { a in [1]\n}\n") == "2:9 E0102 this `{` is never closed\n");
}

TEST_CASE("other versions of the language are refused", "[parse]") {
  CHECK(mistakes("nn 2\nlet a = 1\n") ==
        "1:4 E0108 this file is written for language version 2, and this nnc knows version 1\n");
  CHECK(mistakes("nn 1.5\n") ==
        "1:4 E0108 this file is written for language version 1.5, and this nnc knows version 1\n");
}

TEST_CASE("a broken node is marked in the parse tree", "[parse]") {
  const Parsed parsed = parse("let a = (\n");
  CHECK(has(print_parse_tree(*parsed.sources, parsed.file), "parenthesized 8..10 broken"));
}

}  // namespace nnc
