// Where diagnostics go while a program is compiled. Every phase gets a Sink& and goes on after reporting.
#pragma once

#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/base/diagnostic.hpp"

namespace nnc {

class Sink;

// The names that may have been meant, nearest first.
struct Guess {
  std::vector<std::string> names;

  // "did you mean `dense`?", "did you mean `dense` or `dense_2`?", or "" if nothing is near.
  [[nodiscard]] std::string text() const;
};

// Completes one diagnostic; it reaches the sink when the builder goes out of scope.
//   sink.report(diagnostics::UnknownName, span, "layer", "dence").label(...).hint("...");
class DiagnosticBuilder {
 public:
  DiagnosticBuilder(Sink& sink, Diagnostic diagnostic) : sink_(&sink), diagnostic_(std::move(diagnostic)) {}
  DiagnosticBuilder(const DiagnosticBuilder&) = delete;
  DiagnosticBuilder& operator=(const DiagnosticBuilder&) = delete;
  DiagnosticBuilder(DiagnosticBuilder&& other) noexcept
      : sink_(std::exchange(other.sink_, nullptr)), diagnostic_(std::move(other.diagnostic_)) {}
  DiagnosticBuilder& operator=(DiagnosticBuilder&&) = delete;
  ~DiagnosticBuilder();

  // The remark under the caret of the primary place.
  DiagnosticBuilder& here(std::string text);
  // A further place; ignored if the span is nowhere.
  DiagnosticBuilder& label(const Span& span, std::string text);
  DiagnosticBuilder& note(std::string text);
  DiagnosticBuilder& hint(std::string text);
  // Names in place of the one at the primary place.
  DiagnosticBuilder& hint(const Guess& guess);
  DiagnosticBuilder& suggest(const Span& span, std::string replacement);

 private:
  Sink* sink_;
  Diagnostic diagnostic_;
};

class Sink {
 public:
  // Reports a kind from diagnostics.def at a place.
  template <class... Args>
  DiagnosticBuilder report(const DiagnosticKind<Args...>& kind, const Span& span,
                           const std::type_identity_t<Args>&... args) {
    Diagnostic diagnostic;
    diagnostic.number = kind.number;
    diagnostic.severity = kind.severity;
    diagnostic.message = fmt::vformat(fmt::string_view(kind.format), fmt::make_format_args(args...));
    diagnostic.primary = span;
    return DiagnosticBuilder(*this, std::move(diagnostic));
  }

  // Keeps a diagnostic, unless the same code was already reported at the same place.
  void add(Diagnostic diagnostic);

  // What was reported so far; then the sink is as new.
  std::vector<Diagnostic> take();

  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  [[nodiscard]] int error_count() const { return error_count_; }
  [[nodiscard]] bool has_errors() const { return error_count_ > 0; }
  // Sorted by file and position; stable.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> diagnostics_;
  std::set<std::tuple<int, Span, std::string>> seen_;
  int error_count_ = 0;
};

// The candidates nearest to `name` (Damerau-Levenshtein distance at most max(1, length / 3)), best first, at
// most 3. One that differs only in case is meant and comes alone.
std::vector<std::string> did_you_mean(std::string_view name, const std::vector<std::string>& candidates);
// The same as text.
std::string did_you_mean_hint(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace nnc
