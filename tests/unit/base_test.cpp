// base: places in text, the text and JSON of diagnostics, guesses at names, embedded files.
#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "compiler/base/embedded_file.hpp"
#include "compiler/base/percent.hpp"
#include "compiler/base/render.hpp"
#include "compiler/base/result.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/base/text_width.hpp"
#include "compiler/base/utf8.hpp"

namespace nnc {
std::span<const EmbeddedFile> embedded_test_files();
}

namespace {

using namespace nnc;

// A file with one diagnostic whose primary place is the first occurrence of a word.
struct Example {
  SourceMap sources;
  FileId file;
  Diagnostic diagnostic;

  explicit Example(std::string text, std::string_view word = {})
      : file(sources.add("a.nn", std::move(text))) {
    diagnostic.number = 201;
    diagnostic.message = "unknown layer `dence`";
    if (!word.empty()) diagnostic.primary = find(word);
  }
  [[nodiscard]] Span find(std::string_view word) const {
    const auto at = static_cast<std::uint32_t>(sources.file(file).text().find(word));
    return {file, at, at + static_cast<std::uint32_t>(word.size())};
  }
  [[nodiscard]] std::string render(bool color = false) const {
    return render_diagnostic(sources, diagnostic, {color});
  }
};

}  // namespace

TEST_CASE("paths survive URIs, and what is no escape stays") {
  CHECK(percent_encoded("/a b/\xc3\xa4%.nn") == "/a%20b/%C3%A4%25.nn");
  CHECK(percent_decoded("/a%20b/%c3%a4%25.nn") == "/a b/\xc3\xa4%.nn");
  CHECK(percent_decoded("100%, %zz, %4") == "100%, %zz, %4");
}

TEST_CASE("line and column are found for every offset, also outside") {
  SourceMap sources;
  const SourceFile& file = sources.file(sources.add("a.nn", "ab\ncd\r\n"));
  CHECK(file.line_count() == 3);
  CHECK(file.line_text(1) == "ab");
  CHECK(file.line_text(2) == "cd");
  CHECK(file.line_text(3).empty());
  CHECK(file.line_text(4).empty());
  CHECK(file.line_text(0).empty());
  CHECK(file.line_column(0).line == 1);
  CHECK(file.line_column(2).column == 3);
  CHECK(file.line_column(3).line == 2);
  CHECK(file.line_column(100).line == 3);
  CHECK(sources.describe({FileId(0), 4, 5}) == "a.nn:2:2");
}

TEST_CASE("cover ignores an invalid side") {
  const Span span{FileId(0), 3, 5};
  CHECK(cover(span, Span{}) == span);
  CHECK(cover(Span{}, span) == span);
  CHECK(cover(span, Span{FileId(0), 1, 4}) == Span{FileId(0), 1, 5});
}

TEST_CASE("a span outside its file gives the text that there is") {
  SourceMap sources;
  const FileId id = sources.add("a.nn", "abc");
  CHECK(sources.text({id, 1, 100}) == "bc");
  CHECK(sources.text({id, 50, 100}).empty());
  CHECK(sources.text({id, 2, 1}).empty());
}

TEST_CASE("a diagnostic shows the line with carets, the remark, notes and the hint") {
  Example example("model a {\n  dence(64)\n}\n", "dence");
  example.diagnostic.primary_label = "no such layer";
  example.diagnostic.notes = {"one\ntwo"};
  example.diagnostic.hint = "did you mean `dense`?";
  CHECK(example.render() ==
        "error[E0201]: unknown layer `dence`\n"
        " --> a.nn:2:3\n"
        "  |\n"
        "2 |   dence(64)\n"
        "  |   ^^^^^ no such layer\n"
        "  |\n"
        "  = note: one\n"
        "          two\n"
        "  = help: did you mean `dense`?\n");
}

