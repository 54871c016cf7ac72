// The table of builtins as data.
#include "compiler/sema/builtins.hpp"

#include <array>

namespace nnc {
namespace {

constexpr auto kBuiltins = std::to_array<BuiltinInfo>({
#define NNC_BUILTIN(name, text, signature, doc) {Builtin::name, text, signature, doc},
#include "compiler/sema/builtins.def"
#undef NNC_BUILTIN
});

}  // namespace

std::span<const BuiltinInfo> all_builtins() { return kBuiltins; }

const BuiltinInfo* find_builtin(std::string_view name) {
  for (const BuiltinInfo& info : kBuiltins) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

}  // namespace nnc
