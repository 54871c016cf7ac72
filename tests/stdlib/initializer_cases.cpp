// First values of large parameters: bounds exactly, mean and variance within five standard deviations of
// their estimates. fan_in and fan_out are those of Keras: for a convolution times the area of its window.
#include <algorithm>
#include <cmath>

#include "cases.hpp"

namespace nnc::test {
namespace {

// The distribution that a kernel is drawn from.
struct Distribution {
  double mean = 0;
  double variance = 0;
  double low = -HUGE_VAL;  // no value is beyond; HUGE_VAL: unbounded
  double high = HUGE_VAL;
  bool flat = false;  // uniform: values come close to both bounds
};

Distribution uniform(double limit) { return {0, limit * limit / 3, -limit, limit, true}; }

// Cut at two standard deviations of the normal it is cut from, whose deviation makes the given variance:
// that of a unit normal cut at 2 is 1 - 4 phi(2) / (2 Phi(2) - 1).
Distribution truncated(double variance) {
  const double density = std::exp(-2.0) / std::sqrt(2 * std::acos(-1.0));
  const double cut_variance = 1 - 4 * density / std::erf(std::sqrt(2.0));
  const double limit = 2 * std::sqrt(variance / cut_variance);
  return {0, variance, -limit, limit};
}

void compare(const std::string& what, const Values& values, const Distribution& expected,
             Findings& findings) {
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / count;
  double variance = 0;
  for (const double value : values) variance += (value - expected.mean) * (value - expected.mean) / count;
  // The variance of a square is E x^4 - (E x^2)^2: 4/5 of the squared variance if uniform, twice it if
  // normal, less than that if cut.
  const double deviation = std::sqrt(expected.variance);
  const double spread_of_squares = expected.variance * std::sqrt((expected.flat ? 0.8 : 2.0) / count);
  findings.expect(std::abs(mean - expected.mean) <= 5 * deviation / std::sqrt(count), what + ": mean");
  findings.expect(std::abs(variance - expected.variance) <= 5 * spread_of_squares, what + ": variance");
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  findings.expect(*least >= expected.low && *most <= expected.high, what + ": bounds");
  if (std::isinf(expected.low)) {
    findings.expect(*most > expected.mean + 3 * deviation, what + ": is cut");  // of tens of thousands
  } else {
    const double margin = (expected.high - expected.low) * (expected.flat ? 0.001 : 0.01);
    findings.expect(*least<expected.low + margin&& * most> expected.high - margin, what + ": too narrow");
  }
}

using ForFans = std::function<Distribution(double fan_in, double fan_out)>;

void run_initializer(const std::string& init, const ForFans& expected, const Library& library,
                     rt::KernelSet kernels, Findings& findings) {
  const Network dense(library, {"dense(90, init: " + init + ")"}, Shape{400}, 2, 1, kernels);
  compare("dense", dense.slot("dense_1.kernel"), expected(400, 90), findings);
  findings.near("dense's bias", dense.slot("dense_1.bias"), Values(90, 0), 0);
  const Network image(library, {"conv2d(40, 5x3, init: " + init + ")"}, Shape{5, 5, 60}, 2, 1, kernels);
  compare("conv2d", image.slot("conv2d_1.kernel"), expected(60 * 15, 40 * 15), findings);
  findings.near("conv2d's bias", image.slot("conv2d_1.bias"), Values(40, 0), 0);
  const Network other(library, {"dense(90, init: " + init + ")"}, Shape{400}, 2, 1, kernels, 8);
  findings.expect(other.slot("dense_1.kernel") != dense.slot("dense_1.kernel"),
                  "another seed gives the same values");
}

void run_constant(const std::string& init, double value, const Library& library, rt::KernelSet kernels,
                  Findings& findings) {
  const Network network(library, {"dense(9, init: " + init + ")"}, Shape{11}, 2, 1, kernels);
  findings.near(init, network.slot("dense_1.kernel"), Values(99, value), 0);
}

// What layers start with when nothing is said: Keras's choices.
void run_defaults(const Library& library, rt::KernelSet kernels, Findings& findings) {
  const Network network(library, {"conv2d(40, 5x3); batch_norm; flatten; dense(300)"}, Shape{7, 5, 30}, 2, 1,
                        kernels);
  const double image_limit = std::sqrt(6.0 / (30 * 15 + 40 * 15));
  compare("conv2d", network.slot("conv2d_1.kernel"), uniform(image_limit), findings);
  compare("dense", network.slot("dense_1.kernel"), uniform(std::sqrt(6.0 / (360 + 300))), findings);
  findings.near("conv2d's bias", network.slot("conv2d_1.bias"), Values(40, 0), 0);
  findings.near("dense's bias", network.slot("dense_1.bias"), Values(300, 0), 0);
  findings.near("scale", network.slot("batch_norm_1.scale"), Values(40, 1), 0);
  findings.near("shift", network.slot("batch_norm_1.shift"), Values(40, 0), 0);
  findings.near("running mean", network.slot("batch_norm_1.running_mean"), Values(40, 0), 0);
  findings.near("running variance", network.slot("batch_norm_1.running_variance"), Values(40, 1), 0);
}

StdlibCase random_case(const std::string& init, const ForFans& expected) {
  const std::string name = init.substr(0, init.find('('));
  return {
      "initialiser " + init, {name}, [=](const Library& library, rt::KernelSet kernels, Findings& findings) {
        run_initializer(init, expected, library, kernels, findings);
      }};
}

StdlibCase constant_case(const std::string& init, double value) {
  return {
      "initialiser " + init, {init}, [=](const Library& library, rt::KernelSet kernels, Findings& findings) {
        run_constant(init, value, library, kernels, findings);
      }};
}

}  // namespace

std::vector<StdlibCase> initializer_cases() {
  return {
      constant_case("zeros", 0),
      constant_case("ones", 1),
      random_case("uniform", [](double, double) { return uniform(0.05); }),
      random_case("uniform(-1.0, 3.0)",
                  [](double, double) {
                    return Distribution{1, 16.0 / 12, -1, 3, true};
                  }),
      random_case("normal",
                  [](double, double) {
                    return Distribution{0, 0.05 * 0.05};
                  }),
      random_case("normal(2.0, 0.5)",
                  [](double, double) {
                    return Distribution{2, 0.25};
                  }),
      random_case("glorot_uniform", [](double in, double out) { return uniform(std::sqrt(6 / (in + out))); }),
      random_case("glorot_normal", [](double in, double out) { return truncated(2 / (in + out)); }),
      random_case("he_uniform", [](double in, double) { return uniform(std::sqrt(6 / in)); }),
      random_case("he_normal", [](double in, double) { return truncated(2 / in); }),
      random_case("lecun_normal", [](double in, double) { return truncated(1 / in); }),
      {"what layers start with",
       {"dense", "conv2d", "batch_norm", "glorot_uniform", "zeros", "ones"},
       run_defaults},
  };
}

}  // namespace nnc::test
