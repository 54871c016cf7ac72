// What is wrong in a program, as data: one message, one primary place, labels that show where the things
// involved came from, notes, at most one hint, and an edit where it is certain.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/source.hpp"

namespace nnc {

enum class Severity : std::uint8_t { Error, Warning };

// A place with a short remark on it, such as "this gives [batch, 26, 26, 32]".
struct Label {
  Span span;
  std::string text;
};

// An edit that certainly mends the mistake.
struct Suggestion {
  Span span;
  std::string replacement;
};

struct Diagnostic {
  int number = 0;  // 201 prints as E0201, or W0901 for a warning
  Severity severity = Severity::Error;
  std::string message;
  Span primary;
  std::string primary_label;
  std::vector<Label> labels;
  std::vector<std::string> notes;
  // The points of sweeps that it is about, each in full: "width: units = 3, k = 7". For tools; people read a
  // note that puts them together.
  std::vector<std::string> points = {};
  std::string hint;
  std::vector<std::string> alternatives = {};  // what the primary place may have been meant to name
  std::optional<Suggestion> suggestion;

  [[nodiscard]] std::string code() const;
};

// One kind of diagnostic: its number, severity and message format with the types of its arguments.
// All kinds are listed in diagnostics.def.
template <class... Args>
struct DiagnosticKind {
  int number;
  Severity severity;
  fmt::format_string<Args...> format;
};

namespace diagnostics {
#define NNC_DIAGNOSTIC(number, name, severity, format, ...) \
  inline constexpr DiagnosticKind<__VA_ARGS__> name{number, Severity::severity, format};
#include "compiler/base/diagnostics.def"
#undef NNC_DIAGNOSTIC
}  // namespace diagnostics

// The registry as data, for `explain`, the documentation and the audits.
struct DiagnosticInfo {
  int number;
  std::string_view name;
  Severity severity;
  std::string_view format;
};
const std::vector<DiagnosticInfo>& all_diagnostics();

}  // namespace nnc
