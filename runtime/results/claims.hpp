// Claims and what the records say to them.
#pragma once

#include <vector>

#include "compiler/plan/report_plan.hpp"
#include "runtime/record/predictions.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

// A verdict with its evidence for every claim of the reports, in their order. Comparisons of metrics are
// decided by a paired test over seeds or folds or, where there is one run each, over the samples that were
// judged.
std::vector<ClaimRecord> decide_claims(const std::vector<ReportPlan>& reports, const RunRecord& record,
                                       const LoadPredictions& load);

}  // namespace nnc::rt
