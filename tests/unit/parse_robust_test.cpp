// Hostile input: too deep, too long, not text, and damaged at random. Never a crash, never a wait.
#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>
#include <random>
#include <sstream>

#include "compiler/ast/ast.hpp"
#include "tests/unit/parse_support.hpp"

namespace nnc {
namespace {

using test::parse;
using test::Parsed;

std::string repeated(const std::string& part, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += part;
  return text;
}

constexpr int kDeep = 20'000;

// Deep in itself, with one E0104 for it and the next declaration read.
void check_too_deep(const std::string& declaration) {
  const Parsed parsed = parse(declaration + "\nlet after = 1\n");
  INFO(declaration.substr(0, 40));
  INFO(parsed.mistakes());
  REQUIRE(parsed.sink.error_count() == 1);
  CHECK(parsed.sink.diagnostics()[0].code() == "E0104");
  REQUIRE(!parsed.result.module.declarations.empty());
  CHECK(ast::declared_name(parsed.result.module.declarations.back())->text == "after");
  CHECK(!parsed.tree().empty());  // printing it recurses, too
}

std::string nested(const std::string& open, const std::string& inner, const std::string& close) {
  return repeated(open, kDeep) + inner + repeated(close, kDeep);
}

// Of this process alone: what else runs on the machine does not count.
double processor_seconds(const std::string& text) {
  const std::clock_t begin = std::clock();
  const Parsed parsed = parse(text);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// True if sixteen times the text takes sixteen times as long, give or take a factor of four; were the time to
// grow with the square, it would be another sixteen. `text_of(n)` has a size in proportion to n.
template <class TextOf>
bool grows_with_the_text(const TextOf& text_of, int size) {
  constexpr int kTimes = 16;
  constexpr double kLeast = 1e-3;  // what the clock can tell
  const double small = std::max(kLeast, processor_seconds(text_of(size)));
  return processor_seconds(text_of(kTimes * size)) < 4 * kTimes * small;
}

}  // namespace

TEST_CASE("brackets nested 20,000 deep are refused", "[parse]") {
  check_too_deep("let a = " + nested("(", "1", ")"));
  check_too_deep("let a = " + nested("[", "", "]"));
  check_too_deep("let a = " + nested("f(", "", ")"));
  check_too_deep("let a = " + nested("f[", "1", "]"));
  check_too_deep("let a = " + repeated("(", kDeep));
  check_too_deep("let a = " + repeated("f(a: [", kDeep));
  check_too_deep("fn f(x: " + nested("[", "int", "]") + ") = x");
}

TEST_CASE("conditions and blocks nested 20,000 deep are refused", "[parse]") {
  check_too_deep("let a = " + nested("if a { ", "1", " } else { 1 }"));
  check_too_deep("let a = " + nested("if a { 1 } else { ", "1", " }"));
  check_too_deep("let a = " + repeated("if ", kDeep));
  check_too_deep("let a = if a { 1 }" + repeated(" else if a { 1 }", kDeep) + " else { 1 }");
  check_too_deep("model m {" + nested("repeat 2 {", "a", "}") + "}");
  check_too_deep("model m {\n" + nested("for x in y {\n", "a\n", "}\n") + "}");
  check_too_deep("model m { if a { 1 }" + repeated(" else if a { 1 }", kDeep) + " else { 1 } }");
}

TEST_CASE("prose with 20,000 brackets is refused", "[parse]") {
  check_too_deep("report \"x\" { \"\"\"{" + nested("(", "1", ")") + "}\"\"\" }");
}

TEST_CASE("rows of 20,000 operators and calls are refused", "[parse]") {
  for (const char* op : {"+", "-", "*", "^", " |> ", " and ", " or ", "@"})
    check_too_deep("let a = 1" + repeated(std::string(op) + "1", kDeep));
  for (const char* prefix : {"-", "- ", "not "}) check_too_deep("let a = " + repeated(prefix, kDeep) + "1");
  check_too_deep("let a = f" + repeated("()", kDeep));
  check_too_deep("let a = f" + repeated(".b", kDeep));
  check_too_deep("let a = f" + repeated("[0]", kDeep));
}

TEST_CASE("200 levels of everything are fine", "[parse]") {
  const auto fine = [](const std::string& text) {
    const Parsed parsed = parse(text);
    INFO(parsed.mistakes());
    CHECK(parsed.sink.error_count() == 0);
    CHECK(!parsed.tree().empty());
  };
  fine("let a = " + repeated("(", 200) + "1" + repeated(")", 200));
  fine("let a = 1" + repeated(" + 1", 200));
  fine("let a = " + repeated("-", 200) + "1");
  fine("let a = if a { 1 }" + repeated(" else if a { 1 }", 200) + " else { 1 }");
  fine("model m {" + repeated("repeat 2 {", 200) + "a" + repeated("}", 200) + "}");
}

TEST_CASE("unclosed and stray brackets in any number are few mistakes", "[parse]") {
  CHECK(parse(repeated("{", kDeep)).sink.error_count() == 1);
  CHECK(parse(repeated("}", kDeep)).sink.error_count() == 1);
  CHECK(parse("let a = " + repeated("(", 200) + repeated("]", kDeep)).sink.error_count() <= 2);
  CHECK(parse("model m {" + repeated("repeat 2 {", kDeep)).sink.error_count() <= 2);
  CHECK(parse(repeated("model m {\n", 300)).sink.error_count() <= 300);
}

TEST_CASE("a file with mistakes everywhere stops after a hundred", "[parse]") {
  CHECK(parse(repeated("let a = = 3\n", 10'000)).sink.error_count() == 100);
  CHECK(parse("model m {\n" + repeated("  let = 3\n", 10'000) + "}\n").sink.error_count() == 100);
}

TEST_CASE("bytes that are not UTF-8 are refused", "[parse]") {
  for (const char* bad :
       {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xC3"}) {
    const Parsed parsed = parse(std::string("let a = \"") + bad + "\"\n");
    CHECK(parsed.mistakes() == "1:10 E0107 the file is not UTF-8 text\n");
    CHECK(parsed.result.module.declarations.empty());
  }
  CHECK(parse(std::string("let a = 1\0let", 13)).mistakes() == "1:10 E0107 the file is not UTF-8 text\n");
  CHECK(parse("let a = \"ä€😀\" # 漢字\n").mistakes().empty());
}

TEST_CASE("characters outside of strings are shown whole", "[parse]") {
  CHECK(parse("let a = ä\n").mistakes() == "1:9 E0101 expected a value after `=`, found `ä`\n");
  CHECK(parse("let a = \x01\n").mistakes() ==
        "1:9 E0101 expected a value after `=`, found the control character 0x01\n");
}

TEST_CASE("the time to parse grows with the text and not faster", "[parse]") {
  const std::string model =
      "## A model.\nmodel m(hidden: [int] = [256], rate: float = 0) {\n  flatten  # all of it\n"
      "  for units in hidden {\n    dense(units, relu, init: uniform)\n    dropout(rate)\n  }\n"
      "  let x = in.a ^ 2 + (1 - rate) * f(3x3, [1, 2, 3], pad: same)\n  dense(10, softmax)\n}\n\n";
  CHECK(grows_with_the_text([&](int n) { return repeated(model, n); }, 40));
  CHECK(grows_with_the_text(
      [](int n) { return "let a = [\n" + repeated("  1 + 2 * f(a, b: c.d) - 3x3,\n", n) + "]\n"; }, 300));
  CHECK(grows_with_the_text([](int n) { return "let a = " + repeated("(", n); }, 20'000));
  CHECK(grows_with_the_text([](int n) { return repeated("{[(", n) + repeated("]})", n); }, 5'000));
  CHECK(grows_with_the_text([](int n) { return repeated("# comment\n", n); }, 2'000));
  CHECK(grows_with_the_text([](int n) { return "let a = 1" + repeated("\n# comment", n); }, 2'000));
  CHECK(grows_with_the_text([](int n) { return repeated("\"", n); }, 20'000));
}

TEST_CASE("damaged files end with diagnostics and nothing else", "[parse]") {
  std::ostringstream text;
  text << std::ifstream(std::string(NNC_SOURCE_DIR) + "/examples/quickstart.nn").rdbuf();
  text << "layer l(a: [int] = [1], b: x | y = x) {\n  expects in: [h, _, 3] \"no\"\n  param k: [a[0]] ~ "
          "zeros\n"
          "  state s ~ ones\n  s <- if a == 1 { -s ^ 2 } else { s }\n  repeat 2 { in |> f |> g }\n}\n"
          "experiment e from f {\n  sweep a in 1 .. 3, b in [1]\n  where not a\n  select best by x over "
          "kfold(5)\n  sweep { c in [1]; d in [2] } or { c in [3], d in [4] }\n  sample 20 points\n"
          "  stop by valid.loss after 5 epochs\n}\n";
  const std::string whole = text.str();
  REQUIRE(parse(whole).mistakes().empty());
  const std::string pool = "(){}[]\"\"\"#=:,;.-+*/<>|~^@\n\r\t x0_\\\xC3\xFF";
  std::mt19937 random(20240607);
  const auto below = [&](std::size_t count) { return random() % count; };
  for (int round = 0; round < 4000; ++round) {
    std::string damaged = whole;
    if (round % 4 == 0) damaged.resize(below(damaged.size()));
    const std::size_t edits = 1 + below(4);
    for (std::size_t i = 0; i < edits && !damaged.empty(); ++i) {
      const std::size_t at = below(damaged.size());
      switch (below(4)) {
        case 0:
          damaged[at] = pool[below(pool.size())];
          break;
        case 1:
          damaged.erase(at, 1 + below(10));
          break;
        case 2:
          damaged.insert(at, 1, pool[below(pool.size())]);
          break;
        default:
          damaged.insert(at, damaged.substr(below(damaged.size()), below(40)));
      }
    }
    const Parsed parsed = parse(damaged);
    CHECK(parsed.sink.error_count() <= 200);
    CHECK(!parsed.tree().empty());
    for (const ast::Declaration& declaration : parsed.result.module.declarations)
      CHECK(declaration.span.end <= damaged.size());
    CHECK(!render_diagnostics(*parsed.sources, parsed.sink.sorted(), {}).empty() == parsed.sink.has_errors());
  }
}

}  // namespace nnc
