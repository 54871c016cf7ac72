// format: the rules of the style, one by one. Whole programs are in tests/cases/format.
#include <catch2/catch.hpp>

#include "tests/unit/format_support.hpp"

using namespace nnc;

namespace {

// The formatted text; it must be what formatting it again gives.
std::string format(const std::string& text) {
  const std::optional<std::string> once = test::try_format(text);
  INFO(text);
  REQUIRE(once);
  CHECK(test::try_format(*once) == once);
  return *once;
}

// The lines of the body of a model.
std::string format_body(const std::string& lines) {
  const std::string text = format("model m {\n" + lines + "\n}\n");
  REQUIRE(text.starts_with("model m {\n"));
  return text.substr(10, text.size() - 12);
}

// The value of a `let`.
std::string format_value(const std::string& value) {
  const std::string text = format("let x = " + value + "\n");
  return text.substr(8, text.size() - 9);
}

std::string words(const std::string& word, int count, const std::string& between) {
  std::string text = word;
  for (int i = 1; i < count; ++i) text += between + word;
  return text;
}

const std::string kLong(50, 'a');

}  // namespace

TEST_CASE("blanks between words are one or none", "[format]") {
  CHECK(format("let  x=1\n") == "let x = 1\n");
  CHECK(format("model\tm( a:int=3 ,b :[ int ]=[ 1,2 ] , c: valid|same=valid ){ }") ==
        "model m(a: int = 3, b: [int] = [1, 2], c: valid | same = valid) {}\n");
  CHECK(format_value("1+2*-a ^ - 2..n // 3") == "1 + 2 * -a ^ -2 .. n // 3");
  CHECK(format_value("3x3  . height") == "3x3 .height");
  CHECK(format_value("not  a==b and ( c . d [n:1] (2) )") == "not a == b and (c.d[n: 1](2))");
  CHECK(format_body("param k:[a,b]~init; state s~zeros; s<-s+1; expects in:[h,_,3]\"hint\"") ==
        "  param k: [a, b] ~ init\n  state s ~ zeros\n  s <- s + 1\n  expects in: [h, _, 3] \"hint\"\n");
  CHECK(format("recipe a from b{epochs:3;batch:2}") == "recipe a from b { epochs: 3, batch: 2 }\n");
}

TEST_CASE("numbers, strings and prose keep their spelling", "[format]") {
  for (const char* value : {"60_000", "1e-3", "1E+3", "0.50", "3x3", "007", "\"a  \\\"b\\t # c\"", "none"})
    CHECK(format_value(value) == value);
  const std::string prose = "\"\"\"\n\tA  {  b . c }  {{ x }}  \n\n\n # no comment\n  \"\"\"";
  CHECK(format("report \"r\" {\n      " + prose + "\n}\n") == "report \"r\" {\n  " + prose + "\n}\n");
}

TEST_CASE("a block written in one line stays there if it fits", "[format]") {
  CHECK(format("model m { flatten; for a in [1,2] {dense(a)} }") ==
        "model m { flatten; for a in [1, 2] { dense(a) } }\n");
  CHECK(format("model m { flatten\n }") == "model m {\n  flatten\n}\n");
  CHECK(format_body("if a { b } else if c { d } else { e }") == "  if a { b } else if c { d } else { e }\n");
  CHECK(format_body("if a { b }\nelse { c }") == "  if a {\n    b\n  } else {\n    c\n  }\n");
  CHECK(format_body("if a { b } else { c\n }") == "  if a {\n    b\n  } else {\n    c\n  }\n");
  CHECK(format("recipe r { loss: " + kLong + ", metrics: [" + kLong + "], epochs: 3 }") ==
        "recipe r {\n  loss: " + kLong + "\n  metrics: [" + kLong + "]\n  epochs: 3\n}\n");
  CHECK(format("experiment e { train a() on b with c { x: " + kLong + ", y: " + kLong + "aaaaaaaaaa } }") ==
        "experiment e {\n  train a() on b with c {\n    x: " + kLong + "\n    y: " + kLong +
            "aaaaaaaaaa\n  }\n}\n");
}

