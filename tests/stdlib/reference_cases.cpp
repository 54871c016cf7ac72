// Small networks beside PyTorch. The .nn texts are here, the numbers in tests/reference/torch_stdlib.json
// (made by make_stdlib_values.py) under the same names.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "cases.hpp"

namespace nnc::test {
namespace {

using nlohmann::json;

struct ReferenceText {
  std::string name;  // in the file of values
  std::vector<std::string> proves;
  NetworkText network;
};

const json& reference_values() {
  static const json values = [] {
    std::ifstream file(NNC_SOURCE_DIR "/tests/reference/torch_stdlib.json");
    return json::parse(file).at("cases");
  }();
  return values;
}

Values values_of(const json& tensor) { return tensor.at("values").get<Values>(); }

void compare_step(const std::string& place, const StepResult& result, const json& expected,
                  Findings& findings) {
  findings.near(place + "prediction", result.prediction, values_of(expected.at("prediction")));
  if (expected.contains("loss")) findings.near(place + "loss", result.loss, expected.at("loss"));
  if (!expected.contains("gradients")) return;
  findings.expect(expected.at("gradients").size() == result.gradients.size(),
                  place + "a gradient is not compared");
  for (const auto& [name, gradient] : expected.at("gradients").items()) {
    const auto found = result.gradients.find(name);
    if (found == result.gradients.end()) throw std::runtime_error("no gradient of " + name);
    findings.near(place + "gradient of " + name, found->second, values_of(gradient));
  }
}

void run_reference(const ReferenceText& text, const Library& library, rt::KernelSet kernels,
                   Findings& findings) {
  const json& expected = reference_values().at(text.name);
  const auto sizes = expected.at("features").at("shape").get<std::vector<std::int64_t>>();
  const Values features = values_of(expected.at("features"));
  Labels labels = expected.at("labels").get<Labels>();
  labels.resize(static_cast<std::size_t>(sizes.front()));
  Network network(library, text.network, Shape(std::vector(sizes.begin() + 1, sizes.end())),
                  expected.at("classes"), sizes.front(), kernels);
  for (const auto& [name, values] : expected.at("slots").items()) network.set_slot(name, values_of(values));
  if (expected.contains("evaluation")) {
    compare_step("evaluated: ", network.evaluate(features, labels), expected.at("evaluation"), findings);
  }
  int number = 0;
  for (const json& step : expected.at("training")) {
    const std::string place = fmt::format("step {}: ", ++number);
    compare_step(place, network.train(features, labels), step, findings);
    if (!step.contains("slots")) continue;
    for (const auto& [name, values] : step.at("slots").items()) {
      findings.near(place + name, network.slot(name), values_of(values));
    }
  }
}

// The builtin activations are no declarations; their cases stand beside the others.
std::vector<ReferenceText> activation_texts() {
  std::vector<ReferenceText> texts;
  for (const char* const name : {"linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu",
                                 "mish", "softsign", "hard_sigmoid"}) {
    texts.push_back({name, {name}, {fmt::format("probe; {}", name)}});
  }
  for (const char* const name : {"tanh", "sigmoid", "softplus", "softmax"}) {
    texts.push_back({name, {}, {fmt::format("probe; {}", name)}});
  }
  texts.push_back({"leaky_relu with a slope", {"leaky_relu"}, {"probe; leaky_relu(0.125)"}});
  texts.push_back({"elu with alpha", {"elu"}, {"probe; elu(alpha: 0.75)"}});
  return texts;
}

std::vector<ReferenceText> layer_texts() {
  return {
      {"dense", {"dense", "linear"}, {"probe; dense(5)"}},
      {"dense with an activation", {"dense", "silu"}, {"probe; dense(5, silu)"}},
      {"dense without a bias", {"dense"}, {"probe; dense(4, use_bias: false)"}},
      {"flatten", {"flatten"}, {"probe; flatten; dense(2)"}},
      {"conv2d valid", {"conv2d", "linear"}, {"probe; conv2d(4, 3x2)"}},
      {"conv2d same", {"conv2d"}, {"probe; conv2d(4, 3x2, pad: same)"}},
      {"conv2d with a stride", {"conv2d"}, {"probe; conv2d(4, 3x3, tanh, stride: 2x3)"}},
      {"conv2d same with a stride",
       {"conv2d"},
       {"probe; conv2d(4, 4x3, stride: 2x2, pad: same, use_bias: false)"}},
      {"maxpool2d", {"maxpool2d"}, {"probe; maxpool2d"}},
      {"maxpool2d with overlap", {"maxpool2d"}, {"probe; maxpool2d(3x2, stride: 2x1)"}},
      {"maxpool2d same", {"maxpool2d"}, {"probe; maxpool2d(3x3, stride: 2x2, pad: same)"}},
      {"avgpool2d", {"avgpool2d"}, {"probe; avgpool2d"}},
      {"avgpool2d with overlap", {"avgpool2d"}, {"probe; avgpool2d(3x2, stride: 2x1)"}},
      {"avgpool2d same", {"avgpool2d"}, {"probe; avgpool2d(3x3, stride: 2x2, pad: same)"}},
      {"global_average_pool", {"global_average_pool"}, {"probe; global_average_pool"}},
      {"batch_norm of vectors", {"batch_norm"}, {"probe; batch_norm"}},
      {"batch_norm of images", {"batch_norm"}, {"probe; batch_norm(epsilon: 0.0625)"}},
  };
}

std::vector<ReferenceText> loss_texts() {
  const std::string classes = "dense(4, softmax, use_bias: false)";
  const std::string binary = "dense(1, sigmoid, use_bias: false)";
  return {
      {"cross_entropy", {"cross_entropy"}, {classes, "cross_entropy"}},
      {"cross_entropy of steep scores", {"cross_entropy"}, {classes, "cross_entropy"}},
      {"categorical_cross_entropy", {"categorical_cross_entropy"}, {classes, "categorical_cross_entropy"}},
      {"categorical_cross_entropy of steep scores",
       {"categorical_cross_entropy"},
       {classes, "categorical_cross_entropy"}},
      {"mse", {"mse"}, {classes, "mse"}},
      {"mae", {"mae"}, {"dense(4, use_bias: false)", "mae"}},
      {"binary_cross_entropy", {"binary_cross_entropy"}, {binary, "binary_cross_entropy"}},
      {"binary_cross_entropy of steep scores", {"binary_cross_entropy"}, {binary, "binary_cross_entropy"}},
  };
}

std::vector<ReferenceText> optimizer_texts() {
  const auto text = [](const std::string& name, const std::string& optimizer) {
    return ReferenceText{
        name, {optimizer.substr(0, optimizer.find('('))}, {"dense(3, softmax)", "cross_entropy", optimizer}};
  };
  return {
      text("sgd", "sgd(lr: 0.25)"),
      text("sgd with momentum", "sgd(lr: 0.25, momentum: 0.75)"),
      text("sgd with Nesterov's momentum", "sgd(lr: 0.25, momentum: 0.75, nesterov: true)"),
      text("adam without epsilon", "adam(lr: 0.125, beta1: 0.75, beta2: 0.875, epsilon: 1e-30)"),
      text("adam with the usual rates", "adam(epsilon: 1e-30)"),
      text("adamw without epsilon",
           "adamw(lr: 0.125, beta1: 0.75, beta2: 0.875, epsilon: 1e-30, decay: 0.25)"),
      text("rmsprop", "rmsprop(lr: 0.125, rho: 0.75, epsilon: 0.0625)"),
      text("rmsprop with momentum", "rmsprop(lr: 0.125, rho: 0.75, epsilon: 0.0625, momentum: 0.5)"),
  };
}

}  // namespace

std::vector<StdlibCase> reference_cases() {
  std::vector<StdlibCase> cases;
  for (const auto& texts : {activation_texts(), layer_texts(), loss_texts(), optimizer_texts()}) {
    for (const ReferenceText& text : texts) {
      cases.push_back({"PyTorch: " + text.name, text.proves,
                       [text](const Library& library, rt::KernelSet kernels, Findings& findings) {
                         run_reference(text, library, kernels, findings);
                       }});
    }
  }
  return cases;
}

}  // namespace nnc::test
