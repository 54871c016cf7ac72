// What the schedules of the library come to, epoch by epoch, beside their formulas in plain loops.
#include <fmt/format.h>

#include <cmath>

#include "cases.hpp"

namespace nnc::test {
namespace {

using Formula = std::function<double(double epoch)>;  // epochs count from 0

StdlibCase schedule_case(const std::string& schedule, int epochs, const Formula& formula,
                         const std::string& also_proves = "") {
  std::vector<std::string> proves = {schedule.substr(0, schedule.find('('))};
  if (!also_proves.empty()) proves.push_back(also_proves);
  return {
      fmt::format("formula: {} in {} epochs", schedule, epochs), proves,
      [=](const Library& library, rt::KernelSet, Findings& findings) {
        const Program program(
            library,
            fmt::format("data samples = idx(\"nowhere\")\nmodel net {{ flatten; dense(3, softmax) }}\n"
                        "recipe quick {{ loss: cross_entropy, optimizer: sgd, epochs: {}, schedule: {} }}\n"
                        "experiment e {{ train net on samples with quick }}\n",
                        epochs, schedule),
            {Shape{5}, 60, 10, 3});
        const Rates& rates = program.study->plan.trials.at(0).rates;
        Values expected;
        for (int epoch = 0; epoch < epochs; ++epoch) expected.push_back(formula(epoch));
        findings.near(schedule, rates == nullptr ? Values(expected.size(), 1) : *rates, expected);
      }};
}

double wave(double share) { return 0.5 * (1 + std::cos(std::acos(-1.0) * share)); }

}  // namespace

std::vector<StdlibCase> schedule_cases() {
  return {
      schedule_case("step_decay([3, 5])", 7,
                    [](double epoch) { return epoch < 3 ? 1 : (epoch < 5 ? 0.1 : 0.01); }),
      schedule_case("step_decay(at: [5, 2], factor: 0.5)", 6,
                    [](double epoch) { return epoch < 2 ? 1 : (epoch < 5 ? 0.5 : 0.25); }),
      schedule_case("step_decay(at: [])", 3, [](double) { return 1; }),
      schedule_case("exponential", 5, [](double epoch) { return std::pow(0.95, epoch); }),
      schedule_case("exponential(0.5)", 5, [](double epoch) { return std::exp2(-epoch); }),
      schedule_case(
          "cosine", 8, [](double epoch) { return wave(epoch / 8); }, "pi"),
      schedule_case("cosine(final: 0.2)", 5, [](double epoch) { return 0.2 + 0.8 * wave(epoch / 5); }),
      schedule_case("polynomial", 4, [](double epoch) { return 1 - epoch / 4; }),
      schedule_case("polynomial(power: 2, final: 0.5)", 4,
                    [](double epoch) { return 0.5 + 0.5 * (1 - epoch / 4) * (1 - epoch / 4); }),
      schedule_case("warmup", 7, [](double epoch) { return epoch < 5 ? (epoch + 1) / 5 : 1; }),
      schedule_case("warmup(1)", 4, [](double) { return 1; }),
      schedule_case("warmup_cosine", 9,
                    [](double epoch) { return epoch < 5 ? (epoch + 1) / 5 : wave((epoch - 5) / 4); }),
      schedule_case(
          "warmup_cosine(2, final: 0.1)", 6,
          [](double epoch) { return epoch < 2 ? (epoch + 1) / 2 : 0.1 + 0.9 * wave((epoch - 2) / 4); }),
      schedule_case("warmup_cosine(20)", 4, [](double epoch) { return (epoch + 1) / 20; }),
  };
}

}  // namespace nnc::test
