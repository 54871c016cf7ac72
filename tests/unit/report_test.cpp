// The report: what it says about a record, that it is safe and complete, and that it does without charts.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "runtime/report/chart_client.hpp"
#include "runtime/report/content.hpp"
#include "runtime/report/emit.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/png.hpp"
#include "runtime/report/prose.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/results.hpp"

using namespace nnc;      // NOLINT
using namespace nnc::rt;  // NOLINT

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A folder of its own, removed at the end of the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "nnc-report-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path path_;
};

ReportOptions with_charts() { return {.chart_program = NNC_RENDER_CHARTS, .chart_seconds = 60}; }
ReportOptions without_charts() { return {.charts = false}; }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

// Falls from 0.9 to about `last`; accuracy rises to `accuracy`.
void add_history(TrialRecord& trial, int epochs, double last, double accuracy) {
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const double left = std::exp(-3.0 * epoch / epochs);
    trial.history["train.loss"].push_back(last + (0.9 - last) * left);
    trial.history["train.accuracy"].push_back(accuracy - (accuracy - 0.6) * left);
  }
}

TrialRecord make_trial(const std::string& experiment, int epochs, double accuracy, std::uint64_t seed = 0) {
  TrialRecord trial;
  trial.id = "3f1c9a" + std::to_string(seed) + experiment;
  trial.experiment = experiment;
  trial.seed = seed;
  trial.model = "ann";
  trial.data = "fashion";
  trial.loss = "cross_entropy";
  trial.optimizer = "adam";
  trial.batch = 32;
  trial.parameters = 203530;
  trial.epochs = epochs;
  trial.metrics = {{"test.accuracy", accuracy},         {"test.f1", accuracy},
                   {"test.log_loss", 1.2 - accuracy},   {"test.roc_auc", 0.99},
                   {"train.accuracy", accuracy + 0.05}, {"train.loss", 0.152}};
  trial.directions = {{"accuracy", Direction::Higher},
                      {"f1", Direction::Higher},
                      {"roc_auc", Direction::Higher},
                      {"log_loss", Direction::Lower},
                      {"loss", Direction::Lower}};
  trial.seconds_train = 0.47 * epochs;
  trial.seconds_evaluate = 0.12;
  trial.weights_sha256 = std::string(64, 'a');
  trial.layers = {{"flatten_1", "flatten", 0, Shape{kBatch, 784}, 0, 0},
                  {"dense_1", "dense", 0, Shape{kBatch, 256}, 200960, 0},
                  {"dense_2", "dense", 0, Shape{kBatch, 10}, 2570, 0}};
  add_history(trial, epochs, 0.152, accuracy + 0.05);
  return trial;
}

SampleImages make_samples(int number) {
  SampleImages samples;
  samples.data = "fashion";
  samples.height = samples.width = 28;
  samples.channels = 1;
  const std::vector<std::string> names = {"Ankle boot", "T-shirt/top", "Dress", "Pullover", "Sandal"};
  for (int i = 0; i < number; ++i) {
    std::vector<std::uint8_t> pixels(28 * 28);
    for (int y = 0; y < 28; ++y) {
      for (int x = 0; x < 28; ++x) {
        const double distance = std::hypot(x - 13.5, (y - 13.5) * (1 + 0.15 * (i % 4)));
        pixels[static_cast<std::size_t>(y * 28 + x)] =
            static_cast<std::uint8_t>(distance < 11 ? 220 - 12 * distance + 5 * ((x + i) % 7) : 0.0);
      }
    }
    samples.pixels.push_back(std::move(pixels));
    samples.labels.push_back(i % 10);
    samples.class_names.push_back(names[static_cast<std::size_t>(i) % names.size()]);
  }
  return samples;
}

