// What predictions say, against scikit-learn (tests/reference/make_judgement.py).
#include "runtime/results/judgement.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "runtime/random/random.hpp"
#include "tests/unit/results_support.hpp"

using namespace nnc;        // NOLINT
using namespace nnc::rt;    // NOLINT
using namespace nnc::test;  // NOLINT
using nlohmann::json;

namespace {

const json& reference() {
  static const json values = [] {
    std::ifstream file(NNC_SOURCE_DIR "/tests/reference/sklearn_judgement.json");
    return json::parse(file);
  }();
  return values["cases"];
}

Predictions predictions_of(const json& entry) {
  Predictions predictions;
  predictions.columns = entry["columns"];
  predictions.labels = entry["labels"].get<std::vector<std::int32_t>>();
  predictions.scores = entry["scores"].get<std::vector<float>>();
  predictions.samples.resize(predictions.labels.size());
  std::iota(predictions.samples.begin(), predictions.samples.end(), 0U);
  return predictions;
}

// Many samples of two classes, scored with noise.
Predictions noisy(std::size_t count, std::uint64_t seed) {
  std::vector<double> noise(2 * count);
  fill_normal({.seed = seed, .purpose = Purpose::Split}, noise);
  Predictions predictions;
  predictions.columns = 1;
  for (std::size_t i = 0; i < count; ++i) {
    const bool own = noise[i] > 0;
    predictions.samples.push_back(static_cast<std::uint32_t>(i));
    predictions.labels.push_back(own ? 1 : 0);
    predictions.scores.push_back(static_cast<float>(1 / (1 + std::exp(-noise[count + i] - (own ? 1 : -1)))));
  }
  return predictions;
}

double area_under(const RocCurve& curve) {
  double area = 0;
  for (std::size_t i = 1; i < curve.false_positive.size(); ++i)
    area += (curve.false_positive[i] - curve.false_positive[i - 1]) *
            (curve.true_positive[i] + curve.true_positive[i - 1]) / 2;
  return area;
}

// Every point lies on the line through the points of scikit-learn.
void check_on_curve(const RocCurve& curve, const json& expected) {
  const auto x = expected["false_positive"].get<std::vector<double>>();
  const auto y = expected["true_positive"].get<std::vector<double>>();
  for (std::size_t i = 0; i < curve.false_positive.size(); ++i) {
    bool found = false;
    for (std::size_t k = 0; k < x.size(); ++k)
      found = found || (std::abs(x[k] - curve.false_positive[i]) < 1e-12 &&
                        std::abs(y[k] - curve.true_positive[i]) < 1e-12);
    CHECK(found);
  }
}

}  // namespace

TEST_CASE("confusion and class scores are those of scikit-learn", "[results]") {
  REQUIRE(reference().size() == 6);
  for (const json& entry : reference()) {
    CAPTURE(entry["name"].get<std::string>());
    const Confusion confusion = confusion_of(predictions_of(entry));
    REQUIRE(confusion.classes == entry["confusion"].size());
    const std::vector<ClassScores> scores = class_scores(confusion);
    REQUIRE(scores.size() == confusion.classes);
    for (std::size_t actual = 0; actual < confusion.classes; ++actual) {
      for (std::size_t predicted = 0; predicted < confusion.classes; ++predicted)
        CHECK(confusion.at(actual, predicted) == entry["confusion"][actual][predicted]);
      CHECK(std::abs(scores[actual].precision - entry["precision"][actual].get<double>()) < 1e-12);
      CHECK(std::abs(scores[actual].recall - entry["recall"][actual].get<double>()) < 1e-12);
      CHECK(std::abs(scores[actual].f1 - entry["f1"][actual].get<double>()) < 1e-12);
      CHECK(scores[actual].support == entry["support"][actual]);
    }
  }
}

TEST_CASE("curves and areas are those of scikit-learn", "[results]") {
  for (const json& entry : reference()) {
    CAPTURE(entry["name"].get<std::string>());
    const std::vector<RocCurve> curves = roc_curves(predictions_of(entry));
    REQUIRE(curves.size() == entry["curves"].size());
    for (std::size_t own = 0; own < curves.size(); ++own) {
      CAPTURE(own);
      if (entry["curves"][own].is_null()) {
        CHECK(std::isnan(curves[own].area));
        CHECK(curves[own].false_positive.empty());
        continue;
      }
      CHECK(std::abs(curves[own].area - entry["curves"][own]["area"].get<double>()) < 1e-12);
      // Nothing was left out of so few points but those between two others.
      CHECK(std::abs(area_under(curves[own]) - curves[own].area) < 1e-12);
      check_on_curve(curves[own], entry["curves"][own]);
    }
  }
}

