// Every kind of block: what it says about the made-up study, and what where there is nothing to say.
#include <catch2/catch.hpp>

#include "runtime/report/charts.hpp"
#include "runtime/report/content.hpp"
#include "runtime/report/emit.hpp"
#include "runtime/report/tables.hpp"
#include "tests/unit/report_support.hpp"

using namespace nnc;        // NOLINT
using namespace nnc::rt;    // NOLINT
using namespace nnc::test;  // NOLINT

namespace {

Document document_of(const RunRecord& record, std::vector<ReportBlock> blocks) {
  return build_document({ReportPlan{.title = "t", .blocks = std::move(blocks)}}, record,
                        study_options(false));
}

std::string markdown_of(const RunRecord& record, std::vector<ReportBlock> blocks) {
  return emit_markdown(document_of(record, std::move(blocks))).report;
}

std::vector<Chart> charts_in(const RunRecord& record, std::vector<ReportBlock> blocks) {
  Document document = document_of(record, std::move(blocks));
  std::vector<Chart> charts;
  for (const Chart* chart : charts_of(document)) charts.push_back(*chart);
  return charts;
}

std::vector<Group> points(const RunRecord& record, const std::string& experiment) {
  return groups_of(record, trials(experiment));
}

}  // namespace

TEST_CASE("every block of a study is written, drawn and small enough", "[report]") {
  const Folder folder;
  const auto written = write_report({study_plan()}, make_study(), folder.path(), study_options(true));
  REQUIRE(written);
  CHECK(written.value().warnings.empty());
  const std::string html = folder.read("report.html");
  CHECK_FALSE(has(html, "This chart was not drawn"));
  CHECK(count(html, "<svg") > 15);
  CHECK(html.size() < std::size_t{3} << 20);
  CHECK(count(html, "</section") == count(html, "<section"));
  CHECK(count(html, "</div>") == count(html, "<div"));
  const std::string markdown = folder.read("report.md");
  for (const std::string& path : written.value().files) {
    if (path.ends_with(".svg"))
      CHECK(has(markdown, "figures/" + std::filesystem::path(path).filename().string()));
  }
}

TEST_CASE("equal studies give equal files", "[report]") {
  const Folder first;
  const Folder second;
  const auto one = write_report({study_plan()}, make_study(), first.path(), study_options(true));
  const auto two = write_report({study_plan()}, make_study(), second.path(), study_options(true));
  REQUIRE(one);
  REQUIRE(two);
  for (const std::string& path : one.value().files) {
    const std::string name = std::filesystem::relative(path, first.path()).string();
    CAPTURE(name);
    CHECK(first.read(name) == second.read(name));
  }
}

TEST_CASE("headings of the prose are sections and blocks stand below them", "[report]") {
  const std::string html =
      emit_html(document_of(make_study(), {ReportCurves{{trials("depth")}}, prose("## Then\nmore"),
                                           ReportCurves{{trials("epochs")}}}));
  CHECK(has(html, ">Learning curves of depth</h2>"));
  CHECK(has(html, ">Then</h2>"));
  CHECK(has(html, ">Learning curves of epochs</h3>"));
  CHECK(has(html, "<li class=\"sub\"><a href=\"#learning-curves-of-epochs\">"));
}

TEST_CASE("claims are shown with word, sign, condition and evidence, and listed near the top", "[report]") {
  const Document document = build_document({study_plan()}, make_study(), study_options(false));
  REQUIRE(document.claims.size() == 4);
  const std::string html = emit_html(document);
  CHECK(has(html, "2 supported, 1 refuted, 1 inconclusive"));
  CHECK(count(html, "href=\"#claim-3\"") == 1);
  CHECK(count(html, "id=\"claim-3\"") == 1);
  CHECK(count(html, "</span> Refuted</b>") == 2);
  CHECK(has(html, "best(dropout).rate &gt; 0</code>"));
  CHECK(html.find("id=\"claims\"") < html.find("id=\"claim-1\""));
  const std::string markdown = emit_markdown(document).report;
  CHECK(has(markdown, "- **Inconclusive**: after 50 epochs test accuracy gains no more"));
  CHECK(has(markdown, "> **Claim, refuted:** some dropout helps"));
}