TEST_CASE("separators go where lines end", "[format]") {
  CHECK(format("let a = 1; let b = 2;\n;;") == "let a = 1\nlet b = 2\n");
  CHECK(format("recipe r {\n loss: a,\n batch: 3;\n ,}") == "recipe r {\n  loss: a\n  batch: 3\n}\n");
  CHECK(format_body("a;b\nc") == "  a\n  b\n  c\n");
}

TEST_CASE("one blank line is kept, and none at the ends of blocks and files", "[format]") {
  CHECK(format("\n\n\nlet a = 1\n\n\n\nlet b = 2\nlet c = 3\n\n\n") == "let a = 1\n\nlet b = 2\nlet c = 3\n");
  CHECK(format_body("\n\n  a\n\n\n  b\n\n") == "  a\n\n  b\n");
  CHECK(format("") == "");
  CHECK(format(" \n\t\n ") == "");
}

TEST_CASE("comments stay with their words", "[format]") {
  CHECK(format("#a\nlet x = 1 # b  \n   #c\n\n\n#d\nlet y = 2\n#e") ==
        "#a\nlet x = 1  # b\n#c\n\n#d\nlet y = 2\n#e\n");
  CHECK(format("# only\n\n\n# comments") == "# only\n\n# comments\n");
  CHECK(format("model m { # begin\n\n # own\n flatten # behind\n # end\n\n}") ==
        "model m {  # begin\n  # own\n  flatten  # behind\n  # end\n}\n");
  CHECK(format("model m { # nothing\n}") == "model m {  # nothing\n}\n");
  CHECK(format_value("[1, # one\n 2\n # two\n , 3]") ==
        "[1,  # one\n         2,\n         # two\n         3]");
  CHECK(format_value("[ # first\n1, 2 # last\n]") == "[  # first\n  1, 2,  # last\n]");
  CHECK(format_value("f(# nothing\n)") == "f(  # nothing\n)");
  CHECK(format_value("a + # why\n b") == "a  # why\n  + b");
  CHECK(format_value("if a { # then\n b } # between\n else { c }") ==
        "if a {  # then\n  b\n}  # between\nelse {\n  c\n}");
  CHECK(format("let x = [a # c\n . b]") == "let x = [a  # c\n         .b]\n");
  CHECK(format("report \"r\" {\n table a, # which\n b: # what\n c\n}") ==
        "report \"r\" {\n  table a,  # which\n    b:  # what\n    c\n}\n");
}

TEST_CASE("documentation stays documentation, and nothing becomes it", "[format]") {
  CHECK(format("  ## doc\r\n  let a = 1") == "## doc\r\nlet a = 1\r\n");
  CHECK(format("let a = 1\n## of nothing\n; let b = 2") == "let a = 1\n## of nothing\n\nlet b = 2\n");
  CHECK(format("; ## of nothing\nlet b = 2") == "## of nothing\n\nlet b = 2\n");
  CHECK(format("\xEF\xBB\xBF## doc\nlet a = 1") == "## doc\nlet a = 1\n");
}

TEST_CASE("comments under each other stay so", "[format]") {
  CHECK(format("let a=1     # one\nlet abc=2   # two\nlet b = 3 # three\n") ==
        "let a = 1    # one\nlet abc = 2  # two\nlet b = 3  # three\n");
}

