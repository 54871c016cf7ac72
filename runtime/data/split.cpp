// Splits by their definition in scikit-learn. Classes count in the order in which they first appear, and a
// stratified fold gets every k-th of the labels sorted in that order: so both the folds and the shares of
// every class differ by at most one sample.
#include "runtime/data/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "compiler/base/check.hpp"
#include "runtime/random/random.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kLabels = 256;

// The places of the samples of one class among those that are split.
struct ClassPlaces {
  std::uint8_t label = 0;
  std::vector<std::uint32_t> places;
};

std::vector<ClassPlaces> places_by_class(std::span<const std::uint8_t> labels,
                                         std::span<const std::uint32_t> samples) {
  std::array<int, kLabels> index{};
  index.fill(-1);
  std::vector<ClassPlaces> classes;
  for (std::size_t place = 0; place < samples.size(); ++place) {
    const std::uint8_t label = labels[samples[place]];
    if (index[label] < 0) {
      index[label] = static_cast<int>(classes.size());
      classes.push_back({label, {}});
    }
    classes[static_cast<std::size_t>(index[label])].places.push_back(static_cast<std::uint32_t>(place));
  }
  return classes;
}

// 0..count-1, shuffled if the plan says so. Every class has a stream of its own, and so has the whole.
std::vector<std::uint32_t> order_of(std::size_t count, const ValidationPlan& plan, std::uint64_t seed,
                                    std::uint32_t place) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  if (plan.shuffle) shuffle({seed, Purpose::Split, place, 0}, order);
  return order;
}

std::uint32_t stream_of(const ClassPlaces& one) { return std::uint32_t{one.label} + 1; }

// How many of the numbers begin..begin+count-1 leave the remainder `fold` when divided by `folds`.
std::size_t count_every(std::size_t begin, std::size_t count, std::size_t fold, std::size_t folds) {
  const auto below = [&](std::size_t end) { return end / folds + (end % folds > fold ? 1 : 0); };
  return below(begin + count) - below(begin);
}

using Marks = std::vector<bool>;  // per place: true if it is judged on

void mark_fold(const ValidationPlan& plan, std::size_t fold, std::uint64_t seed, Marks& valid) {
  const auto folds = static_cast<std::size_t>(plan.folds);
  const std::vector<std::uint32_t> order = order_of(valid.size(), plan, seed, 0);
  const std::size_t larger = valid.size() % folds;  // so many folds have one sample more
  const std::size_t begin = fold * (valid.size() / folds) + std::min(fold, larger);
  const std::size_t size = valid.size() / folds + (fold < larger ? 1 : 0);
  for (std::size_t i = begin; i < begin + size; ++i) valid[order[i]] = true;
}

void mark_stratified_fold(const std::vector<ClassPlaces>& classes, const ValidationPlan& plan,
                          std::size_t fold, std::uint64_t seed, Marks& valid) {
  const auto folds = static_cast<std::size_t>(plan.folds);
  std::size_t sorted = 0;  // where the class begins among the sorted labels
  for (const ClassPlaces& one : classes) {
    const std::size_t count = one.places.size();
    std::size_t before = 0;  // samples of this class in earlier folds
    for (std::size_t other = 0; other < fold; ++other) before += count_every(sorted, count, other, folds);
    const std::size_t here = count_every(sorted, count, fold, folds);
    const std::vector<std::uint32_t> order = order_of(count, plan, seed, stream_of(one));
    for (std::size_t i = before; i < before + here; ++i) valid[one.places[order[i]]] = true;
    sorted += count;
  }
}

// How many samples of each class are held out, in proportion: what is left after rounding down goes to the
// largest remainders, the first of equal ones.
std::vector<std::size_t> proportional_counts(const std::vector<ClassPlaces>& classes, std::size_t total,
                                             std::size_t held) {
  std::vector<std::size_t> counts;
  std::vector<std::size_t> by_remainder(classes.size());
  std::iota(by_remainder.begin(), by_remainder.end(), std::size_t{0});
  for (const ClassPlaces& one : classes) counts.push_back(held * one.places.size() / total);
  std::stable_sort(by_remainder.begin(), by_remainder.end(), [&](std::size_t lhs, std::size_t rhs) {
    return held * classes[lhs].places.size() % total > held * classes[rhs].places.size() % total;
  });
  std::size_t left = held - std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  for (std::size_t i = 0; left > 0; ++i, --left) ++counts[by_remainder[i]];
  return counts;
}

