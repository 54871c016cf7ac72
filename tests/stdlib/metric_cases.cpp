// Every metric as a study names it, down to the number it gives for fixed predictions, beside its definition
// in plain loops.
#include <cmath>

#include "cases.hpp"
#include "runtime/metrics/metrics.hpp"

namespace nnc::test {
namespace {

constexpr std::size_t kClasses = 3;
using Score = double (*)(const Values& scores, const Labels& labels);

double score(const Values& scores, std::size_t sample, std::size_t of_class) {
  return scores[sample * kClasses + of_class];
}

std::int32_t guess(const Values& scores, std::size_t sample) {
  std::size_t best = 0;
  for (std::size_t c = 1; c < kClasses; ++c) {
    if (score(scores, sample, c) > score(scores, sample, best)) best = c;
  }
  return static_cast<std::int32_t>(best);
}

double accuracy(const Values& scores, const Labels& labels) {
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += guess(scores, i) == labels[i] ? 1 : 0;
  return right / static_cast<double>(labels.size());
}

// The mean over classes of the share of samples that are both guessed and truly of the class: in those
// guessed (precision), in those truly of it (recall), in the mean of both counts (f1).
enum class Whole { Guessed, True, MeanOfBoth };

template <Whole kWhole>
double macro(const Values& scores, const Labels& labels) {
  double sum = 0;
  for (std::int32_t c = 0; c < static_cast<std::int32_t>(kClasses); ++c) {
    double both = 0;
    double guessed = 0;
    double is = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      guessed += guess(scores, i) == c ? 1 : 0;
      is += labels[i] == c ? 1 : 0;
      both += guess(scores, i) == c && labels[i] == c ? 1 : 0;
    }
    sum += both / (kWhole == Whole::Guessed ? guessed : kWhole == Whole::True ? is : (guessed + is) / 2);
  }
  return sum / kClasses;
}

// The share of pairs of a sample of `positive` and one of the others (of `negative` alone, if that is a
// class) which the score of `positive` puts in the right order; a tie counts half.
double ordered_pairs(const Values& scores, const Labels& labels, std::size_t positive,
                     std::int32_t negative) {
  double pairs = 0;
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != static_cast<std::int32_t>(positive)) continue;
    for (std::size_t j = 0; j < labels.size(); ++j) {
      if (labels[j] == labels[i] || (negative >= 0 && labels[j] != negative)) continue;
      const double difference = score(scores, i, positive) - score(scores, j, positive);
      right += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
      ++pairs;
    }
  }
  return right / pairs;
}

double auc_ovo(const Values& scores, const Labels& labels) {
  double sum = 0;
  for (std::size_t a = 0; a < kClasses; ++a) {
    for (std::size_t b = 0; b < kClasses; ++b) {
      if (a != b) sum += ordered_pairs(scores, labels, a, static_cast<std::int32_t>(b));
    }
  }
  return sum / (kClasses * (kClasses - 1));
}

double auc_ovr(const Values& scores, const Labels& labels) {
  double sum = 0;
  for (std::size_t c = 0; c < kClasses; ++c) sum += ordered_pairs(scores, labels, c, -1);
  return sum / kClasses;
}

double log_loss(const Values& scores, const Labels& labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    sum -= std::log(score(scores, i, static_cast<std::size_t>(labels[i])));
  return sum / static_cast<double>(labels.size());
}

double squared_error(const Values& scores, const Labels& labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t c = 0; c < kClasses; ++c) {
      const double truth = labels[i] == static_cast<std::int32_t>(c) ? 1 : 0;
      sum += (score(scores, i, c) - truth) * (score(scores, i, c) - truth);
    }
  }
  return sum / static_cast<double>(labels.size() * kClasses);
}

void run_metric(const std::string& metric, const std::string& result_name, Direction better, Score definition,
                const Library& library, Findings& findings) {
  NetworkText text{"flatten; dense(3, softmax)", "cross_entropy", "sgd", "", metric};
  const Program program(library, program_text(text), DataFacts{{4}, 60, 10, kClasses});
  const std::vector<MetricPlan>& planned = program.study->plan.trials.at(0).metrics;
  findings.expect(planned.size() == 1 && planned.front().name == result_name, "the result has another name");
  findings.expect(planned.front().better == better, "the wrong direction is better");

  constexpr std::size_t kSamples = 40;
  Values scores = spread(kSamples * kClasses, 0.01, 1, 50);
  Labels labels;
  for (std::size_t i = 0; i < kSamples; ++i) {
    labels.push_back(i % 2 == 0 ? 2 : i % 5 == 0 ? 0 : 1);  // classes of unequal size
    scores[i * kClasses + static_cast<std::size_t>(labels.back())] += 0.2;
    const double sum = score(scores, i, 0) + score(scores, i, 1) + score(scores, i, 2);
    for (std::size_t c = 0; c < kClasses; ++c) scores[i * kClasses + c] /= sum;
  }
  const double value = rt::compute_metric(planned.front().native, planned.front().variant,
                                          rt::ScoredSamples<double>{scores, kClasses, labels});
  findings.near(metric, value, definition(scores, labels));
}

StdlibCase metric_case(const std::string& metric, Direction better, Score definition) {
  const std::string name = metric.substr(0, metric.find('('));
  return {"metric " + metric, {name}, [=](const Library& library, rt::KernelSet, Findings& findings) {
            run_metric(metric, name, better, definition, library, findings);
          }};
}

}  // namespace

std::vector<StdlibCase> metric_cases() {
  return {
      metric_case("accuracy", Direction::Higher, accuracy),
      metric_case("f1", Direction::Higher,
                  accuracy),  // over all samples, precision and recall are the accuracy
      metric_case("f1(micro)", Direction::Higher, accuracy),
      metric_case("f1(macro)", Direction::Higher, macro<Whole::MeanOfBoth>),
      metric_case("precision", Direction::Higher, accuracy),
      metric_case("precision(macro)", Direction::Higher, macro<Whole::Guessed>),
      metric_case("recall", Direction::Higher, accuracy),
      metric_case("recall(macro)", Direction::Higher, macro<Whole::True>),
      metric_case("roc_auc", Direction::Higher, auc_ovo),
      metric_case("roc_auc(ovo)", Direction::Higher, auc_ovo),
      metric_case("roc_auc(ovr)", Direction::Higher, auc_ovr),
      metric_case("log_loss", Direction::Lower, log_loss),
      metric_case("mean_squared_error", Direction::Lower, squared_error),
  };
}

}  // namespace nnc::test
