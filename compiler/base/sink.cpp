// Collects diagnostics, each mistake once, and guesses which name was meant.
#include "compiler/base/sink.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace nnc {

DiagnosticBuilder::~DiagnosticBuilder() {
  if (sink_ != nullptr) sink_->add(std::move(diagnostic_));
}

DiagnosticBuilder& DiagnosticBuilder::here(std::string text) {
  diagnostic_.primary_label = std::move(text);
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::label(const Span& span, std::string text) {
  if (span.valid()) diagnostic_.labels.push_back({span, std::move(text)});
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::note(std::string text) {
  diagnostic_.notes.push_back(std::move(text));
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::hint(std::string text) {
  diagnostic_.hint = std::move(text);
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::hint(const Guess& guess) {
  diagnostic_.hint = guess.text();
  diagnostic_.alternatives = guess.names;
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::suggest(const Span& span, std::string replacement) {
  if (span.valid()) diagnostic_.suggestion = Suggestion{span, std::move(replacement)};
  return *this;
}

void Sink::add(Diagnostic diagnostic) {
  // Without a place only the message tells two mistakes apart.
  std::string told_apart_by = diagnostic.primary.valid() ? std::string() : diagnostic.message;
  if (!seen_.emplace(diagnostic.number, diagnostic.primary, std::move(told_apart_by)).second) return;
  if (diagnostic.severity == Severity::Error) ++error_count_;
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Sink::take() {
  seen_.clear();
  error_count_ = 0;
  return std::exchange(diagnostics_, {});
}

std::vector<Diagnostic> Sink::sorted() const {
  std::vector<Diagnostic> result = diagnostics_;
  std::stable_sort(result.begin(), result.end(), [](const Diagnostic& lhs, const Diagnostic& rhs) {
    return std::pair(lhs.primary.file, lhs.primary.begin) < std::pair(rhs.primary.file, rhs.primary.begin);
  });
  return result;
}

namespace {

// Names longer than this are not mistyped names; and the distance costs their product.
constexpr std::size_t kLongestName = 100;

// Damerau-Levenshtein distance where no part is edited twice: insert, delete, replace, swap neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

bool differ_in_case_only(std::string_view a, std::string_view b) {
  const auto small = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char one, char other) { return small(one) == small(other); });
}

}  // namespace

std::vector<std::string> did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > kLongestName) return {};
  for (const std::string& candidate : candidates) {
    if (candidate != name && differ_in_case_only(name, candidate)) return {candidate};
  }
  const std::size_t limit = std::max<std::size_t>(1, name.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    if (longer - std::min(name.size(), candidate.size()) > limit || candidate == name) continue;
    const std::size_t distance = edit_distance(name, candidate);
    // A name all of whose letters were changed is another name: `x` is not a mistyped `y`.
    if (distance <= limit && distance < longer) near.emplace_back(distance, candidate);
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  std::vector<std::string> result;
  for (auto& [distance, candidate] : near) {
    if (result.size() < 3) result.push_back(std::move(candidate));
  }
  return result;
}

std::string Guess::text() const {
  if (names.empty()) return {};
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += i + 1 == names.size() ? " or " : ", ";
    list += fmt::format("`{}`", names[i]);
  }
  return fmt::format("did you mean {}?", list);
}

std::string did_you_mean_hint(std::string_view name, const std::vector<std::string>& candidates) {
  return Guess{did_you_mean(name, candidates)}.text();
}

}  // namespace nnc
