// The static types of the language, as far as they can be known without running a trial.
// In: nothing but the syntax tree's declarations (a type may remember which one it came from).
// Out: what a value is, how to say so to the author, and which value fits where.
// `Unknown` fits everywhere, so that one mistake never causes a second message.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.hpp"
#include "compiler/sema/builtins.hpp"

namespace nnc::sema {

enum class Kind : std::uint8_t {
  Unknown,
  None,
  Int,
  Float,
  Number,       // an int or a float: which one is known only when it is computed
  Elementwise,  // `number|tensor` in signatures of builtins
  Bool,
  String,
  Dims,
  List,
  Choice,
  Tensor,
  Layer,
  Model,
  Init,
  Optimizer,
  Schedule,
  Loss,
  Metric,
  Data,
  DataPart,  // fashion.train
  Recipe,
  Validation,
  Space,           // between(low, high): an axis of which only samples are taken
  Function,        // a fn or a builtin that is not called
  Experiment,      // its trials, also those picked by an index
  AllExperiments,  // `all` in a report
  ExperimentPart,  // baseline.test
  Applicable,      // only as a demand: what may stand alone in the body of a layer (a layer or a tensor)
  Callable,        // only as a demand: the callee of a call
};

struct Type {
  Kind kind = Kind::Unknown;
  std::shared_ptr<const Type> element;            // of a List or Space; null: not known
  std::vector<std::string> choices;               // of a Choice
  const ast::Declaration* declaration = nullptr;  // the declaration a bare name refers to
  const BuiltinInfo* builtin = nullptr;           // or the builtin
  bool serves_as_layer = false;  // of a Function: one tensor in, so that it can stand for a layer
  // Of something declared and not called: what it may be. A call gives any of these its arguments.
  std::vector<const ast::Declaration*> uncalled;
  std::string part;  // of a part: "train", "valid", "fitted" or "test"
  // Of trials and their parts:
  bool at_point = false;     // dropout[rate: 0.2]
  bool is_pick = false;      // best(dropout)
  bool is_selected = false;  // best(grid) where grid selects: it alone is judged on the test part

  Type() = default;
  Type(Kind kind_of) : kind(kind_of) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool is(Kind other) const { return kind == other; }
  [[nodiscard]] bool unknown() const { return kind == Kind::Unknown; }
  [[nodiscard]] bool is_number() const {
    return kind == Kind::Int || kind == Kind::Float || kind == Kind::Number;
  }
  [[nodiscard]] Type element_type() const { return element ? *element : Type{}; }
};

Type list_of(Type element);
Type space_of(Type element);
Type choice_of(std::vector<std::string> choices);

// The type a word names in a program or in a builtin's signature; Unknown if it is none.
Type named_type(std::string_view word);
// The words a program may use, for "did you mean".
const std::vector<std::string>& type_words();

// "an int", "a list of ints", "one of `valid`, `same`"
std::string describe(const Type& type);
// The same where a value of the type is needed: "a size such as 3x3".
std::string describe_needed(const Type& type);
// "int", "[int]", "valid | same": as it is written
std::string type_text(const Type& type);
// "`micro` or `macro`"
std::string describe_choices(const std::vector<std::string>& choices, std::string_view last = "or");

// True if a value of type `given` may stand where `wanted` is needed (an int is a float, a size, ...).
bool accepts(const Type& wanted, const Type& given);
// The type of a value that is one or the other; Unknown if they have nothing in common.
Type join(const Type& first, const Type& second);

}  // namespace nnc::sema
