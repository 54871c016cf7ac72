// See transpose.hpp. Squares of 4 x 4, as many side by side as a register holds; what is left over goes one
// by one.
#include "runtime/kernels/fast/transpose.hpp"

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/transpose.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t kSide = 4;

void copy_elements(const TransposedCopy& c, std::int64_t row, std::int64_t column, std::int64_t rows,
                   std::int64_t columns) {
  for (std::int64_t j = column; j < column + columns; ++j) {
    for (std::int64_t r = row; r < row + rows; ++r) c.to[j * c.to_row + r] = c.from[r * c.from_row + j];
  }
}

#if NNC_FUSED_TARGET

// Four floats each of rows 0, 4, 8, .. side by side, as many rows as the vector has room for.
template <class D>
HWY_INLINE hn::Vec<D> load_every_fourth(D d, const float* from, std::int64_t from_row) {
  if constexpr (hn::MaxLanes(d) == kSide) {
    return hn::LoadU(d, from);
  } else {
    const hn::Half<D> half;
    const float* upper = from + static_cast<std::int64_t>(hn::MaxLanes(half)) * from_row;
    return hn::Combine(d, load_every_fourth(half, upper, from_row), load_every_fourth(half, from, from_row));
  }
}

// Four columns of as many rows as the vector has floats: every four floats of a vector are rows of a square
// of their own, and what comes out are whole vectors of the copy's rows.
template <class D>
HWY_INLINE void copy_columns(D d, const float* from, std::int64_t from_row, float* to, std::int64_t to_row) {
  const hn::RepartitionToWide<D> pairs;
  const auto a = load_every_fourth(d, from, from_row);
  const auto b = load_every_fourth(d, from + from_row, from_row);
  const auto c = load_every_fourth(d, from + 2 * from_row, from_row);
  const auto e = load_every_fourth(d, from + 3 * from_row, from_row);
  const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));   // a0 b0 a1 b1
  const auto ab_high = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));  // a2 b2 a3 b3
  const auto ce_low = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ce_low)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ce_low)), d, to + to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ce_high)), d, to + 2 * to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ce_high)), d, to + 3 * to_row);
}

// Rows from `row` on, a vector of them at a time, without the last columns that fill no square; gives back
// the first row that is left.
template <class D>
HWY_INLINE std::int64_t copy_rows(D d, const TransposedCopy& c, std::int64_t row) {
  constexpr auto kRows = static_cast<std::int64_t>(hn::MaxLanes(d));
  const std::int64_t columns = c.columns / kSide * kSide;
  for (; row + kRows <= c.rows; row += kRows) {
    for (std::int64_t column = 0; column < columns; column += kSide)
      copy_columns(d, c.from + row * c.from_row + column, c.from_row, c.to + column * c.to_row + row,
                   c.to_row);
  }
  return row;
}

HWY_ATTR void transpose(const TransposedCopy& c) {
  const std::int64_t columns = c.columns / kSide * kSide;
  const std::int64_t rows =
      copy_rows(hn::FixedTag<float, kSide>(), c, copy_rows(hn::ScalableTag<float>(), c, 0));
  copy_elements(c, rows, 0, c.rows - rows, columns);
  copy_elements(c, 0, columns, c.rows, c.columns - columns);
}

#else

void transpose(const TransposedCopy& c) { copy_elements(c, 0, 0, c.rows, c.columns); }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {

HWY_EXPORT(transpose);

void transpose(const TransposedCopy& copy) { HWY_DYNAMIC_DISPATCH(transpose)(copy); }

}  // namespace nnc::rt::fast
#endif
