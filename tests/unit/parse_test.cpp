// The tree of every construct, what binds tighter, and where statements end.
#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <sstream>

#include "compiler/ast/ast.hpp"
#include "compiler/parse/keywords.hpp"
#include "tests/unit/parse_support.hpp"

namespace nnc {
namespace {

using test::parse;
using test::Parsed;

std::string one_line(const std::string& tree) {
  return std::regex_replace(tree, std::regex("\\s*\n\\s*"), " ");
}

// The declarations of a text, as one line; fails on any mistake in it.
std::string tree(const std::string& text) {
  const Parsed parsed = parse(text);
  INFO(text);
  CHECK(parsed.mistakes().empty());
  const std::string line = one_line(parsed.tree());
  REQUIRE(line.starts_with("(module"));
  return line.starts_with("(module)") ? "" : line.substr(8, line.size() - 8 - (line.ends_with(" ") ? 2 : 1));
}

std::string value(const std::string& expression) {
  const std::string line = tree("let v = " + expression);
  REQUIRE(line.starts_with("(let v "));
  return line.substr(7, line.size() - 8);
}

std::string body(const std::string& statements) {
  const std::string line = tree("model m {\n" + statements + "\n}");
  REQUIRE(line.starts_with("(model m (body"));
  return line == "(model m (body))" ? "" : line.substr(15, line.size() - 17);
}

std::string read(const std::string& path) {
  std::ifstream file(std::string(NNC_SOURCE_DIR) + "/" + path);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

// ---------------------------------------------------------------- expressions

TEST_CASE("literals", "[parse]") {
  CHECK(value("60_000") == "(int 60000)");
  CHECK(value("9223372036854775807") == "(int 9223372036854775807)");
  CHECK(value("0.5") == "(float 0.5)");
  CHECK(value("1e-3") == "(float 0.001)");
  CHECK(value("2.5e+4") == "(float 25000.0)");
  CHECK(value("1_000.5") == "(float 1000.5)");
  CHECK(value("3x3") == "(dims 3x3)");
  CHECK(value("224x224x3") == "(dims 224x224x3)");
  CHECK(value("true") == "(true)");
  CHECK(value("false") == "(false)");
  CHECK(value("none") == "(none)");
  CHECK(value(R"("a \"b\" \\ \{ ä")") == R"x((string "a \"b\" \\ \{ ä"))x");
  CHECK(value("\"\"") == "(string \"\")");
  CHECK(value("[]") == "(list)");
  CHECK(value("[1, [2], \"a\",]") == "(list (int 1) (list (int 2)) (string \"a\"))");
}

TEST_CASE("escapes become the characters they stand for", "[parse]") {
  const Parsed parsed = parse(R"(let v = "a\nb\tc")");
  const auto& let = std::get<ast::LetDecl>(parsed.result.module.declarations.at(0).node);
  CHECK(std::get<ast::StringLiteral>(let.value->node).value == "a\nb\tc");
}

TEST_CASE("names and keywords by position", "[parse]") {
  CHECK(value("loss") == "(name loss)");
  CHECK(value("model.data") == "(member data (name model))");
  CHECK(value("input_size") == "(name input_size)");
  CHECK(value("in") == "(name in)");
  CHECK(value("in.channels") == "(member channels (name in))");
  CHECK(value("_x1") == "(name _x1)");
}

TEST_CASE("operators bind in the order of the table", "[parse]") {
  CHECK(value("1 + 2 * 3") == "(binary + (int 1) (binary * (int 2) (int 3)))");
  CHECK(value("1 * 2 + 3") == "(binary + (binary * (int 1) (int 2)) (int 3))");
  CHECK(value("a - b - c") == "(binary - (binary - (name a) (name b)) (name c))");
  CHECK(value("a / b // c % d @ e") ==
        "(binary @ (binary % (binary // (binary / (name a) (name b)) (name c)) (name d)) (name e))");
  CHECK(value("a ^ b ^ c") == "(binary ^ (name a) (binary ^ (name b) (name c)))");
  CHECK(value("-a ^ b") == "(negate (binary ^ (name a) (name b)))");
  CHECK(value("a ^ -b ^ c") == "(binary ^ (name a) (negate (binary ^ (name b) (name c))))");
  CHECK(value("-a * b") == "(binary * (negate (name a)) (name b))");
  CHECK(value("a * -b") == "(binary * (name a) (negate (name b)))");
  CHECK(value("a - -b") == "(binary - (name a) (negate (name b)))");
  CHECK(value("0 .. n - 1") == "(binary .. (int 0) (binary - (name n) (int 1)))");
  CHECK(value("0..9") == "(binary .. (int 0) (int 9))");
  CHECK(value("a .. b == c") == "(binary == (binary .. (name a) (name b)) (name c))");
  CHECK(value("not a == b and c") == "(binary and (not (binary == (name a) (name b))) (name c))");
  CHECK(value("a or b and c") == "(binary or (name a) (binary and (name b) (name c)))");
  CHECK(value("a and b or c") == "(binary or (binary and (name a) (name b)) (name c))");
  CHECK(value("not not a") == "(not (not (name a)))");
  CHECK(value("x |> a or b |> c") ==
        "(binary |> (binary |> (name x) (binary or (name a) (name b))) (name c))");
  for (const char* comparison : {"==", "!=", "<", "<=", ">", ">="})
    CHECK(value(std::string("a ") + comparison + " b") ==
          std::string("(binary ") + comparison + " (name a) (name b))");
}

TEST_CASE("parentheses stay in the tree", "[parse]") {
  CHECK(value("(1 + 2) * 3") == "(binary * (paren (binary + (int 1) (int 2))) (int 3))");
  CHECK(value("((a))") == "(paren (paren (name a)))");
}

TEST_CASE("calls, indexes and members follow their operand", "[parse]") {
  CHECK(value("f()") == "(call (name f))");
  CHECK(value("f(1, b: 2,)") == "(call (name f) (int 1) (argument b (int 2)))");
  CHECK(value("f (1)") == "(call (name f) (int 1))");
  CHECK(value("epochs[n: 50].test.f1") ==
        "(member f1 (member test (index (name epochs) (argument n (int 50)))))");
  CHECK(value("x[0](y)") == "(call (index (name x) (int 0)) (name y))");
  CHECK(value("-f(x).y ^ 2") == "(negate (binary ^ (member y (call (name f) (name x))) (int 2)))");
}

TEST_CASE("if gives a value", "[parse]") {
  CHECK(value("if a { 1 } else { 2 }") == "(if (name a) (int 1) (int 2))");
  CHECK(value("if a { 1 } else if b { 2 } else { 3 }") ==
        "(if (name a) (int 1) (if (name b) (int 2) (int 3)))");
  CHECK(value("if a {\n  1\n}\nelse {\n  2\n}") == "(if (name a) (int 1) (int 2))");
  CHECK(value("1 + if a { 1 } else { 2 } * 3") ==
        "(binary + (int 1) (binary * (if (name a) (int 1) (int 2)) (int 3)))");
}

// ---------------------------------------------------------------- lines

TEST_CASE("an operator continues a line from either side", "[parse]") {
  CHECK(value("a +\n b") == "(binary + (name a) (name b))");
  CHECK(value("a\n + b") == "(binary + (name a) (name b))");
  CHECK(value("a # why\n # and how\n\n |> b") == "(binary |> (name a) (name b))");
  CHECK(value("a\n and b\n or c") == "(binary or (binary and (name a) (name b)) (name c))");
  CHECK(body("a\n - b") == "(apply (binary - (name a) (name b)))");
}

TEST_CASE("a tight minus, a bracket or a member on the next line begins a statement", "[parse]") {
  CHECK(body("a\n-b") == "(apply (name a)) (apply (negate (name b)))");
  CHECK(body("a\n(b)") == "(apply (name a)) (apply (paren (name b)))");
  CHECK(body("a\n[b]") == "(apply (name a)) (apply (list (name b)))");
}

TEST_CASE("line breaks mean nothing inside ( ) and [ ]", "[parse]") {
  CHECK(value("f(\n  1\n  ,\n  # two\n  2\n)") == "(call (name f) (int 1) (int 2))");
  CHECK(value("[a\n-b]") == "(list (binary - (name a) (name b)))");
  CHECK(value("(a\n.b)") == "(paren (member b (name a)))");
  CHECK(value("(f\n(x))") == "(paren (call (name f) (name x)))");
}

TEST_CASE("braces inside brackets bring the meaning of lines back", "[parse]") {
  CHECK(value("(if a {\n  b\n} else {\n  c\n}\n-d)") ==
        "(paren (binary - (if (name a) (name b) (name c)) (name d)))");
}

TEST_CASE("statements end at line breaks, semicolons and closing braces", "[parse]") {
  CHECK(body("a; b;; c\n\n\nd # e") == "(apply (name a)) (apply (name b)) (apply (name c)) (apply (name d))");
  CHECK(tree("model m { a }") == "(model m (body (apply (name a))))");
  CHECK(tree("let a = 1; let b = 2") == "(let a (int 1)) (let b (int 2))");
}

TEST_CASE("blanks, carriage returns and a byte order mark change nothing", "[parse]") {
  const std::string plain = tree("let a = [1,\n2]\nmodel m {\n  x\n  y\n}\n");
  CHECK(tree("let a = [1,\r\n2]\r\nmodel m {\r\n  x\r\n  y\r\n}\r\n") == plain);
  CHECK(tree("\xEF\xBB\xBFlet a = [1,\n2]\nmodel m {\n\tx\n\ty\n}") == plain);
  CHECK(tree("").empty());
  CHECK(tree("\n\n# only a comment").empty());
}

// ---------------------------------------------------------------- statements

TEST_CASE("statements of bodies", "[parse]") {
  CHECK(body("let enc = dense(64)") == "(let enc (call (name dense) (int 64)))");
  CHECK(body("param k: [in.features, u] ~ init") ==
        "(param k (shape (list (member features (name in)) (name u))) (init (name init)))");
  CHECK(body("state m ~ zeros") == "(state m (init (name zeros)))");
  CHECK(body("mean <- 0.5 * mean") == "(assign mean (binary * (float 0.5) (name mean)))");
  CHECK(body("expects in: [h, _, 3] \"images\"") ==
        "(expects-shape in (bind h) (any) (size 3) (hint \"images\"))");
  CHECK(body("expects in: []") == "(expects-shape in)");
  CHECK(body("expects prediction: [n,]") == "(expects-shape prediction (bind n))");
  CHECK(body("expects n > 0 \"why\"") == "(expects (binary > (name n) (int 0)) (hint \"why\"))");
  CHECK(body("expects is_class(t)") == "(expects (call (name is_class) (name t)))");
  CHECK(body("for u in hidden { dense(u) }") ==
        "(for u (name hidden) (body (apply (call (name dense) (name u)))))");
  CHECK(body("repeat n - 1 { flatten }") ==
        "(repeat (binary - (name n) (int 1)) (body (apply (name flatten))))");
  CHECK(body("input 32x32x1") == "(input (dims 32x32x1))");
  CHECK(body("if a { b }") == "(if (name a) (then (apply (name b))))");
  CHECK(body("if a { b } else { c }") == "(if (name a) (then (apply (name b))) (else (apply (name c))))");
  CHECK(body("if a { }\nelse if b { c }\nelse { d }") ==
        "(if (name a) (then) (else (if (name b) (then (apply (name c))) (else (apply (name d))))))");
}

// ---------------------------------------------------------------- declarations

TEST_CASE("functions of every kind", "[parse]") {
  CHECK(tree("model m { }") == "(model m (body))");
  CHECK(tree("layer l() { in }") == "(layer l (body (apply (name in))))");
  CHECK(tree("fn relu(x: tensor) = max(x, 0)") ==
        "(fn relu (parameter x: tensor) (value (apply (call (name max) (name x) (int 0)))))");
  CHECK(tree("fn f(x) { x }") == "(fn f (parameter x) (body (apply (name x))))");
  CHECK(tree("init zeros = constant(0)") == "(init zeros (value (apply (call (name constant) (int 0)))))");
  CHECK(tree("loss mse(prediction, target) { in }") ==
        "(loss mse (parameter prediction) (parameter target) (body (apply (name in))))");
  CHECK(tree("optimizer sgd(lr: float = 0.1,) { weight <- weight }") ==
        "(optimizer sgd (parameter lr: float (float 0.1)) (body (assign weight (name weight))))");
}

TEST_CASE("parameters have types and defaults", "[parse]") {
  CHECK(tree("model m(a, b: int, c = 1, d: [float] = [0.5], e: valid | same = valid, f: [[int]], g: none | "
             "x) { }") ==
        "(model m (parameter a) (parameter b: int) (parameter c (int 1)) (parameter d: [float] (list (float "
        "0.5))) "
        "(parameter e: valid | same (name valid)) (parameter f: [[int]]) (parameter g: none | x) (body))");
}

TEST_CASE("records take line breaks, commas and semicolons", "[parse]") {
  const std::string settings = "(setting a (int 1)) (setting b (list (int 2))) (setting loss (name c))";
  CHECK(tree("recipe r { a: 1, b: [2]; loss: c }") == "(recipe r " + settings + ")");
  CHECK(tree("recipe r {\n  a: 1\n  b: [\n 2\n ],\n\n  loss: c,\n}") == "(recipe r " + settings + ")");
  CHECK(tree("recipe r from other { a: 1, b: [2], loss: c }") == "(recipe r from other " + settings + ")");
  CHECK(tree("recipe r { }") == "(recipe r)");
  CHECK(
      tree("metric f1(average: micro | macro = micro) { better: higher; of: classes }") ==
      "(metric f1 (parameter average: micro | macro (name micro)) (setting better (name higher)) (setting of "
      "(name classes)))");
}

TEST_CASE("data, values and imports", "[parse]") {
  CHECK(tree("data d = idx(\"x\")") == "(data d (call (name idx) (string \"x\")))");
  CHECK(tree("data d = idx(\"x\") { scale: none }") ==
        "(data d (call (name idx) (string \"x\")) (setting scale (none)))");
  CHECK(tree("import \"blocks.nn\"") == "(import \"blocks.nn\")");
  CHECK(tree("nn 1\nlet a = 1") == "(version 1) (let a (int 1))");
  CHECK(tree("# first\n\nnn 1 # one\nlet a = 1") == "(version 1) (let a (int 1))");
}

TEST_CASE("experiments", "[parse]") {
  const auto statement = [](const std::string& text) {
    const std::string line = tree("experiment e { " + text + " }");
    REQUIRE(line.starts_with("(experiment e "));
    return line.substr(14, line.size() - 15);
  };
  CHECK(statement("train ann on fashion with standard") ==
        "(train (name ann) (name fashion) (name standard))");
  CHECK(statement("train m([1], rate) on d with r { epochs: n }") ==
        "(train (call (name m) (list (int 1)) (name rate)) (name d) (name r) (setting epochs (name n)))");
  CHECK(statement("sweep n in [25, 50]") == "(sweep (axis n (list (int 25) (int 50))))");
  CHECK(statement("sweep a in [1], b in [2]") == "(sweep (axis a (list (int 1))) (axis b (list (int 2))))");
  CHECK(statement("where a < b") == "(where (binary < (name a) (name b)))");
  CHECK(statement("repeat over 5 seeds") == "(repeat-seeds (int 5))");
  CHECK(statement("select best by valid.accuracy") == "(select-best (member accuracy (name valid)))");
  CHECK(statement("select best by a over kfold(5)") == "(select-best (name a) (call (name kfold) (int 5)))");
  CHECK(statement("validate over kfold(5)") == "(validate (call (name kfold) (int 5)))");
  CHECK(tree("experiment a from b { }") == "(experiment a from b)");
}

TEST_CASE("a sweep in braces has branches of lines, and a line may zip its axes", "[parse]") {
  const std::string one = "(list (int 1))";
  const auto axis = [&](const std::string& name) { return "(axis " + name + " " + one + ")"; };
  const auto line = [&](const std::string& axes) { return "(line " + axes + ")"; };
  const std::string both = "(sweep (branch " + line(axis("a")) + " " + line(axis("b")) + ") (branch " +
                           line(axis("a") + " " + axis("b")) + "))";
  const auto sweep = [](const std::string& text) {
    const std::string all = tree("experiment e { " + text + " }");
    return all.substr(14, all.size() - 15);
  };
  CHECK(sweep("sweep { a in [1]; b in [1] } or { a in [1], b in [1] }") == both);
  CHECK(sweep("sweep {\n  a in [1]  # one\n  b in [1]\n}\nor {\n  a in [1], b in [1]\n}\n") == both);
  CHECK(sweep("sweep { a in [1] }") == "(sweep (branch " + line(axis("a")) + "))");
  // The condition of a list is no `or` of the sweep.
  CHECK(sweep("sweep a in b or c") == "(sweep (axis a (binary or (name b) (name c))))");
}

TEST_CASE("samples and stopping end their values at their words", "[parse]") {
  const auto statement = [](const std::string& text) {
    const std::string all = tree("experiment e { " + text + " }");
    return all.substr(14, all.size() - 15);
  };
  CHECK(statement("sample 20 points") == "(sample (int 20))");
  CHECK(statement("sample 2 * n points") == "(sample (binary * (int 2) (name n)))");
  CHECK(statement("sample points points") == "(sample (name points))");
  CHECK(statement("stop by valid.loss after 5 epochs") == "(stop-early (member loss (name valid)) (int 5))");
  CHECK(statement("stop by after after epochs epochs") == "(stop-early (name after) (name epochs))");
  CHECK(tree("experiment epochs { sweep sample in [1], stop in [2] }") ==
        "(experiment epochs (sweep (axis sample (list (int 1))) (axis stop (list (int 2)))))");
  CHECK(tree("report \"t\" { mistakes best(d, by: test.f1), 5; roc selection; selection roc }") ==
        "(report \"t\" (item mistakes (call (name best) (name d) (argument by (member f1 (name test)))) (int "
        "5)) "
        "(item roc (name selection)) (item selection (name roc)))");
}

TEST_CASE("reports", "[parse]") {
  CHECK(tree("report \"t\" { curves a }") == "(report \"t\" (item curves (name a)))");
  CHECK(tree("report \"t\" {\n  images d.train, 10\n  table a,\n    b:\n      c.d,\n      e\n}") ==
        "(report \"t\" (item images (member train (name d)) (int 10)) (item table (name a) (name b) (columns "
        "(member d (name c)) (name e))))");
  CHECK(tree("report \"t\" { claim \"x helps\": best(d).rate > 0 }") ==
        "(report \"t\" (item claim (string \"x helps\") (columns (binary > (member rate (call (name best) "
        "(name d))) "
        "(int 0)))))");
  CHECK(tree("report \"t\" { \"\"\"a {b.c} {{d}} # no \"comment\" \"\"\" }") ==
        "(report \"t\" (prose (text \"a \") (value (member c (name b))) (text \" \\{d} # no \\\"comment\\\" "
        "\")))");
}

TEST_CASE("documentation is the block of ## lines directly before a declaration", "[parse]") {
  const auto doc = [](const std::string& text) {
    const Parsed parsed = parse(text);
    CHECK(parsed.mistakes().empty());
    return parsed.result.module.declarations.back().doc;
  };
  CHECK(doc("## One.\n##   Two.\n##\nlet a = 1") == "One.\n  Two.\n");
  CHECK(doc("## One. \t\n##  \nlet a = 1") == "One.\n");
  CHECK(doc("## One.\r\nlet a = 1") == "One.");
  CHECK(doc("# not this\n## this\nlet a = 1") == "this");
  CHECK(doc("## not this\n\nlet a = 1").empty());
  CHECK(doc("## not this\n# nor this\nlet a = 1").empty());
  CHECK(doc("let b = 2 ## not this\nlet a = 1").empty());
}

// ---------------------------------------------------------------- places

TEST_CASE("comments are kept as trivia, strings are not comments", "[parse]") {
  const Parsed parsed =
      parse("# one\r\nlet a = \"#no\" # two\nreport \"x\" { \"\"\" # no \"\"\" }\n  ## three");
  REQUIRE(parsed.result.trivia.comments.size() == 3);
  CHECK(parsed.text(parsed.result.trivia.comments[0].span) == "# one");
  CHECK(parsed.result.trivia.comments[0].own_line);
  CHECK(parsed.text(parsed.result.trivia.comments[1].span) == "# two");
  CHECK(!parsed.result.trivia.comments[1].own_line);
  CHECK(parsed.text(parsed.result.trivia.comments[2].span) == "## three");
  CHECK(parsed.result.trivia.comments[2].own_line);
}

TEST_CASE("places leave out the blanks and comments around", "[parse]") {
  const Parsed parsed =
      parse("  let a = ( 1 ) + f( x ) . y  # end\nmodel m {\n  for u in h { z }  # end\n}  \n");
  const auto& declarations = parsed.result.module.declarations;
  REQUIRE(declarations.size() == 2);
  CHECK(parsed.text(declarations[0].span) == "let a = ( 1 ) + f( x ) . y");
  const auto& sum = std::get<ast::Binary>(std::get<ast::LetDecl>(declarations[0].node).value->node);
  CHECK(parsed.text(sum.lhs->span) == "( 1 )");
  CHECK(parsed.text(sum.op_span) == "+");
  CHECK(parsed.text(sum.rhs->span) == "f( x ) . y");
  const auto& model = std::get<ast::FunctionDecl>(declarations[1].node);
  CHECK(parsed.text(model.body.span) == "{\n  for u in h { z }  # end\n}");
  CHECK(parsed.text(model.body.statements.at(0).span) == "for u in h { z }");
}

TEST_CASE("an else if has the place of its own if", "[parse]") {
  const Parsed parsed = parse("let v = if a { 1 } else if b { 2 } else { 3 }");
  const auto& let = std::get<ast::LetDecl>(parsed.result.module.declarations.at(0).node);
  CHECK(parsed.text(std::get<ast::IfExpr>(let.value->node).else_value->span) == "if b { 2 } else { 3 }");
}

// ---------------------------------------------------------------- whole files

TEST_CASE("the examples and the standard library parse", "[parse]") {
  for (const char* path :
       {"examples/quickstart.nn", "stdlib/layers.nn", "stdlib/activations.nn", "stdlib/losses.nn",
        "stdlib/initializers.nn", "stdlib/optimizers.nn", "stdlib/metrics.nn"}) {
    INFO(path);
    const Parsed parsed = parse(read(path));
    CHECK(parsed.mistakes().empty());
    CHECK(parsed.result.module.declarations.size() > 2);
  }
}

TEST_CASE("the example in the grammar's README parses", "[parse]") {
  const std::string readme = read("grammar/README.md");
  const std::size_t begin = readme.find("```\n") + 4;
  const Parsed parsed = parse(readme.substr(begin, readme.find("```", begin) - begin));
  CHECK(parsed.mistakes().empty());
  CHECK(parsed.result.module.declarations.size() == 12);
}

TEST_CASE("the quickstart has its five declarations", "[parse]") {
  const Parsed parsed = parse(read("examples/quickstart.nn"));
  std::vector<std::string> names;
  for (const ast::Declaration& declaration : parsed.result.module.declarations)
    names.push_back(ast::declared_name(declaration) == nullptr ? "-" : ast::declared_name(declaration)->text);
  CHECK(names == std::vector<std::string>{"fashion", "ann", "standard", "baseline", "-"});
  const auto& report = std::get<ast::ReportDecl>(parsed.result.module.declarations[4].node);
  CHECK(report.title == "Fashion-MNIST with one hidden layer");
  REQUIRE(report.entries.size() == 5);
  CHECK(std::get<ast::Prose>(report.entries[0].node).parts.size() == 5);
  CHECK(std::get<ast::ReportItem>(report.entries[4].node).columns.size() == 5);
}

TEST_CASE("the parse tree is printed with its rules and places", "[parse]") {
  const Parsed parsed = parse("let a = -b\n");
  CHECK(print_parse_tree(*parsed.sources, parsed.file) ==
        "file 0..11\n"
        "  declaration 0..10\n"
        "    let_declaration 0..10\n"
        "      declared_name 4..5 a\n"
        "      expression 8..10\n"
        "        prefix_operator 8..9 -\n"
        "        reference 9..10 b\n");
}

TEST_CASE("the list of keywords tells which words are taken", "[parse]") {
  CHECK(is_reserved("in"));
  CHECK(is_reserved("none"));
  CHECK(!is_reserved("model"));
  CHECK(is_keyword("model", KeywordClass::Declaration));
  CHECK(!is_keyword("model", KeywordClass::Body));
  CHECK(keywords_of(KeywordClass::Literal) == std::vector<std::string>{"true", "false", "none"});
}

}  // namespace nnc
