// Strong ids: an index into one particular vector, which cannot be mixed up with an index into another.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace nnc {

// An index tagged with the thing it counts. A default-constructed id refers to nothing.
template <class Tag>
struct Id {
  static constexpr std::int32_t kNone = -1;

  std::int32_t index = kNone;

  constexpr Id() = default;
  constexpr explicit Id(std::size_t position) : index(static_cast<std::int32_t>(position)) {}

  [[nodiscard]] constexpr bool valid() const { return index != kNone; }
  [[nodiscard]] constexpr std::size_t position() const { return static_cast<std::size_t>(index); }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace nnc

template <class Tag>
struct std::hash<nnc::Id<Tag>> {
  std::size_t operator()(const nnc::Id<Tag>& id) const noexcept {
    return std::hash<std::int32_t>{}(id.index);
  }
};