TEST_CASE("several remarks on one line hang below it") {
  Example example("a @ b\n", "@");
  example.diagnostic.primary_label = "does not fit";
  example.diagnostic.labels = {{example.find("a"), "4 columns"}, {example.find("b"), "3 rows"}};
  CHECK(example.render() ==
        "error[E0201]: unknown layer `dence`\n"
        " --> a.nn:1:3\n"
        "  |\n"
        "1 | a @ b\n"
        "  | - ^ - 3 rows\n"
        "  | | |\n"
        "  | | does not fit\n"
        "  | 4 columns\n");
}

TEST_CASE("a label around the primary place keeps both visible") {
  Example example("f(abc)\n", "abc");
  example.diagnostic.primary_label = "here";
  example.diagnostic.labels = {{example.find("f(abc)"), "in this call"}};
  CHECK(example.render() ==
        "error[E0201]: unknown layer `dence`\n"
        " --> a.nn:1:3\n"
        "  |\n"
        "1 | f(abc)\n"
        "  | --^^^-\n"
        "  | | |\n"
        "  | | here\n"
        "  | in this call\n");
}

TEST_CASE("lines between distant places are left out, a single one is shown") {
  Example example("one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n", "ten");
  example.diagnostic.labels = {{example.find("one"), "a"}, {example.find("three"), "b"}};
  CHECK(example.render() ==
        "error[E0201]: unknown layer `dence`\n"
        "  --> a.nn:10:1\n"
        "   |\n"
        " 1 | one\n"
        "   | --- a\n"
        " 2 | two\n"
        " 3 | three\n"
        "   | ----- b\n"
        "...\n"
        "10 | ten\n"
        "   | ^^^\n");
}

TEST_CASE("labels in other files follow with their own header") {
  Example example("dense(3)\n", "dense");
  const FileId other = example.sources.add("lib.nn", "x\nlayer dense() {}\n", true);
  example.diagnostic.labels = {{Span{other, 8, 13}, "declared here"}};
  CHECK(example.render() ==
        "error[E0201]: unknown layer `dence`\n"
        " --> a.nn:1:1\n"
        "  |\n"
        "1 | dense(3)\n"
        "  | ^^^^^\n"
        "  |\n"
        " ::: lib.nn:2:7\n"
        "  |\n"
        "2 | layer dense() {}\n"
        "  |       ----- declared here\n");
}

TEST_CASE("a place of several lines marks each, a long one its ends") {
  Example small("f(a,\n  b,\n\n  c)\n", "f(a,\n  b,\n\n  c)");
  small.diagnostic.primary_label = "all of it";
  CHECK(small.render() ==
        "error[E0201]: unknown layer `dence`\n"
        " --> a.nn:1:1\n"
        "  |\n"
        "1 | f(a,\n"
        "  | ^^^^\n"
        "2 |   b,\n"
        "  |   ^^\n"
        "3 |\n"
        "4 |   c)\n"
        "  |   ^^ all of it\n");
  Example large("{\n1\n2\n3\n4\n5\n}\n", "{\n1\n2\n3\n4\n5\n}");
  CHECK(large.render() ==
        "error[E0201]: unknown layer `dence`\n"
        " --> a.nn:1:1\n"
        "  |\n"
        "1 | {\n"
        "  | ^\n"
        "...\n"
        "7 | }\n"
        "  | ^\n");
}

TEST_CASE("carets stand under wide characters, tabs and combining marks") {
  Example wide("\"日本\" x\n", "x");
  CHECK_THAT(wide.render(), Catch::Contains("1 | \"日本\" x\n  |        ^\n"));
  Example marked("\"日本\"\n", "\"日本\"");
  CHECK_THAT(marked.render(), Catch::Contains("  | ^^^^^^\n"));
  Example tab("\tx\ty\n", "y");
  CHECK_THAT(tab.render(), Catch::Contains("1 |     x    y\n  |          ^\n"));
  Example combining("e\xCC\x81 x\n", "x");
  CHECK_THAT(combining.render(), Catch::Contains("\n  |   ^\n"));
}

