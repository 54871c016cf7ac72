// Splits: unshuffled folds are those of scikit-learn (tests/reference/make_sklearn_folds.py), all others keep
// their properties: exact partitions, equal shares, and nothing random but the named stream.
#include "runtime/data/split.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <set>

using namespace nnc;
using namespace nnc::rt;
using nlohmann::json;

namespace {

using Labels = std::vector<std::uint8_t>;
using Indices = std::vector<std::uint32_t>;

json reference() {
  std::ifstream file(NNC_SOURCE_DIR "/tests/reference/sklearn_folds.json");
  return json::parse(file);
}

Indices all_of(const Labels& labels) {
  Indices samples(labels.size());
  std::iota(samples.begin(), samples.end(), 0U);
  return samples;
}

ValidationPlan kfold(std::int64_t folds, bool stratified, bool shuffle = false) {
  return {ValidationPlan::Kind::KFold, folds, 0.2, stratified, shuffle};
}

ValidationPlan holdout(double fraction, bool stratified, bool shuffle) {
  return {ValidationPlan::Kind::HoldOut, 5, fraction, stratified, shuffle};
}

Split split(const Labels& labels, const ValidationPlan& plan, std::int64_t fold = 0, std::uint64_t seed = 1) {
  Result<Split> result = split_samples(labels, all_of(labels), plan, fold, seed);
  REQUIRE(result.ok());
  return std::move(result).value();
}

Labels random_labels(std::size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  Labels labels(count);
  // Class 0 often, the others rarely, some numbers never.
  for (std::uint8_t& label : labels) {
    const auto drawn = generator() % 20;
    label = static_cast<std::uint8_t>(drawn < 12 ? 0 : 3 * (drawn - 11));
  }
  return labels;
}

std::map<std::uint8_t, std::size_t> class_counts(const Labels& labels, const Indices& samples) {
  std::map<std::uint8_t, std::size_t> counts;
  for (const std::uint8_t label : labels) counts[label];
  for (const std::uint32_t sample : samples) ++counts[labels[sample]];
  return counts;
}

void check_partition(const Labels& labels, const Split& parts) {
  CHECK(std::is_sorted(parts.train.begin(), parts.train.end()));
  CHECK(std::is_sorted(parts.valid.begin(), parts.valid.end()));
  Indices together = parts.train;
  together.insert(together.end(), parts.valid.begin(), parts.valid.end());
  std::sort(together.begin(), together.end());
  CHECK(together == all_of(labels));
}

// Every sample is judged on in exactly one fold; folds and classes are as equal as they can be.
void check_folds(const Labels& labels, const ValidationPlan& plan) {
  Indices judged;
  std::size_t least = labels.size();
  std::size_t most = 0;
  std::map<std::uint8_t, std::set<std::size_t>> shares;
  for (std::int64_t fold = 0; fold < plan.folds; ++fold) {
    const Split parts = split(labels, plan, fold, 7);
    check_partition(labels, parts);
    judged.insert(judged.end(), parts.valid.begin(), parts.valid.end());
    least = std::min(least, parts.valid.size());
    most = std::max(most, parts.valid.size());
    for (const auto& [label, count] : class_counts(labels, parts.valid)) shares[label].insert(count);
  }
  std::sort(judged.begin(), judged.end());
  CHECK(judged == all_of(labels));
  CHECK(most - least <= 1);
  if (!plan.stratified) return;
  for (const auto& [label, counts] : shares) CHECK(*counts.rbegin() - *counts.begin() <= 1);
}

std::string refusal(const Labels& labels, const ValidationPlan& plan) {
  const Result<Split> result = split_samples(labels, all_of(labels), plan, 0, 1);
  REQUIRE_FALSE(result.ok());
  CHECK_FALSE(result.failure().hint.empty());
  return result.failure().message;
}

}  // namespace

TEST_CASE("folds that are not shuffled are those of scikit-learn", "[split]") {
  const json cases = reference()["cases"];
  REQUIRE(cases.size() == 9);
  for (const json& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const auto labels = one["labels"].get<Labels>();
    const auto folds = one["folds"].get<std::int64_t>();
    for (std::int64_t fold = 0; fold < folds; ++fold) {
      const auto index = static_cast<std::size_t>(fold);
      CHECK(split(labels, kfold(folds, false), fold).valid == one["plain"][index].get<Indices>());
      CHECK(split(labels, kfold(folds, true), fold).valid == one["stratified"][index].get<Indices>());
    }
  }
}

TEST_CASE("folds are exact partitions with equal shares, however many and however shuffled", "[split]") {
  for (const std::size_t count : {10U, 97U, 400U}) {
    const Labels labels = random_labels(count, static_cast<unsigned>(count));
    for (const std::int64_t folds : {2, 3, 7, 10}) {
      for (const bool stratified : {false, true}) {
        for (const bool shuffle : {false, true}) check_folds(labels, kfold(folds, stratified, shuffle));
      }
    }
  }
}