RunRecord make_record() {
  RunRecord record;
  record.file = "examples/quickstart.nn";
  record.nnc_version = "0.1.0";
  record.source_text =
      "# One hidden layer.\nmodel ann(hidden: [int] = [256]) {\n  flatten\n  dense(10, softmax)\n}\n";
  record.command = "nnc run examples/quickstart.nn";
  record.machine = "AMD EPYC 7763, 2 cores";
  record.date = "2026-02-03T10:20:30Z";
  record.seconds = 84.3;
  DataRecord& data = record.data.emplace_back();
  data.name = "fashion";
  data.folder = "/usr/share/datasets/fashion-mnist";
  data.train_count = 60000;
  data.test_count = 10000;
  data.sample_shape = Shape{28, 28, 1};
  data.classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                  "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  data.scale = "minmax";
  data.sha256 = "9c1185a5c5e9fc54612808977ee8f548b2258d31a4c1f5e2b3d0f6a7c8e9d0b1";
  record.samples.push_back(make_samples(10));
  record.trials.push_back(make_trial("baseline", 25, 0.8885));
  return record;
}

ResultRef reference(const std::string& experiment, const std::string& field) {
  return {experiment, {}, field};
}

// A sweep with seeds, one trial that diverged and one that failed.
void add_sweep(RunRecord& record) {
  for (const double rate : {0.0, 0.1, 0.2, 0.3}) {
    for (const std::uint64_t seed : {0, 1, 2}) {
      const double accuracy = 0.884 + 0.02 * rate * (1 - rate) + 0.0012 * static_cast<double>(seed);
      TrialRecord trial = make_trial("dropout", 50, accuracy, seed);
      trial.params = {{"hidden", std::string("[256, 128]")}, {"rate", rate}};
      trial.parameters = 235146;
      if (rate == 0.3 && seed == 2) {
        trial.status = TrialStatus::Diverged;
        trial.reason = "the loss is not a number after epoch 7";
        trial.metrics.clear();
        trial.history["train.loss"].resize(7);
        trial.history["train.loss"].back() = kNan;
      }
      record.trials.push_back(std::move(trial));
    }
  }
  for (const std::int64_t epochs : {25, 50, 100, 200}) {
    TrialRecord trial =
        make_trial("epochs", static_cast<int>(epochs), 0.889 - 0.00002 * static_cast<double>(epochs));
    trial.params = {{"n", epochs}};
    trial.status = epochs == 25    ? TrialStatus::Cached
                   : epochs == 200 ? TrialStatus::Failed
                                   : TrialStatus::Done;
    if (epochs == 200) {
      trial.reason = "out of memory: 12.4 GiB are needed and 3.1 GiB are free";
      trial.metrics.clear();
      trial.history.clear();
    }
    record.trials.push_back(std::move(trial));
  }
}

ReportPlan quickstart_plan() {
  ReportPlan plan;
  plan.title = "Fashion-MNIST with one hidden layer";
  ReportText text;
  text.parts = {{"\n  A network with one hidden layer reaches **", {}},
                {"", reference("baseline", "test.accuracy")},
                {"** on the test images after ", {}},
                {"", reference("baseline", "epochs")},
                {" epochs.\n  ", {}}};
  plan.blocks = {text,
                 ReportImages{0, true, 10},
                 ReportSummary{"baseline"},
                 ReportCurves{"baseline"},
                 ReportTable{{"baseline"}, {"test.accuracy", "test.f1", "test.log_loss", "seconds"}},
                 ReportBars{{"baseline"}, {"train.accuracy", "test.accuracy"}}};
  return plan;
}

ReportPlan sweep_plan() {
  ReportPlan plan = quickstart_plan();
  plan.title = "Fashion-MNIST: what helps a small network?";
  plan.blocks.insert(
      plan.blocks.end(),
      {ReportTable{{"dropout"}, {"test.accuracy", "test.f1", "test.log_loss", "train.accuracy", "seconds"}},
       ReportBars{{"dropout"}, {"train.accuracy", "test.accuracy"}}, ReportCurves{"dropout"},
       ReportTable{{"epochs"}, {"test.accuracy", "test.roc_auc", "seconds"}},
       ReportBars{{"epochs"}, {"test.accuracy", "seconds"}}, ReportCurves{"epochs"}});
  return plan;
}

