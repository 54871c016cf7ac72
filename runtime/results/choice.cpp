// See choice.hpp. The condition is asked of every point as if it were the best. Where the answers differ, the
// best of the points that say yes is compared with the best of those that say no, by the field that decides
// which is best.
#include "runtime/results/choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/plan/same_point.hpp"
#include "runtime/results/evaluate.hpp"
#include "runtime/results/overloaded.hpp"
#include "runtime/results/references.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

using Pick = TrialsRef::Pick;
using Op = ReportExpr::Binary::Op;

TrialsRef exactly(const Group& group) {
  return {.experiment = group.first().experiment, .point = group.first().params, .by = {}};
}

// The condition with one point in the place of the best.
ReportExpr with_point(const ReportExpr& expr, const TrialsRef& chosen, const TrialsRef& point) {
  const auto inside = [&](const ReportExprPtr& operand) -> ReportExprPtr {
    if (operand == nullptr) return operand;
    return std::make_shared<const ReportExpr>(with_point(*operand, chosen, point));
  };
  ReportExpr result = expr;
  const auto replace = [&](TrialsRef& trials) {
    if (same_trials(trials, chosen)) trials = point;
  };
  std::visit(Overloaded{[](ReportExpr::Constant&) {},
                        [&](ReportExpr::Aggregate& node) { replace(node.over.trials); },
                        [&](ReportExpr::Result& node) { replace(node.ref.trials); },
                        [&](ReportExpr::Unary& node) { node.operand = inside(node.operand); },
                        [&](ReportExpr::Binary& node) {
                          node.lhs = inside(node.lhs);
                          node.rhs = inside(node.rhs);
                        }},
             result.node);
  return result;
}

struct Sides {
  std::vector<Group> yes = {};
  std::vector<Group> no = {};
};

std::optional<Sides> ask_every_point(const RunRecord& record, const ReportExpr& condition,
                                     const TrialsRef& chosen) {
  Sides sides;
  for (Group& group : candidates_of(record, chosen)) {
    const ResultValue answer = evaluate(record, with_point(condition, chosen, exactly(group)));
    const bool* truth = std::get_if<bool>(&answer);
    if (truth == nullptr) return std::nullopt;
    (*truth ? sides.yes : sides.no).push_back(std::move(group));
  }
  return sides;
}

// Only the axes in which the points differ.
std::string name_of(const Group& group, const Axes& axes) {
  return point_label(group.first(), axes.varying.empty() ? axes.constant : axes.varying);
}

Finding compare_leaders(const RunRecord& record, const LoadPredictions& load, const Sides& sides,
                        const std::string& by, bool best) {
  std::vector<Group> all = sides.yes;
  all.insert(all.end(), sides.no.begin(), sides.no.end());
  const bool higher = direction_of(all, by).value_or(Direction::Higher) == Direction::Higher;
  const bool largest = higher == best;
  const Group* yes = leader(sides.yes, by, largest);
  const Group* no = leader(sides.no, by, largest);
  if (yes == nullptr || no == nullptr) return inconclusive("no result: not every side has finished runs");
  const ReportExpr lhs{.node = ReportExpr::Result{{exactly(*yes), by}}};
  const ReportExpr rhs{.node = ReportExpr::Result{{exactly(*no), by}}};
  Finding finding = compare(record, load,
                            {.op = largest ? Op::Greater : Op::Less,
                             .lhs = lhs,
                             .rhs = rhs,
                             .choices = std::max(sides.yes.size(), sides.no.size())});
  const Axes axes = axes_of(all);
  finding.evidence = fmt::format("{} of {}, {} against {}: {}", best ? "best" : "worst", readable_field(by),
                                 name_of(*yes, axes), name_of(*no, axes), finding.evidence);
  return finding;
}

bool is_word_or_axis(const ResultRef& ref) { return !is_measured(ref.field); }

}  // namespace

std::optional<TrialsRef> chosen_in(const ReportExpr& condition) {
  std::optional<TrialsRef> chosen;
  for (const ResultRef& ref : references_in(condition)) {
    if (!is_word_or_axis(ref)) return std::nullopt;
    if (ref.trials.pick == Pick::All) continue;
    if (chosen && !same_trials(*chosen, ref.trials)) return std::nullopt;
    chosen = ref.trials;
  }
  return chosen;
}

Finding decide_choice(const RunRecord& record, const LoadPredictions& load, const ReportExpr& condition,
                      const TrialsRef& chosen) {
  if (const auto reason = unfinished(record, chosen)) return inconclusive(*reason);
  const std::optional<Sides> sides = ask_every_point(record, condition, chosen);
  const std::string by = picked_by(record, chosen);
  if (!sides || by.empty()) return inconclusive("no result");
  if (sides->yes.empty() && sides->no.empty()) return inconclusive("no result: no such trial");
  const bool best = chosen.pick == Pick::Best;
  const char* whichever = best ? "whichever point is best" : "whichever point is worst";
  if (sides->no.empty()) return {Verdict::Supported, fmt::format("it holds {}", whichever)};
  if (sides->yes.empty()) return {Verdict::Refuted, fmt::format("it does not hold, {}", whichever)};
  return compare_leaders(record, load, *sides, by, best);
}

}  // namespace nnc::rt