TEST_CASE("as many folds as samples leave one out each", "[split]") {
  const Labels labels = {0, 0, 1, 2, 0, 1};
  check_folds(labels, kfold(6, false));
  check_folds(labels, kfold(6, true));
  check_folds(labels, kfold(6, true, true));
}

TEST_CASE("shuffled splits depend on the seed, and unshuffled ones do not", "[split]") {
  const Labels labels = random_labels(200, 3);
  for (const bool stratified : {false, true}) {
    for (const ValidationPlan& plan : {kfold(5, stratified, true), holdout(0.3, stratified, true)}) {
      CHECK(split(labels, plan, 0, 4).valid == split(labels, plan, 0, 4).valid);
      CHECK(split(labels, plan, 0, 4).valid != split(labels, plan, 0, 5).valid);
    }
    for (const ValidationPlan& plan : {kfold(5, stratified, false), holdout(0.3, stratified, false)}) {
      CHECK(split(labels, plan, 0, 4).valid == split(labels, plan, 0, 5).valid);
    }
  }
}

TEST_CASE("a hold-out has the share that was asked for, rounded up, in every class in proportion",
          "[split]") {
  const Labels labels = random_labels(203, 9);
  for (const double fraction : {0.1, 0.2, 0.5, 0.77}) {
    for (const bool stratified : {false, true}) {
      for (const bool shuffle : {false, true}) {
        const Split parts = split(labels, holdout(fraction, stratified, shuffle));
        check_partition(labels, parts);
        const double held = std::ceil(fraction * 203);
        CHECK(static_cast<double>(parts.valid.size()) == held);
        if (!stratified) continue;
        const auto whole = class_counts(labels, all_of(labels));
        for (const auto& [label, count] : class_counts(labels, parts.valid)) {
          const double share = held * static_cast<double>(whole.at(label)) / 203;
          CHECK(std::abs(static_cast<double>(count) - share) < 1);
        }
      }
    }
  }
}

TEST_CASE("a hold-out that is not shuffled is the end", "[split]") {
  const Labels labels = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  CHECK(split(labels, holdout(0.3, false, false)).valid == Indices{7, 8, 9});
  CHECK(split({0, 0, 0, 0, 1, 1, 1, 1}, holdout(0.5, true, false)).valid == Indices{2, 3, 6, 7});
}

TEST_CASE("a hold-out always leaves something on both sides", "[split]") {
  CHECK(split({0, 1}, holdout(0.001, true, true)).valid.size() == 1);
  CHECK(split({0, 1, 1}, holdout(0.999, false, true)).train.size() == 1);
}

TEST_CASE("only the samples that are named are split, by their own numbers", "[split]") {
  const Labels labels = {0, 1, 0, 1, 0, 1, 0, 1};
  const Indices some = {1, 2, 5, 6};
  const Result<Split> parts = split_samples(labels, some, kfold(2, true), 0, 1);
  REQUIRE(parts.ok());
  CHECK(parts.value().valid == Indices{1, 2});
  CHECK(parts.value().train == Indices{5, 6});
}

TEST_CASE("what cannot be split is refused", "[split]") {
  CHECK_THAT(refusal({0, 1, 0}, kfold(4, true)), Catch::Contains("3 samples") && Catch::Contains("4 folds"));
  CHECK_THAT(refusal({0, 1, 0}, kfold(std::numeric_limits<std::int64_t>::max(), false)),
             Catch::Contains("3 samples"));
  CHECK_THAT(refusal({0, 1, 0}, kfold(1, true)), Catch::Contains("1 folds"));
  refusal({0, 1, 0}, kfold(0, false));
  refusal({0, 1, 0}, kfold(-3, false));
  refusal({0}, holdout(0.5, true, true));
  for (const double fraction : {0.0, 1.0, -0.1, 1e300, std::nan("")}) {
    refusal({0, 1, 0}, holdout(fraction, true, true));
  }
}

TEST_CASE("a sliver is the beginning, with more of the classes that are rare in it", "[split]") {
  Labels labels(1000, 0);
  CHECK(first_samples(labels, 600, 10).size() == 600);
  CHECK(first_samples(labels, 600, 10).back() == 599);
  for (std::size_t i = 900; i < 1000; ++i) labels[i] = 1;
  labels[500] = 2;
  labels[950] = 2;
  const Indices sliver = first_samples(labels, 600, 10);
  CHECK(sliver.size() == 600);
  CHECK(std::is_sorted(sliver.begin(), sliver.end()));
  const auto counts = class_counts(labels, sliver);
  CHECK(counts.at(1) == 10);
  CHECK(counts.at(2) == 2);
  CHECK(sliver[588] == 588);
  CHECK(sliver[589] == 900);
}

TEST_CASE("a sliver of a small part is all of it, of many classes some of each", "[split]") {
  CHECK(first_samples(Labels{3, 1, 3}, 600, 10) == Indices{0, 1, 2});
  CHECK(first_samples(Labels{}, 600, 10).empty());
  Labels labels(25'600);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i / 100);
  const Indices sliver = first_samples(labels, 600, 10);
  CHECK(sliver.size() == 2560);
  for (const auto& [label, count] : class_counts(labels, sliver)) CHECK(count == 10);
}
