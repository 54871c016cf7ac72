// Values of sweep axes and validation schemes: as text, and compared. See study_plan.hpp.
#include "compiler/plan/study_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/plan/same_point.hpp"

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

std::string validation_text(const ValidationPlan& validation) {
  const bool folds = validation.kind == ValidationPlan::Kind::KFold;
  std::string text =
      folds ? fmt::format("kfold({}", validation.folds) : fmt::format("holdout({}", validation.fraction);
  if (!validation.stratified) text += ", stratified: false";
  // Hold-outs are shuffled unless told otherwise, folds are not.
  if (validation.shuffle == folds) text += fmt::format(", shuffle: {}", validation.shuffle);
  return text + ")";
}

bool same_point(const std::vector<std::pair<std::string, ParameterValue>>& lhs,
                const std::vector<std::pair<std::string, ParameterValue>>& rhs) {
  return std::equal(lhs.begin(), lhs.end(), rhs.begin(), rhs.end(), [](const auto& one, const auto& other) {
    return one.first == other.first && same_parameter(one.second, other.second);
  });
}

bool same_trials(const TrialsRef& lhs, const TrialsRef& rhs) {
  return lhs.experiment == rhs.experiment && lhs.pick == rhs.pick && lhs.by == rhs.by &&
         same_point(lhs.point, rhs.point);
}

}  // namespace nnc