TEST_CASE("a line break that was made in brackets is kept", "[format]") {
  CHECK(format_value("[[1,2],\n[3,4]]") == "[[1, 2],\n         [3, 4]]");
  CHECK(format_value("[\n1,2,\n\n\n3]") == "[\n  1, 2,\n\n  3,\n]");
  CHECK(format_value("f(a,\nb\n)") == "f(a,\n          b)");
  CHECK(format_value("[1, 2,]") == "[1, 2]");
  CHECK(format_value("f(a, [\n1, 2], b)") == "f(a, [\n  1, 2,\n], b)");
  CHECK(format_value("(\na + b)") == "(\n  a + b\n)");
  CHECK(format("model m(\na: int, b: int) {}") == "model m(\n  a: int, b: int,\n) {}\n");
}

TEST_CASE("what is too wide is broken in its brackets, items under each other or indented", "[format]") {
  const std::string item(30, 'a');
  CHECK(format_value("[" + words(item, 5, ",") + "]") ==
        "[" + words(item, 3, ", ") + ",\n         " + words(item, 2, ", ") + "]");
  CHECK(format_value(std::string(80, 'f') + "(" + words(item, 4, ",") + ")") ==
        std::string(80, 'f') + "(\n  " + words(item, 3, ", ") + ",\n  " + item + ",\n)");
  CHECK(format_value("f(" + item + ", g(" + words(item, 5, ",") + "))") ==
        "f(\n  " + item + ",\n  g(" + words(item, 3, ", ") + ",\n    " + words(item, 2, ", ") + "),\n)");
}

TEST_CASE("what cannot be broken is left too wide, and nothing else is broken for it", "[format]") {
  const std::string text(150, 'a');
  CHECK(format_value("\"" + text + "\"") == "\"" + text + "\"");
  CHECK(format_body("expects in: [features] \"" + text + "\"") ==
        "  expects in: [features] \"" + text + "\"\n");
  CHECK(format_body("expects f(a, b) \"" + text + "\"") == "  expects f(a, b) \"" + text + "\"\n");
  CHECK(format_body("dense(1)  # " + text) == "  dense(1)  # " + text + "\n");
}

TEST_CASE("operators begin lines, and break by how loosely they bind", "[format]") {
  CHECK(format_value("a +\nb") == "a\n  + b");
  CHECK(format_value("a\n- b") == "a\n  - b");
  const std::string sum = kLong + " + " + kLong;
  CHECK(format_value(sum + " > 1 and " + sum + " < 2") == sum + " > 1\n  and " + sum + " < 2");
  CHECK(format_value(words(kLong, 4, " * ")) == words(kLong, 2, " * ") + "\n  * " + words(kLong, 2, " * "));
}

TEST_CASE("a minus that begins a statement goes on beginning it", "[format]") {
  CHECK(format_body("a\n-b\nc; - d") == "  a\n  -b\n  c\n  -d\n");
  CHECK(format_body("a - \n b") == "  a\n    - b\n");
}

TEST_CASE("pipes stand under each other", "[format]") {
  CHECK(format_body("let y = in |> a\n |> b") == "  let y = in |> a\n             |> b\n");
  CHECK(format_body("let y = in |> " + words(kLong, 3, "|>")) ==
        "  let y = in |> " + words(kLong, 3, "\n             |> ") + "\n");
  CHECK(format_body(kLong + " |> a\n |> b") == "  " + kLong + " |> a\n    |> b\n");
}

TEST_CASE("the arms of an `if` are in a line, under each other, or opened", "[format]") {
  CHECK(format_value("if a {b} else {c}") == "if a { b } else { c }");
  CHECK(format_value("if a { b }\nelse { c }") == "if a { b }\n        else { c }");
  CHECK(format_value("if a {\nb } else { c }") == "if a {\n  b\n} else {\n  c\n}");
  CHECK(format_value("if a { " + kLong + "aaaaa } else { " + kLong + " }") ==
        "if a { " + kLong + "aaaaa }\n        else { " + kLong + " }");
  const std::string sum = kLong + " + " + kLong + " + 1";
  CHECK(format_value("if a { " + sum + " } else { c }") == "if a {\n  " + sum + "\n} else {\n  c\n}");
}

