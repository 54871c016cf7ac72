// Five steps of every optimizer beside its formula in plain loops, in Keras's form where that differs from
// PyTorch's. The gradients are the network's own (PyTorch has checked them): only what is done with them is
// under test, with an epsilon large enough that its place matters.
#include <fmt/format.h>

#include <cmath>

#include "cases.hpp"

namespace nnc::test {
namespace {

// What an optimizer keeps for one number of a weight, and its rule. step counts from 1; rate is what a
// schedule multiplies the learning rate with.
struct Kept {
  double first = 0;
  double second = 0;
};
struct Moment {
  int step = 1;
  double rate = 1;
};
using Rule = std::function<double(double weight, double gradient, const Moment& now, Kept& kept)>;

// Under a schedule the rate halves with every step.
void run_optimizer(const std::string& optimizer, bool scheduled, const Rule& rule, const Library& library,
                   rt::KernelSet kernels, Findings& findings) {
  constexpr std::size_t kSamples = 6;
  NetworkText text{"dense(4, tanh); dense(3, softmax)", "cross_entropy", optimizer};
  if (scheduled) text.schedule = "exponential(0.5)";
  Network network(library, text, Shape{5}, 3, kSamples, kernels);
  const Values features = spread(kSamples * 5, -2, 2, 40);
  const Labels labels = {0, 1, 2, 2, 1, 2};
  std::map<std::string, Values> weights;
  std::map<std::string, std::vector<Kept>> kept;
  for (const std::string& name : network.parameter_names()) {
    weights[name] = network.slot(name);
    kept[name].resize(weights[name].size());
  }
  for (int step = 1; step <= 5; ++step) {
    const Moment now{step, scheduled ? std::pow(0.5, step - 1) : 1.0};
    const StepResult result = network.train(features, labels, now.rate);
    for (auto& [name, values] : weights) {
      const Values& gradient = result.gradients.at(name);
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = rule(values[i], gradient[i], now, kept[name][i]);
      }
      findings.near(fmt::format("step {}: {}", step, name), network.slot(name), values);
    }
  }
}

// Keras's SGD: velocity = momentum * velocity - lr * g; w += velocity, or with Nesterov's form
// w += momentum * velocity - lr * g.
Rule sgd(double lr, double momentum = 0, bool nesterov = false) {
  return [=](double weight, double gradient, const Moment& now, Kept& kept) {
    const double change = lr * now.rate * gradient;
    if (momentum == 0) return weight - change;
    kept.first = momentum * kept.first - change;
    return nesterov ? weight + momentum * kept.first - change : weight + kept.first;
  };
}

// Keras's Adam: alpha = lr * sqrt(1 - beta2^t) / (1 - beta1^t); w -= alpha * m / (sqrt(v) + epsilon), the
// "epsilon hat" of Kingma and Ba just before section 2.1. PyTorch corrects v before it adds epsilon.
// AdamW as in Keras: w -= lr * decay * w comes first. A schedule multiplies both (its eta in arXiv
// 1711.05101).
Rule adam(double lr, double beta1, double beta2, double epsilon, double decay = 0) {
  return [=](double weight, double gradient, const Moment& now, Kept& kept) {
    const double scheduled = lr * now.rate;
    kept.first += (gradient - kept.first) * (1 - beta1);
    kept.second += (gradient * gradient - kept.second) * (1 - beta2);
    const double alpha =
        scheduled * std::sqrt(1 - std::pow(beta2, now.step)) / (1 - std::pow(beta1, now.step));
    weight -= scheduled * decay * weight;
    return weight - alpha * kept.first / (std::sqrt(kept.second) + epsilon);
  };
}

// Momentum as in Keras: the learning rate is within the velocity. Epsilon beside the root, as the library
// documents it (so did Keras 2 without momentum; Keras 3 has it inside the root).
Rule rmsprop(double lr, double rho, double momentum, double epsilon) {
  return [=](double weight, double gradient, const Moment& now, Kept& kept) {
    kept.second = rho * kept.second + (1 - rho) * gradient * gradient;
    kept.first = momentum * kept.first + lr * now.rate * gradient / (std::sqrt(kept.second) + epsilon);
    return weight - kept.first;
  };
}

StdlibCase optimizer_case(const std::string& optimizer, const Rule& rule, bool scheduled = false) {
  return {"plain loops: " + optimizer + (scheduled ? " with a schedule" : ""),
          {optimizer.substr(0, optimizer.find('('))},
          [=](const Library& library, rt::KernelSet kernels, Findings& findings) {
            run_optimizer(optimizer, scheduled, rule, library, kernels, findings);
          }};
}

}  // namespace

// The first of each kind has Keras's defaults.
std::vector<StdlibCase> optimizer_cases() {
  return {
      optimizer_case("sgd", sgd(0.01)),
      optimizer_case("sgd(lr: 0.3, momentum: 0.8)", sgd(0.3, 0.8)),
      optimizer_case("sgd(lr: 0.3, momentum: 0.8, nesterov: true)", sgd(0.3, 0.8, true)),
      optimizer_case("adam", adam(0.001, 0.9, 0.999, 1e-7)),
      optimizer_case("adam(lr: 0.1, beta1: 0.7, beta2: 0.8, epsilon: 0.05)", adam(0.1, 0.7, 0.8, 0.05)),
      optimizer_case("adamw", adam(0.001, 0.9, 0.999, 1e-7, 0.004)),
      optimizer_case("adamw(lr: 0.1, beta1: 0.7, beta2: 0.8, epsilon: 0.05, decay: 0.3)",
                     adam(0.1, 0.7, 0.8, 0.05, 0.3)),
      optimizer_case("rmsprop", rmsprop(0.001, 0.9, 0, 1e-7)),
      optimizer_case("rmsprop(lr: 0.1, rho: 0.7, epsilon: 0.05)", rmsprop(0.1, 0.7, 0, 0.05)),
      optimizer_case("rmsprop(lr: 0.1, rho: 0.7, momentum: 0.6, epsilon: 0.05)",
                     rmsprop(0.1, 0.7, 0.6, 0.05)),
      optimizer_case("sgd(lr: 0.3)", sgd(0.3), true),
      optimizer_case("sgd(lr: 0.3, momentum: 0.8)", sgd(0.3, 0.8), true),
      optimizer_case("sgd(lr: 0.3, momentum: 0.8, nesterov: true)", sgd(0.3, 0.8, true), true),
      optimizer_case("adam(lr: 0.1)", adam(0.1, 0.9, 0.999, 1e-7), true),
      optimizer_case("adamw(lr: 0.1, decay: 0.3)", adam(0.1, 0.9, 0.999, 1e-7, 0.3), true),
      optimizer_case("rmsprop(lr: 0.1, momentum: 0.6)", rmsprop(0.1, 0.9, 0.6, 1e-7), true),
  };
}

}  // namespace nnc::test
