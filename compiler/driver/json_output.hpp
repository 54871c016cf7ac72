// The JSON forms of what the verbs print.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/front_end.hpp"
#include "compiler/driver/study_cost.hpp"
#include "compiler/lower/model.hpp"
#include "runtime/train/work_plan.hpp"

namespace nnc {

// On standard output, as all JSON of the verbs: indented, and whatever bytes a path has, valid.
void print_json(Env& env, const nlohmann::ordered_json& json);

// {"error": "...", "help": "..."}, or SARIF if --message-format says so.
std::string failure_document(const Options& options, const Failure& failure);
// {"file": ..., "errors": 1, "warnings": 0, "diagnostics": [...]}
nlohmann::ordered_json diagnostics_object(const Compilation& compilation);
// The same as text, or SARIF.
std::string diagnostics_document(const Options& options, const Compilation& compilation);
// {"file": ..., "steps": ..., "experiments": [{"name": .., "seconds": ..}], "trials": [...]}. `seconds` of an
// experiment: a run of it alone; of a trial: all its epochs; both as if nothing were known. Null: not
// measured.
std::string plan_object(const Compilation& compilation, const rt::WorkPlan& work, const StudyCost& cost);
// {"models": [...]}
std::string summary_object(const std::vector<ModelSummary>& models);

}  // namespace nnc