TEST_CASE("a curve of thousands of samples keeps its shape with 200 points", "[results]") {
  const std::vector<RocCurve> curves = roc_curves(noisy(10'000, 3));
  REQUIRE(curves.size() == 2);
  for (const RocCurve& curve : curves) {
    CHECK(curve.false_positive.size() > 50);
    CHECK(curve.false_positive.size() < 260);
    CHECK(curve.false_positive.front() == 0);
    CHECK(curve.true_positive.back() == 1);
    CHECK(std::ranges::is_sorted(curve.false_positive));
    CHECK(std::ranges::is_sorted(curve.true_positive));
    CHECK(std::abs(area_under(curve) - curve.area) < 0.001);
  }
  CHECK(std::abs(curves[0].area - curves[1].area) < 1e-12);
}

TEST_CASE("the mean curve of several runs has their mean area", "[results]") {
  const std::vector<Predictions> runs = {noisy(4'000, 1), noisy(4'000, 2), noisy(4'000, 3)};
  const std::vector<RocCurve> means = mean_roc_curves(runs);
  REQUIRE(means.size() == 2);
  double area = 0;
  for (const Predictions& run : runs) area += roc_curves(run)[1].area / 3;
  CHECK(means[1].area == Approx(area));
  CHECK(std::abs(area_under(means[1]) - area) < 0.001);
  CHECK(mean_roc_curves(std::span(runs).first(1))[0].true_positive == roc_curves(runs[0])[0].true_positive);
}

TEST_CASE("runs over seeds and folds are summed up in one matrix", "[results]") {
  const std::vector<Predictions> runs = {noisy(100, 1), noisy(100, 2)};
  const Confusion both = confusion_of(runs);
  CHECK(std::accumulate(both.counts.begin(), both.counts.end(), 0) == 200);
  CHECK(both.at(1, 0) == confusion_of(runs[0]).at(1, 0) + confusion_of(runs[1]).at(1, 0));
}

TEST_CASE("the worst mistakes are the surest ones, of equals the first", "[results]") {
  const Predictions predictions{
      .samples = {40, 30, 20, 10, 5},
      .labels = {0, 0, 1, 1, 2},
      .scores = {0.1F, 0.8F, 0.1F, 0.2F, 0.1F, 0.7F, 0.8F, 0.1F, 0.1F, 0.1F, 0.8F, 0.1F, 0.3F, 0.5F, 0.2F},
      .columns = 3};
  const std::vector<Mistake> mistakes = worst_mistakes(predictions, 10);
  REQUIRE(mistakes.size() == 4);
  CHECK(mistakes[0].sample == 20);
  CHECK(mistakes[1].sample == 40);
  CHECK(mistakes[1].label == 0);
  CHECK(mistakes[1].predicted == 1);
  CHECK(mistakes[1].confidence == Approx(0.8));
  CHECK(mistakes[1].truth == Approx(0.1));
  CHECK(mistakes[2].sample == 30);
  CHECK(mistakes[3].sample == 5);
  CHECK(worst_mistakes(predictions, 2).size() == 2);
  CHECK(worst_mistakes(predictions, 0).empty());
}

TEST_CASE("a mistake of one column has the confidence of the class it was taken for", "[results]") {
  const Predictions predictions{.samples = {0, 1}, .labels = {1, 0}, .scores = {0.1F, 0.7F}, .columns = 1};
  const std::vector<Mistake> mistakes = worst_mistakes(predictions, 5);
  REQUIRE(mistakes.size() == 2);
  CHECK(mistakes[0].predicted == 0);
  CHECK(mistakes[0].confidence == Approx(0.9));
  CHECK(mistakes[1].confidence == Approx(0.7));
}

TEST_CASE("damaged predictions give nothing and do no harm", "[results]") {
  const std::vector<Predictions> damaged = {
      {},
      {.samples = {0}, .labels = {3}, .scores = {0.5F, 0.5F}, .columns = 2},
      {.samples = {0}, .labels = {-1}, .scores = {0.5F, 0.5F}, .columns = 2},
      {.samples = {0}, .labels = {0, 1}, .scores = {0.5F, 0.5F}, .columns = 1},
      {.samples = {0, 1}, .labels = {0, 1}, .scores = {0.5F}, .columns = 2}};
  for (const Predictions& predictions : damaged) {
    CHECK_FALSE(well_formed(predictions));
    CHECK(confusion_of(predictions).classes == 0);
    CHECK(class_scores(confusion_of(predictions)).empty());
    CHECK(roc_curves(predictions).empty());
    CHECK(worst_mistakes(predictions, 3).empty());
  }
  CHECK(mean_roc_curves(damaged).empty());
  const Predictions no_numbers{
      .samples = {0, 1}, .labels = {0, 1}, .scores = {0.5F, 0.5F, NAN, NAN}, .columns = 2};
  CHECK(std::isnan(roc_curves(no_numbers)[0].area));
  CHECK(worst_mistakes(no_numbers, 3).size() == 1);
}

TEST_CASE("a point is judged on the test part, or on the validation part where nobody looked at test",
          "[results]") {
  RunRecord record;
  add_folds(record, "grid", {{"n", std::int64_t{1}}}, 0, {0.8, 0.9});
  std::vector<std::string> asked;
  const LoadPredictions load = [&](const TrialRecord& which, std::string_view part) -> Result<Predictions> {
    asked.push_back(which.id + " " + std::string(part));
    if (which.fold == 1) return Failure{"no such file", ""};
    return noisy(10, 1);
  };
  const GroupPredictions folds = load_predictions(groups_of(record, all_of("grid")).front(), load);
  CHECK(folds.part == "valid");
  CHECK(folds.trials.size() == 1);
  CHECK(folds.reason == "no such file");
  CHECK(asked == std::vector<std::string>{"grid0-1-fold0 valid", "grid0-1-fold1 valid"});
  TrialRecord refit = trial("grid", {{"n", std::int64_t{1}}}, 0, 0.85);
  refit.refit = true;
  record.trials.push_back(refit);
  asked.clear();
  const GroupPredictions tested = load_predictions(groups_of(record, all_of("grid")).front(), load);
  CHECK(tested.part == "test");
  CHECK(tested.sources.size() == 1);
  CHECK(tested.sources.front()->refit);
  CHECK(asked.size() == 1);
  CHECK_FALSE(load_predictions(groups_of(record, all_of("grid")).front(), {}).reason.empty());
}
