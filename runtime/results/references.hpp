// The results that an expression speaks of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/plan/report_plan.hpp"
#include "runtime/record/record.hpp"
#include "runtime/results/results.hpp"

namespace nnc::rt {
// In order of appearance; those of aggregates, too.
std::vector<ResultRef> references_in(const ReportExpr& expr);
// A metric or a time: something that another run would have measured differently.
bool is_measured(const std::string& field);
// By which field the best is taken: its own or that of the experiment's selection; "" if neither is known.
std::string picked_by(const RunRecord& record, const TrialsRef& trials);
// All points that the best was taken of.
std::vector<Group> candidates_of(const RunRecord& record, const TrialsRef& trials);

// Why these trials cannot be judged: some have failed or diverged. A point that diverged altogether is never
// the best.
std::optional<std::string> unfinished(const RunRecord& record, const TrialsRef& trials);
// The same for everything that an expression speaks of.
std::optional<std::string> unfinished(const RunRecord& record, const ReportExpr& expr);

// "4 of 9 trials": how far a run came that was interrupted; empty for a whole one.
std::optional<std::string> interrupted_at(const RunRecord& record);

// Of how many points the expression takes the best by the same part of the data that it then looks at.
std::size_t choices_in(const RunRecord& record, const ReportExpr& expr);

}  // namespace nnc::rt
