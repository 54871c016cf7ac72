// The registry of diagnostics as data, and how a number prints.
#include "compiler/base/diagnostic.hpp"

namespace nnc {

std::string Diagnostic::code() const {
  return fmt::format("{}{:04}", severity == Severity::Warning ? 'W' : 'E', number);
}

const std::vector<DiagnosticInfo>& all_diagnostics() {
  static const std::vector<DiagnosticInfo> all = {
#define NNC_DIAGNOSTIC(number, name, severity, format, ...) {number, #name, Severity::severity, format},
#include "compiler/base/diagnostics.def"
#undef NNC_DIAGNOSTIC
  };
  return all;
}

}  // namespace nnc
