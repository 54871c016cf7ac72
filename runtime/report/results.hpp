// Looking results up: which trials a reference means, what a field of them is, and how repeats are summed up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

// The repeats (seeds, folds) of one point of an experiment.
struct Group {
  std::vector<const TrialRecord*> trials = {};  // never empty

  [[nodiscard]] const TrialRecord& first() const { return *trials.front(); }
};

// A field over the finished trials of a group.
struct Measure {
  bool present = false;
  bool numeric = false;
  double mean = 0;
  double deviation = 0;             // of the sample; 0 if there are fewer than two
  std::vector<double> values = {};  // of the single trials
  std::string text = {};            // as the reader sees it; "–" if not present
};

// The points of some experiments in the order of the record; all experiments if the list is empty.
std::vector<Group> group_trials(const RunRecord& record, const std::vector<std::string>& experiments);
std::vector<std::string> experiment_names(const RunRecord& record);

// Metrics first, then the axes of the sweep, then the table of result fields.
Measure measure(const Group& group, const std::string& field);
// What a place in the prose says; why not, if there is no single value.
std::string resolve_text(const RunRecord& record, const ResultRef& reference);

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
// All metric names, losses last, test before valid before train.
std::vector<std::string> metric_fields(const std::vector<Group>& groups);

}  // namespace nnc::rt
