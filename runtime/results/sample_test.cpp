// Differences of accuracies over the samples that were judged. Two models that judged the same samples are
// compared sample by sample; other accuracies are independent proportions. See comparison.hpp.
//
// Both count a few samples more than there are, some right and some wrong, so that an accuracy of 100 % of
// four samples is not taken for certain (Agresti and Coull, 1998; for pairs Bonett and Price, 2012). With
// thousands of samples this changes nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "compiler/base/number_text.hpp"
#include "runtime/results/comparison.hpp"
#include "runtime/results/evaluate.hpp"
#include "runtime/results/judgement.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

using Op = ReportExpr::Binary::Op;

// Accuracies of trials and parts with their factors, and a constant.
struct LinearForm {
  std::map<std::pair<const TrialRecord*, std::string>, double> factors = {};
  double constant = 0;
};

LinearForm sum_of(const LinearForm& lhs, const LinearForm& rhs, double rhs_factor) {
  LinearForm sum = lhs;
  for (const auto& [accuracy, factor] : rhs.factors) sum.factors[accuracy] += rhs_factor * factor;
  sum.constant += rhs_factor * rhs.constant;
  return sum;
}

LinearForm scaled(const LinearForm& form, double factor) { return sum_of({}, form, factor); }

// The one trial of the point that is meant.
const TrialRecord* trial_of(const Group& group, const std::string& field,
                            const std::optional<Replicate>& run) {
  const Measure value = measure(group, field);
  if (!value.numeric) return nullptr;
  if (value.sources.size() == 1) return value.sources.front();
  for (const TrialRecord* trial : value.sources) {
    if (run && trial->seed == run->seed && trial->fold == run->fold) return trial;
  }
  return nullptr;
}

class LinearReader {
 public:
  LinearReader(const RunRecord& record, const std::optional<Replicate>& run) : record_(record), run_(run) {}

  [[nodiscard]] std::optional<LinearForm> read(const ReportExpr& expr) const {
    const ResultValue value = evaluate(record_, expr);
    const Quantity* number = std::get_if<Quantity>(&value);
    if (number == nullptr) return std::nullopt;
    if (!number->measured) return LinearForm{.constant = number->value};
    if (const auto* result = std::get_if<ReportExpr::Result>(&expr.node)) return mean_over(result->ref);
    if (const auto* over = std::get_if<ReportExpr::Aggregate>(&expr.node))
      return over->kind == ReportExpr::Aggregate::Kind::Mean ? mean_over(over->over) : std::nullopt;
    if (const auto* unary = std::get_if<ReportExpr::Unary>(&expr.node)) {
      const auto operand = read(*unary->operand);
      const bool negated = unary->op == ReportExpr::Unary::Op::Negate;
      return operand && negated ? std::optional(scaled(*operand, -1)) : std::nullopt;
    }
    const auto* binary = std::get_if<ReportExpr::Binary>(&expr.node);
    return binary == nullptr ? std::nullopt : read_binary(*binary);
  }

 private:
  [[nodiscard]] std::optional<LinearForm> mean_over(const ResultRef& ref) const {
    if (metric_of(ref.field) != "accuracy" || split_of(ref.field).empty()) return std::nullopt;
    const std::vector<Group> groups = groups_of(record_, ref.trials);
    LinearForm form;
    for (const Group& group : groups) {
      const TrialRecord* trial = trial_of(group, ref.field, run_);
      if (trial == nullptr) return std::nullopt;
      form.factors[{trial, split_of(ref.field)}] += 1 / static_cast<double>(groups.size());
    }
    return form;
  }

  [[nodiscard]] std::optional<LinearForm> read_binary(const ReportExpr::Binary& node) const {
    const auto lhs = read(*node.lhs);
    const auto rhs = read(*node.rhs);
    if (!lhs || !rhs) return std::nullopt;
    if (node.op == Op::Add) return sum_of(*lhs, *rhs, 1);
    if (node.op == Op::Subtract) return sum_of(*lhs, *rhs, -1);
    if (node.op == Op::Multiply && lhs->factors.empty()) return scaled(*rhs, lhs->constant);
    if (node.op == Op::Multiply && rhs->factors.empty()) return scaled(*lhs, rhs->constant);
    if (node.op == Op::Divide && rhs->factors.empty()) return scaled(*lhs, 1 / rhs->constant);
    return std::nullopt;
  }

  const RunRecord& record_;
  const std::optional<Replicate>& run_;
};

// An accuracy with its factor and, where its predictions are known, which samples were right.
struct Accuracy {
  const TrialRecord* trial;
  std::string part;
  double factor;
  double value;
  double count;                             // samples
  std::vector<std::uint32_t> samples = {};  // ascending
  std::vector<std::uint8_t> right = {};     // parallel
};

