// See claims.hpp.
#include "compiler/lower/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/plan/result_fields.hpp"

namespace nnc {
namespace {

using ast::Overloaded;
using Run = TrialIndex::Run;

// What one comparison speaks of.
struct Leaves {
  std::vector<const ReportExpr*> measured;  // results and means of results
  std::vector<TrialsRef> picks;             // best and worst points of which a property is used
  const ReportExpr* extreme = nullptr;      // a minimum, maximum or deviation over trials
};

bool is_measured(const ResultRef& ref, const TrialIndex& index) {
  if (index.has_axis(ref.trials.experiment, ref.field)) return false;
  if (ref.field.find('.') != std::string::npos || ref.field.starts_with("seconds")) return true;
  // Epochs and steps are known, unless training may stop before.
  const auto points = index.points(ref.trials);
  const bool may_stop = std::any_of(points.begin(), points.end(),
                                    [](const TrialPlan* point) { return point->stop.has_value(); });
  return (ref.field == "epochs" || ref.field == "steps_trained") && may_stop;
}

void collect(const ReportExpr& expr, const TrialIndex& index, Leaves& leaves) {
  std::visit(Overloaded{[](const ReportExpr::Constant&) {},
                        [&](const ReportExpr::Result& result) {
                          if (is_measured(result.ref, index)) {
                            leaves.measured.push_back(&expr);
                          } else if (result.ref.trials.pick != TrialsRef::Pick::All) {
                            leaves.picks.push_back(result.ref.trials);
                          }
                        },
                        [&](const ReportExpr::Aggregate& aggregate) {
                          using Kind = ReportExpr::Aggregate::Kind;
                          if (aggregate.kind == Kind::Count || !is_measured(aggregate.over, index)) return;
                          if (aggregate.kind == Kind::Mean) {
                            leaves.measured.push_back(&expr);
                          } else {
                            leaves.extreme = &expr;
                          }
                        },
                        [&](const ReportExpr::Unary& unary) { collect(*unary.operand, index, leaves); },
                        [&](const ReportExpr::Binary& binary) {
                          collect(*binary.lhs, index, leaves);
                          collect(*binary.rhs, index, leaves);
                        }},
             expr.node);
}

const ResultRef& ref_of(const ReportExpr& leaf) {
  const auto* aggregate = std::get_if<ReportExpr::Aggregate>(&leaf.node);
  return aggregate != nullptr ? aggregate->over : std::get<ReportExpr::Result>(leaf.node).ref;
}

bool same_trials(const TrialsRef& lhs, const TrialsRef& rhs) {
  const auto same = [](const auto& left, const auto& right) {
    return left.first == right.first && same_parameter(left.second, right.second);
  };
  return lhs.experiment == rhs.experiment && lhs.pick == rhs.pick && lhs.by == rhs.by &&
         std::equal(lhs.point.begin(), lhs.point.end(), rhs.point.begin(), rhs.point.end(), same);
}

// Whether measured numbers are only added, subtracted and scaled. The size of a difference is as good as the
// difference: it is compared in both directions.
bool is_linear(const ReportExpr& expr, const TrialIndex& index) {
  const auto has_measured = [&](const ReportExpr& part) {
    Leaves leaves;
    collect(part, index, leaves);
    return !leaves.measured.empty();
  };
  const auto* unary = std::get_if<ReportExpr::Unary>(&expr.node);
  if (unary != nullptr) return is_linear(*unary->operand, index);
  const auto* binary = std::get_if<ReportExpr::Binary>(&expr.node);
  if (binary == nullptr) return true;
  using Op = ReportExpr::Binary::Op;
  if (binary->op == Op::Divide && has_measured(*binary->rhs)) return false;
  if (binary->op == Op::Multiply && has_measured(*binary->lhs) && has_measured(*binary->rhs)) return false;
  return is_linear(*binary->lhs, index) && is_linear(*binary->rhs, index);
}

// "test.accuracy": how many samples were right. Other metrics have no value per sample.
bool is_accuracy(const ResultRef& ref, const TrialIndex& index) {
  const std::size_t dot = ref.field.find('.');
  const auto points = index.points(ref.trials);
  return dot != std::string::npos && std::all_of(points.begin(), points.end(), [&](const TrialPlan* point) {
           const std::string name = ref.field.substr(dot + 1);
           return std::any_of(point->metrics.begin(), point->metrics.end(), [&](const MetricPlan& metric) {
             return metric.name == name && metric.native == "accuracy";
           });
         });
}

// The seeds and folds in which every one of these is measured, at any point that may be meant.
std::vector<Run> common_runs(const std::vector<ResultRef>& refs, const TrialIndex& index) {
  std::optional<std::vector<Run>> common;
  for (const ResultRef& ref : refs) {
    for (const TrialPlan* point : index.points(ref.trials)) {
      std::vector<Run> runs = index.runs(*point, ref.field);
      if (!common) {
        common = std::move(runs);
      } else {
        std::erase_if(*common,
                      [&](const Run& run) { return !std::binary_search(runs.begin(), runs.end(), run); });
      }
    }
  }
  return common.value_or(std::vector<Run>());
}

constexpr std::size_t kFewestPairs = 2;

// The experiment that is measured least often: there a repetition helps.
std::string repeat_hint(const std::vector<ResultRef>& refs, const TrialIndex& index) {
  std::vector<std::string> experiments;
  for (const ResultRef& ref : refs) {
    if (common_runs({ref}, index).size() >= kFewestPairs) continue;
    const std::string name = fmt::format("`{}`", ref.trials.experiment);
    if (std::find(experiments.begin(), experiments.end(), name) == experiments.end())
      experiments.push_back(name);
  }
  return fmt::format(
      "add `repeat over 5 seeds` to {}",
      experiments.empty() ? "the experiments" : fmt::format("{}", fmt::join(experiments, " and ")));
}

// Whether these numbers can be compared; `linear` says whether they are only added, subtracted and scaled.
std::optional<Doubt> doubt_of(const std::vector<ResultRef>& refs, bool linear, const TrialIndex& index) {
  if (common_runs(refs, index).size() >= kFewestPairs) return std::nullopt;
  const auto other =
      std::find_if(refs.begin(), refs.end(), [&](const ResultRef& ref) { return !is_accuracy(ref, index); });
  if (other == refs.end() && linear) return std::nullopt;
  const std::string hint = repeat_hint(refs, index);
  if (other == refs.end()) {
    return Doubt{"accuracies that are measured once can be added, subtracted and scaled, and nothing else",
                 hint};
  }
  const bool repeated = std::all_of(refs.begin(), refs.end(), [&](const ResultRef& ref) {
    return common_runs({ref}, index).size() >= kFewestPairs;
  });
  if (repeated) {
    return Doubt{"what it compares has no two seeds or folds in common",
                 "let the experiments have the same seeds and folds"};
  }
  return Doubt{fmt::format("`{}` is measured once, and one number shows no difference", other->field), hint};
}

std::optional<Doubt> doubt_of_comparison(const ReportExpr& comparison, const TrialIndex& index) {
  Leaves leaves;
  collect(comparison, index, leaves);
  if (leaves.extreme != nullptr) {
    return Doubt{fmt::format("there is no test for `{}`", leaves.extreme->text),
                 "compare `mean(..)`, or the results of points"};
  }
  if (!leaves.measured.empty()) {
    std::vector<ResultRef> refs;
    for (const ReportExpr* leaf : leaves.measured) refs.push_back(ref_of(*leaf));
    return doubt_of(refs, is_linear(comparison, index), index);
  }
  if (leaves.picks.empty()) return std::nullopt;
  const TrialsRef& pick = leaves.picks.front();
  const bool one_pick = std::all_of(leaves.picks.begin(), leaves.picks.end(),
                                    [&](const TrialsRef& other) { return same_trials(pick, other); });
  if (!one_pick) {
    return Doubt{"it compares properties of several best or worst points",
                 "compare the property of one such point with a value"};
  }
  TrialsRef candidates = pick;
  candidates.pick = TrialsRef::Pick::All;
  return doubt_of({{candidates, pick.by.empty() ? index.main_field(pick.experiment) : pick.by}}, true, index);
}

}  // namespace

std::optional<Doubt> find_doubt(const ReportExpr& condition, const TrialIndex& index) {
  using Op = ReportExpr::Binary::Op;
  const auto* unary = std::get_if<ReportExpr::Unary>(&condition.node);
  if (unary != nullptr && unary->op == ReportExpr::Unary::Op::Not) return find_doubt(*unary->operand, index);
  const auto* binary = std::get_if<ReportExpr::Binary>(&condition.node);
  if (binary == nullptr || (binary->op != Op::And && binary->op != Op::Or))
    return doubt_of_comparison(condition, index);
  auto doubt = find_doubt(*binary->lhs, index);
  return doubt ? doubt : find_doubt(*binary->rhs, index);
}

}  // namespace nnc
