// Which trials of a study are built alike: a sweep over the batch size or a repetition over seeds gives the
// same graphs again, and need not be checked again.
#pragma once

#include <string>

#include "compiler/lower/study.hpp"

namespace nnc {

// Equal for two trials exactly if their graphs are built from the same declarations with the same arguments
// on the same data, and the same demands are made on their outputs. Places in the source do not count.
std::string structure_of(const TrialSetup& setup, const TrialPlan& trial);
// The same for one declared thing with its arguments.
std::string structure_of(const InstancePtr& instance);

}  // namespace nnc