TEST_CASE("a claim without a verdict in the record says so", "[report]") {
  RunRecord record = make_study();
  record.claims.clear();
  const std::string markdown = markdown_of(
      record, {ReportClaim{"it works",
                           std::make_shared<ReportExpr>(ReportExpr{ReportExpr::Constant{true}, "a > b"})}});
  CHECK(has(markdown, "> **Claim, inconclusive:** it works"));
  CHECK(has(markdown, "The record holds no verdict"));
}

TEST_CASE("a smoke run is marked above everything else", "[report]") {
  RunRecord record = make_study();
  const std::string mark = "No number on this page is a result.";
  CHECK_FALSE(has(emit_html(build_document({}, record)), mark));
  record.smoke = true;
  const std::string html = emit_html(build_document({}, record));
  REQUIRE(has(html, mark));
  CHECK(html.find(mark) < html.find("class=\"tiles\""));
  CHECK(has(emit_markdown(build_document({}, record)).report, mark));
}

TEST_CASE("folds are one row with an interval that is explained, and unfold into runs", "[report]") {
  const std::string markdown =
      markdown_of(make_study(), {ReportTable{{trials("folds")}, {"valid.accuracy", "test.accuracy"}}});
  CHECK(has(markdown, "| 10 | 10 folds | "));
  CHECK(has(markdown, " ± "));
  CHECK(has(markdown, "means over 10 folds or 5 folds; ± is half the 95 % confidence interval"));
  CHECK(has(markdown, "Nadeau and Bengio"));
  CHECK(has(markdown, "<summary>The 15 single runs</summary>"));
  CHECK(has(markdown, "| k = 10 | fold 10 of 10 |"));
}

TEST_CASE("an experiment that selects shows test values only of the selected point", "[report]") {
  const RunRecord record = make_study();
  const Table table = metric_table(record, points(record, "grid"), {"valid.accuracy", "test.accuracy"});
  std::size_t tested = 0;
  for (const Table::Row& row : table.rows) tested += row.cells.back().text != "–" ? 1 : 0;
  CHECK(tested == 1);
  CHECK(std::ranges::any_of(table.notes, [](const std::string& note) {
    return has(note, "only the selected point was judged on the test part");
  }));
}

TEST_CASE("a selection tells its score, its refit and the ranking of all points", "[report]") {
  const std::string markdown = markdown_of(make_study(), {ReportSelection{"grid"}});
  CHECK(has(markdown, "- size: 32"));
  CHECK(has(markdown, "- opt: adam"));
  CHECK(has(markdown, "the highest valid accuracy of 4 points"));
  CHECK(has(markdown, "deviation 0.21 % over 5 folds"));
  CHECK(has(markdown, "- Test accuracy: "));
  CHECK(has(markdown, "| 1 | 32 | adam | 5 folds, 1 refit ★ selected |"));
  CHECK(has(markdown, "| 4 | 10 | rmsprop | 5 folds |"));
  RunRecord nothing = make_study();
  nothing.selections.clear();
  CHECK(has(markdown_of(nothing, {ReportSelection{"grid"}}), "Nothing was selected"));
}

TEST_CASE("a leaderboard has every point, failures last with their reason, equal computations named",
          "[report]") {
  const RunRecord record = make_study();
  const std::string markdown = markdown_of(record, {ReportCompare{{}, {"test.accuracy"}}});
  CHECK(has(markdown, "maxpool2d needs at least 2x2 values and gets 1x1"));
  CHECK(has(markdown, "“baseline” and “epochs, n = 25”"));
  CHECK(has(markdown, "| convolution | blocks = 3 | 1 | – |"));
  const Table table =
      leaderboard_table(record, group_trials(record, {}), {"train.accuracy", "test.accuracy"});
  CHECK(table.rows.size() == group_trials(record, {}).size());
  CHECK(table.rows.back().kind == Table::RowKind::Failed);
  CHECK(table.rows.front().cells[0].text == "convolution");  // the best on test, not on train
}

TEST_CASE("a comparison draws every point that was measured, in the order of the file", "[report]") {
  const std::vector<Chart> charts = charts_in(make_study(), {ReportCompare{{}, {"test.accuracy"}}});
  REQUIRE(charts.size() == 1);
  const std::string& spec = charts[0].specification;
  CHECK(spec.find("baseline") < spec.find("epochs, n = 25"));
  CHECK(spec.find("epochs, n = 200") < spec.find("dropout, rate = 0.2"));
  CHECK(has(spec, "no result"));
  CHECK(has(charts[0].note, "3 points without test accuracy are not shown"));
  CHECK(has(charts[0].note, "does not start at zero"));
}