// Of an unshuffled part the end is held out.
void mark_last(std::span<const std::uint32_t> order, std::size_t count, const auto& place_of, Marks& valid) {
  for (const std::uint32_t i : order.last(count)) valid[place_of(i)] = true;
}

void mark_hold_out(const std::vector<ClassPlaces>& classes, const ValidationPlan& plan, std::uint64_t seed,
                   Marks& valid) {
  const std::size_t held = held_out(valid.size(), plan, 0);
  if (!plan.stratified) {
    mark_last(
        order_of(valid.size(), plan, seed, 0), held, [](std::uint32_t i) { return i; }, valid);
    return;
  }
  const std::vector<std::size_t> counts = proportional_counts(classes, valid.size(), held);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const std::vector<std::uint32_t>& places = classes[c].places;
    mark_last(
        order_of(places.size(), plan, seed, stream_of(classes[c])), counts[c],
        [&](std::uint32_t i) { return places[i]; }, valid);
  }
}

// Sema checks what is written; what is left to go wrong is a data set that is too small.
Status check_possible(std::size_t samples, const ValidationPlan& plan) {
  if (plan.kind == ValidationPlan::Kind::HoldOut) {
    if (!(plan.fraction > 0 && plan.fraction < 1)) {
      return Failure{fmt::format("a share of {} cannot be held out", plan.fraction),
                     "write a number between 0 and 1"};
    }
    if (samples < 2) return Failure{"one sample cannot be split", "use more training samples"};
    return Done{};
  }
  if (plan.folds < 2) return Failure{fmt::format("{} folds are no split", plan.folds), "use at least 2"};
  if (static_cast<std::uint64_t>(plan.folds) > samples) {
    return Failure{fmt::format("{} samples cannot be split into {} folds", samples, plan.folds),
                   "use fewer folds or more training samples"};
  }
  return Done{};
}

}  // namespace

std::size_t held_out(std::size_t samples, const ValidationPlan& plan, std::int64_t fold) {
  if (!check_possible(samples, plan)) return 0;
  if (plan.kind == ValidationPlan::Kind::HoldOut) {
    const auto wanted = static_cast<std::size_t>(std::ceil(plan.fraction * static_cast<double>(samples)));
    return std::clamp<std::size_t>(wanted, 1, samples - 1);
  }
  return count_every(0, samples, static_cast<std::size_t>(fold), static_cast<std::size_t>(plan.folds));
}

Result<Split> split_samples(std::span<const std::uint8_t> labels, std::span<const std::uint32_t> samples,
                            const ValidationPlan& plan, std::int64_t fold, std::uint64_t seed) {
  if (Status possible = check_possible(samples.size(), plan); !possible) return possible.failure();
  const std::vector<ClassPlaces> classes = places_by_class(labels, samples);
  Marks valid(samples.size());
  if (plan.kind == ValidationPlan::Kind::HoldOut) {
    mark_hold_out(classes, plan, seed, valid);
  } else {
    NNC_CHECK(fold >= 0 && fold < plan.folds);
    const auto index = static_cast<std::size_t>(fold);
    if (plan.stratified)
      mark_stratified_fold(classes, plan, index, seed, valid);
    else
      mark_fold(plan, index, seed, valid);
  }
  Split split;
  for (std::size_t place = 0; place < samples.size(); ++place) {
    (valid[place] ? split.valid : split.train).push_back(samples[place]);
  }
  NNC_CHECK(!split.train.empty() && !split.valid.empty());
  return split;
}

std::vector<std::uint32_t> first_samples(std::span<const std::uint8_t> labels, std::size_t count,
                                         std::size_t per_class) {
  std::array<std::size_t, kLabels> taken{};
  std::vector<bool> chosen(labels.size());
  std::size_t total = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (taken[labels[i]] == per_class) continue;
    ++taken[labels[i]];
    chosen[i] = true;
    ++total;
  }
  std::vector<std::uint32_t> samples;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!chosen[i] && total < count) {
      chosen[i] = true;
      ++total;
    }
    if (chosen[i]) samples.push_back(static_cast<std::uint32_t>(i));
  }
  return samples;
}

}  // namespace nnc::rt
