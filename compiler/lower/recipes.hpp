// What a trial takes from its recipe: every setting, with what `train` and the command line put in its place.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/evaluator.hpp"
#include "compiler/lower/rate_lists.hpp"
#include "compiler/lower/study.hpp"

namespace nnc {

// An int from `least` to 10^9; reports anything else.
std::optional<std::int64_t> whole_number(Evaluator& evaluator, const Value& value, const std::string& name,
                                         std::int64_t least, const Span& place);

// A value from the command line: a number, a bool, none, a declared name, or else a string.
Value read_override(const CheckedProgram& program, const std::string& text);

// Fills in what settings decide, at one point of the sweeps (the frame's locals). False after a mistake.
bool apply_recipe(Evaluator& evaluator, RateLists& rates, const ast::Train& train,
                  const StudyOptions& options, Frame& frame, TrialPlan& trial, TrialSetup& setup);

}  // namespace nnc
