// Diagnostics as SARIF 2.1.0, the format in which code hosts and editors read what analysers find.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/driver/front_end.hpp"

namespace nnc {

// What was found in one program.
struct SarifResults {
  const SourceMap* sources;
  FileId main;  // the place of what has none
  std::vector<Diagnostic> diagnostics;
};

// One run of nnc, whether or not it found something, over all of these; `failures`: what could not be looked
// at.
std::string diagnostics_sarif(std::span<const SarifResults> programs, std::span<const Failure> failures);
std::string diagnostics_sarif(const Compilation& compilation);
// A run that the world ended: no file, no memory.
std::string failure_sarif(const Failure& failure);

}  // namespace nnc
