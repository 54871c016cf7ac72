// One number of one point, measured again with other seeds and on other folds, and what may be concluded from
// that. In: numbers with their seed and fold. Out: margins and tests.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/results/results.hpp"
#include "runtime/stats/stats.hpp"

namespace nnc::rt {

struct Replicate {
  std::uint64_t seed = 0;
  std::optional<int> fold;
  double value = 0;

  [[nodiscard]] std::pair<std::uint64_t, std::optional<int>> key() const { return {seed, fold}; }
};

struct Replicates {
  std::vector<Replicate> values = {};  // ascending by key, each key once
  double judged_per_trained = 0;       // samples of a fold's two parts; for folds
};
// Puts them in order.
Replicates make_replicates(std::vector<Replicate> values, double judged_per_trained);

// The numbers that a measure was made from.
Replicates replicates_of(const Measure& value);

// The numbers that count as repetitions: where there are several seeds, one per seed (the mean of its folds,
// which are no repetitions of the whole); else one per fold.
struct Units {
  enum class Kind { Single, Seeds, Folds } kind = Kind::Single;  // Single: none or one
  std::vector<double> values = {};
  double judged_per_trained = 0;
};
Units units_of(const Replicates& replicates);

// Half the 95 % confidence interval of their mean; empty for a single one.
std::optional<double> margin_of(const Units& units);
// Whether their mean is zero; empty for a single one.
std::optional<MeanTest> test_units(const Units& units, double confidence = 0.95);

}  // namespace nnc::rt
