// The area under the ROC curve of several classes (Hand & Till, "A simple generalisation of the area under
// the ROC curve for multiple class classification problems", 2001). In: scores and labels. Out: the mean
// area, or NaN.
//
// The area for class a against class b is the share of pairs (sample of a, sample of b) in which the sample
// of a has the higher score for a, ties counting one half. One sorted pass per class counts the pairs against
// all other classes at once, so that one-against-one and one-against-rest are two sums of the same integers.
#include <hwy/contrib/sort/vqsort.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "runtime/metrics/samples.hpp"

namespace nnc::rt {
namespace {

template <class T>
struct Scored {
  T score;
  std::int32_t label;
};

// Ascending by score. Vectors sort integers: the order of finite floats is that of their bits once the
// negative ones are turned round, and the label comes along in the lower half. Adding 0 makes one zero of the
// two.
void sort_by_score(std::vector<Scored<float>>& scored, std::vector<std::uint64_t>& keys) {
  constexpr std::uint32_t kSign = 0x8000'0000;
  keys.clear();
  for (const Scored<float>& one : scored) {
    const auto bits = std::bit_cast<std::uint32_t>(one.score + 0.0F);
    const std::uint32_t ordered = (bits & kSign) != 0 ? ~bits : bits | kSign;
    keys.push_back(std::uint64_t{ordered} << 32 | static_cast<std::uint32_t>(one.label));
  }
  hwy::Sorter()(keys.data(), keys.size(), hwy::SortAscending());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto ordered = static_cast<std::uint32_t>(keys[i] >> 32);
    const std::uint32_t bits = (ordered & kSign) != 0 ? ordered & ~kSign : ~ordered;
    scored[i] = {std::bit_cast<float>(bits), static_cast<std::int32_t>(keys[i] & 0xffff'ffff)};
  }
}

void sort_by_score(std::vector<Scored<double>>& scored, std::vector<std::uint64_t>& /*keys*/) {
  std::ranges::sort(scored, {}, &Scored<double>::score);
}

// Twice the number of pairs won: wins[a * classes + b].
struct PairCounts {
  std::size_t classes;
  std::vector<std::uint64_t> samples;  // per class
  std::vector<std::uint64_t> wins;
};

// One pass over the samples in ascending order of their score for `own`.
template <class T>
void count_wins(const std::vector<Scored<T>>& sorted, std::size_t own, PairCounts& counts) {
  std::vector<std::uint64_t> below(counts.classes);
  std::vector<std::uint64_t> tied(counts.classes);
  std::uint64_t* wins = counts.wins.data() + own * counts.classes;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    for (; end < sorted.size() && sorted[end].score == sorted[begin].score; ++end) ++tied[sorted[end].label];
    if (tied[own] > 0) {
      for (std::size_t other = 0; other < counts.classes; ++other) {
        wins[other] += tied[own] * (2 * below[other] + tied[other]);
      }
    }
    for (; begin < end; ++begin) {
      ++below[sorted[begin].label];
      tied[sorted[begin].label] = 0;
    }
  }
}

template <class T>
PairCounts count_pairs(const ScoredSamples<T>& samples, std::size_t first_class) {
  const std::size_t classes = class_count(samples);
  PairCounts counts{classes, std::vector<std::uint64_t>(classes),
                    std::vector<std::uint64_t>(classes * classes)};
  for (const std::int32_t label : samples.labels) ++counts.samples[label];
  std::vector<Scored<T>> sorted(samples.labels.size());
  std::vector<std::uint64_t> keys;
  keys.reserve(sorted.size());
  for (std::size_t own = first_class; own < classes; ++own) {
    const std::size_t column = samples.columns == 1 ? 0 : own;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      sorted[i] = {samples.scores[i * samples.columns + column], samples.labels[i]};
    }
    sort_by_score(sorted, keys);
    count_wins(sorted, own, counts);
  }
  return counts;
}

double area(const PairCounts& counts, std::size_t a, std::size_t b) {
  return static_cast<double>(counts.wins[a * counts.classes + b]) /
         (2.0 * static_cast<double>(counts.samples[a]) * static_cast<double>(counts.samples[b]));
}

double area_against_rest(const PairCounts& counts, std::size_t own) {
  std::uint64_t wins = 0;
  std::uint64_t rest = 0;
  for (std::size_t other = 0; other < counts.classes; ++other) {
    if (other == own) continue;
    wins += counts.wins[own * counts.classes + other];
    rest += counts.samples[other];
  }
  return static_cast<double>(wins) /
         (2.0 * static_cast<double>(counts.samples[own]) * static_cast<double>(rest));
}

template <class T>
double mean_area(const ScoredSamples<T>& samples, bool pairs) {
  // With two classes, scikit-learn looks at the scores of the second one only.
  const bool binary = class_count(samples) == 2;
  const PairCounts counts = count_pairs(samples, binary ? 1 : 0);
  if (std::find(counts.samples.begin(), counts.samples.end(), 0U) != counts.samples.end()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (binary) return area(counts, 1, 0);
  double sum = 0;
  std::size_t terms = 0;
  for (std::size_t a = 0; a < counts.classes; ++a) {
    if (!pairs) {
      sum += area_against_rest(counts, a);
      ++terms;
      continue;
    }
    for (std::size_t b = a + 1; b < counts.classes; ++b) {
      sum += (area(counts, a, b) + area(counts, b, a)) / 2;
      ++terms;
    }
  }
  return sum / static_cast<double>(terms);
}

}  // namespace

double area_under_roc(const ScoredSamples<float>& samples, bool pairs) { return mean_area(samples, pairs); }
double area_under_roc(const ScoredSamples<double>& samples, bool pairs) { return mean_area(samples, pairs); }

}  // namespace nnc::rt
