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
// "test accuracy 0.8861": what a finished trial is judged by, on the test part or else the validation part;
// "" if it is judged by nothing.
std::string score_of(const rt::TrialRecord& trial);

// The trials whose identity begins so. Fails if there is none, or if there are several.
Result<rt::TrialRecord> find_stored(const std::vector<rt::TrialRecord>& trials, const std::string& beginning);

// The most similar one by what identities are made of; null if there is none. Of equally similar ones one of
// the same experiment, and of these one that the program does not have any more: the trial was made of it.
const rt::TrialRecord* find_nearest(const std::vector<rt::TrialRecord>& trials,
                                    const std::vector<std::pair<std::string, std::string>>& fields,
                                    const std::string& experiment, const std::set<std::string>& in_program);

}  // namespace nnc
