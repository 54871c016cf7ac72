// How the report speaks of points and their repeats. In: groups of trials. Out: words.
#pragma once

#include <string>
#include <vector>

#include "runtime/results/results.hpp"

namespace nnc::rt {

bool several_experiments(const std::vector<Group>& groups);
bool any_repeats(const std::vector<Group>& groups);

// A name per point, as short as tells them apart: "rate = 0.1", "dropout, rate = 0.1" among several
// experiments.
std::vector<std::string> point_labels(const std::vector<Group>& groups);
// "dropout, rate = 0.1", whatever stands beside it.
std::string full_label(const TrialRecord& trial);
// What sets the trials of one point apart: "seed 2, fold 3 of 5", "refit, seed 0"; folds count from 1 for
// readers.
std::string run_label(const TrialRecord& trial, const Group& group);

// "5 folds", "3 seeds", "5 folds × 3 seeds", "5 folds, 1 refit"; "1" for a single run.
std::string runs_text(const Group& group);
// The same for several points: "5 folds"; "runs" where they differ.
std::string runs_words(const std::vector<Group>& groups);

// What a ± in these fields means; "" if there is none.
std::string interval_note(const std::vector<Group>& groups, const std::vector<std::string>& fields);

}  // namespace nnc::rt
