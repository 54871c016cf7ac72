// The tables of a report.
#pragma once

#include <string>
#include <vector>

#include "runtime/report/content.hpp"
#include "runtime/report/results.hpp"

namespace nnc::rt {

// A row per point, a column per field; the best of a column is marked, trials that failed say why.
Table metric_table(const std::vector<Group>& groups, const std::vector<std::string>& fields);
// Per trial that did not finish, which and why: "rate = 0.3, seed 2 diverged: the loss is not a number".
std::vector<std::string> problems_of(const std::vector<Group>& groups);
// The layers of a model with their shapes and parameters, and the totals.
Table summary_table(const TrialRecord& trial);
Table timing_table(const RunRecord& record);
// Seeds and hashes of weights, to compare a repeated run with.
Table identity_table(const RunRecord& record);

}  // namespace nnc::rt
