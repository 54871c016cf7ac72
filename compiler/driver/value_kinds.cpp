// The kinds of values as a table.
#include "compiler/driver/value_kinds.hpp"

#include <algorithm>

#include "compiler/base/optimizations.hpp"
#include "compiler/driver/command_model.hpp"
#include "compiler/driver/diagnostic_pages.hpp"
#include "compiler/driver/dump.hpp"

namespace nnc {
namespace {

using Source = ValueKind::Source;

std::vector<std::string> names_of_optimizations() {
  std::vector<std::string> names;
  for (const OptimizationInfo& info : all_optimizations()) names.emplace_back(info.name);
  return names;
}

std::vector<std::string> diagnostic_codes() {
  std::vector<std::string> codes;
  for (const DiagnosticInfo& info : all_diagnostics()) codes.push_back(code_of(info));
  return codes;
}

// Of a recipe, those that --set can give a value.
std::vector<std::string> settings_with_values() {
  return {"batch=", "epochs=", "loss=", "optimizer=", "schedule=", "seed=", "shuffle="};
}

std::vector<std::string> names_of_verbs() {
  std::vector<std::string> names;
  for (const CommandVerb& verb : command_model().verbs) names.push_back(verb.name);
  return names;
}

std::vector<std::string> between_bars(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t bar = std::min(text.find('|'), text.size());
    words.emplace_back(text.substr(0, bar));
    if (bar == text.size()) return words;
    text.remove_prefix(bar + 1);
  }
}

struct Entry {
  std::string_view name;
  Source source;
  std::string_view what = "value";
  std::vector<std::string> (*words)() = nullptr;
  bool only_words = false;
  bool several = false;
  bool open = false;
};

constexpr Entry kKinds[] = {
    {"FILE", Source::Programs},
    {"A", Source::Programs},
    {"B", Source::Programs},
    {"DIR", Source::Folders},
    {"EXPERIMENT", Source::OfProgram},
    {"MODEL", Source::OfProgram},
    {"TRIAL", Source::OfProgram},
    {"PHASE", Source::Words, "phase", dump_phases, true},
    {"OPTIMIZATIONS", Source::Words, "optimization", names_of_optimizations, true, true},
    {"NAME=VALUE", Source::Words, "setting", settings_with_values, false, false, true},  // and any `let`
    {"COMMAND", Source::Words, "command", names_of_verbs},    // what is none has an error of its own
    {"CODE", Source::Words, "diagnostic", diagnostic_codes},  // `explain` also takes numbers and names
};

}  // namespace

ValueKind value_kind(std::string_view name) {
  if (name.find('|') != std::string_view::npos)
    return {Source::Words, "value", between_bars(name), true, false, false};
  const auto* entry = std::ranges::find(kKinds, name, &Entry::name);
  if (entry == std::end(kKinds)) return {};
  return {entry->source,
          std::string(entry->what),
          entry->words == nullptr ? std::vector<std::string>() : entry->words(),
          entry->only_words,
          entry->several,
          entry->open};
}

}  // namespace nnc