TEST_CASE("the branches of a sweep are in a line, under each other, or opened", "[format]") {
  const auto sweep = [](const std::string& text) {
    const std::string whole = format("experiment e {\n" + text + "\n}\n");
    return whole.substr(15, whole.size() - 17);
  };
  CHECK(sweep("sweep {a in [1];b in [2],c in [3]} or {a in [2]}") ==
        "  sweep { a in [1]; b in [2], c in [3] } or { a in [2] }\n");
  CHECK(sweep("sweep { a in [1] }\nor { a in [2] }") == "  sweep { a in [1] }\n     or { a in [2] }\n");
  CHECK(sweep("sweep {\na in [1] } or { a in [2] }") ==
        "  sweep {\n    a in [1]\n  } or {\n    a in [2]\n  }\n");
  CHECK(sweep("sweep a in [1,2],b in [3,4]") == "  sweep a in [1, 2], b in [3, 4]\n");
}

TEST_CASE("what is too long for the line of an entry goes behind the colon", "[format]") {
  const auto entry = [](const std::string& text) {
    const std::string whole = format("report \"r\" {\n" + text + "\n}\n");
    return whole.substr(13, whole.size() - 15);
  };
  CHECK(entry("table a,b:c,d.e") == "  table a, b: c, d.e\n");
  CHECK(entry("claim \"" + kLong + "\": " + kLong + " > " + kLong) ==
        "  claim \"" + kLong + "\":\n    " + kLong + " > " + kLong + "\n");
  CHECK(entry("table a:\nb, c") == "  table a:\n    b, c\n");
  CHECK(entry("table a: b,\nc") == "  table a: b,\n    c\n");
  CHECK(entry("claim \"x\": a > b\nand b > c") == "  claim \"x\": a > b\n    and b > c\n");
  CHECK(entry("compare " + words(kLong, 3, ",")) ==
        "  compare " + words(kLong, 2, ", ") + ",\n    " + kLong + "\n");
}

TEST_CASE("line ends are those of the first line", "[format]") {
  CHECK(format("let a=1\r\n\r\n\r\n\tlet b=[\r\n1]") == "let a = 1\r\n\r\nlet b = [\r\n  1,\r\n]\r\n");
  CHECK(format("let a=1\nlet b=2\r\n") == "let a = 1\nlet b = 2\n");
  CHECK(format("report \"r\" {\r\n\"\"\"\r\na\nb\r\n\"\"\"\r\n}") ==
        "report \"r\" {\r\n  \"\"\"\r\na\nb\r\n\"\"\"\r\n}\r\n");
}

TEST_CASE("a file with syntax errors is refused, and the errors are said", "[format]") {
  SourceMap sources;
  Sink sink;
  CHECK_FALSE(format_source(sources, sources.add("a.nn", "let = 1"), sink));
  CHECK(sink.error_count() == 1);
  CHECK(format_source(sources, sources.add("b.nn", "let a=1"), sink) == "let a = 1\n");
  CHECK_FALSE(test::try_format(std::string("let a = \xFF", 9)));
}

TEST_CASE("deep and long programs are formatted in proportion to their length", "[format]") {
  const auto repeated = [](const std::string& part, int count) { return words(part, count, ""); };
  CHECK(test::try_format("let x = " + repeated("[", 200) + "1" + repeated("]", 200)));
  CHECK(test::try_format("let x = " + repeated("[\n", 200) + "1" + repeated("]", 200)));
  CHECK(test::try_format("let x = " + repeated("if a { ", 80) + "1" +
                         repeated(" } else { " + kLong + " }", 80)));
  CHECK(test::try_format("model m " + repeated("{ repeat 2 ", 200) + "{}" + repeated("}", 200)));
  CHECK(test::try_format("let x = [" + words("1", 100'000, ", ") + "]"));
  CHECK(test::try_format("model m {" + repeated("dense(1)\n\n\n# c\n", 30'000) + "}"));
}
