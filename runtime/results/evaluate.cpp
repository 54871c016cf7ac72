// See evaluate.hpp.
#include "runtime/results/evaluate.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/results/overloaded.hpp"
#include "runtime/results/references.hpp"
#include "runtime/results/results.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

using Op = ReportExpr::Binary::Op;
using Kind = ReportExpr::Aggregate::Kind;

NoResult none(const std::string& reason) { return {reason.empty() ? "no result" : "no result: " + reason}; }

NoResult missing(const RunRecord& record, const TrialsRef& trials) {
  TrialsRef all = trials;
  all.pick = TrialsRef::Pick::All;
  for (const Group& group : groups_of(record, all)) {
    for (const TrialRecord* trial : group.trials) {
      if (!trial->finished()) return none(std::string("the trial ") + status_word(trial->status));
    }
  }
  if (const auto progress = interrupted_at(record)) return {"not yet: " + *progress};
  return groups_of(record, all).empty() ? none("no such trial") : none("");
}

// Numbers that another run would give again.
bool is_fact(const std::string& field, const Measure& value) {
  return split_of(field).empty() && form_of(field) != NumberForm::Seconds && value.deviation == 0;
}

Quantity quantity_of(const Measure& value, const std::string& field) {
  Quantity result{.unit = {.form = form_of(field)}, .value = value.mean, .measured = !is_fact(field, value)};
  if (result.measured) result.replicates = replicates_of(value);
  return result;
}

const ParameterValue* axis_of(const TrialRecord& trial, const std::string& name) {
  const auto found = std::ranges::find(trial.params, name, [](const auto& param) { return param.first; });
  return found == trial.params.end() ? nullptr : &found->second;
}

ResultValue value_of(const RunRecord& record, const ResultRef& ref) {
  const std::vector<Group> groups = groups_of(record, ref.trials);
  if (groups.size() > 1) return NoResult{"no single value: several trials match"};
  if (groups.empty()) return missing(record, ref.trials);
  const ParameterValue* axis = axis_of(groups.front().first(), ref.field);
  if (axis != nullptr && std::holds_alternative<bool>(*axis)) return std::get<bool>(*axis);
  const Measure value = measure(groups.front(), ref.field);
  if (!value.present) return missing(record, ref.trials);
  if (!value.numeric) return value.text;
  return quantity_of(value, ref.field);
}

// ---------------------------------------------------------------- over several trials

// Per pair that every point has a part in, the mean over the points.
Replicates mean_replicates(const std::vector<Quantity>& points) {
  Replicates means = points.front().replicates;
  for (const Quantity& point : points) {
    means = paired_with(means, point.replicates);
    means.rounding = std::max(means.rounding, point.replicates.rounding);
  }
  std::vector<Replicates> parts;
  for (const Quantity& point : points) parts.push_back(paired_with(point.replicates, means));
  for (const Replicates& part : parts) {
    std::erase_if(means.values, [&](const Replicate& mean) {
      return !std::ranges::binary_search(part.values, mean.key(), {}, &Replicate::key);
    });
  }
  for (Replicate& mean : means.values) {
    std::vector<double> values;
    for (const Replicates& part : parts)
      values.push_back(std::ranges::lower_bound(part.values, mean.key(), {}, &Replicate::key)->value);
    mean.value = summarize(values).mean;
  }
  return means;
}

Quantity aggregate(Kind kind, const std::vector<double>& values, const std::vector<Quantity>& points) {
  Quantity result{
      .unit = points.front().unit,
      .measured = std::ranges::any_of(points, [](const Quantity& point) { return point.measured; })};
  const Summary summary = summarize(values);
  switch (kind) {
    case Kind::Mean:
      result.value = summary.mean;
      result.unit.computed = points.size() > 1;
      if (result.measured) result.replicates = mean_replicates(points);
      break;
    case Kind::Deviation:
      result.value = summary.deviation;
      result.unit.difference = !result.unit.plain();
      result.unit.computed = true;
      break;
    case Kind::Min:
      result.value = *std::ranges::min_element(values);
      break;
    case Kind::Max:
      result.value = *std::ranges::max_element(values);
      break;
    case Kind::Count:
      break;
  }
  return result;
}

ResultValue count_of(const std::vector<Group>& groups, const std::string& field) {
  std::size_t count = 0;
  for (const Group& group : groups) {
    const Measure value = measure(group, field);
    const auto finished =
        std::ranges::count_if(group.trials, [](const auto* trial) { return trial->finished(); });
    if (value.present) count += value.numeric ? value.values.size() : static_cast<std::size_t>(finished);
  }
  return Quantity{.unit = {.form = NumberForm::Count}, .value = static_cast<double>(count)};
}

