// See sparse.hpp. Compiled once per instruction set and number of vectors.
#include "runtime/kernels/fast/sparse.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/sparse.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if NNC_FUSED_TARGET

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

// So many vectors of B's block, 32 rows, stay in the nearest cache.
constexpr int kMaxVectors = 8;

HWY_INLINE hn::Mask<D> lanes_left(std::int64_t left) {
  const D d;
  return hn::FirstN(d, static_cast<std::size_t>(std::min(left, static_cast<std::int64_t>(hn::Lanes(d)))));
}

// Elements of a row side by side: a comparison gives bits of one row.
HWY_ATTR void find_in_rows(const SparseBlock& s, std::uint32_t* masks) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t row = 0; row < s.rows; ++row) {
    const float* a = s.a + row * s.a_row;
    std::uint32_t mask = 0;
    for (std::int64_t k = 0; k < s.depth; k += lanes) {
      const V x = hn::MaskedLoad(lanes_left(s.depth - k), d, a + k);
      std::uint8_t bytes[8] = {};
      hn::StoreMaskBits(d, hn::Ne(x, hn::Zero(d)), bytes);
      mask |= (static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8U) << k;
    }
    masks[row] = mask;
  }
}

// Elements of a column side by side: lanes are rows, and each step of the depth gives one bit of all.
HWY_ATTR void find_in_columns(const SparseBlock& s, std::uint32_t* masks) {
  const D d;
  const hn::RebindToUnsigned<D> du;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t row = 0; row < s.rows; row += lanes) {
    const auto here = lanes_left(s.rows - row);
    auto mask = hn::Zero(du);
    for (std::int64_t k = 0; k < s.depth; ++k) {
      const V x = hn::MaskedLoad(here, d, s.a + row + k * s.a_column);
      const auto bit = hn::Set(du, std::uint32_t{1} << static_cast<unsigned>(k));
      mask = hn::Or(mask, hn::IfThenElseZero(hn::RebindMask(du, hn::Ne(x, hn::Zero(d))), bit));
    }
    hn::BlendedStore(mask, hn::RebindMask(du, here), du, masks + row);
  }
}

std::int64_t find(const SparseBlock& s, std::uint32_t* masks) {
  if (s.a_column == 1) {
    find_in_rows(s, masks);
  } else {
    find_in_columns(s, masks);
  }
  std::int64_t found = 0;
  for (std::int64_t row = 0; row < s.rows; ++row) found += std::popcount(masks[row]);
  return found;
}

// The last vector is masked: columns beyond C are neither read nor written.
template <int kVectors>
HWY_ATTR void multiply_columns(const SparseBlock& s, const std::uint32_t* masks, std::int64_t column,
                               std::int64_t columns) {
  const D d;
  constexpr int kLast = kVectors - 1;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(columns - kLast * lanes));
  const float* b = s.b + column;
  for (std::int64_t row = 0; row < s.rows; ++row) {
    float* c = s.c + row * s.c_row + column;
    const float* a = s.a + row * s.a_row;
    V sums[kVectors];
    HWY_UNROLL(8)
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = !s.accumulate ? hn::Zero(d)
                : v == kLast  ? hn::MaskedLoad(mask, d, c + v * lanes)
                              : hn::LoadU(d, c + v * lanes);
    }
    for (std::uint32_t left = masks[row]; left != 0; left &= left - 1) {
      const auto k = static_cast<std::int64_t>(std::countr_zero(left));
      const V factor = hn::Set(d, a[k * s.a_column]);
      const float* from = b + k * s.b_row;
      HWY_UNROLL(8)
      for (int v = 0; v < kVectors; ++v) {
        const V right = v == kLast ? hn::MaskedLoad(mask, d, from + v * lanes) : hn::LoadU(d, from + v * lanes);
        sums[v] = hn::MulAdd(factor, right, sums[v]);
      }
    }
    HWY_UNROLL(8)
    for (int v = 0; v < kVectors; ++v) {
      if (v == kLast) {
        hn::BlendedStore(sums[v], mask, d, c + v * lanes);
      } else {
        hn::StoreU(sums[v], d, c + v * lanes);
      }
    }
  }
}

using MultiplyColumns = void (*)(const SparseBlock&, const std::uint32_t*, std::int64_t, std::int64_t);
template <int... kVectorsMinusOne>
constexpr std::array<MultiplyColumns, sizeof...(kVectorsMinusOne) + 1> all_widths(
    std::integer_sequence<int, kVectorsMinusOne...>) {
  return {nullptr, &multiply_columns<kVectorsMinusOne + 1>...};
}

void multiply(const SparseBlock& s, const std::uint32_t* masks) {
  static constexpr auto kWidths = all_widths(std::make_integer_sequence<int, kMaxVectors>{});
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
  const std::int64_t widest = kMaxVectors * lanes;
  for (std::int64_t column = 0; column < s.columns; column += widest) {
    const std::int64_t columns = std::min(widest, s.columns - column);
    kWidths[static_cast<std::size_t>((columns + lanes - 1) / lanes)](s, masks, column, columns);
  }
}

SparseSet make_sparse_set() { return {&find, &multiply}; }

#else

SparseSet make_sparse_set() { return {}; }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {

HWY_EXPORT(make_sparse_set);

const SparseSet& sparse_set() {
  static const SparseSet set = HWY_DYNAMIC_DISPATCH(make_sparse_set)();
  return set;
}

}  // namespace nnc::rt::fast
#endif
