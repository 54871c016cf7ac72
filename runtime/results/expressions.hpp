// Expressions over results, computed from the records: what a `{...}` in the prose says.
#pragma once

#include <string>

#include "compiler/plan/report_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

// As the reader sees it: with its unit and, over seeds or folds, its interval. "(no result: the trial
// diverged)" if there is none.
std::string expression_text(const RunRecord& record, const ReportExpr& expr);

}  // namespace nnc::rt
