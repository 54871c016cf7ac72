// Statistics of few numbers: intervals of means and paired tests, as SciPy computes them. In: plain numbers.
// Out: plain numbers; where a number is not finite, neither is what comes out, and nothing is ever thrown.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace nnc::rt {

struct Summary {
  double mean = 0;
  double deviation = 0;  // of the sample (n - 1); 0 for fewer than two
  std::size_t count = 0;
};
Summary summarize(std::span<const double> values);

// Quantile and distribution function of Student's t; not a number outside their domains.
double student_t_quantile(double probability, double degrees);
double student_t_cdf(double t, double degrees);

// Half the two-sided confidence interval of the mean of independent values (scipy.stats.t.interval); empty
// for fewer than two.
std::optional<double> margin_of_mean(const Summary& summary, double confidence = 0.95);
// The same for the folds of a cross-validation, whose training parts overlap: the variance of the mean is
// (1/n + judged/trained) s^2 (Nadeau and Bengio, "Inference for the generalization error", 2003).
std::optional<double> margin_of_folds(const Summary& summary, double judged_per_trained,
                                      double confidence = 0.95);

// Whether a mean is zero.
struct MeanTest {
  double mean = 0;
  double low = 0;  // the confidence interval of the mean
  double high = 0;
  double p = 1;  // two-sided
  std::size_t count = 0;
};
// From the mean's standard error.
MeanTest test_mean(double mean, double standard_error, double degrees, std::size_t count,
                   double confidence = 0.95);

// The paired t-test of differences against zero (scipy.stats.ttest_rel). Empty for fewer than two
// differences.
std::optional<MeanTest> test_differences(std::span<const double> differences, double confidence = 0.95);
// The same over the folds of a cross-validation, with the variance of margin_of_folds.
std::optional<MeanTest> test_fold_differences(std::span<const double> differences, double judged_per_trained,
                                              double confidence = 0.95);

// The mean of one cross-validation against that of another with other folds: Welch's test
// (scipy.stats.ttest_ind without equal variances), with the variances of margin_of_folds. Empty where a side
// has fewer than two folds.
struct FoldSummary {
  Summary scores;
  double judged_per_trained = 0;
};
std::optional<MeanTest> test_unpaired_folds(const FoldSummary& lhs, const FoldSummary& rhs,
                                            double confidence = 0.95);

}  // namespace nnc::rt
