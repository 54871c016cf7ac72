// The cases that prove the standard library: each knows which declarations it proves, runs them on a library
// and says what it found wrong. Run on the library as it is, a case must find nothing; run on a library with
// a deliberate breakage of a declaration it proves, it must find something (stdlib_test.cpp).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "network.hpp"

namespace nnc::test {

class Findings {
 public:
  // |actual - expected| <= tolerance * (1 + |expected|), element by element.
  void near(const std::string& what, const Values& actual, const Values& expected, double tolerance = kTight);
  void near(const std::string& what, double actual, double expected, double tolerance = kTight);
  void expect(bool holds, const std::string& what);

  [[nodiscard]] const std::vector<std::string>& all() const { return findings_; }

  // What float64 leaves of a few dozen operations.
  static constexpr double kTight = 1e-11;

 private:
  std::vector<std::string> findings_;
};

struct StdlibCase {
  std::string name;
  std::vector<std::string> proves;  // names that the library declares
  std::function<void(const Library& library, rt::KernelSet kernels, Findings& findings)> run;
};

std::vector<StdlibCase> reference_cases();    // values of PyTorch: activations, layers, losses, optimizers
std::vector<StdlibCase> layer_cases();        // dropout, the running means of batch_norm
std::vector<StdlibCase> initializer_cases();  // bounds and variances
std::vector<StdlibCase> optimizer_cases();    // Keras's forms in plain loops
std::vector<StdlibCase> schedule_cases();     // formulas, epoch by epoch
std::vector<StdlibCase> metric_cases();       // definitions in plain loops

std::vector<StdlibCase> all_cases();

}  // namespace nnc::test
