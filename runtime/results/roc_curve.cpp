// Curves of false against true positives, one class against the rest. See judgement.hpp.
#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/results/judgement.hpp"

namespace nnc::rt {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Scored {
  double score;
  bool own;
};

// Empty if a score is not a number.
std::vector<Scored> scores_for(const Predictions& predictions, std::size_t own) {
  std::vector<Scored> scored(predictions.labels.size());
  for (std::size_t i = 0; i < scored.size(); ++i) {
    const double first = predictions.scores[i * predictions.columns];
    const double score = predictions.columns > 1 ? predictions.scores[i * predictions.columns + own]
                         : own == 1              ? first
                                                 : 1 - first;
    if (std::isnan(score)) return {};
    scored[i] = {score, static_cast<std::size_t>(predictions.labels[i]) == own};
  }
  std::ranges::sort(scored, std::ranges::greater{}, &Scored::score);
  return scored;
}

// A point after every group of equal scores. The area is counted in halves of pairs, so that it is exact.
RocCurve full_curve(const Predictions& predictions, std::size_t own) {
  RocCurve curve{.area = kNone};
  const std::vector<Scored> scored = scores_for(predictions, own);
  const auto positives = static_cast<std::uint64_t>(std::ranges::count(scored, true, &Scored::own));
  const std::uint64_t negatives = scored.size() - positives;
  if (positives == 0 || negatives == 0) return curve;
  std::uint64_t found = 0;
  std::uint64_t wrong = 0;
  std::uint64_t half_pairs = 0;
  curve.false_positive.push_back(0);
  curve.true_positive.push_back(0);
  for (std::size_t begin = 0; begin < scored.size();) {
    const std::uint64_t found_before = found;
    const std::uint64_t wrong_before = wrong;
    const double score = scored[begin].score;
    for (; begin < scored.size() && scored[begin].score == score; ++begin)
      ++(scored[begin].own ? found : wrong);
    half_pairs += (wrong - wrong_before) * (found + found_before);
    curve.false_positive.push_back(static_cast<double>(wrong) / static_cast<double>(negatives));
    curve.true_positive.push_back(static_cast<double>(found) / static_cast<double>(positives));
  }
  curve.area = static_cast<double>(half_pairs) /
               (2.0 * static_cast<double>(positives) * static_cast<double>(negatives));
  return curve;
}

bool on_one_line(const RocCurve& curve, std::size_t at) {
  const auto step = [&](const std::vector<double>& rates, std::size_t i) { return rates[i] - rates[i - 1]; };
  const double cross = step(curve.false_positive, at) * step(curve.true_positive, at + 1) -
                       step(curve.true_positive, at) * step(curve.false_positive, at + 1);
  return std::abs(cross) < 1e-15;
}

// Corners only and, of those, one per 2/points of the way from (0, 0) to (1, 1).
RocCurve thinned(const RocCurve& full, std::size_t points) {
  RocCurve curve{.area = full.area};
  double last = -1;
  const std::size_t size = full.false_positive.size();
  std::size_t corners = 0;
  for (std::size_t i = 1; i + 1 < size; ++i) corners += on_one_line(full, i) ? 0 : 1;
  const double stride =
      corners + 2 <= points ? 0 : 2.0 / static_cast<double>(std::max<std::size_t>(points, 2));
  for (std::size_t i = 0; i < size; ++i) {
    const double way = full.false_positive[i] + full.true_positive[i];
    const bool end = i == 0 || i + 1 == size;
    if (!end && (on_one_line(full, i) || way - last < stride)) continue;
    curve.false_positive.push_back(full.false_positive[i]);
    curve.true_positive.push_back(full.true_positive[i]);
    last = way;
  }
  return curve;
}

// The rate of true positives at a rate of false ones: the highest where the curve rises straight up.
double rate_at(const RocCurve& curve, double false_positive) {
  const auto after = std::ranges::upper_bound(curve.false_positive, false_positive);
  const auto at = static_cast<std::size_t>(after - curve.false_positive.begin());
  if (at == 0) return 0;
  if (at == curve.false_positive.size()) return curve.true_positive.back();
  const double width = curve.false_positive[at] - curve.false_positive[at - 1];
  const double share = (false_positive - curve.false_positive[at - 1]) / width;
  return curve.true_positive[at - 1] + share * (curve.true_positive[at] - curve.true_positive[at - 1]);
}

RocCurve mean_of(const std::vector<RocCurve>& curves, std::size_t points) {
  RocCurve mean{.area = kNone};
  if (curves.empty()) return mean;
  mean.area = 0;
  for (const RocCurve& curve : curves) mean.area += curve.area / static_cast<double>(curves.size());
  if (std::isnan(mean.area)) return mean;
  mean.false_positive.push_back(0);
  mean.true_positive.push_back(0);
  // Denser where curves of good classifiers turn.
  for (std::size_t i = 0; i < points; ++i) {
    const double place = static_cast<double>(i) / static_cast<double>(points - 1);
    double rate = 0;
    for (const RocCurve& curve : curves) rate += rate_at(curve, place * place);
    mean.false_positive.push_back(place * place);
    mean.true_positive.push_back(std::min(1.0, rate / static_cast<double>(curves.size())));
  }
  return mean;
}

}  // namespace

std::vector<RocCurve> roc_curves(const Predictions& predictions, std::size_t points) {
  std::vector<RocCurve> curves;
  if (!well_formed(predictions)) return curves;
  for (std::size_t own = 0; own < class_count(predictions); ++own)
    curves.push_back(thinned(full_curve(predictions, own), points));
  return curves;
}

std::vector<RocCurve> mean_roc_curves(std::span<const Predictions> predictions, std::size_t points) {
  std::vector<const Predictions*> judged;
  for (const Predictions& entry : predictions) {
    const bool fits = judged.empty() || class_count(entry) == class_count(*judged.front());
    if (well_formed(entry) && fits) judged.push_back(&entry);
  }
  if (judged.empty()) return {};
  if (judged.size() == 1) return roc_curves(*judged.front(), points);
  std::vector<RocCurve> means;
  for (std::size_t own = 0; own < class_count(*judged.front()); ++own) {
    std::vector<RocCurve> curves;
    for (const Predictions* entry : judged) curves.push_back(full_curve(*entry, own));
    means.push_back(mean_of(curves, std::max<std::size_t>(points, 2)));
  }
  return means;
}

}  // namespace nnc::rt