ResultValue value_of(const RunRecord& record, const ReportExpr::Aggregate& node) {
  const std::vector<Group> groups = groups_of(record, node.over.trials);
  if (node.kind == Kind::Count) return count_of(groups, node.over.field);
  std::vector<double> values;
  std::vector<Quantity> points;
  for (const Group& group : groups) {
    const Measure value = measure(group, node.over.field);
    if (!value.numeric) continue;
    values.insert(values.end(), value.values.begin(), value.values.end());
    points.push_back(quantity_of(value, node.over.field));
  }
  if (points.empty()) return missing(record, node.over.trials);
  return aggregate(node.kind, values, points);
}

// ---------------------------------------------------------------- operators

bool holds(Op op, auto lhs, auto rhs) {
  switch (op) {
    case Op::Equal:
      return lhs == rhs;
    case Op::NotEqual:
      return lhs != rhs;
    case Op::Less:
      return lhs < rhs;
    case Op::LessEqual:
      return lhs <= rhs;
    case Op::Greater:
      return lhs > rhs;
    case Op::GreaterEqual:
      return lhs >= rhs;
    default:
      return false;
  }
}

ResultValue unary_value(ReportExpr::Unary::Op op, const ResultValue& operand) {
  using Unary = ReportExpr::Unary::Op;
  if (std::holds_alternative<NoResult>(operand)) return operand;
  if (const bool* truth = std::get_if<bool>(&operand); truth != nullptr && op == Unary::Not) return !*truth;
  const Quantity* number = std::get_if<Quantity>(&operand);
  if (number == nullptr || op == Unary::Not) return none("");
  return op == Unary::Negate ? negate(*number) : absolute(*number);
}

// A missing operand matters only if the other one does not decide.
ResultValue connect(Op op, const ResultValue& lhs, const ResultValue& rhs) {
  const bool deciding = op == Op::Or;
  for (const ResultValue* side : {&lhs, &rhs}) {
    if (const bool* truth = std::get_if<bool>(side); truth != nullptr && *truth == deciding) return deciding;
  }
  for (const ResultValue* side : {&lhs, &rhs}) {
    if (std::holds_alternative<NoResult>(*side)) return *side;
  }
  return !deciding;
}

ResultValue binary_value(Op op, const ResultValue& lhs, const ResultValue& rhs) {
  if (op == Op::And || op == Op::Or) return connect(op, lhs, rhs);
  for (const ResultValue* side : {&lhs, &rhs}) {
    if (std::holds_alternative<NoResult>(*side)) return *side;
  }
  if (lhs.index() != rhs.index()) return none("");
  if (const auto* word = std::get_if<std::string>(&lhs)) return holds(op, *word, std::get<std::string>(rhs));
  if (const bool* truth = std::get_if<bool>(&lhs)) return holds(op, *truth, std::get<bool>(rhs));
  const auto& left = std::get<Quantity>(lhs);
  const auto& right = std::get<Quantity>(rhs);
  if (op >= Op::Add) return combine(op, left, right);
  const Quantity on_left = paired_with(left, right);
  const Quantity on_right = paired_with(right, left);
  if (std::isnan(on_left.value) || std::isnan(on_right.value)) return none("a value is not a number");
  return holds(op, on_left.value, on_right.value);
}

ResultValue constant(const ParameterValue& value) {
  return std::visit(Overloaded{[](std::int64_t number) -> ResultValue {
                                 return Quantity{.value = static_cast<double>(number)};
                               },
                               [](double number) -> ResultValue { return Quantity{.value = number}; },
                               [](bool truth) -> ResultValue { return truth; },
                               [](const std::string& word) -> ResultValue { return word; }},
                    value);
}

}  // namespace

ResultValue evaluate(const RunRecord& record, const ReportExpr& expr) {
  const auto of = [&](const ReportExprPtr& operand) {
    return operand == nullptr ? ResultValue(none("")) : evaluate(record, *operand);
  };
  return std::visit(
      Overloaded{
          [](const ReportExpr::Constant& node) { return constant(node.value); },
          [&](const ReportExpr::Result& node) { return value_of(record, node.ref); },
          [&](const ReportExpr::Aggregate& node) { return value_of(record, node); },
          [&](const ReportExpr::Unary& node) { return unary_value(node.op, of(node.operand)); },
          [&](const ReportExpr::Binary& node) { return binary_value(node.op, of(node.lhs), of(node.rhs)); }},
      expr.node);
}

}  // namespace nnc::rt
