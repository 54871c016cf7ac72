// See expandable.hpp.
#include "compiler/lower/expandable.hpp"

#include <algorithm>

namespace nnc {

bool can_be_expanded(const Sink& sink) {
  constexpr int kFirstNonSyntax = 200;
  const auto prevents = [](const Diagnostic& diagnostic) {
    return diagnostic.number < kFirstNonSyntax ||
           diagnostic.number == diagnostics::RecursiveDeclaration.number ||
           diagnostic.number == diagnostics::ImportNotFound.number ||
           diagnostic.number == diagnostics::ImportCycle.number;
  };
  return std::none_of(sink.diagnostics().begin(), sink.diagnostics().end(), prevents);
}

void add_new_mistakes(const Sink& from, Sink& to) {
  const std::vector<Diagnostic> known = to.diagnostics();
  const auto overlaps = [](const Span& a, const Span& b) {
    return a.file == b.file && a.valid() && a.begin < b.end && b.begin < a.end;
  };
  for (const Diagnostic& diagnostic : from.diagnostics()) {
    const bool seen = std::any_of(known.begin(), known.end(), [&](const Diagnostic& other) {
      return other.severity == Severity::Error && overlaps(diagnostic.primary, other.primary);
    });
    if (!seen) to.add(diagnostic);
  }
}

}  // namespace nnc
