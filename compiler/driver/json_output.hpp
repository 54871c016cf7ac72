// The JSON forms of what the verbs print.
#pragma once

#include <cstdint>
#include <optional>
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
  std::optional<std::size_t> like;  // an earlier trial that computes the same and is trained in its place
};

// What a study will cost. Of refits those of one point count, because one point is selected.
struct StudyCost {
  std::vector<TrialCost> trials;
  std::int64_t declared = 0;  // trials
  std::int64_t distinct = 0;  // that are trained
  std::int64_t steps_declared = 0;
  std::int64_t steps = 0;  // of the distinct trials
  std::uint64_t most_bytes = 0;
};

// {"file": ..., "errors": 1, "warnings": 0, "diagnostics": [...]}
std::string diagnostics_object(const Compilation& compilation);
// {"file": ..., "steps": ..., "trials": [...]}
std::string plan_object(const Compilation& compilation, const StudyCost& cost);
// {"models": [...]}
std::string summary_object(const std::vector<ModelSummary>& models);

}  // namespace nnc
