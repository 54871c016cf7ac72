// See claims.hpp: conditions taken apart into comparisons, and their verdicts put together again (Kleene's
// logic: what is not known stays so unless the other side decides).
#include "runtime/results/claims.hpp"

#include <algorithm>

#include "runtime/results/choice.hpp"
#include "runtime/results/comparison.hpp"
#include "runtime/results/evaluate.hpp"
#include "runtime/results/overloaded.hpp"
#include "runtime/results/references.hpp"

namespace nnc::rt {
namespace {

using Op = ReportExpr::Binary::Op;
using UnaryOp = ReportExpr::Unary::Op;

Finding negated(Finding finding) {
  if (finding.verdict == Verdict::Supported) {
    finding.verdict = Verdict::Refuted;
  } else if (finding.verdict == Verdict::Refuted) {
    finding.verdict = Verdict::Supported;
  }
  return finding;
}

// The evidence of those that make the verdict.
Finding joined(Op op, const Finding& lhs, const Finding& rhs) {
  const Verdict deciding = op == Op::Or ? Verdict::Supported : Verdict::Refuted;
  Finding result;
  if (lhs.verdict == deciding || rhs.verdict == deciding) {
    result.verdict = deciding;
  } else if (lhs.verdict == Verdict::Inconclusive || rhs.verdict == Verdict::Inconclusive) {
    result.verdict = Verdict::Inconclusive;
  } else {
    result.verdict = op == Op::Or ? Verdict::Refuted : Verdict::Supported;
  }
  for (const Finding* side : {&lhs, &rhs}) {
    if (side->verdict != result.verdict || side->evidence == result.evidence) continue;
    result.evidence += (result.evidence.empty() ? "" : "; ") + side->evidence;
  }
  return result;
}

Op mirrored(Op op) {
  switch (op) {
    case Op::Less:
      return Op::Greater;
    case Op::LessEqual:
      return Op::GreaterEqual;
    case Op::Greater:
      return Op::Less;
    case Op::GreaterEqual:
      return Op::LessEqual;
    default:
      return op;
  }
}

ReportExprPtr expression(auto node) {
  return std::make_shared<const ReportExpr>(ReportExpr{.node = std::move(node)});
}

// abs(x) < c as two comparisons of x, which has an interval where its size has none. Null for other
// comparisons.
ReportExprPtr without_absolute(const ReportExpr::Binary& node) {
  const auto* lhs = std::get_if<ReportExpr::Unary>(&node.lhs->node);
  if (lhs == nullptr || lhs->op != UnaryOp::Abs) {
    const auto* rhs = std::get_if<ReportExpr::Unary>(&node.rhs->node);
    const bool other_way = rhs != nullptr && rhs->op == UnaryOp::Abs;
    if (!other_way) return nullptr;
    return without_absolute({mirrored(node.op), node.rhs, node.lhs});
  }
  if (node.op == Op::Equal || node.op == Op::NotEqual) return nullptr;
  const bool within = node.op == Op::Less || node.op == Op::LessEqual;
  const ReportExprPtr below = expression(ReportExpr::Unary{UnaryOp::Negate, node.rhs});
  return expression(ReportExpr::Binary{
      within ? Op::And : Op::Or, expression(ReportExpr::Binary{node.op, lhs->operand, node.rhs}),
      expression(ReportExpr::Binary{mirrored(node.op), lhs->operand, below})});
}

class Judge {
 public:
  Judge(const RunRecord& record, const LoadPredictions& load) : record_(record), load_(load) {}

