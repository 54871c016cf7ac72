// What the checker found out about the names of a program, as one table: every place where a name stands,
// what it refers to and of which type it is; what every call takes; what every experiment has. Editors ask
// it. Filled only if somebody wants it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/sema/signatures.hpp"

namespace nnc::sema {

enum class SymbolKind : std::uint8_t {
  Declaration,     // of a file or the library
  Builtin,         // a function of the language
  ReportFunction,  // best, mean: over results
  Given,           // by the language to a body: in, training, weight
  Parameter,
  Let,  // in a body
  Param,
  State,
  Loop,
  Size,  // bound by a shape pattern
  Axis,  // of a sweep
  Setting,
  Choice,  // valid, same: a word of a parameter
  Member,  // in.channels, fashion.train
  Part,    // baseline.test
  Metric,  // test.loss; a declared one is a Declaration
  Field,   // baseline.seconds
};

// A name where it stands.
struct Reference {
  Span use;
  SymbolKind kind = SymbolKind::Declaration;
  Span declared;                             // the name at its declaration; nowhere for what the language has
  const ast::Declaration* target = nullptr;  // the declaration, or the one whose parameter or axis it is
  const BuiltinInfo* builtin = nullptr;
  Type type;

  [[nodiscard]] bool declares() const { return declared.valid() && use == declared; }
};

// What an experiment's trials have, for selections and reports.
struct ExperimentFacts {
  bool known = false;  // false: its base or recipe could not be understood; then nothing is demanded
  bool metrics_known = false;
  bool has_train = false;
  bool has_validation = false;
  bool has_sample = false;
  bool selects = false;
  Span validate_span;  // of its `validate`, nowhere if it has none
  std::vector<std::pair<std::string, Type>> axes;
  std::map<std::string, Span> axis_names;  // where the axes are declared first
  std::vector<std::string> metrics;
};

struct ProgramIndex {
  std::vector<Reference> references;                        // in the order of their places, each once
  std::map<const ast::Declaration*, Signature> signatures;  // of what can be called
  std::map<const ast::Declaration*, ExperimentFacts> experiments;

  // The name that covers the position or ends there; null if there is none.
  [[nodiscard]] const Reference* at(FileId file, std::uint32_t position) const;
};

// The members of a tensor, which bodies may ask for: in.channels.
const std::vector<std::string>& tensor_members();

}  // namespace nnc::sema
