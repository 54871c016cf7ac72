// What the store knows of a study: results that need not be trained again, and how far others have come.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/record/record.hpp"
#include "runtime/store/store.hpp"
#include "runtime/train/prepared_study.hpp"

namespace nnc::rt {

// The trials, the first of their equals, whose identity the store has: only these need be looked for.
std::vector<bool> maybe_known(const PreparedStudy& study);

// The result of an earlier run under the name of this trial, if all that belongs to it is there. Fails if the
// store cannot be read. Nothing is known where nothing is to be reused.
Result<std::optional<TrialRecord>> find_known(const PreparedStudy& study, const TrialPlan& trial,
                                              const std::string& identity);

// The checkpoints of this base on the way of a trial up to an epoch, the latest first.
std::vector<CheckpointInfo> find_states(Store& store, const std::string& base, const TrialPlan& trial,
                                        std::int64_t last_epoch);

}  // namespace nnc::rt