TEST_CASE("bars start at zero; values close together are dots and the axis says what it shows", "[report]") {
  const RunRecord record = make_study();
  const std::vector<Chart> charts = bar_charts(points(record, "epochs"), {"test.accuracy", "seconds"});
  REQUIRE(charts.size() == 2);
  CHECK_FALSE(has(charts[0].specification, "\"bar\""));
  CHECK(has(charts[0].note, "does not start at zero"));
  CHECK(has(charts[1].specification, "\"bar\""));
  CHECK(has(charts[1].specification, "\"domain\":[0.0,"));
  CHECK(charts[1].note.empty());
}

TEST_CASE("curves of repeats are a mean with a band, of validation dashed, without the refit", "[report]") {
  const RunRecord record = make_study();
  const std::vector<Chart> charts = curve_charts(points(record, "grid"));
  REQUIRE(charts.size() == 2);
  CHECK(charts[0].title == "Accuracy by epoch");
  CHECK(has(charts[0].note, "mean over the 5 folds of its point"));
  CHECK(has(charts[0].note, "from the smallest to the largest"));
  CHECK(has(charts[0].note, "refit"));
  CHECK(has(charts[0].specification, "strokeDash"));
  CHECK(has(charts[0].specification, "area"));
  CHECK(charts[0].data.columns.size() == 9);  // the epoch, and train and valid of four points
  const std::vector<Chart> single = curve_charts(points(record, "baseline"));
  CHECK_FALSE(has(single[0].specification, "area"));
  CHECK(single[0].note.empty());
}

TEST_CASE("runs that stop early do not end the curve of the others", "[report]") {
  RunRecord record = make_record();
  record.trials.push_back(make_trial("baseline", 10, 0.85, 1));
  const std::vector<Chart> charts = curve_charts(points(record, "baseline"));
  REQUIRE(charts.size() == 2);
  CHECK(has(charts[0].description, "after epoch 25"));
  CHECK(has(charts[0].note, "Runs ended at different epochs"));
}

TEST_CASE("long curves are thinned but keep their last epoch", "[report]") {
  RunRecord record;
  record.trials.push_back(make_trial("long", 4001, 0.9));
  const std::vector<Chart> charts = curve_charts(points(record, "long"));
  REQUIRE(charts.size() == 2);
  CHECK(charts[0].specification.size() < 8000);
  CHECK(has(charts[0].specification, ",4001]"));
  CHECK(charts[0].data.rows.size() < 40);
  CHECK(charts[0].data.rows.back().cells[0].text == "4,001");
}

TEST_CASE("a heat map writes every value and marks the best", "[report]") {
  const RunRecord record = make_study();
  const std::vector<Chart> charts = heatmap_charts(points(record, "grid"), "valid.accuracy");
  REQUIRE(charts.size() == 1);
  CHECK(charts[0].title == "Valid accuracy by opt and size");
  CHECK(count(charts[0].specification, "★ best\"") == 1);
  CHECK(charts[0].data.rows.size() == 4);
  CHECK(heatmap_charts(points(record, "dropout"), "test.accuracy").size() == 1);  // one axis, one row
  CHECK(heatmap_charts(points(record, "baseline"), "test.accuracy").empty());
  CHECK(heatmap_charts(points(record, "grid"), "test.unknown").empty());
  CHECK(heatmap_charts({}, "test.accuracy").empty());
}

TEST_CASE("a heat map of three axes is one per value of the shortest, a sparse one dots in the plane",
          "[report]") {
  RunRecord record;
  for (std::int64_t i = 0; i < 18; ++i) {
    TrialRecord trial = make_trial("cube", 3, 0.8 + 0.001 * static_cast<double>(i));
    trial.params = {{"a", i % 3}, {"b", i / 3 % 2}, {"c", i / 6}};
    record.trials.push_back(trial);
    trial.experiment = "random";
    trial.params = {{"x", 0.1 * static_cast<double>(i)}, {"y", static_cast<double>(i * 7 % 18)}};
    record.trials.push_back(std::move(trial));
  }
  const std::vector<Chart> cube = heatmap_charts(points(record, "cube"), "test.accuracy");
  REQUIRE(cube.size() == 2);
  CHECK(has(cube[1].title, ", b = 1"));
  const std::vector<Chart> random = heatmap_charts(points(record, "random"), "test.accuracy");
  REQUIRE(random.size() == 1);
  CHECK(has(random[0].specification, "circle"));
}

