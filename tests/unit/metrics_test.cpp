// Metrics against the values of scikit-learn (tests/reference/make_sklearn_values.py), and where they have
// none.
#include "runtime/metrics/metrics.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/plan/result_fields.hpp"

using namespace nnc::rt;
using nlohmann::json;

namespace {

json reference() {
  std::ifstream file(NNC_SOURCE_DIR "/tests/reference/sklearn_metrics.json");
  return json::parse(file);
}

template <class T>
struct Case {
  std::vector<T> scores;
  std::vector<std::int32_t> labels;
  std::size_t columns;

  explicit Case(const json& data)
      : scores(data["scores"].get<std::vector<T>>()),
        labels(data["labels"].get<std::vector<std::int32_t>>()),
        columns(data["columns"].get<std::size_t>()) {}

  [[nodiscard]] ScoredSamples<T> samples() const { return {scores, columns, labels}; }
};

// Repeatable numbers in [0, 1).
std::vector<float> noise(std::size_t count) {
  std::vector<float> values(count);
  std::uint32_t state = 12345;
  for (float& value : values) {
    state = state * 1664525 + 1013904223;
    value = static_cast<float>(state >> 8) / 16777216.0F;
  }
  return values;
}

double of(std::string_view name, const std::vector<float>& scores, std::size_t columns,
          const std::vector<std::int32_t>& labels) {
  return compute_metric(name, "", ScoredSamples<float>{scores, columns, labels});
}

}  // namespace

TEST_CASE("every metric gives the values of scikit-learn, also with ties and absent classes", "[metrics]") {
  const json data = reference();
  REQUIRE(data["cases"].size() == 11);
  for (const json& entry : data["cases"]) {
    const Case<double> given(entry);
    for (const auto& [key, expected] : entry["values"].items()) {
      const std::size_t blank = key.find(' ');
      const std::string name = key.substr(0, blank);
      const std::string variant = blank == std::string::npos ? "" : key.substr(blank + 1);
      const double value = compute_metric(name, variant, given.samples());
      INFO(entry["name"] << ": " << key << " is " << value << ", expected " << expected);
      if (expected.is_null()) {
        CHECK(std::isnan(value));
      } else {
        CHECK(std::abs(value - expected.get<double>()) < 1e-9);
      }
    }
  }
}

TEST_CASE("the reference covers every metric and variant of the table", "[metrics]") {
  const json data = reference();
  const json& values = data["cases"][0]["values"];
  for (const MetricInfo& metric : all_metrics()) {
    const std::string name(metric.name);
    if (metric.variants.empty()) {
      CHECK(values.contains(name));
      continue;
    }
    for (const char* const variant : {"micro", "macro", "ovo", "ovr"}) {
      if (has_variant(metric, variant)) CHECK(values.contains(name + " " + variant));
    }
  }
}

TEST_CASE("the log loss of float scores is clipped by the precision of floats", "[metrics]") {
  const json data = reference();
  const Case<float> given(data["float_log_loss"]);
  // scikit-learn sums in floats here, we do not.
  CHECK(compute_metric("log_loss", "", given.samples()) ==
        Approx(data["float_log_loss"]["value"].get<double>()).epsilon(1e-6));
  CHECK(of("log_loss", {1, 0}, 2, {1}) == Approx(-std::log(std::numeric_limits<float>::epsilon())));
}

TEST_CASE("one column is the probability of class 1 of two", "[metrics]") {
  const std::vector<float> one = {0.9F, 0.2F, 0.5F, 0.7F, 0.4F};
  std::vector<float> two;
  for (const float p : one) two.insert(two.end(), {1 - p, p});
  const std::vector<std::int32_t> labels = {1, 0, 0, 0, 1};
  for (const MetricInfo& metric : all_metrics()) {
    INFO(metric.name);
    CHECK(of(metric.name, one, 1, labels) == Approx(of(metric.name, two, 2, labels)).epsilon(1e-6));
  }
  CHECK(of("accuracy", one, 1, labels) == Approx(0.6));
}

TEST_CASE("what has no value is not a number", "[metrics]") {
  for (const MetricInfo& metric : all_metrics()) {
    INFO(metric.name);
    CHECK(std::isnan(of(metric.name, {}, 3, {})));
    CHECK(std::isnan(of(metric.name, {0.5F, NAN, 0.1F, 0.9F}, 2, {0, 1})));
    CHECK(std::isnan(of(metric.name, {0.5F, INFINITY, 0.1F, 0.9F}, 2, {0, 1})));
  }
  CHECK(std::isnan(of("roc_auc", {0.5F, 0.5F, 0.1F, 0.9F}, 2, {1, 1})));
}

TEST_CASE("the first of equally probable classes is the predicted one", "[metrics]") {
  CHECK(of("accuracy", {0.5F, 0.5F}, 2, {0}) == 1);
  CHECK(of("accuracy", {0.5F, 0.5F}, 2, {1}) == 0);
  CHECK(of("accuracy", {0.5F}, 1, {0}) == 1);
}

TEST_CASE("names and variants are known", "[metrics]") {
  REQUIRE(find_metric("roc_auc") != nullptr);
  CHECK(find_metric("roc") == nullptr);
  CHECK(has_variant(*find_metric("roc_auc"), "ovr"));
  CHECK(has_variant(*find_metric("roc_auc"), ""));
  CHECK_FALSE(has_variant(*find_metric("roc_auc"), "ov"));
  CHECK_FALSE(has_variant(*find_metric("roc_auc"), "macro"));
  CHECK_FALSE(has_variant(*find_metric("accuracy"), "micro"));
}

TEST_CASE("reports know how to write every metric", "[metrics]") {
  for (const MetricInfo& metric : all_metrics()) {
    CAPTURE(std::string(metric.name));
    const nnc::KnownMetric known = nnc::find_known_metric(metric.name);
    REQUIRE(known.metric != nullptr);
    CHECK(known.metric->name == metric.name);
  }
}

TEST_CASE("10,000 samples of ten classes are judged in milliseconds", "[metrics]") {
  const std::vector<float> scores = noise(100'000);
  std::vector<std::int32_t> labels(10'000);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int32_t>(i % 10);
  const ScoredSamples<float> samples{scores, 10, labels};
  for (const MetricInfo& metric : all_metrics()) {
    const auto begin = std::chrono::steady_clock::now();
    CHECK(std::isfinite(compute_metric(metric.name, "", samples)));
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
    INFO(metric.name << " took " << elapsed.count() << " ms");
    CHECK(elapsed.count() < 250);  // generous: sanitizers and busy machines
  }
}
