// See references.hpp.
#include "runtime/results/references.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/plan/result_fields.hpp"
#include "compiler/plan/same_point.hpp"
#include "runtime/results/overloaded.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

using Pick = TrialsRef::Pick;

void collect(const ReportExpr& expr, std::vector<ResultRef>& found) {
  const auto into = [&](const ReportExprPtr& operand) {
    if (operand != nullptr) collect(*operand, found);
  };
  std::visit(Overloaded{[](const ReportExpr::Constant&) {},
                        [&](const ReportExpr::Result& node) { found.push_back(node.ref); },
                        [&](const ReportExpr::Aggregate& node) { found.push_back(node.over); },
                        [&](const ReportExpr::Unary& node) { into(node.operand); },
                        [&](const ReportExpr::Binary& node) {
                          into(node.lhs);
                          into(node.rhs);
                        }},
             expr.node);
}

// "1 of 5 runs of dropout with rate = 0.3 diverged"
std::optional<std::string> unfinished(const Group& group) {
  const auto is_finished = [](const TrialRecord* trial) { return trial->finished(); };
  const auto broken = std::ranges::find_if_not(group.trials, is_finished);
  if (broken == group.trials.end()) return std::nullopt;
  const auto count =
      group.trials.size() - static_cast<std::size_t>(std::ranges::count_if(group.trials, is_finished));
  return fmt::format(
      "{} of {} runs of {} {}", count, group.trials.size(),
      describe({.experiment = group.first().experiment, .point = group.first().params, .by = {}}),
      status_word((*broken)->status));
}

bool diverged_altogether(const Group& group) {
  return std::ranges::all_of(group.trials,
                             [](const auto* trial) { return trial->status == TrialStatus::Diverged; });
}

}  // namespace

std::vector<ResultRef> references_in(const ReportExpr& expr) {
  std::vector<ResultRef> found;
  collect(expr, found);
  return found;
}

bool is_measured(const std::string& field) {
  return !split_of(field).empty() || form_of(field) == NumberForm::Seconds;
}

std::string picked_by(const RunRecord& record, const TrialsRef& trials) {
  if (!trials.by.empty()) return trials.by;
  const SelectionRecord* selection = selection_of(record, trials.experiment);
  return selection == nullptr ? "" : selection->by;
}

std::vector<Group> candidates_of(const RunRecord& record, const TrialsRef& trials) {
  TrialsRef all = trials;
  all.pick = Pick::All;
  return groups_of(record, all);
}

std::optional<std::string> unfinished(const RunRecord& record, const TrialsRef& trials) {
  for (const Group& group : candidates_of(record, trials)) {
    if (trials.pick == Pick::Best && diverged_altogether(group)) continue;
    if (auto reason = unfinished(group)) return reason;
  }
  return std::nullopt;
}

std::optional<std::string> unfinished(const RunRecord& record, const ReportExpr& expr) {
  for (const ResultRef& ref : references_in(expr)) {
    const bool known_before = !is_measured(ref.field) && ref.trials.pick == Pick::All;
    if (known_before) continue;
    if (auto reason = unfinished(record, ref.trials)) return reason;
  }
  return std::nullopt;
}

std::optional<std::string> interrupted_at(const RunRecord& record) {
  if (!record.interrupted()) return std::nullopt;
  return fmt::format("{} of {} trials", record.trials.size(), record.expected_trials);
}

std::size_t choices_in(const RunRecord& record, const ReportExpr& expr) {
  constexpr std::size_t kMost = 1'000'000;
  std::size_t choices = 1;
  std::vector<TrialsRef> seen;
  for (const ResultRef& ref : references_in(expr)) {
    const bool same_part = split_of(ref.field) == split_of(picked_by(record, ref.trials));
    if (ref.trials.pick == Pick::All || !is_measured(ref.field) || !same_part) continue;
    const auto known = [&](const TrialsRef& other) { return same_trials(other, ref.trials); };
    if (std::ranges::any_of(seen, known)) continue;
    seen.push_back(ref.trials);
    choices = std::min(kMost, choices * std::max<std::size_t>(1, candidates_of(record, ref.trials).size()));
  }
  return choices;
}

}  // namespace nnc::rt
