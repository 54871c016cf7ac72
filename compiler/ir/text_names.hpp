// The words that the text form of a graph uses for enumerators; one list for the printer and the reader.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "compiler/ir/graph.hpp"

namespace nnc::ir {

inline constexpr std::array<std::string_view, 3> kRoleNames = {"parameter", "state", "optimizer"};
inline constexpr std::array<std::string_view, 4> kInitializerNames = {"constant", "uniform", "normal",
                                                                      "truncated_normal"};

inline std::string_view role_name(SlotRole role) { return kRoleNames[static_cast<std::size_t>(role)]; }
inline std::string_view initializer_name(Initializer::Kind kind) {
  return kInitializerNames[static_cast<std::size_t>(kind)];
}

// The enumerator whose word this is.
template <class Enum, std::size_t count>
std::optional<Enum> find_word(const std::array<std::string_view, count>& words, std::string_view word) {
  for (std::size_t i = 0; i < count; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace nnc::ir