// Nothing in the page makes a browser ask anybody for anything.
void check_self_contained(const std::string& html) {
  for (const char* tag : {"<link", "<iframe", "<object", "<embed", "<script src", "@import", "url(h", "url(/",
                          "src=\"http", "srcset", "src=\"//", "xlink:href=\"http"}) {
    CAPTURE(tag);
    CHECK_FALSE(has(html, tag));
  }
  CHECK(has(html, "default-src 'none'"));
}

}  // namespace

TEST_CASE("numbers are written the way people read them", "[report]") {
  CHECK(format_number(unit_of("test.accuracy"), 0.8885) == "88.85 %");
  CHECK(format_number(unit_of("test.f1"), 0.8885) == "0.8885");
  CHECK(format_number(unit_of("train.loss"), 0.15) == "0.1500");
  CHECK(format_number(unit_of("test.log_loss"), 12.34567) == "12.35");
  CHECK(format_number(unit_of("test.log_loss"), 1234.6) == "1235");
  CHECK(format_number(unit_of("train.loss"), 1.5e-7) == "1.500e-07");
  CHECK(format_number(unit_of("parameters"), 203530) == "203,530");
  CHECK(format_count(-1234567) == "-1,234,567");
  CHECK(format_count(999) == "999");
  CHECK(format_seconds(0.0042) == "4.2 ms");
  CHECK(format_seconds(11.93) == "11.9 s");
  CHECK(format_seconds(185) == "3 min 05 s");
  CHECK(format_seconds(7620) == "2 h 07 min");
  CHECK(format_spread(Unit::Percent, 0.889, 0.002) == "88.90 ± 0.20 %");
  CHECK(format_value(ParameterValue{0.1}) == "0.1");
  CHECK(format_value(ParameterValue{true}) == "true");
}

TEST_CASE("numbers that are none have a name", "[report]") {
  CHECK(format_number(Unit::Percent, kNan) == "NaN");
  CHECK(format_number(Unit::Count, kInfinity) == "∞");
  CHECK(format_number(Unit::Loss, -kInfinity) == "−∞");
  CHECK(format_number(Unit::Count, 1e300) == "1e+300");
  CHECK(format_spread(Unit::Percent, kNan, 0) == "NaN");
  CHECK(format_seconds(1e200) == "1e+200 s");
}

TEST_CASE("fields have readable names", "[report]") {
  CHECK(readable_field("test.roc_auc") == "test ROC AUC");
  CHECK(readable_field("train.log_loss") == "train log loss");
  CHECK(sentence(readable_field("seconds_per_epoch")) == "Time per epoch");
  CHECK(metric_of("test.accuracy") == "accuracy");
  CHECK(metric_of("a.b") == "a.b");
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

TEST_CASE("both files and the figures are written", "[report]") {
  const Folder folder;
  const auto written = write_report({quickstart_plan()}, make_record(), folder.path(), with_charts());
  REQUIRE(written);
  CHECK(written.value().warnings.empty());
  REQUIRE(written.value().files.size() >= 2);
  CHECK(written.value().files[0] == folder.path() + "/report.html");
  const std::string html = folder.read("report.html");
  const std::string markdown = folder.read("report.md");
  check_self_contained(html);
  CHECK(has(html,
            "reaches <strong><span class=\"value\">88.85 %</span></strong> on the test images after "
            "<span class=\"value\">25</span> epochs."));
  CHECK(has(markdown, "reaches **88.85 %** on the test images after 25 epochs."));
  CHECK(count(html, "<svg") == 3);
  CHECK(count(html, "role=\"img\" aria-label=\"") == 3);
  CHECK(count(html, "data:image/png;base64,") == 10);
  for (const std::string& path : written.value().files) {
    CAPTURE(path);
    CHECK(std::filesystem::exists(path));
    if (!path.ends_with(".svg")) continue;
    CHECK(has(markdown, "figures/" + std::filesystem::path(path).filename().string()));
    CHECK_FALSE(has(folder.read("figures/" + std::filesystem::path(path).filename().string()), "var(--"));
  }
}

TEST_CASE("the page names layers, data and how to reproduce it", "[report]") {
  const std::string html = emit_html(build_document({quickstart_plan()}, make_record()));
  for (const char* part : {"dense_1", "[batch, 256]", "200,960", "203,530", "28x28x1", "60,000",
                           "nnc run examples/quickstart.nn", "2026-02-03T10:20:30Z", "AMD EPYC",
                           "One hidden layer.", "9c1185a5c5e9"}) {
    CAPTURE(part);
    CHECK(has(html, part));
  }
}

TEST_CASE("equal records give equal files", "[report]") {
  RunRecord record = make_record();
  add_sweep(record);
  const Folder first;
  const Folder second;
  const auto one = write_report({sweep_plan()}, record, first.path(), with_charts());
  const auto two = write_report({sweep_plan()}, record, second.path(), with_charts());
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one.value().warnings.empty());
  REQUIRE(one.value().files.size() == two.value().files.size());
  for (const std::string& path : one.value().files) {
    const std::string name = std::filesystem::relative(path, first.path()).string();
    CAPTURE(name);
    CHECK(first.read(name) == second.read(name));
  }
}

