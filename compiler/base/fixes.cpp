// See fixes.hpp.
#include "compiler/base/fixes.hpp"

namespace nnc {

std::vector<Suggestion> fixes_of(const Diagnostic& diagnostic) {
  std::vector<Suggestion> fixes;
  if (diagnostic.suggestion) fixes.push_back(*diagnostic.suggestion);
  if (!diagnostic.primary.valid()) return fixes;
  for (const std::string& name : diagnostic.alternatives) fixes.push_back({diagnostic.primary, name});
  return fixes;
}

}  // namespace nnc
