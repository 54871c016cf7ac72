// See access.hpp. Works on sizes without the leading ones, which never matter to broadcasting.
#include "compiler/plan/access.hpp"

#include <algorithm>
#include <span>

namespace nnc {

using Sizes = std::span<const std::int64_t>;

static Sizes without_leading_ones(const Shape& shape) {
  const Sizes sizes = shape.sizes();
  const auto first = std::find_if(sizes.begin(), sizes.end(), [](std::int64_t size) { return size != 1; });
  return sizes.subspan(static_cast<std::size_t>(first - sizes.begin()));
}

static bool is_tail(Sizes tail, Sizes whole) {
  return tail.size() <= whole.size() && std::equal(tail.rbegin(), tail.rend(), whole.rbegin());
}

// [B, H, 1, 1] over [B, H, W, C]: as the space up to some axis, then ones.
static bool is_head(Sizes head, Sizes whole) {
  if (head.size() != whole.size()) return false;
  std::size_t axis = 0;
  while (axis < head.size() && head[axis] == whole[axis]) ++axis;
  return std::all_of(head.begin() + static_cast<std::ptrdiff_t>(axis), head.end(),
                     [](std::int64_t size) { return size == 1; });
}

std::optional<FusedStep::Access> find_access(const Shape& operand, const Shape& space) {
  const Sizes part = without_leading_ones(operand);
  const Sizes whole = without_leading_ones(space);
  if (std::equal(part.begin(), part.end(), whole.begin(), whole.end())) return FusedStep::Access::Full;
  if (part.empty()) return FusedStep::Access::Scalar;
  if (is_tail(part, whole)) return FusedStep::Access::Row;
  if (is_head(part, whole)) return FusedStep::Access::Column;
  return std::nullopt;
}

}  // namespace nnc