TEST_CASE("the report is written with its data where the chart process fails", "[report]") {
  for (const char* program : {"/nonexistent/program", "/bin/false", "/bin/true", "/bin/cat"}) {
    CAPTURE(program);
    const Folder folder;
    const auto written = write_report({quickstart_plan()}, make_record(), folder.path(),
                                      {.chart_program = program, .chart_seconds = 20});
    REQUIRE(written);
    REQUIRE(written.value().warnings.size() == 1);
    CHECK(has(written.value().warnings[0], "charts"));
    const std::string html = folder.read("report.html");
    CHECK(count(html, "<svg") == 0);
    CHECK(has(html, "This chart was not drawn"));
    CHECK(has(html, "<summary>Data</summary>"));
    CHECK(has(folder.read("report.md"), "| Epoch |"));
  }
}

TEST_CASE("a chart process that hangs, crashes or floods is a warning", "[report]") {
  const Folder folder;
  const auto script = [&](const std::string& name, const std::string& text) {
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  };
  const auto complaint = [&](const std::string& program, double seconds) {
    const auto answer = request_charts({"{}"}, {.chart_program = program, .chart_seconds = seconds});
    REQUIRE_FALSE(answer);
    return answer.failure().message;
  };
  CHECK(complaint(script("hangs", "exec sleep 100"), 0.2) == "the chart process took too long");
  CHECK(complaint(script("closes", "exec >&-; exec sleep 100"), 5) ==
        "the chart process was ended by signal 9");
  CHECK(complaint(script("crashes", "kill -SEGV $$"), 20) == "the chart process was ended by signal 11");
  CHECK(complaint(script("missing", "exit 3"), 20) == "the chart engine is not installed");
  CHECK(complaint(script("talks", "echo '[1,2,3]'"), 20) == "the chart process answered nonsense");
  CHECK(has(complaint(script("marked", "test \"$NNC_CHART_PROCESS\" = 1 && exit 9"), 20), "code 9"));
  CHECK(has(complaint(script("explains", "echo why >&2; exit 4"), 20), "code 4: why"));
}

TEST_CASE("one bad chart does not spoil the others", "[report]") {
  const std::string good =
      R"({"data":{"values":[{"a":1,"b":2}]},"mark":"bar","encoding":{"x":{"field":"a","type":"quantitative"}}})";
  const auto charts = request_charts({good, R"({"mark":"no such mark"})", good}, with_charts());
  REQUIRE(charts);
  CHECK(has(charts.value().svgs[0], "<svg"));
  CHECK(charts.value().svgs[1].empty());
  CHECK(has(charts.value().svgs[2], "<svg"));
  CHECK_FALSE(charts.value().complaint.empty());
}

