// The JSON forms of what the verbs print.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/driver/front_end.hpp"
#include "compiler/lower/model.hpp"

namespace nnc {

// What a trial will cost.
struct TrialCost {
  std::int64_t steps = 0;
  std::uint64_t state_bytes = 0;  // of the training plan
  std::uint64_t work_bytes = 0;
};

// {"file": ..., "errors": 1, "warnings": 0, "diagnostics": [...]}
std::string diagnostics_object(const Compilation& compilation);
// {"file": ..., "trials": [...], "steps": ...}
std::string plan_object(const Compilation& compilation, const std::vector<TrialCost>& costs);
// {"models": [...]}
std::string summary_object(const std::vector<ModelSummary>& models);

}  // namespace nnc
