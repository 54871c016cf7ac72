// Diagnostics as SARIF 2.1.0, the format in which code hosts and editors read what analysers find.
#pragma once

#include <string>

#include "compiler/base/result.hpp"
#include "compiler/driver/front_end.hpp"

namespace nnc {

// One run of nnc, whether or not it found something.
std::string diagnostics_sarif(const Compilation& compilation);
// A run that the world ended: no file, no memory.
std::string failure_sarif(const Failure& failure);

}  // namespace nnc
