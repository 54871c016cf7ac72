// In what two trials differ, for people: each thing that makes them different trials, as before and after.
#pragma once

#include <string>
#include <vector>

#include "runtime/record/record.hpp"
#include "runtime/train/identity.hpp"

namespace nnc {

// What is known of a trial, whether it was run or is only planned.
struct TrialFacts {
  rt::IdentityFields fields;
  std::vector<LayerSummary> layers;
  std::string loss;
  std::string optimizer;
  std::string schedule;       // "" if there is none
  std::vector<double> rates;  // of its epochs; empty if there is no schedule, or in older records
};
TrialFacts facts_of(const rt::TrialRecord& record);
TrialFacts facts_of(const TrialPlan& trial, rt::IdentityFields fields);

struct TrialChange {
  std::string what;    // "batch", "layer dropout_1", "optimizer"
  std::string before;  // empty: it was not there
  std::string after;
};
// Empty if and only if both are the same trial.
std::vector<TrialChange> find_changes(const TrialFacts& before, const TrialFacts& after);
// How many fields of the identity differ: for finding the most similar trial.
std::size_t count_changed_fields(const rt::IdentityFields& lhs, const rt::IdentityFields& rhs);

// "batch: 32 -> 64"
std::string change_text(const TrialChange& change);

}  // namespace nnc