void add_judged_samples(Accuracy& accuracy, const LoadPredictions& load) {
  if (!load || (accuracy.part != "test" && accuracy.part != "valid")) return;
  const Result<Predictions> read = load(*accuracy.trial, accuracy.part);
  if (!read.ok() || !well_formed(read.value()) || read.value().labels.empty()) return;
  const Predictions& predictions = read.value();
  const std::vector<std::int32_t> predicted = predicted_classes(predictions);
  std::vector<std::pair<std::uint32_t, std::uint8_t>> judged;
  std::size_t found = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const bool right = predicted[i] == predictions.labels[i];
    judged.emplace_back(predictions.samples[i], right ? 1 : 0);
    found += right ? 1 : 0;
  }
  const double share = static_cast<double>(found) / static_cast<double>(judged.size());
  if (!(std::abs(share - accuracy.value) < 1e-6)) return;  // of another run
  std::ranges::sort(judged);
  accuracy.count = static_cast<double>(judged.size());
  for (const auto& [sample, right] : judged) {
    accuracy.samples.push_back(sample);
    accuracy.right.push_back(right);
  }
}

std::optional<std::vector<Accuracy>> accuracies_of(const LinearForm& form, const LoadPredictions& load) {
  std::vector<Accuracy> accuracies;
  for (const auto& [key, factor] : form.factors) {
    const auto& [trial, part] = key;
    if (factor == 0) continue;
    const auto metric = trial->metrics.find(part + ".accuracy");
    if (metric == trial->metrics.end()) return std::nullopt;
    const auto samples = trial->samples.find(part == "fitted" ? "train" : part);
    const auto count = samples == trial->samples.end() ? 0.0 : static_cast<double>(samples->second);
    Accuracy& accuracy = accuracies.emplace_back(Accuracy{trial, part, factor, metric->second, count});
    add_judged_samples(accuracy, load);
    if (!(accuracy.count >= 1)) return std::nullopt;
  }
  // The map orders by address; results may not.
  std::ranges::stable_sort(accuracies, {}, [](const Accuracy& accuracy) {
    return std::pair(std::string_view(accuracy.part), std::string_view(accuracy.trial->id));
  });
  return accuracies;
}

double variance_of_share(const Accuracy& accuracy) {
  const double count = accuracy.count + 4;
  const double share = std::clamp((accuracy.value * accuracy.count + 2) / count, 0.0, 1.0);
  return accuracy.factor * accuracy.factor * share * (1 - share) / count;
}

// Of the mean of what the accuracies of the same samples come to per sample.
double variance_of_pairs(const std::vector<const Accuracy*>& block) {
  const std::size_t size = block.front()->samples.size();
  double mean = 0;
  double scale = 0;
  for (const Accuracy* accuracy : block) {
    mean += accuracy->factor * accuracy->value;
    scale = std::max(scale, std::abs(accuracy->factor));
  }
  double sum = (scale - mean) * (scale - mean) + (scale + mean) * (scale + mean);
  for (std::size_t i = 0; i < size; ++i) {
    double value = -mean;
    for (const Accuracy* accuracy : block) value += accuracy->right[i] != 0 ? accuracy->factor : 0.0;
    sum += value * value;
  }
  const double count = static_cast<double>(size) + 2;
  return sum / (count - 1) / count;
}

// Accuracies of the same samples go together.
std::vector<std::vector<const Accuracy*>> blocks_of(const std::vector<Accuracy>& accuracies) {
  std::vector<std::vector<const Accuracy*>> blocks;
  for (const Accuracy& accuracy : accuracies) {
    const auto same = std::ranges::find_if(blocks, [&](const auto& block) {
      const Accuracy& first = *block.front();
      return !accuracy.samples.empty() && first.part == accuracy.part && first.samples == accuracy.samples &&
             first.trial->data == accuracy.trial->data;
    });
    if (same == blocks.end()) {
      blocks.push_back({&accuracy});
    } else {
      same->push_back(&accuracy);
    }
  }
  return blocks;
}

std::string samples_text(const std::vector<Accuracy>& accuracies, double count) {
  const std::string& part = accuracies.front().part;
  const bool one_part =
      std::ranges::all_of(accuracies, [&](const Accuracy& accuracy) { return accuracy.part == part; });
  return count_text(static_cast<std::int64_t>(count), one_part ? part + " sample" : "sample");
}

}  // namespace

std::optional<SampleTest> test_samples(const RunRecord& record, const LoadPredictions& load,
                                       const Comparison& comparison, const std::optional<Replicate>& run,
                                       double confidence) {
  const LinearReader reader(record, run);
  const auto lhs = reader.read(comparison.lhs);
  const auto rhs = reader.read(comparison.rhs);
  if (!lhs || !rhs) return std::nullopt;
  const LinearForm form = sum_of(*lhs, *rhs, -1);
  const auto accuracies = accuracies_of(form, load);
  if (!accuracies || accuracies->empty()) return std::nullopt;
  double mean = form.constant;
  double count = accuracies->front().count;
  for (const Accuracy& accuracy : *accuracies) {
    mean += accuracy.factor * accuracy.value;
    count = std::min(count, accuracy.count);
  }
  double variance = 0;
  for (const auto& block : blocks_of(*accuracies))
    variance += block.size() == 1 ? variance_of_share(*block.front()) : variance_of_pairs(block);
  // At least one degree of freedom, for a single sample.
  const MeanTest test = test_mean(mean, std::sqrt(variance), std::max(1.0, count - 1),
                                  static_cast<std::size_t>(count), confidence);
  return SampleTest{test, samples_text(*accuracies, count)};
}

}  // namespace nnc::rt
