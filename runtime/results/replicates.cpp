// See replicates.hpp.
#include "runtime/results/replicates.hpp"

#include <algorithm>

namespace nnc::rt {
namespace {

std::vector<double> means_of_seeds(const std::vector<Replicate>& values) {
  std::vector<double> means;
  for (std::size_t begin = 0; begin < values.size();) {
    std::vector<double> of_seed;
    std::size_t end = begin;
    for (; end < values.size() && values[end].seed == values[begin].seed; ++end)
      of_seed.push_back(values[end].value);
    means.push_back(summarize(of_seed).mean);
    begin = end;
  }
  return means;
}

}  // namespace

Replicates make_replicates(std::vector<Replicate> values, double judged_per_trained) {
  std::ranges::stable_sort(values, {}, &Replicate::key);
  const auto rest = std::ranges::unique(values, {}, &Replicate::key);
  values.erase(rest.begin(), rest.end());
  return {std::move(values), judged_per_trained};
}

Units units_of(const Replicates& replicates) {
  Units units{.values = means_of_seeds(replicates.values),
              .judged_per_trained = replicates.judged_per_trained};
  if (units.values.size() > 1) {
    units.kind = Units::Kind::Seeds;
  } else if (replicates.values.size() > 1) {
    units.kind = Units::Kind::Folds;
    units.values.clear();
    for (const Replicate& replicate : replicates.values) units.values.push_back(replicate.value);
  }
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

}  // namespace nnc::rt
