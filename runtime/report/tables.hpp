// The tables of a report.
#pragma once

#include <string>
#include <vector>

#include "runtime/report/content.hpp"
#include "runtime/report/naming.hpp"
#include "runtime/results/results.hpp"

namespace nnc::rt {

// A row per point, a column per field; the best of a column is marked, trials that failed say why.
Table metric_table(const RunRecord& record, const std::vector<Group>& groups,
                   const std::vector<std::string>& fields);
// Every point of several experiments, the best first: the fields, size, epochs, time and status.
Table leaderboard_table(const RunRecord& record, const std::vector<Group>& groups,
                        const std::vector<std::string>& fields);
// The single trials behind the rows of metric_table, folded away; without rows where every point has only
// one.
Table runs_table(const std::vector<Group>& groups, const std::vector<std::string>& fields);
// The points an experiment chose from, the best first.
Table selection_table(const std::vector<Group>& groups, const SelectionRecord& selection);
// "done", "diverged", "4 of 5 done".
std::string status_text(const Group& group);
// Per trial that did not finish, which and why: "rate = 0.3, seed 2 diverged: the loss is not a number".
std::vector<std::string> problems_of(const std::vector<Group>& groups);

// The layers of a model with their shapes and parameters, and the totals.
Table summary_table(const TrialRecord& trial);
// A row per point.
Table timing_table(const RunRecord& record);
// Seeds, folds and hashes of weights, to compare a repeated run with.
Table identity_table(const RunRecord& record);

}  // namespace nnc::rt
