// Names that the language itself knows and the standard library is written with: functions over numbers and
// lists, functions that make graph operations, initialisers' distributions, data sources, members of values.
// One table (builtins.def), used by the name checker, the type checker, the evaluator and the documentation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace nnc {

enum class Builtin : std::uint8_t {
#define NNC_BUILTIN(name, text, signature, doc) name,
#include "compiler/sema/builtins.def"
#undef NNC_BUILTIN
};

struct BuiltinInfo {
  Builtin builtin;
  std::string_view name;
  // "x: tensor, axes: [int] = all -> tensor": parameters with types and defaults, then the result
  std::string_view signature;
  std::string_view doc;
};

std::span<const BuiltinInfo> all_builtins();
const BuiltinInfo* find_builtin(std::string_view name);

}  // namespace nnc
