// The predictions of trials as files below the folder of the run, shared by equal trials.
#pragma once

#include <string>

#include "compiler/base/result.hpp"
#include "runtime/record/predictions.hpp"

namespace nnc::rt {

// Writes them, and their hash into the record.
Status store_predictions(const std::string& folder, const std::string& part, const Predictions& predictions,
                         TrialRecord& record);

// Reads them back. Fails if the file is missing, damaged, or not the one that was recorded.
Result<Predictions> recorded_predictions(const std::string& folder, const std::string& part,
                                         const TrialRecord& record);

// The result of a trial as that of another one with the same identity: results and times are taken over.
// False, and the record is unchanged, if predictions are missing or not those that were recorded.
bool take_over(const TrialRecord& known, const std::string& folder, TrialRecord& record);

}  // namespace nnc::rt
