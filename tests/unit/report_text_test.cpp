// The report's words and numbers: how they are written, that they are safe, which results they speak of.
#include <catch2/catch.hpp>

#include "compiler/plan/result_fields.hpp"
#include "runtime/report/content.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/png.hpp"
#include "runtime/report/prose.hpp"
#include "runtime/report/results.hpp"
#include "tests/unit/report_support.hpp"

using namespace nnc;        // NOLINT
using namespace nnc::rt;    // NOLINT
using namespace nnc::test;  // NOLINT

TEST_CASE("numbers are written the way people read them", "[report]") {
  CHECK(format_number(form_of("test.accuracy"), 0.8885) == "88.85 %");
  CHECK(format_number(form_of("test.f1"), 0.8885) == "0.8885");
  CHECK(format_number(form_of("test.f1_macro"), 0.8885) == "0.8885");
  CHECK(format_number(form_of("test.top_accuracy"), 0.8885) == "88.85 %");
  CHECK(format_number(form_of("loss_weight"), 0.5) == "0.5");
  CHECK(format_number(form_of("train.loss"), 0.15) == "0.1500");
  CHECK(format_number(form_of("test.log_loss"), 12.34567) == "12.35");
  CHECK(format_number(form_of("test.log_loss"), 1234.6) == "1235");
  CHECK(format_number(form_of("train.loss"), 1.5e-7) == "1.500e-07");
  CHECK(format_number(form_of("parameters"), 203530) == "203,530");
  CHECK(format_spread(NumberForm::Percent, 0.889, 0.002) == "88.90 ± 0.20 %");
}

TEST_CASE("numbers that are none have a name", "[report]") {
  CHECK(format_number(NumberForm::Percent, kNan) == "NaN");
  CHECK(format_number(NumberForm::Count, kInfinity) == "∞");
  CHECK(format_number(NumberForm::Loss, -kInfinity) == "−∞");
  CHECK(format_number(NumberForm::Count, 1e300) == "1e+300");
  CHECK(format_spread(NumberForm::Percent, kNan, 0) == "NaN");
}

TEST_CASE("fields have readable names", "[report]") {
  CHECK(readable_field("test.roc_auc") == "test ROC AUC");
  CHECK(readable_field("train.log_loss") == "train log loss");
  CHECK(sentence(readable_field("seconds_per_epoch")) == "Time per epoch");
  CHECK(metric_of("test.accuracy") == "accuracy");
  CHECK(metric_of("a.b") == "a.b");
  CHECK(readable_field("test.f1_macro") == "test F1 macro");
}

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

TEST_CASE("a result is found by its point, summed up over seeds, and never guessed", "[report]") {
  RunRecord record = make_record();
  add_sweep(record);
  CHECK(resolve_text(record, reference("baseline", "test.accuracy")) == "88.85 %");
  CHECK(resolve_text(record, reference("baseline", "parameters")) == "203,530");
  CHECK(resolve_text(record, reference("baseline", "optimizer")) == "adam");
  CHECK(resolve_text(record, {"epochs", {{"n", std::int64_t{50}}}, "test.accuracy"}) == "88.80 %");
  CHECK(resolve_text(record, {"epochs", {{"n", 50.0}}, "n"}) == "50");
  CHECK(resolve_text(record, {"dropout", {{"rate", 0.0}}, "test.accuracy"}) == "88.52 ± 0.12 %");
  CHECK(resolve_text(record, {"epochs", {{"n", std::int64_t{200}}}, "test.accuracy"}) ==
        "(no result: the trial failed)");
  CHECK(resolve_text(record, reference("epochs", "test.accuracy")) ==
        "(no single value: several trials match)");
  CHECK(resolve_text(record, reference("nothing", "test.accuracy")) == "(no result: no such trial)");
  CHECK(resolve_text(record, reference("baseline", "test.unknown")) == "(no result)");
}

TEST_CASE("every result field has a value in a record", "[report]") {
  RunRecord record = make_record();
  record.trials[0].steps_trained = 46875;
  for (const ResultFieldInfo& field : result_fields()) {
    CAPTURE(std::string(field.name));
    const Measure value = measure({{&record.trials[0]}}, std::string(field.name));
    CHECK(value.present);
    CHECK(value.numeric == (field.type != ResultFieldInfo::Type::Word));
  }
}
