// What would mend a mistake, for tools that can do it.
#pragma once

#include <vector>

#include "compiler/base/diagnostic.hpp"

namespace nnc {

// The edit that certainly mends it, then for each name that may have been meant the one that puts it in
// place; the nearest first. A single one is as good as certain.
std::vector<Suggestion> fixes_of(const Diagnostic& diagnostic);

}  // namespace nnc
