// Intervals and tests against the values of SciPy (tests/reference/make_stats.py), and how often they are
// wrong.
#include "runtime/stats/stats.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "runtime/random/random.hpp"

using namespace nnc::rt;
using nlohmann::json;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const json& reference() {
  static const json values = [] {
    std::ifstream file(NNC_SOURCE_DIR "/tests/reference/scipy_stats.json");
    return json::parse(file);
  }();
  return values;
}

// Equal to ten digits.
void check_close(double value, const json& expected) {
  const auto wanted = expected.get<double>();
  INFO(value << " instead of " << wanted);
  CHECK(std::abs(value - wanted) <= 1e-10 * std::max(1.0, std::abs(wanted)));
}

std::vector<double> numbers(const json& list) { return list.get<std::vector<double>>(); }

}  // namespace

TEST_CASE("Student's t has the quantiles and probabilities of SciPy", "[stats]") {
  REQUIRE(reference()["quantiles"].size() == 63);
  for (const json& row : reference()["quantiles"]) check_close(student_t_quantile(row[0], row[1]), row[2]);
  for (const json& row : reference()["cdf"]) check_close(student_t_cdf(row[0], row[1]), row[2]);
}

TEST_CASE("means, deviations and margins are those of SciPy", "[stats]") {
  for (const json& sample : reference()["samples"]) {
    const Summary summary = summarize(numbers(sample["values"]));
    check_close(summary.mean, sample["mean"]);
    check_close(summary.deviation, sample["deviation"]);
    for (const auto& [confidence, margin] : sample["margins"].items())
      check_close(margin_of_mean(summary, std::stod(confidence)).value(), margin);
  }
}

TEST_CASE("the paired test is that of SciPy", "[stats]") {
  REQUIRE(reference()["paired"].size() == 5);
  for (const json& entry : reference()["paired"]) {
    const auto test = test_differences(numbers(entry["differences"]));
    REQUIRE(test);
    check_close(test->mean, entry["mean"]);
    check_close(test->low, entry["low"]);
    check_close(test->high, entry["high"]);
    check_close(test->p, entry["p"]);
    CHECK(test->count == entry["differences"].size());
  }
}

TEST_CASE("folds have the wider interval of overlapping training parts", "[stats]") {
  REQUIRE(reference()["folds"].size() == 3);
  for (const json& entry : reference()["folds"]) {
    const std::vector<double> differences = numbers(entry["differences"]);
    const double ratio = entry["ratio"];
    const auto test = test_fold_differences(differences, ratio);
    REQUIRE(test);
    check_close(test->low, entry["low"]);
    check_close(test->high, entry["high"]);
    check_close(test->p, entry["p"]);
    const Summary summary = summarize(differences);
    check_close(margin_of_folds(summary, ratio).value(), test->high - test->mean);
    CHECK(margin_of_folds(summary, ratio).value() > margin_of_mean(summary).value());
  }
}

TEST_CASE("unpaired folds are compared by Welch's test with both overlaps", "[stats]") {
  const std::vector<double> one = {1, 2, 3, 4, 5};
  const std::vector<double> other = {2, 4, 6, 8, 10};
  // From the formula of Welch, with Student's density integrated numerically.
  const auto plain = test_unpaired_folds({summarize(one)}, {summarize(other)});
  REQUIRE(plain);
  CHECK(plain->mean == Approx(-3));
  CHECK(plain->p == Approx(0.10753119));
  CHECK(plain->high == Approx(0.88774164));
  CHECK(plain->count == 10);
  // Variances (1/5 + 1/4) 2.5 and (1/5 + 1/9) 10.
  const auto folds = test_unpaired_folds({summarize(one), 1.0 / 4}, {summarize(other), 1.0 / 9});
  REQUIRE(folds);
  CHECK(folds->p == Approx(0.19110996));
  CHECK_FALSE(test_unpaired_folds({summarize(one)}, {summarize(std::vector<double>{1})}));
  const std::vector<double> equal(3, 0.5);
  CHECK(test_unpaired_folds({summarize(equal)}, {summarize(equal)})->p == 1);
}

TEST_CASE("fewer than two values have no interval", "[stats]") {
  for (const std::vector<double>& values : {std::vector<double>{}, std::vector<double>{0.5}}) {
    const Summary summary = summarize(values);
    CHECK(summary.count == values.size());
    CHECK(summary.deviation == 0);
    CHECK_FALSE(margin_of_mean(summary));
    CHECK_FALSE(margin_of_folds(summary, 0.25));
    CHECK_FALSE(test_differences(values));
    CHECK_FALSE(test_fold_differences(values, 0.25));
  }
}

TEST_CASE("equal values have exactly their mean and no deviation", "[stats]") {
  const std::vector<double> values(7, 0.1);
  const Summary summary = summarize(values);
  CHECK(summary.mean == 0.1);
  CHECK(summary.deviation == 0);
  const auto test = test_differences(values);
  REQUIRE(test);
  CHECK(test->low == 0.1);
  CHECK(test->p == 0);
  CHECK(test_differences(std::vector<double>(3, 0.0))->p == 1);
}

TEST_CASE("what is not a number stays none and throws nothing", "[stats]") {
  CHECK(std::isnan(student_t_quantile(0, 3)));
  CHECK(std::isnan(student_t_quantile(0.5, -1)));
  CHECK(std::isnan(student_t_quantile(kNan, 1)));
  CHECK(std::isnan(student_t_cdf(kNan, 1)));
  CHECK(std::isnan(student_t_cdf(1, 0)));
  CHECK(student_t_cdf(std::numeric_limits<double>::infinity(), 3) == 1);
  CHECK(std::isnan(test_differences(std::vector<double>{1, kNan, 2})->p));
  CHECK(std::isnan(test_differences(std::vector<double>{kNan, kNan})->p));
  CHECK(std::isnan(margin_of_mean(summarize(std::vector<double>{1, kNan})).value()));
}

TEST_CASE("an interval of 95 % misses the truth in one of twenty samples", "[stats]") {
  // 4000 samples of five: 200 misses are expected, with a deviation of 14.
  std::vector<double> noise(20'000);
  fill_normal({.seed = 7, .purpose = Purpose::Split}, noise);
  int missed = 0;
  for (std::size_t at = 0; at < noise.size(); at += 5) {
    const auto test = test_differences(std::span(noise).subspan(at, 5));
    if (test->low > 0 || test->high < 0) ++missed;
  }
  CHECK(missed > 145);
  CHECK(missed < 255);
}