TEST_CASE("the end of the file is shown behind the last text") {
  Example example("model a {\n  dense(1)\n\n");
  example.diagnostic.primary = {example.file, 22, 22};
  CHECK_THAT(example.render(), Catch::Contains(" --> a.nn:2:11\n"));
  CHECK_THAT(example.render(), Catch::Contains("2 |   dense(1)\n  |           ^\n"));
  Example beyond("x");
  beyond.diagnostic.primary = {beyond.file, 500, 600};
  CHECK_THAT(beyond.render(), Catch::Contains("1 | x\n  |  ^\n"));
  Example empty("");
  empty.diagnostic.primary = {empty.file, 0, 0};
  CHECK_THAT(empty.render(), Catch::Contains(" --> a.nn:1:1\n  |\n1 |\n  | ^\n"));
}

TEST_CASE("a place at a line break points behind the line") {
  Example example("let a =\nlet b = 1\n");
  example.diagnostic.primary = {example.file, 7, 8};
  CHECK_THAT(example.render(), Catch::Contains("1 | let a =\n  |        ^\n"));
}

TEST_CASE("text that would disturb a terminal is not passed on") {
  Example example("\x1b[31m\xff x\xe2\x80\xae\n", "x");
  example.diagnostic.message = "bad \x1b[2J\a";
  const std::string text = example.render();
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\xff') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("a very long line is shown around its mark only") {
  Example example(std::string(100000, 'a') + " here " + std::string(100000, 'b') + "\n", "here");
  const std::string text = example.render();
  CHECK(text.size() < 1200);
  CHECK_THAT(text, Catch::Contains("a here b"));
  const std::size_t source = text.find("1 | ...");
  REQUIRE(source != std::string::npos);
  const std::size_t under = text.find("\n", source) + 1;
  CHECK(text.find("here", source) - source == text.find('^', under) - under);
}

TEST_CASE("a diagnostic without a place has no source") {
  Example example("x\n");
  example.diagnostic.hint = "do this";
  CHECK(example.render() == "error[E0201]: unknown layer `dence`\n  = help: do this\n");
}

TEST_CASE("an edit is told where there is no hint") {
  Example example("dence\n", "dence");
  example.diagnostic.suggestion = Suggestion{example.find("dence"), "dense"};
  CHECK_THAT(example.render(), Catch::Contains("= help: replace `dence` by `dense`\n"));
  example.diagnostic.suggestion->span.end = example.diagnostic.suggestion->span.begin;
  CHECK_THAT(example.render(), Catch::Contains("= help: insert `dense`\n"));
}

