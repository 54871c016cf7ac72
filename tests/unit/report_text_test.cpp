// The report's words and pictures: how they are written, and that they are safe.
#include <catch2/catch.hpp>

#include "runtime/report/chart_parts.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/report/content.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/png.hpp"
#include "runtime/report/prose.hpp"
#include "tests/unit/report_support.hpp"

using namespace nnc;        // NOLINT
using namespace nnc::rt;    // NOLINT
using namespace nnc::test;  // NOLINT

TEST_CASE("text from the outside cannot become markup", "[report]") {
  CHECK(escape_html("<b a='1'>&\"") == "&lt;b a=&#39;1&#39;&gt;&amp;&quot;");
  CHECK(escape_script("{\"a\":\"</script>\"}") == "{\"a\":\"\\u003c/script>\"}");
  CHECK(escape_markdown("a|b*c\n<d>") == "a\\|b\\*c \\<d\\>");
  CHECK(valid_text(std::string("a\xff\x01z\xe2\x82")) == "a\uFFFD\uFFFDz\uFFFD\uFFFD");
  CHECK(valid_text("größe 漢字 🙂\n") == "größe 漢字 🙂\n");
  CHECK(valid_text("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(slug("Results of <all>!") == "results-of-all");
  CHECK(slug("../../etc") == "etc");
  CHECK(slug("漢字") == "section");
}

TEST_CASE("base64 pads the last group", "[report]") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("prose is Markdown without raw HTML, scripts or pictures from elsewhere", "[report]") {
  CHECK(prose_html("a **b**") == "<p>a <strong>b</strong></p>\n");
  CHECK_FALSE(has(prose_html("<script>alert(1)</script>"), "<script"));
  CHECK_FALSE(has(prose_html("x <img src=y onerror=z>"), "<img"));
  CHECK_FALSE(has(prose_html("[a](javascript:alert(1))"), "javascript:"));
  const std::string picture = prose_html("![alt](https://example.org/a.png)");
  CHECK_FALSE(has(picture, "<img"));
  CHECK(has(picture, "<a href=\"https://example.org/a.png\">alt</a>"));
  CHECK(has(prose_html("# Big"), "<h2>Big</h2>"));
  CHECK(has(prose_html("|a|b|\n|-|-|\n|1|2|\n"), "<table>"));
}

TEST_CASE("values in prose stay on one line and never break out of an attribute", "[report]") {
  const std::string value = std::string(kValueBegin) + "88.85 %" + kValueEnd;
  CHECK(prose_html("reaches **" + value + "** now") ==
        "<p>reaches <strong><span class=\"value\">88.85 %</span></strong> now</p>\n");
  CHECK(prose_html("`" + value + "`") == "<p><code>88.85 %</code></p>\n");
  CHECK(count(prose_html("[t](/u \"" + value + "\")"), "class") == 0);
  CHECK(prose_markdown("a " + value) == "a 88.85 %");
}

TEST_CASE("a PNG is written only for pixels that fit", "[report]") {
  const auto png = encode_png(2, 3, 1, {0, 1, 2, 3, 4, 5});
  REQUIRE(png);
  CHECK(png->substr(1, 3) == "PNG");
  CHECK_FALSE(encode_png(2, 3, 1, {0, 1}));
  CHECK_FALSE(encode_png(0, 3, 1, {}));
  CHECK_FALSE(encode_png(1, 1, 7, {0, 0, 0, 0, 0, 0, 0}));
  CHECK_FALSE(encode_png(2000000000, 2000000000, 4, {}));
  for (const int channels : {1, 2, 3, 4}) {
    CHECK(encode_png(1, 1, channels, std::vector<std::uint8_t>(static_cast<std::size_t>(channels))));
  }
}

TEST_CASE("prose is cut into sections at its headings, but not in code", "[report]") {
  const std::vector<ProsePart> parts =
      split_prose("intro\n\n# One *a*\ntext\n```\n# code\n```\n### three\n## Two\n");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].title.empty());
  CHECK(parts[1].title == "One a");
  CHECK(has(parts[1].markdown, "# code"));
  CHECK(has(parts[1].markdown, "### three"));
  CHECK(parts[2].title == "Two");
  CHECK(split_prose("\n  \n## Only\n").size() == 1);
  CHECK(split_prose("##").size() == 1);
  CHECK(split_prose("").empty());
}

TEST_CASE("what the program indents is not code", "[report]") {
  CHECK(without_margin("\n    a\n      b\n") == "\na\n  b\n\n");
  CHECK(without_margin("a\n    b") == "a\nb\n");
}

TEST_CASE("labels that would cover each other move apart and stay inside", "[report]") {
  CHECK(spread_out({50, 10}, 14, 100) == std::vector<double>{50, 10});
  CHECK(spread_out({10, 12, 11}, 14, 100) == std::vector<double>{10, 38, 24});
  CHECK(spread_out({99, 100}, 14, 100) == std::vector<double>{86, 100});
}

TEST_CASE("paths of pictures have two decimals and everything else is kept", "[report]") {
  CHECK(compact_svg("<path d=\"M1.23456,-0.5L10,1.2345e-7Z\" x=\"1.23456\"/><text>1.23456</text>") ==
        "<path d=\"M1.23,-0.5L10,1.23e-7Z\" x=\"1.23456\"/><text>1.23456</text>");
  CHECK(compact_svg("<path d=\"M1.2345") == "<path d=\"M1.2345");
}
