// Looking results up: which trials a reference means, what a field of them is, and how repeats are summed up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/plan/report_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

// The trials of one point of an experiment: its seeds and folds and, if it was selected, its refits.
struct Group {
  std::vector<const TrialRecord*> trials = {};  // never empty

  [[nodiscard]] const TrialRecord& first() const { return *trials.front(); }
};

// A field over the finished trials of a group. In a group with refits, `test.` fields are those of the refits
// and all others those of the trials that were judged for the selection. Times are those of one training,
// whatever the number of folds and seeds.
struct Measure {
  bool present = false;
  bool numeric = false;
  double mean = 0;
  double deviation = 0;  // of the sample; 0 if there are fewer than two
  // Half the 95 % confidence interval of the mean, if there are two or more: over seeds, or over all folds of
  // all seeds, corrected for their overlap.
  std::optional<double> margin = {};
  std::vector<double> values = {};               // of the single trials
  std::vector<const TrialRecord*> sources = {};  // parallel to values
  std::string text = {};  // as the reader sees it: "88.90 ± 0.20 %" with the margin; "–" if not present
};

// The points in the order of the record; those of all experiments if the list is empty.
std::vector<Group> group_trials(const RunRecord& record, const std::vector<std::string>& experiments);
// The points that a reference means, and those that several mean, in their order, each once; no reference:
// all. One point for Best and Worst; none where there is no finished trial.
std::vector<Group> groups_of(const RunRecord& record, const TrialsRef& trials);
std::vector<Group> groups_of(const RunRecord& record, const std::vector<TrialsRef>& trials);
// The point with the largest or smallest mean of a field, the first one of equals; null where none has a
// number.
const Group* leader(const std::vector<Group>& groups, const std::string& field, bool largest);
// What the experiment chose among its points, or null.
const SelectionRecord* selection_of(const RunRecord& record, const std::string& experiment);
std::vector<std::string> experiment_names(const RunRecord& record);
// "depth", "best of depth", "depth with n = 3": how to speak of them.
std::string describe(const TrialsRef& trials);

// Metrics first, then the axes of the sweep, then the table of result fields.
Measure measure(const Group& group, const std::string& field);

// Which way is better; empty for fields that are not better or worse.
std::optional<Direction> direction_of(const std::vector<Group>& groups, const std::string& field);

// "n = 25, rate = 0.1"; the experiment's name if it has no axes.
std::string point_label(const TrialRecord& trial);
// With these axes only.
std::string point_label(const TrialRecord& trial, const std::vector<std::string>& axes);
// The value of an axis as text; "" if the trial does not have it.
std::string axis_text(const TrialRecord& trial, const std::string& axis);

// The sweep axes of some points in order of first appearance: those in which the points differ, and the
// others.
struct Axes {
  std::vector<std::string> varying = {};
  std::vector<std::string> constant = {};
};
Axes axes_of(const std::vector<Group>& groups);
// All metric names: test before valid before fitted before train, and of each accuracy first and loss last.
std::vector<std::string> metric_fields(const std::vector<Group>& groups);

}  // namespace nnc::rt
