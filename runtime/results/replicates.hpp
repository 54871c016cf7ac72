// One number of one point, measured again with other seeds and on other folds, and what may be concluded from
// that. In: numbers with their seed and fold. Out: margins and tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/results/results.hpp"
#include "runtime/stats/stats.hpp"

namespace nnc::rt {

struct Replicate {
  std::uint64_t seed = 0;
  std::optional<int> fold;
  double value = 0;
  // What the fold is a fold of: the data, how many folds there are and their sizes. Empty without a fold.
  std::string split = {};

  [[nodiscard]] std::tuple<std::uint64_t, std::optional<int>, std::string_view> key() const {
    return {seed, fold, split};
  }
};

struct Replicates {
  std::vector<Replicate> values = {};  // ascending by key, each key once
  double judged_per_trained = 0;       // samples of a fold's two parts; for folds
  double rounding = 0;                 // the values differ by this much for no other reason
  bool unpaired = false;               // empty because they came from folds that are not the same
};
// Puts them in order.
Replicates make_replicates(std::vector<Replicate> values, double judged_per_trained);

// The numbers that a measure was made from.
Replicates replicates_of(const Measure& value);

bool has_folds(const Replicates& replicates);
// Those of `from` that have their counterpart in `other`: the same seed and, where there are folds, the same
// one of the same folds. Where only one side has folds: the means over them, if two or more seeds are common.
Replicates paired_with(const Replicates& from, const Replicates& other);

// What of a number that was computed from others of this size is taken for rounding.
double rounding_at(double size);

// The numbers that count as repetitions: one per seed, or one per seed and fold. Every seed splits the same
// samples, so that the means of the seeds' folds would be no independent repetitions of the whole. Values
// that differ by rounding only are the same.
struct Units {
  enum class Kind { Single, Seeds, Folds } kind = Kind::Single;  // Single: none or one
  std::vector<double> values = {};
  std::size_t seeds = 0;
  double judged_per_trained = 0;
};
Units units_of(const Replicates& replicates);

// Half the 95 % confidence interval of their mean; empty for a single one.
std::optional<double> margin_of(const Units& units);
// Whether their mean is zero; empty for a single one.
std::optional<MeanTest> test_units(const Units& units, double confidence = 0.95);
// Whether two means over folds are the same; empty where a side is a single one.
std::optional<MeanTest> test_unpaired(const Units& lhs, const Units& rhs, double confidence = 0.95);

}  // namespace nnc::rt
