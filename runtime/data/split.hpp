// Which samples are trained on and which are judged on. In: labels, a validation plan, a seed. Out: two lists
// of samples that do not meet. Without shuffling, the folds are exactly those of scikit-learn's KFold and
// StratifiedKFold.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/study_plan.hpp"

namespace nnc::rt {

// Both ascending; together they are all samples that were split.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> valid;
};

// How many of so many samples are judged on.
std::size_t held_out(std::size_t samples, const ValidationPlan& plan, std::int64_t fold);

// Splits `samples`, ascending indices into `labels`. `fold` counts from 0 and is not read by hold-outs; the
// seed is read only if the plan shuffles. Classes with fewer samples than folds, or with none, are spread as
// far as they go. Fails if a part would be empty.
Result<Split> split_samples(std::span<const std::uint8_t> labels, std::span<const std::uint32_t> samples,
                            const ValidationPlan& plan, std::int64_t fold, std::uint64_t seed);

// A small part that still has every class, ascending: the first `per_class` samples of each class, as far as
// there are so many, and then the first others until there are `count`.
std::vector<std::uint32_t> first_samples(std::span<const std::uint8_t> labels, std::size_t count,
                                         std::size_t per_class);

}  // namespace nnc::rt
