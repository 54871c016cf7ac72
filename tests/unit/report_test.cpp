// The report as a document: what it says about a record, that both files are written, that it is safe and
// complete.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "runtime/report/content.hpp"
#include "runtime/report/emit.hpp"
#include "runtime/report/report.hpp"
#include "tests/unit/report_support.hpp"

using namespace nnc;        // NOLINT
using namespace nnc::rt;    // NOLINT
using namespace nnc::test;  // NOLINT

namespace {

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
  plan.blocks = {ReportText{{{evil, nullptr}, {"", result(evil, "optimizer", {{evil, evil}})}}},
                 ReportImages{},
                 ReportSummary{trials(evil)},
                 ReportCurves{{trials(evil)}},
                 ReportTable{{trials(evil)}, {"test." + evil, "optimizer"}},
                 ReportBars{{trials(evil)}, {"test." + evil, "test.accuracy"}},
                 ReportCompare{{}, {"test." + evil}},
                 ReportHeatmap{trials(evil), {"test." + evil}},
                 ReportConfusion{best(evil)},
                 ReportRoc{best(evil)},
                 ReportMistakes{best(evil), 3},
                 ReportSelection{evil},
                 ReportClaim{evil, nullptr}};
  record.claims = {{evil, evil, Verdict::Refuted, evil}};
  record.selections = {{evil, "test." + evil, record.trials[0].params, 1, 0}};
  const Folder folder;
  const auto written = write_report({plan}, record, folder.path(), study_options(true));
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
       {"Samples of fashion</h2>", "baseline</h2>", "Model of baseline</h3>",
        "Learning curves of dropout</h3>", "Results of epochs</h3>", "Comparison of dropout</h3>",
        "All experiments</h2>", "Leaderboard of all experiments</h3>", "Timing</h2>", "Data</h2>",
        "Reproduce this report</h2>"}) {
    CAPTURE(title);
    CHECK(has(html, std::string(">") + title));
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
  plan.blocks = {ReportTable{{}, {"test.accuracy", "test.log_loss"}}, ReportCurves{{trials("baseline")}},
                 ReportCurves{{trials("other")}}, ReportBars{{}, {"test.accuracy", "test.log_loss"}}};
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
  CHECK(has(markdown, "| 0.3 | 3 seeds |"));
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
  CHECK(html.size() < std::size_t{3} << 20);
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

TEST_CASE("figures of an earlier report go, other files stay", "[report]") {
  const Folder folder;
  REQUIRE(write_report({quickstart_plan()}, make_record(), folder.path(), without_charts()));
  const std::string figures = folder.path() + "/figures/";
  for (const char* name :
       {"07-results-of-old.svg", "103-old.svg", "mine.svg", "01-notes.txt", "7-mine.svg"}) {
    std::ofstream(figures + name) << "old";
  }
  std::filesystem::create_directory(figures + "08-folder.svg");
  const auto written = write_report({quickstart_plan()}, make_record(), folder.path(), without_charts());
  REQUIRE(written);
  for (const std::string& path : written.value().files) CHECK(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(figures + "07-results-of-old.svg"));
  CHECK_FALSE(std::filesystem::exists(figures + "103-old.svg"));
  for (const char* name : {"mine.svg", "01-notes.txt", "7-mine.svg", "08-folder.svg"}) {
    CAPTURE(name);
    CHECK(std::filesystem::exists(figures + name));
  }
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
  record = make_study();
  REQUIRE(write_report({study_plan()}, record, std::string(folder) + "/study", study_options(true)));
  record.smoke = true;
  REQUIRE(write_report({}, record, std::string(folder) + "/default", study_options(true)));
}
