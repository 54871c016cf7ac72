// What an expression over results comes to. In: the record and a checked expression. Out: a value, or the
// reason why there is none. Nothing in a record makes it fail.
#pragma once

#include <string>
#include <variant>

#include "compiler/plan/report_plan.hpp"
#include "runtime/record/record.hpp"
#include "runtime/results/quantity.hpp"

namespace nnc::rt {

struct NoResult {
  std::string reason;  // "no result: the trial diverged"
};
using ResultValue = std::variant<NoResult, Quantity, bool, std::string>;

ResultValue evaluate(const RunRecord& record, const ReportExpr& expr);

}  // namespace nnc::rt