TEST_CASE("colour is there when asked for, and does not change the text") {
  Example example("dence\n", "dence");
  example.diagnostic.hint = "x";
  std::string colored = example.render(true);
  CHECK(colored.find("\x1b[") != std::string::npos);
  for (std::size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b')) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  CHECK(colored == example.render(false));
}

TEST_CASE("all diagnostics end with their count") {
  Example example("x\n", "x");
  Diagnostic warning = example.diagnostic;
  warning.severity = Severity::Warning;
  warning.number = 901;
  const std::string text =
      render_diagnostics(example.sources, {example.diagnostic, example.diagnostic, warning}, {});
  CHECK_THAT(text, Catch::EndsWith("\n\n2 errors, 1 warning\n"));
  CHECK_THAT(text, Catch::Contains("warning[W0901]"));
  CHECK(render_diagnostics(example.sources, {}, {}).empty());
}

TEST_CASE("JSON has every part, and survives text that is not UTF-8") {
  Example example("dence \xff\n", "dence");
  example.diagnostic.message = "bad \xff";
  example.diagnostic.labels = {{example.find("\xff"), "a \"label\""}};
  const std::string json = diagnostics_json(example.sources, {example.diagnostic});
  CHECK_THAT(json, Catch::Contains("\"code\": \"E0201\""));
  CHECK_THAT(json, Catch::Contains("\"end_column\": 6"));
  CHECK_THAT(json, Catch::Contains("a \\\"label\\\""));
  CHECK(diagnostics_json(example.sources, {}) == "[]\n");
}

TEST_CASE("a sink keeps each mistake once and counts errors") {
  SourceMap sources;
  const FileId file = sources.add("a.nn", "a b\n");
  Sink sink;
  sink.report(diagnostics::UnknownName, {file, 2, 3}, "layer", "b").here("here").hint("hint");
  sink.report(diagnostics::UnknownName, {file, 0, 1}, "layer", "a");
  sink.report(diagnostics::UnknownName, {file, 0, 1}, "layer", "a");
  sink.report(diagnostics::UnusedDeclaration, {file, 0, 1}, "layer", "a");
  sink.report(diagnostics::BadShape, {}, "one");
  sink.report(diagnostics::BadShape, {}, "two").label({}, "ignored");
  CHECK(sink.diagnostics().size() == 5);
  CHECK(sink.error_count() == 4);
  const std::vector<Diagnostic> sorted = sink.sorted();
  CHECK(sorted[0].message == "one");
  CHECK(sorted[1].labels.empty());
  CHECK(sorted[2].primary.begin == 0);
  CHECK(sorted[4].primary_label == "here");
}

TEST_CASE("near names are guessed, far ones are not") {
  const std::vector<std::string> names = {"dense", "dropout", "conv2d", "flatten", "dense"};
  CHECK(did_you_mean_hint("dence", names) == "did you mean `dense`?");
  CHECK(did_you_mean_hint("desne", names) == "did you mean `dense`?");
  CHECK(did_you_mean_hint("quux", names).empty());
  CHECK(did_you_mean_hint("", names).empty());
  CHECK(did_you_mean_hint("x", {"y"}).empty());
  CHECK(did_you_mean_hint(std::string(1000, 'a'), {std::string(999, 'a')}).empty());
  CHECK(did_you_mean_hint("conv", {"con", "conf", "cone", "conva"}) ==
        "did you mean `con`, `cone` or `conf`?");
}

TEST_CASE("a name that differs only in case is guessed alone") {
  CHECK(did_you_mean_hint("Relu", {"elu", "gelu", "relu"}) == "did you mean `relu`?");
  CHECK(did_you_mean_hint("RELU", {"elu", "gelu", "relu"}) == "did you mean `relu`?");
  CHECK(did_you_mean_hint("relu", {"elu", "relu"}) == "did you mean `elu`?");
}

TEST_CASE("every diagnostic has its own number and name") {
  std::set<int> numbers;
  for (const DiagnosticInfo& info : all_diagnostics()) CHECK(numbers.insert(info.number).second);
}

TEST_CASE("a broken invariant says which, where and what") {
  CHECK_THROWS_WITH(fail_check("a < b", "/x/compiler/base/a.cpp", 7, "a is 3"),
                    "compiler/base/a.cpp:7: `a < b` does not hold: a is 3");
  const Result<int> failed = Failure{"no", "yes"};
  CHECK_THROWS_AS(failed.value(), InternalError);
}

TEST_CASE("embedded files are byte for byte the files") {
  REQUIRE(embedded_test_files().size() == 2);
  CHECK(embedded_test_files()[0].path == "unit/base.cmake");
  std::ifstream file(std::string(NNC_SOURCE_DIR) + "/tests/unit/base_test.cpp");
  std::stringstream text;
  text << file.rdbuf();
  CHECK(embedded_test_files()[1].text == text.str());
}

TEST_CASE("texts are made short at a character, and in one line") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcd", 3) == "abc...");
  CHECK(shortened("a\xC3\xA4z", 2) == "a...");
  CHECK(shortened("\xF0\x9F\x98\x80", 3) == "...");
  CHECK(one_line("  a\n\t b\r\n", 10) == "a b");
  CHECK(one_line("", 0).empty());
  CHECK(one_line(" \n", 0).empty());
  CHECK(one_line("abcde  ", 5) == "abcde");
  CHECK(one_line("abcde fgh", 5) == "abcde...");
  CHECK(one_line("abcd \n efgh", 5) == "abcd ...");
  CHECK(character_begin("\xC3\xA4z", 1) == 0);
  CHECK(character_begin("\xC3\xA4z", 2) == 2);
  CHECK(character_end("\xC3\xA4z", 0) == 2);
  CHECK(character_end("z", 0) == 1);
}
