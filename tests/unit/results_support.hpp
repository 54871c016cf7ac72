// For the tests of results: trials that never were, and expressions about them.
#pragma once

#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/plan/report_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::test {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Point = std::vector<std::pair<std::string, ParameterValue>>;
using Op = ReportExpr::Binary::Op;
using Aggregate = ReportExpr::Aggregate::Kind;
using UnaryOp = ReportExpr::Unary::Op;

// A trial of 800 training and 200 test samples.
inline rt::TrialRecord trial(const std::string& experiment, Point params, std::uint64_t seed, double accuracy,
                             const std::string& field = "test.accuracy") {
  rt::TrialRecord result;
  result.experiment = experiment;
  result.params = std::move(params);
  result.seed = seed;
  result.id = experiment + std::to_string(seed);
  for (const auto& [name, value] : result.params) result.id += "-" + parameter_text(value);
  result.model = "ann";
  result.data = "fashion";
  result.loss = "cross_entropy";
  result.optimizer = "adam";
  result.batch = 32;
  result.epochs = 20;
  result.parameters = 203530;
  result.seconds_train = 10;
  result.metrics[field] = accuracy;
  result.samples = {{"train", 800}, {"test", 200}};
  result.directions = {{"accuracy", Direction::Higher}, {"log_loss", Direction::Lower}};
  return result;
}

// The same point with seeds 0, 1, ...
inline void add_seeds(rt::RunRecord& record, const std::string& experiment, const Point& params,
                      const std::vector<double>& accuracies, const std::string& field = "test.accuracy") {
  for (std::size_t seed = 0; seed < accuracies.size(); ++seed)
    record.trials.push_back(trial(experiment, params, seed, accuracies[seed], field));
}

// The same point and seed with folds 0, 1, ..., judged on their validation parts.
inline void add_folds(rt::RunRecord& record, const std::string& experiment, const Point& params,
                      std::uint64_t seed, const std::vector<double>& accuracies) {
  for (std::size_t fold = 0; fold < accuracies.size(); ++fold) {
    rt::TrialRecord added = trial(experiment, params, seed, accuracies[fold], "valid.accuracy");
    added.fold = static_cast<int>(fold);
    added.id += "-fold" + std::to_string(fold);
    added.samples = {{"train", 800}, {"valid", 200}};
    record.trials.push_back(std::move(added));
  }
}

inline TrialsRef all_of(const std::string& experiment, Point point = {}) {
  return {experiment, std::move(point), TrialsRef::Pick::All, ""};
}
inline TrialsRef best_of(const std::string& experiment, const std::string& by = "test.accuracy") {
  return {experiment, {}, TrialsRef::Pick::Best, by};
}
inline TrialsRef worst_of(const std::string& experiment, const std::string& by = "test.accuracy") {
  return {experiment, {}, TrialsRef::Pick::Worst, by};
}

inline ReportExprPtr expression(auto node) {
  return std::make_shared<const ReportExpr>(ReportExpr{std::move(node), "as written"});
}
inline ReportExprPtr constant(ParameterValue value) {
  return expression(ReportExpr::Constant{std::move(value)});
}
inline ReportExprPtr result(TrialsRef trials, const std::string& field = "test.accuracy") {
  return expression(ReportExpr::Result{{std::move(trials), field}});
}
inline ReportExprPtr over(Aggregate kind, TrialsRef trials, const std::string& field = "test.accuracy") {
  return expression(ReportExpr::Aggregate{kind, {std::move(trials), field}});
}
inline ReportExprPtr unary(UnaryOp op, ReportExprPtr operand) {
  return expression(ReportExpr::Unary{op, std::move(operand)});
}
inline ReportExprPtr binary(Op op, ReportExprPtr lhs, ReportExprPtr rhs) {
  return expression(ReportExpr::Binary{op, std::move(lhs), std::move(rhs)});
}

}  // namespace nnc::test
