// See cases.hpp.
#include "cases.hpp"

#include <fmt/format.h>

#include <cmath>

namespace nnc::test {

void Findings::near(const std::string& what, const Values& actual, const Values& expected, double tolerance) {
  if (actual.size() != expected.size()) {
    findings_.push_back(fmt::format("{} has {} values, not {}", what, actual.size(), expected.size()));
    return;
  }
  for (std::size_t i = 0; i < actual.size(); ++i) {
    // Written so that NaN is found too.
    if (std::abs(actual[i] - expected[i]) <= tolerance * (1 + std::abs(expected[i]))) continue;
    findings_.push_back(fmt::format("{}[{}] is {:.17g}, not {:.17g}", what, i, actual[i], expected[i]));
    return;
  }
}

void Findings::near(const std::string& what, double actual, double expected, double tolerance) {
  near(what, Values{actual}, Values{expected}, tolerance);
}

void Findings::expect(bool holds, const std::string& what) {
  if (!holds) findings_.push_back(what);
}

std::vector<StdlibCase> all_cases() {
  std::vector<StdlibCase> cases;
  for (auto&& some : {reference_cases(), layer_cases(), initializer_cases(), optimizer_cases(),
                      schedule_cases(), metric_cases()}) {
    cases.insert(cases.end(), some.begin(), some.end());
  }
  return cases;
}

}  // namespace nnc::test
