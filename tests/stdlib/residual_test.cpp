// All gradients of a small residual network, written in .nn with a layer of its own, against central
// differences in float64: everything from the text to the executor is in between.
#include <catch2/catch.hpp>
#include <cmath>

#include "network.hpp"

using namespace nnc;
using namespace nnc::test;

namespace {

constexpr double kEpsilon = 1e-6;
constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-5;

constexpr const char* kResidual =
    "layer residual(channels: int) {\n"
    "  let inner = in |> conv2d(channels, 3x3, pad: same) |> batch_norm |> relu |> conv2d(channels, 3x3, "
    "pad: same)\n"
    "    |> batch_norm\n"
    "  relu(in + inner)\n"
    "}\n";

NetworkText residual_network() {
  return {
      "conv2d(4, 3x3, stride: 2x2, pad: same, use_bias: false); batch_norm; relu; residual(4); residual(4);\n"
      "global_average_pool; dense(3, softmax)",
      "cross_entropy", "sgd(lr: 0.0)", kResidual, ""};
}

void check_all_gradients(const NetworkText& text, const Shape& sample, int classes, std::int64_t batch,
                         std::size_t expected_parameters) {
  Network network(Library::standard(), text, sample, classes, batch);
  const auto count = static_cast<std::size_t>(sample.element_count().value() * batch);
  const Values features = spread(count, -1, 1, 60);
  Labels labels;
  for (std::int64_t i = 0; i < batch; ++i) labels.push_back(static_cast<std::int32_t>(i % classes));
  // Away from the first values, where scales are 1 and shifts 0.
  std::uint64_t seed = 70;
  for (const std::string& name : network.parameter_names()) {
    Values values = network.slot(name);
    const Values shift = spread(values.size(), -0.2, 0.2, ++seed);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += shift[i];
    network.set_slot(name, values);
  }
  const StepResult result = network.train(features, labels);
  std::size_t checked = 0;
  double largest = 0;
  for (const std::string& name : network.parameter_names()) {
    const Values& gradient = result.gradients.at(name);
    Values values = network.slot(name);
    REQUIRE(gradient.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i, ++checked) {
      const double middle = values[i];
      const auto loss_at = [&](double value) {
        values[i] = value;
        network.set_slot(name, values);
        return network.train(features, labels).loss;
      };
      const double numeric = (loss_at(middle + kEpsilon) - loss_at(middle - kEpsilon)) / (2 * kEpsilon);
      loss_at(middle);
      largest = std::max(largest, std::abs(numeric));
      if (std::abs(gradient[i] - numeric) <= kAbsolute + kRelative * std::abs(numeric)) continue;
      FAIL_CHECK(name << "[" << i << "]: derived " << gradient[i] << ", differences " << numeric);
    }
  }
  CHECK(checked == expected_parameters);
  CHECK(largest > 0.1);  // not all lost in the absolute tolerance
}

}  // namespace

TEST_CASE("every gradient of a residual network is the slope of its loss", "[stdlib][grad]") {
  const std::size_t block = 2 * (9 * 4 * 4 + 4 + 4 + 4);
  check_all_gradients(residual_network(), Shape{7, 6, 2}, 3, 5, 9 * 2 * 4 + 4 + 4 + 2 * block + 4 * 3 + 3);
}

TEST_CASE("every gradient of a network with pools and smooth activations is the slope of its loss",
          "[stdlib][grad]") {
  check_all_gradients({"conv2d(3, 3x3, gelu); maxpool2d(2x2, stride: 1x1); conv2d(2, 2x2, mish, pad: same);\n"
                       "avgpool2d(2x2, pad: same); flatten; dense(4, elu); dense(3, selu); dense(1, sigmoid)",
                       "binary_cross_entropy", "sgd(lr: 0.0)", "", ""},
                      Shape{7, 7, 1}, 2, 4, 9 * 3 + 3 + 4 * 3 * 2 + 2 + 8 * 4 + 4 + 4 * 3 + 3 + 3 + 1);
}

TEST_CASE("a step against the gradient makes the loss of a residual network smaller", "[stdlib][grad]") {
  NetworkText text = residual_network();
  text.optimizer = "sgd(lr: 0.01)";
  Network network(Library::standard(), text, Shape{7, 6, 2}, 3, 6);
  const Values features = spread(6 * 84, -1, 1, 61);
  const Labels labels = {0, 1, 2, 0, 1, 2};
  double before = network.train(features, labels).loss;
  for (int step = 0; step < 20; ++step) {
    const double loss = network.train(features, labels).loss;
    CHECK(loss < before);
    before = loss;
  }
}
