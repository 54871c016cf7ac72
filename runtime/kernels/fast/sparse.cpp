// See sparse.hpp. Compiled once per instruction set and number of vectors.
#include "runtime/kernels/fast/sparse.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/sparse.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runtime/kernels/fast/compound_types.hpp"

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {

#if NNC_FUSED_TARGET

// Registers: with 32 of them up to 16 hold sums, with 16 up to 8; half as many beside the numbers of an
// update.
constexpr int kMaxVectors = HWY_TARGET == HWY_AVX2 ? 8 : 16;
constexpr int kMaxUpdated = kMaxVectors / 2;

HWY_INLINE hn::Mask<D> lanes_left(std::int64_t left) {
  const D d;
  return hn::FirstN(d, static_cast<std::size_t>(std::min(left, static_cast<std::int64_t>(hn::Lanes(d)))));
}

// Bits of as many elements as a vector has.
HWY_INLINE std::uint32_t bits_of(hn::Mask<D> mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(D(), mask, bytes);
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes, sizeof bits);
  return bits;
}

// Elements of a row side by side: a comparison gives bits of one row.
HWY_ATTR void find_in_rows(const SparseBlock& s, std::uint32_t* masks) {
  const D d;
  constexpr int kVectors = SparseBlock::kDepth / static_cast<int>(hn::MaxLanes(d));
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const bool is_whole = s.depth == kVectors * lanes;
  for (std::int64_t row = 0; row < s.rows; ++row) {
    const float* a = s.a + row * s.a_row;
    std::uint32_t mask = 0;
    if (is_whole) {
      HWY_UNROLL(8)
      for (int v = 0; v < kVectors; ++v)
        mask |= bits_of(hn::Ne(hn::LoadU(d, a + v * lanes), hn::Zero(d))) << (v * lanes);
    } else {
      for (std::int64_t k = 0; k < s.depth; k += lanes)
        mask |= bits_of(hn::Ne(hn::MaskedLoad(lanes_left(s.depth - k), d, a + k), hn::Zero(d))) << k;
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

constexpr std::int64_t kLine = 64 / sizeof(float);

// Into the second-level cache.
HWY_INLINE void ask_for(const float* data, std::int64_t lines) {
  for (std::int64_t i = 0; i < lines; ++i) __builtin_prefetch(data + i * kLine, 0, 2);
}

HWY_INLINE void ask_for(const Ahead& ahead, std::int64_t row) {
  const std::int64_t end = std::min((row + 1) * ahead.at_once, ahead.pieces);
  for (std::int64_t i = row * ahead.at_once; i < end; ++i)
    ask_for(ahead.data + i * ahead.distance, ahead.lines);
}

// What becomes of the sums of a row: they are stored, or they update something while the next row is
// multiplied. With kWhole the columns are whole vectors; otherwise the last one is masked, and columns beyond
// C are neither read nor changed.
template <int kVectors, bool kWhole>
struct StoreRow {
  explicit StoreRow(const SparseBlock& s) : c(s.c) {}
  HWY_INLINE void operator()(const V* sums, std::int64_t at, hn::Mask<D> last) const {
    const D d;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      if (kWhole || v < kVectors - 1) {
        hn::StoreU(sums[v], d, c + at + v * lanes);
      } else {
        hn::BlendedStore(sums[v], last, d, c + at + v * lanes);
      }
    }
  }
  float* c;
};

template <int kVectors, bool kWhole>
struct UpdateRow {
  explicit HWY_INLINE UpdateRow(const SparseBlock& s)
      : far(s.update->far), ahead(kRowsAhead * s.c_row), adam(*s.update) {}
  HWY_INLINE void operator()(const V* sums, std::int64_t at, hn::Mask<D> last) const {
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
    if (far) {
      for (const float* stream : {adam.weights, adam.mean, adam.square}) ask_for(stream + at + ahead, kLines);
    }
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      if (kWhole || v < kVectors - 1) {
        adam.run(at + v * lanes, sums[v]);
      } else {
        adam.run_some(at + v * lanes, sums[v], last);
      }
    }
  }
  static constexpr std::int64_t kRowsAhead = 4;
  static constexpr std::int64_t kLines = kVectors * static_cast<std::int64_t>(hn::MaxLanes(D())) / kLine;
  bool far;
  std::int64_t ahead;
  AdamUpdate adam;
};

template <int kVectors, bool kWhole, template <int, bool> class Finish>
HWY_ATTR void multiply_columns(const SparseBlock& block, const std::uint32_t* masks, std::int64_t column,
                               std::int64_t columns) {
  const D d;
  const SparseBlock s = block;  // stores do not change a copy
  constexpr int kMasked = kWhole ? kVectors : kVectors - 1;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(columns - (kVectors - 1) * lanes));
  const float* b = s.b + column;
  const Finish<kVectors, kWhole> finish(s);
  for (std::int64_t row = 0; row < s.rows; ++row) {
    const std::int64_t at = row * s.c_row + column;
    const float* a = s.a + row * s.a_row;
    if (column == 0) ask_for(s.ahead, row);
    V sums[kVectors];
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = !s.accumulate  ? hn::Zero(d)
                : v == kMasked ? hn::MaskedLoad(mask, d, s.c + at + v * lanes)
                               : hn::LoadU(d, s.c + at + v * lanes);
    }
    for (std::uint32_t left = masks[row]; left != 0; left &= left - 1) {
      const auto k = static_cast<std::int64_t>(std::countr_zero(left));
      const V factor = hn::Set(d, a[k * s.a_column]);
      const float* from = b + k * s.b_row;
      HWY_UNROLL(16)
      for (int v = 0; v < kVectors; ++v) {
        const V right =
            v == kMasked ? hn::MaskedLoad(mask, d, from + v * lanes) : hn::LoadU(d, from + v * lanes);
        sums[v] = hn::MulAdd(factor, right, sums[v]);
      }
    }
    finish(sums, at, mask);
  }
}

using MultiplyColumns = void (*)(const SparseBlock&, const std::uint32_t*, std::int64_t, std::int64_t);
template <bool kWhole, template <int, bool> class Finish, int... kVectorsMinusOne>
constexpr std::array<MultiplyColumns, sizeof...(kVectorsMinusOne) + 1> all_widths(
    std::integer_sequence<int, kVectorsMinusOne...>) {
  return {nullptr, &multiply_columns<kVectorsMinusOne + 1, kWhole, Finish>...};
}

template <template <int, bool> class Finish, int kWidest>
void multiply_all(const SparseBlock& s, const std::uint32_t* masks) {
  using Widths = std::make_integer_sequence<int, kWidest>;
  static constexpr std::array kKernels = {all_widths<false, Finish>(Widths{}),
                                          all_widths<true, Finish>(Widths{})};
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
  const std::int64_t widest = kWidest * lanes;
  for (std::int64_t column = 0; column < s.columns; column += widest) {
    const std::int64_t columns = std::min(widest, s.columns - column);
    const auto& kernels = kKernels[columns % lanes == 0 ? 1 : 0];
    kernels[static_cast<std::size_t>((columns + lanes - 1) / lanes)](s, masks, column, columns);
  }
}

void multiply(const SparseBlock& s, const std::uint32_t* masks) {
  if (s.update == nullptr) {
    multiply_all<StoreRow, kMaxVectors>(s, masks);
  } else {
    multiply_all<UpdateRow, kMaxUpdated>(s, masks);
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
