// See claims.hpp.
#include "compiler/lower/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <set>

#include "compiler/plan/result_fields.hpp"
#include "compiler/plan/same_point.hpp"

namespace nnc {
namespace {

using ast::Overloaded;
using Run = TrialIndex::Run;

// What one comparison speaks of.
struct Leaves {
  std::vector<const ReportExpr*> measured;  // results and means of results
  std::vector<ResultRef> properties;        // of best and worst points, which are known before
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
                            leaves.properties.push_back(result.ref);
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

// Whether an axis has several values among the points that may be meant.
bool differs(const ResultRef& property, const TrialIndex& index) {
  const ParameterValue* first = nullptr;
  for (const TrialPlan* point : index.points(property.trials)) {
    for (const auto& [name, value] : point->params) {
      if (name != property.field) continue;
      if (first != nullptr && !same_parameter(*first, value)) return true;
      first = &value;
    }
  }
  return false;
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

// One run of a point, as far as it may be paired with one of another: folds of other data and folds of
// another number are others.
struct PairedRun {
  Run run;
  std::size_t data = 0;
  std::int64_t folds = 0;  // 0: not a fold
  auto operator<=>(const PairedRun&) const = default;
};

std::set<PairedRun> runs_of(const TrialPlan& point, const ResultRef& ref, const TrialIndex& index) {
  std::set<PairedRun> runs;
  for (const Run& run : index.runs(point, ref.field)) {
    const bool is_fold = run.second.has_value() && point.validation.has_value();
    runs.insert({run, is_fold ? point.data : 0, is_fold ? point.validation->folds : 0});
  }
  return runs;
}

std::set<PairedRun> seeds_of(const std::set<PairedRun>& runs) {
  std::set<PairedRun> seeds;
  for (const PairedRun& each : runs) seeds.insert({.run = {each.run.first, std::nullopt}});
  return seeds;
}

// In how many runs every one of these is measured, at any point that may be meant.
struct CommonRuns {
  std::size_t pairs = 0;  // by seed and fold
  std::size_t seeds = 0;  // by seed, of folds and whole runs
  bool single = true;     // no point has more than one
  bool folds = true;      // all of them are folds

  [[nodiscard]] bool repeated() const { return std::max(pairs, seeds) >= 2; }
  // One run of each side, which is known to be the one that is meant.
  [[nodiscard]] bool comparable_by_samples() const { return pairs > 0 || single; }
};

CommonRuns common_runs(const std::vector<ResultRef>& refs, const TrialIndex& index) {
  const auto keep_common = [](std::optional<std::set<PairedRun>>& common, std::set<PairedRun> runs) {
    if (common) std::erase_if(runs, [&](const PairedRun& run) { return !common->contains(run); });
    common = std::move(runs);
  };
  CommonRuns result;
  std::optional<std::set<PairedRun>> pairs;
  std::optional<std::set<PairedRun>> seeds;
  std::optional<std::set<PairedRun>> fold_pairs;
  for (const ResultRef& ref : refs) {
    for (const TrialPlan* point : index.points(ref.trials)) {
      const std::set<PairedRun> runs = runs_of(*point, ref, index);
      result.single = result.single && runs.size() < 2;
      const bool is_fold = !runs.empty() && runs.begin()->folds > 0;
      result.folds = result.folds && is_fold;
      if (is_fold) keep_common(fold_pairs, runs);
      keep_common(seeds, seeds_of(runs));
      keep_common(pairs, runs);
    }
  }
  if (pairs) result.pairs = pairs->size();
  const bool same_folds = !fold_pairs || !fold_pairs->empty();
  if (seeds && same_folds) result.seeds = seeds->size();
  return result;
}

// The experiment that is measured least often: there a repetition helps.
std::string repeat_hint(const std::vector<ResultRef>& refs, const TrialIndex& index) {
  std::vector<std::string> experiments;
  for (const ResultRef& ref : refs) {
    if (common_runs({ref}, index).repeated()) continue;
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
  const CommonRuns common = common_runs(refs, index);
  if (common.repeated()) return std::nullopt;
  const auto other =
      std::find_if(refs.begin(), refs.end(), [&](const ResultRef& ref) { return !is_accuracy(ref, index); });
  const bool by_samples = other == refs.end() && common.comparable_by_samples();
  if (by_samples && linear) return std::nullopt;
  const std::string hint = repeat_hint(refs, index);
  if (by_samples) {
    return Doubt{"accuracies that are measured once can be added, subtracted and scaled, and nothing else",
                 hint};
  }
  const auto is_single = [&](const ResultRef& ref) { return !common_runs({ref}, index).repeated(); };
  const auto single = std::find_if(refs.begin(), refs.end(), is_single);
  if (single == refs.end()) {
    return Doubt{"what it compares has no two seeds or folds in common",
                 "let the experiments have the same seeds and folds"};
  }
  const ResultRef& once = other != refs.end() && is_single(*other) ? *other : *single;
  return Doubt{fmt::format("`{}` is measured once, and one number shows no difference", once.field), hint};
}

// Sides over folds that are not the same are compared as a whole.
bool compares_folds(const ReportExpr& comparison, const TrialIndex& index) {
  const auto* binary = std::get_if<ReportExpr::Binary>(&comparison.node);
  if (binary == nullptr) return false;
  const auto has_folds = [&](const ReportExpr& side) {
    Leaves leaves;
    collect(side, index, leaves);
    std::vector<ResultRef> refs;
    for (const ReportExpr* leaf : leaves.measured) refs.push_back(ref_of(*leaf));
    const CommonRuns common = common_runs(refs, index);
    return common.pairs >= 2 && common.folds;
  };
  return has_folds(*binary->lhs) && has_folds(*binary->rhs);
}

std::optional<Doubt> doubt_of_comparison(const ReportExpr& comparison, const TrialIndex& index) {
  Leaves leaves;
  collect(comparison, index, leaves);
  if (leaves.extreme != nullptr) {
    return Doubt{fmt::format("there is no test for `{}`", leaves.extreme->text),
                 "compare `mean(..)`, or the results of points"};
  }
  if (!leaves.measured.empty()) {
    for (const ResultRef& property : leaves.properties) {
      if (!differs(property, index)) continue;
      return Doubt{
          fmt::format("it compares `{}` of a best or worst point with a measured result", property.field),
          "compare such a property with a value, and results with results"};
    }
    if (compares_folds(comparison, index)) return std::nullopt;
    std::vector<ResultRef> refs;
    for (const ReportExpr* leaf : leaves.measured) refs.push_back(ref_of(*leaf));
    return doubt_of(refs, is_linear(comparison, index), index);
  }
  if (leaves.properties.empty()) return std::nullopt;
  const TrialsRef& pick = leaves.properties.front().trials;
  const bool one_pick = std::all_of(leaves.properties.begin(), leaves.properties.end(),
                                    [&](const ResultRef& other) { return same_trials(pick, other.trials); });
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
