// What a body sees besides the declarations: its parameters, `let`s, slots, loop variables and bound sizes.
// One Scope per checked declaration; frames follow its blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/sema/type.hpp"

namespace nnc::sema {

enum class LocalKind : std::uint8_t {
  Given,  // by the language: in, training, weight, ...
  Parameter,
  Let,
  Param,
  State,
  Loop,
  Size,  // bound by a shape pattern
  Axis,  // of a sweep
};

struct Local {
  std::string name;
  Span span;  // nowhere if given by the language
  LocalKind kind = LocalKind::Given;
  Type type;
  bool used = false;
};

// Which declaration's code is being checked; some names and statements exist only in some of them.
enum class Place : std::uint8_t {
  Model,
  Layer,
  Fn,
  Init,
  Loss,
  Optimizer,
  Schedule,
  Metric,
  Data,
  Recipe,
  Let,
  Experiment,
  Report
};

Place place_of(ast::FunctionKind kind);
// "a layer", "an optimizer"
std::string describe(Place place);
// The names that the language gives to bodies there.
std::vector<Local> given_names(Place place);

// What a value is for, where that decides whether it may know test results (leaks.hpp).
enum class Purpose : std::uint8_t {
  Axis,
  Condition,
  Count,
  Model,
  TrainData,
  TrainValidation,
  Setting,
  Recipe,
  Validation,
  Selection,
  Stopping,
  Scaling,
  Source,
  Let,
  Body
};

struct Scope {
  Place place = Place::Let;
  Purpose purpose = Purpose::Let;  // of the current statement, in an experiment or data set
  const ast::Declaration* owner = nullptr;
  FileId file;
  using Frame = std::map<std::string, Local, std::less<>>;
  std::vector<Frame> frames = std::vector<Frame>(1);
  // The blocks around the current statement and how far they have been read: for "used before it is
  // declared".
  std::vector<std::pair<const ast::Block*, std::size_t>> blocks;
  bool has_current = false;  // a layer or model: expression statements apply
  bool assigns_weight = false;

  Local* find(std::string_view name);
  // The name in the innermost frame only.
  Local* find_here(std::string_view name);
  // Adds to the innermost frame, in place of an older one of that name.
  Local& add(Local local);
  // The declaration of the name further down in a block around the current statement.
  [[nodiscard]] const ast::Name* declared_later(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;
};

}  // namespace nnc::sema
