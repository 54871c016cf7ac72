// See transpose.hpp. Squares of 4 x 4 in registers of four floats, which every instruction set has; what is
// left over goes one by one.
#include "runtime/kernels/fast/transpose.hpp"

#include <algorithm>

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

HWY_INLINE void copy_square(const float* from, std::int64_t from_row, float* to, std::int64_t to_row) {
  const hn::FixedTag<float, 4> d;
  const hn::RepartitionToWide<decltype(d)> pairs;
  const auto a = hn::LoadU(d, from);
  const auto b = hn::LoadU(d, from + from_row);
  const auto c = hn::LoadU(d, from + 2 * from_row);
  const auto e = hn::LoadU(d, from + 3 * from_row);
  const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));   // a0 b0 a1 b1
  const auto ab_high = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));  // a2 b2 a3 b3
  const auto ce_low = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ce_low)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ce_low)), d, to + to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ce_high)), d, to + 2 * to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ce_high)), d, to + 3 * to_row);
}

// Whole lines at a time on both sides.
HWY_ATTR void transpose(const TransposedCopy& c) {
  constexpr std::int64_t kLine = 16;
  const std::int64_t rows = c.rows / kSide * kSide;
  const std::int64_t columns = c.columns / kSide * kSide;
  for (std::int64_t row = 0; row < rows; row += kLine) {
    for (std::int64_t column = 0; column < columns; column += kLine) {
      for (std::int64_t r = row; r < std::min(row + kLine, rows); r += kSide) {
        for (std::int64_t j = column; j < std::min(column + kLine, columns); j += kSide)
          copy_square(c.from + r * c.from_row + j, c.from_row, c.to + j * c.to_row + r, c.to_row);
      }
    }
  }
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
