// Trials as the store has them, for the verbs that look into it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/driver/commands.hpp"
#include "runtime/record/record.hpp"

namespace nnc {

// As much of an identity as people read.
std::string short_identity(const std::string& identity);
// "dropout (rate 0.1), seed 2, fold 3"
std::string stored_name(const rt::TrialRecord& trial);
// "2026-11-26 09:44", UTC; "" if it is not known.
std::string date_of(const rt::TrialRecord& trial);
// "valid.loss (lower is better) after 3 epochs"; "" if it does not stop early.
std::string stop_of(const rt::TrialRecord& trial);
// Per trial what tells it from those of the same name: "data 3f2a9b1c, optimizer sgd(lr: 0.1)"; "" where no
// other has its name.
std::vector<std::string> what_differs(const std::vector<rt::TrialRecord>& trials);
// "test accuracy 0.8861": what a finished trial is judged by, on the test part or else the validation part;
// "" if it is judged by nothing.
std::string score_of(const rt::TrialRecord& trial);

// The trial whose identity, or else id of the report, begins so, or else of that name or experiment. Fails if
// there is none, or if there are several.
Result<rt::TrialRecord> find_stored(const std::vector<rt::TrialRecord>& trials, const std::string& beginning);

// The most similar one by what identities are made of; null if there is none. Of equally similar ones one of
// the same experiment, and of these one that the program does not have any more: the trial was made of it.
const rt::TrialRecord* find_nearest(const std::vector<rt::TrialRecord>& trials,
                                    const std::vector<std::pair<std::string, std::string>>& fields,
                                    const std::string& experiment, const std::set<std::string>& in_program);

}  // namespace nnc
