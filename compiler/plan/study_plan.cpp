// Values of sweep axes: as text and compared. See study_plan.hpp.
#include "compiler/plan/study_plan.hpp"

#include <fmt/format.h>

namespace nnc {
namespace {

std::optional<double> as_number(const ParameterValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

}  // namespace

std::string parameter_text(const ParameterValue& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

bool same_parameter(const ParameterValue& lhs, const ParameterValue& rhs) {
  const std::optional<double> left = as_number(lhs);
  const std::optional<double> right = as_number(rhs);
  return left && right ? *left == *right : lhs == rhs;
}

}  // namespace nnc