TEST_CASE("a confusion has counts, shares and scores per class, over folds summed up", "[report]") {
  const std::string one = markdown_of(make_study(), {ReportConfusion{trials("baseline")}});
  CHECK(has(one, "True and predicted classes: baseline on the test part"));
  CHECK(has(one, "| T-shirt/top | "));
  CHECK(has(one, "| **Mean of the classes** | "));
  TrialsRef point = trials("grid");
  point.point = {{"size", std::int64_t{10}}, {"opt", std::string("adam")}};
  const std::string folds = markdown_of(make_study(), {ReportConfusion{point}});
  CHECK(has(folds, "on the validation part, 5 folds"));
  CHECK(has(folds, "| **600** |"));
}

TEST_CASE("ROC curves carry their areas", "[report]") {
  const std::vector<Chart> charts = charts_in(make_study(), {ReportRoc{trials("baseline")}});
  REQUIRE(charts.size() == 1);
  CHECK(charts[0].data.rows.size() == 10);
  CHECK(has(charts[0].specification, "Shirt (0."));
}

TEST_CASE("mistakes have picture, true class, predicted class and probability", "[report]") {
  const Document document = document_of(make_study(), {ReportMistakes{trials("baseline"), 4}});
  const std::string html = emit_html(document);
  CHECK(count(html, "<img ") == 4);
  CHECK(has(html, "alt=\"Shirt, taken for T-shirt/top, "));
  const std::string markdown = emit_markdown(document).report;
  CHECK(has(markdown, "| Shirt | T-shirt/top | "));
}

TEST_CASE("without predictions or pictures the report says why", "[report]") {
  const ReportPlan plan{.title = "t",
                        .blocks = {ReportConfusion{trials("baseline")}, ReportMistakes{best("grid"), 3}}};
  CHECK(has(emit_html(build_document({plan}, make_study(), without_charts())),
            "predictions of this run are not kept"));
  ReportOptions damaged = study_options(false);
  damaged.predictions = [](const TrialRecord&, std::string_view) -> Result<Predictions> {
    return Failure{"the file is damaged", ""};
  };
  CHECK(has(emit_html(build_document({plan}, make_study(), damaged)), "the file is damaged"));
  ReportOptions blind = study_options(false);
  blind.load_images = {};
  const std::string html = emit_html(build_document({plan}, make_study(), blind));
  CHECK(has(html, "No pictures: "));
  CHECK(has(html, "Its probability"));
  ReportOptions short_answer = study_options(false);
  short_answer.load_images = [](const std::string&, const std::string&,
                                const std::vector<std::uint32_t>&) -> Result<SampleImages> {
    return SampleImages{};
  };
  CHECK(has(emit_html(build_document({plan}, make_study(), short_answer)), "not 8-bit images"));
}

TEST_CASE("every block of an empty run says that there is nothing", "[report]") {
  ReportPlan plan = study_plan();
  const Document document = build_document({plan}, RunRecord{}, study_options(false));
  const std::string html = emit_html(document);
  for (const char* part : {"No curves", "No trials of folds", "No bars", "No finished trial of baseline",
                           "Nothing was selected", "No heat map", "No trials of all experiments"}) {
    CAPTURE(part);
    CHECK(has(html, part));
  }
}

TEST_CASE("seventy-five trials of two hundred epochs stay below three megabytes", "[report]") {
  RunRecord record = make_record();
  for (std::int64_t point = 0; point < 15; ++point) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      TrialRecord trial = make_trial("wide", 200, 0.85 + 0.002 * static_cast<double>(point), seed);
      trial.params = {{"n", point}};
      trial.history["valid.loss"] = trial.history["train.loss"];
      trial.history["valid.accuracy"] = trial.history["train.accuracy"];
      record.trials.push_back(std::move(trial));
    }
  }
  const Folder folder;
  const auto written = write_report({}, record, folder.path(), with_charts());
  REQUIRE(written);
  CHECK(written.value().warnings.empty());
  CHECK(folder.read("report.html").size() < std::size_t{3} << 20);
}