TEST_CASE("a chart cannot load anything", "[report]") {
  const auto charts = request_charts(
      {R"({"data":{"url":"file:///etc/passwd"},"mark":"point","encoding":{"x":{"field":"a","type":"quantitative"}}})"},
      with_charts());
  REQUIRE(charts);
  CHECK_FALSE(has(charts.value().svgs[0], "root:x"));
}

TEST_CASE("names with markup are shown as written", "[report]") {
  const std::string evil = "<img src=x onerror=alert(1)>\"'&</script><b>";
  RunRecord record = make_record();
  record.file = record.source_text = record.machine = record.command = evil;
  record.data[0].name = record.data[0].folder = evil;
  record.data[0].classes = {evil};
  record.samples[0].data = evil;
  record.samples[0].class_names[0] = evil;
  TrialRecord& trial = record.trials[0];
  trial.experiment = trial.model = trial.optimizer = trial.loss = trial.id = evil;
  trial.params = {{evil, evil}};
  trial.layers[0].name = evil;
  trial.history[evil] = {1, 2};
  trial.metrics["test." + evil] = 1;
  TrialRecord second = trial;
  second.params = {{evil, std::string("other")}};
  second.status = TrialStatus::Failed;
  second.reason = evil;
  record.trials.push_back(second);
  ReportPlan plan{.title = evil, .blocks = {}};
  plan.blocks = {ReportText{{{evil, {}}, {"", ResultRef{evil, {{evil, evil}}, "optimizer"}}}},
                 ReportImages{},
                 ReportSummary{evil},
                 ReportCurves{evil},
                 ReportTable{{evil}, {"test." + evil, "optimizer"}},
                 ReportBars{{evil}, {"test." + evil, "test.accuracy"}}};
  const Folder folder;
  const auto written = write_report({plan}, record, folder.path(), with_charts());
  REQUIRE(written);
  CHECK(written.value().warnings.empty());
  const std::string html = folder.read("report.html");
  CHECK_FALSE(has(html, "<img src=x"));
  CHECK_FALSE(has(html, "<b>\""));
  CHECK(count(html, "</script") == count(html, "<script"));
  for (const std::string& path : written.value().files) {
    if (!path.ends_with(".svg")) continue;
    CHECK_FALSE(has(folder.read(std::filesystem::relative(path, folder.path()).string()), "<img"));
  }
}

TEST_CASE("damaged text does not stop the report", "[report]") {
  RunRecord record = make_record();
  record.trials[0].experiment = "\xff\xfe";
  record.trials[0].params = {{"\xc0", std::string("\xed\xa0\x80\0x", 5)}};
  record.source_text = "\x01\x02\xff";
  const Folder folder;
  const auto written = write_report({}, record, folder.path(), with_charts());
  REQUIRE(written);
  CHECK(written.value().warnings.empty());
}

TEST_CASE("a plan without blocks gets the default ones", "[report]") {
  RunRecord record = make_record();
  add_sweep(record);
  const Document document = build_document({}, record);
  CHECK(document.title == "quickstart");
  const std::string html = emit_html(document);
  for (const char* title :
       {"Samples of fashion", "Model of baseline", "Learning curves of dropout", "Results of epochs",
        "Comparison of dropout", "Timing", "Data", "Reproduce this report"}) {
    CAPTURE(title);
    CHECK(has(html, std::string(">") + title + "</h2>"));
  }
}

TEST_CASE("a run without trials, data or history still has a report", "[report]") {
  const Folder folder;
  const auto written = write_report({quickstart_plan()}, RunRecord{}, folder.path(), with_charts());
  REQUIRE(written);
  const std::string html = folder.read("report.html");
  CHECK(has(html, "(no result: no such trial)"));
  CHECK(has(html, "No curves: no epoch was recorded."));
  CHECK(has(html, "No trials of baseline were run."));
  CHECK(has(html, "No pictures"));
  CHECK(has(emit_html(build_document({}, RunRecord{})), "nothing was run"));
}

TEST_CASE("metrics that are not numbers are shown and never the best", "[report]") {
  RunRecord record = make_record();
  record.trials[0].metrics["test.accuracy"] = kNan;
  record.trials[0].metrics["test.log_loss"] = kInfinity;
  record.trials[0].history = {
      {"train.loss", {0.5, kNan, kInfinity}}, {"train.accuracy", {kNan}}, {"valid.loss", {}}};
  record.trials[0].seconds_train = kNan;
  record.trials.push_back(make_trial("other", 1, 0.5));
  record.trials.push_back(make_trial("third", 1, 0.7));
  ReportPlan plan;
  plan.blocks = {ReportTable{{}, {"test.accuracy", "test.log_loss"}}, ReportCurves{"baseline"},
                 ReportCurves{"other"}, ReportBars{{}, {"test.accuracy", "test.log_loss"}}};
  const Folder folder;
  const auto written = write_report({plan}, record, folder.path(), with_charts());
  REQUIRE(written);
  CHECK(written.value().warnings.empty());
  const std::string html = folder.read("report.html");
  CHECK(has(html, "<td class=\"number\">NaN</td>"));
  CHECK(has(html, "<td class=\"number best\">70.00 %<span"));
  CHECK(has(html, "<td class=\"number best\">0.5000<span"));
}

TEST_CASE("the best of a column follows the direction of its metric", "[report]") {
  RunRecord record = make_record();
  add_sweep(record);
  const std::string markdown = emit_markdown(build_document({sweep_plan()}, record)).report;
  CHECK(has(markdown, "| 0.3 | 3 |"));
  CHECK(count(markdown, "**88.85 %**") >= 1);  // `epochs`, n = 25
  CHECK(has(markdown, "2 of 3 done"));
  CHECK(has(markdown, "n = 200 failed: out of memory: 12.4 GiB are needed and 3.1 GiB are free"));
  CHECK(has(markdown, "rate = 0.3, seed 2 diverged: the loss is not a number after epoch 7"));
}

TEST_CASE("a hundred trials of many epochs fit into one page", "[report]") {
  RunRecord record = make_record();
  for (std::int64_t i = 0; i < 100; ++i) {
    TrialRecord trial = make_trial("grid", 300, 0.8 + 0.0005 * static_cast<double>(i));
    trial.params = {{"size", i}, {"opt", std::string(i % 2 == 0 ? "adam" : "rmsprop")}};
    record.trials.push_back(std::move(trial));
  }
  const Folder folder;
  const auto written = write_report({}, record, folder.path(), with_charts());
  REQUIRE(written);
  CHECK(written.value().warnings.empty());
  const std::string html = folder.read("report.html");
  CHECK(html.size() < std::size_t{20} << 20);
  CHECK(has(html, "(the best 40 of 100)"));
}

TEST_CASE("several reports share one page", "[report]") {
  ReportPlan second = quickstart_plan();
  second.title = "Another view";
  const std::string html = emit_html(build_document({quickstart_plan(), second}, make_record()));
  CHECK(has(html, ">Another view</h2>"));
  CHECK(has(html, "id=\"learning-curves-of-baseline-2\""));
  CHECK(count(html, "<h1>") == 1);
}

TEST_CASE("a folder that cannot be made is a failure with its name", "[report]") {
  const auto written = write_report({}, make_record(), "/proc/nnc/report", without_charts());
  REQUIRE_FALSE(written);
  CHECK(has(written.failure().message, "/proc/nnc/report"));
}

// Run with NNC_REPORT_SAMPLE=<folder> to look at a page: report_test "[.sample]".
TEST_CASE("sample pages to look at", "[.sample]") {
  const char* folder = std::getenv("NNC_REPORT_SAMPLE");
  if (folder == nullptr) return;
  RunRecord record = make_record();
  REQUIRE(write_report({quickstart_plan()}, record, std::string(folder) + "/quickstart", with_charts()));
  add_sweep(record);
  const auto written = write_report({sweep_plan()}, record, std::string(folder) + "/sweep", with_charts());
  REQUIRE(written);
  for (std::int64_t i = 0; i < 100; ++i) {
    TrialRecord trial = make_trial("grid", 40, 0.8 + 0.0005 * static_cast<double>(i));
    trial.params = {{"size", i}, {"opt", std::string(i % 2 == 0 ? "adam" : "rmsprop")}};
    record.trials.push_back(std::move(trial));
  }
  REQUIRE(write_report({}, record, std::string(folder) + "/many", with_charts()));
}
