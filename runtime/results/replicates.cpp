// See replicates.hpp.
#include "runtime/results/replicates.hpp"

#include <algorithm>
#include <cmath>

namespace nnc::rt {
namespace {

constexpr std::size_t kFewestPairs = 2;

Replicates means_of_seeds(const Replicates& replicates) {
  Replicates means = replicates;
  means.values.clear();
  const std::vector<Replicate>& values = replicates.values;
  for (std::size_t begin = 0; begin < values.size();) {
    std::vector<double> of_seed;
    std::size_t end = begin;
    for (; end < values.size() && values[end].seed == values[begin].seed; ++end)
      of_seed.push_back(values[end].value);
    means.values.push_back({values[begin].seed, std::nullopt, summarize(of_seed).mean});
    begin = end;
  }
  return means;
}

// Copies of those replicates of `from` that `other` has, too.
Replicates common(const Replicates& from, const Replicates& other) {
  Replicates result = from;
  std::erase_if(result.values, [&](const Replicate& replicate) {
    return !std::ranges::binary_search(other.values, replicate.key(), {}, &Replicate::key);
  });
  return result;
}

}  // namespace

double rounding_at(double size) { return 1e-12 * std::abs(size); }

Replicates make_replicates(std::vector<Replicate> values, double judged_per_trained) {
  std::ranges::stable_sort(values, {}, &Replicate::key);
  const auto rest = std::ranges::unique(values, {}, &Replicate::key);
  values.erase(rest.begin(), rest.end());
  double rounding = 0;
  for (const Replicate& replicate : values) rounding = std::max(rounding, rounding_at(replicate.value));
  return {std::move(values), judged_per_trained, rounding};
}

bool has_folds(const Replicates& replicates) {
  return std::ranges::any_of(replicates.values,
                             [](const Replicate& replicate) { return replicate.fold.has_value(); });
}

Replicates paired_with(const Replicates& from, const Replicates& other) {
  Replicates pairs = common(from, other);
  const bool folds = has_folds(from) || has_folds(other);
  if (!pairs.values.empty() || !folds || from.values.empty() || other.values.empty()) return pairs;
  if (has_folds(from) && has_folds(other)) {
    pairs.unpaired = true;
    return pairs;
  }
  pairs = common(means_of_seeds(from), means_of_seeds(other));
  if (pairs.values.size() < kFewestPairs) pairs.values.clear();
  return pairs;
}

Units units_of(const Replicates& replicates) {
  Units units{.judged_per_trained = replicates.judged_per_trained};
  for (const Replicate& replicate : replicates.values) units.values.push_back(replicate.value);
  units.seeds = means_of_seeds(replicates).values.size();
  if (units.values.size() > 1) units.kind = has_folds(replicates) ? Units::Kind::Folds : Units::Kind::Seeds;
  const Summary summary = summarize(units.values);
  if (summary.deviation <= replicates.rounding) std::ranges::fill(units.values, summary.mean);
  return units;
}

std::optional<double> margin_of(const Units& units) {
  const Summary summary = summarize(units.values);
  return units.kind == Units::Kind::Folds ? margin_of_folds(summary, units.judged_per_trained)
                                          : margin_of_mean(summary);
}

std::optional<MeanTest> test_units(const Units& units, double confidence) {
  return units.kind == Units::Kind::Folds
             ? test_fold_differences(units.values, units.judged_per_trained, confidence)
             : test_differences(units.values, confidence);
}

std::optional<MeanTest> test_unpaired(const Units& lhs, const Units& rhs, double confidence) {
  return test_unpaired_folds({summarize(lhs.values), lhs.judged_per_trained},
                             {summarize(rhs.values), rhs.judged_per_trained}, confidence);
}

}  // namespace nnc::rt