  [[nodiscard]] Finding decide(const ReportExpr& condition) const {
    if (const auto chosen = chosen_in(condition)) return decide_choice(record_, load_, condition, *chosen);
    if (const auto* unary = std::get_if<ReportExpr::Unary>(&condition.node)) {
      if (unary->op == UnaryOp::Not && unary->operand != nullptr) return negated(decide(*unary->operand));
    }
    const auto* binary = std::get_if<ReportExpr::Binary>(&condition.node);
    if (binary == nullptr || binary->op >= Op::Add) return decide_value(condition);
    if (binary->lhs == nullptr || binary->rhs == nullptr) return inconclusive("no result");
    if (binary->op == Op::Or || binary->op == Op::And)
      return joined(binary->op, decide(*binary->lhs), decide(*binary->rhs));
    return decide_comparison(condition, *binary);
  }

 private:
  [[nodiscard]] Finding decide_comparison(const ReportExpr& condition, const ReportExpr::Binary& node) const {
    if (const auto reason = unfinished(record_, condition)) return inconclusive(*reason);
    if (depends_on_two_choices(condition))
      return inconclusive("it depends on two choices of a best point at once");
    if (mixes_choice_and_measure(record_, condition))
      return inconclusive(
          "which point is best is as uncertain as the result that its property is compared with");
    if (const ReportExprPtr simpler = without_absolute(node)) return decide(*simpler);
    return compare(record_, load_, {node.op, *node.lhs, *node.rhs, choices_in(record_, condition)});
  }

  // A word: true or false.
  [[nodiscard]] Finding decide_value(const ReportExpr& condition) const {
    const ResultValue value = evaluate(record_, condition);
    if (const auto* none = std::get_if<NoResult>(&value)) return inconclusive(none->reason);
    const bool* truth = std::get_if<bool>(&value);
    if (truth == nullptr) return inconclusive("it is neither true nor false");
    return {*truth ? Verdict::Supported : Verdict::Refuted, *truth ? "it is true" : "it is false"};
  }

  static bool depends_on_two_choices(const ReportExpr& condition) {
    const std::vector<ResultRef> refs = references_in(condition);
    std::size_t picked = 0;
    for (const ResultRef& ref : refs) {
      if (is_measured(ref.field)) return false;
      picked += ref.trials.pick == TrialsRef::Pick::All ? 0 : 1;
    }
    return picked > 1;
  }

  // Another run might choose another point: no test over the measured part knows of that.
  static bool mixes_choice_and_measure(const RunRecord& record, const ReportExpr& condition) {
    const std::vector<ResultRef> refs = references_in(condition);
    if (std::ranges::none_of(refs, [](const ResultRef& ref) { return is_measured(ref.field); })) return false;
    return std::ranges::any_of(refs, [&](const ResultRef& ref) {
      if (is_measured(ref.field) || ref.trials.pick == TrialsRef::Pick::All) return false;
      const std::vector<Group> points = candidates_of(record, ref.trials);
      return std::ranges::any_of(points, [&](const Group& point) {
        return measure(point, ref.field).text != measure(points.front(), ref.field).text;
      });
    });
  }

  const RunRecord& record_;
  const LoadPredictions& load_;
};

}  // namespace

std::vector<ClaimRecord> decide_claims(const std::vector<ReportPlan>& reports, const RunRecord& record,
                                       const LoadPredictions& load) {
  std::vector<ClaimRecord> claims;
  const Judge judge(record, load);
  for (const ReportPlan& report : reports) {
    for (const ReportBlock& block : report.blocks) {
      const auto* claim = std::get_if<ReportClaim>(&block);
      if (claim == nullptr) continue;
      Finding finding = inconclusive("no result");
      if (record.smoke) {
        finding = inconclusive("a smoke run trains on a sliver of the data: nothing of it is a result");
      } else if (const auto progress = interrupted_at(record)) {
        finding = inconclusive("the run was interrupted: " + *progress);
      } else if (claim->condition != nullptr) {
        finding = judge.decide(*claim->condition);
      }
      claims.push_back({claim->text, claim->condition == nullptr ? "" : claim->condition->text,
                        finding.verdict, std::move(finding.evidence)});
    }
  }
  return claims;
}

}  // namespace nnc::rt
