// Layers that are random or keep state between steps, beside plain loops: dropout, and batch_norm's running
// means.
#include <cmath>

#include "cases.hpp"

namespace nnc::test {
namespace {

std::vector<bool> dropped(const Values& values) {
  std::vector<bool> result;
  for (const double value : values) result.push_back(value == 0);
  return result;
}

// Inverted dropout: an element is 0 with probability `rate`, otherwise divided by 1 - rate.
void run_dropout(const std::string& layer, double rate, const Library& library, rt::KernelSet kernels,
                 Findings& findings) {
  constexpr std::size_t kBatchSize = 50;
  constexpr std::size_t kWidth = 400;
  constexpr auto kCount = static_cast<double>(kBatchSize * kWidth);
  Network network(library, {"probe; " + layer}, Shape{kWidth}, 2, kBatchSize, kernels);
  const Values features = spread(kBatchSize * kWidth, 0.5, 1.5, 3);
  const Labels labels(kBatchSize);
  findings.near("evaluated", network.evaluate(features, labels).prediction, features, 0);

  const StepResult result = network.train(features, labels);
  double zeros = 0;
  Values expected = features;
  Values gradient(kWidth, 0);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool zero = result.prediction[i] == 0;
    zeros += zero ? 1 : 0;
    expected[i] = zero ? 0 : features[i] / (1 - rate);
    gradient[i % kWidth] += zero ? 0 : expected[i] / (1 - rate);  // of half the sum of the squares
  }
  findings.near("kept elements", result.prediction, expected);
  findings.near("gradient", result.gradients.at("probe_1.offset"), gradient);
  // Five standard deviations of a binomial share.
  findings.near("share of zeros", zeros / kCount, rate,
                5 * std::sqrt(rate * (1 - rate) / kCount) / (1 + rate));

  findings.expect(dropped(network.train(features, labels).prediction) != dropped(result.prediction),
                  "the next step drops the same elements");
  Network again(library, {"probe; " + layer}, Shape{kWidth}, 2, kBatchSize, kernels);
  findings.expect(again.train(features, labels).prediction == result.prediction,
                  "the same seed and step drop other elements");
  Network other(library, {"probe; " + layer}, Shape{kWidth}, 2, kBatchSize, kernels, 8);
  findings.expect(dropped(other.train(features, labels).prediction) != dropped(result.prediction),
                  "another seed drops the same elements");
}

void run_dropout_of_nothing(const Library& library, rt::KernelSet kernels, Findings& findings) {
  Network network(library, {"probe; dropout(0.0)"}, Shape{40}, 2, 5, kernels);
  const Values features = spread(200, -1, 1, 4);
  findings.near("trained", network.train(features, Labels(5)).prediction, features, 0);
}

// Elements that both of two dropouts keep have both factors; each draws for itself.
void run_two_dropouts(const Library& library, rt::KernelSet kernels, Findings& findings) {
  constexpr std::size_t kCount = 20'000;
  Network network(library, {"probe; dropout(0.5); dropout(0.5)"}, Shape{kCount}, 2, 1, kernels);
  const Values features(kCount, 1);
  double kept = 0;
  for (const double value : network.train(features, {0}).prediction) {
    findings.expect(value == 0 || value == 4, "an element is neither dropped nor scaled twice");
    kept += value == 0 ? 0 : 1;
  }
  findings.near("kept by both", kept / static_cast<double>(kCount), 0.25,
                5 * std::sqrt(0.25 * 0.75 / kCount));
}

// Keras's moving averages: moving * momentum + batch * (1 - momentum), with the biased variance (divided by
// the number of elements; PyTorch divides by one less). Out of training they stand for the batch's.
void run_running_means(const std::string& layer, double momentum, double epsilon, const Library& library,
                       rt::KernelSet kernels, Findings& findings) {
  constexpr std::size_t kBatchSize = 4;
  constexpr std::size_t kPixels = 6;
  constexpr std::size_t kChannels = 3;
  constexpr std::size_t kCount = kBatchSize * kPixels * kChannels;
  Network network(library, {layer}, Shape{2, 3, kChannels}, 2, kBatchSize, kernels);
  Values mean(kChannels, 0);
  Values variance(kChannels, 1);
  const Labels labels(kBatchSize);
  for (std::uint64_t step = 1; step <= 3; ++step) {
    const Values features = spread(kCount, -1, 3, 20 + step);
    network.train(features, labels);
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      constexpr auto kRows = static_cast<double>(kBatchSize * kPixels);
      double batch_mean = 0;
      for (std::size_t i = channel; i < kCount; i += kChannels) batch_mean += features[i] / kRows;
      double batch_variance = 0;
      for (std::size_t i = channel; i < kCount; i += kChannels) {
        batch_variance += (features[i] - batch_mean) * (features[i] - batch_mean) / kRows;
      }
      mean[channel] = mean[channel] * momentum + batch_mean * (1 - momentum);
      variance[channel] = variance[channel] * momentum + batch_variance * (1 - momentum);
    }
    findings.near("running mean", network.slot("batch_norm_1.running_mean"), mean);
    findings.near("running variance", network.slot("batch_norm_1.running_variance"), variance);
  }
  const Values features = spread(kCount, -1, 3, 30);
  const Values kept = network.slot("batch_norm_1.running_mean");
  Values expected;
  for (std::size_t i = 0; i < kCount; ++i) {
    expected.push_back((features[i] - mean[i % kChannels]) / std::sqrt(variance[i % kChannels] + epsilon));
  }
  findings.near("evaluated", network.evaluate(features, labels).prediction, expected);
  findings.expect(network.slot("batch_norm_1.running_mean") == kept, "evaluation changes the running mean");
}

}  // namespace

std::vector<StdlibCase> layer_cases() {
  const auto dropout = [](const std::string& layer, double rate) {
    return [=](const Library& library, rt::KernelSet kernels, Findings& findings) {
      run_dropout(layer, rate, library, kernels, findings);
    };
  };
  const auto norm = [](const std::string& layer, double momentum, double epsilon) {
    return [=](const Library& library, rt::KernelSet kernels, Findings& findings) {
      run_running_means(layer, momentum, epsilon, library, kernels, findings);
    };
  };
  return {
      {"dropout", {"dropout"}, dropout("dropout", 0.5)},
      {"dropout with a rate", {"dropout"}, dropout("dropout(0.2)", 0.2)},
      {"dropout of nothing", {"dropout"}, run_dropout_of_nothing},
      {"two dropouts", {"dropout"}, run_two_dropouts},
      {"batch_norm's running means", {"batch_norm"}, norm("batch_norm", 0.99, 0.001)},
      {"batch_norm's running means, given",
       {"batch_norm"},
       norm("batch_norm(0.75, epsilon: 0.5)", 0.75, 0.5)},
  };
}

}  // namespace nnc::test
