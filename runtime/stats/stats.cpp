// See stats.hpp. The only user of Boost.Math.
#include "runtime/stats/stats.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <limits>

namespace nnc::rt {
namespace {

namespace math = boost::math;

// Out of range is not a number, not an exception.
using Quiet = math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                                     math::policies::pole_error<math::policies::ignore_error>,
                                     math::policies::overflow_error<math::policies::ignore_error>,
                                     math::policies::underflow_error<math::policies::ignore_error>,
                                     math::policies::evaluation_error<math::policies::ignore_error>>;
using StudentT = math::students_t_distribution<double, Quiet>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The factor between a standard error and half an interval.
double interval_factor(double degrees, double confidence) {
  return student_t_quantile(0.5 + confidence / 2, degrees);
}

double error_of_mean(const Summary& summary) {
  return summary.deviation / std::sqrt(static_cast<double>(summary.count));
}

double error_of_folds(const Summary& summary, double judged_per_trained) {
  return summary.deviation * std::sqrt(1 / static_cast<double>(summary.count) + judged_per_trained);
}

double degrees_of(const Summary& summary) { return static_cast<double>(summary.count) - 1; }

}  // namespace

Summary summarize(std::span<const double> values) {
  Summary summary{.count = values.size()};
  if (values.empty()) return summary;
  // Equal values have exactly this mean, whatever a sum would round to.
  if (std::ranges::adjacent_find(values, std::ranges::not_equal_to{}) == values.end()) {
    summary.mean = values.front();
    return summary;
  }
  for (const double value : values) summary.mean += value / static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += (value - summary.mean) * (value - summary.mean);
  summary.deviation = std::sqrt(sum / static_cast<double>(values.size() - 1));
  return summary;
}

double student_t_quantile(double probability, double degrees) {
  if (!(probability > 0 && probability < 1 && degrees > 0)) return kNone;
  return math::quantile(StudentT(degrees), probability);
}

double student_t_cdf(double t, double degrees) {
  if (std::isnan(t) || !(degrees > 0)) return kNone;
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  return math::cdf(StudentT(degrees), t);
}

std::optional<double> margin_of_mean(const Summary& summary, double confidence) {
  if (summary.count < 2) return std::nullopt;
  return interval_factor(degrees_of(summary), confidence) * error_of_mean(summary);
}

std::optional<double> margin_of_folds(const Summary& summary, double judged_per_trained, double confidence) {
  if (summary.count < 2) return std::nullopt;
  return interval_factor(degrees_of(summary), confidence) * error_of_folds(summary, judged_per_trained);
}

MeanTest test_mean(double mean, double standard_error, double degrees, std::size_t count, double confidence) {
  const double margin = standard_error == 0 ? 0 : interval_factor(degrees, confidence) * standard_error;
  MeanTest test{.mean = mean, .low = mean - margin, .high = mean + margin, .count = count};
  if (standard_error == 0) {
    test.p = mean == 0 ? 1 : mean != mean ? kNone : 0;
  } else {
    test.p = 2 * student_t_cdf(-std::abs(mean / standard_error), degrees);
  }
  return test;
}

std::optional<MeanTest> test_differences(std::span<const double> differences, double confidence) {
  const Summary summary = summarize(differences);
  if (summary.count < 2) return std::nullopt;
  return test_mean(summary.mean, error_of_mean(summary), degrees_of(summary), summary.count, confidence);
}

std::optional<MeanTest> test_fold_differences(std::span<const double> differences, double judged_per_trained,
                                              double confidence) {
  const Summary summary = summarize(differences);
  if (summary.count < 2) return std::nullopt;
  return test_mean(summary.mean, error_of_folds(summary, judged_per_trained), degrees_of(summary),
                   summary.count, confidence);
}

std::optional<MeanTest> test_unpaired_folds(const FoldSummary& lhs, const FoldSummary& rhs,
                                            double confidence) {
  if (lhs.scores.count < 2 || rhs.scores.count < 2) return std::nullopt;
  const auto variance = [](const FoldSummary& side) {
    return std::pow(error_of_folds(side.scores, side.judged_per_trained), 2);
  };
  const double left = variance(lhs);
  const double right = variance(rhs);
  const double sum = left + right;
  // Welch and Satterthwaite; of shares of the sum, which neither overflow nor vanish.
  const double degrees = 1 / (std::pow(left / sum, 2) / degrees_of(lhs.scores) +
                              std::pow(right / sum, 2) / degrees_of(rhs.scores));
  return test_mean(lhs.scores.mean - rhs.scores.mean, std::sqrt(sum), degrees,
                   lhs.scores.count + rhs.scores.count, confidence);
}

}  // namespace nnc::rt
