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
// multiplied. The last vector is masked: columns beyond C are neither read nor written.
template <int kVectors>
struct StoreRow {
  explicit StoreRow(const SparseBlock& s) : c(s.c) {}
  HWY_INLINE void operator()(const V* sums, std::int64_t at, hn::Mask<D> last) const {
    const D d;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors - 1; ++v) hn::StoreU(sums[v], d, c + at + v * lanes);
    hn::BlendedStore(sums[kVectors - 1], last, d, c + at + (kVectors - 1) * lanes);
  }
  float* c;
};

template <int kVectors>
struct UpdateRow {
  explicit HWY_INLINE UpdateRow(const SparseBlock& s)
      : call(*s.update), ahead(kRowsAhead * s.c_row), adam(call) {}
  HWY_INLINE void operator()(const V* sums, std::int64_t at, hn::Mask<D> last) const {
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
    if (call.far) {
      for (const float* stream : {call.weights, call.mean, call.square}) ask_for(stream + at + ahead, kLines);
    }
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors - 1; ++v) adam.run(call, at + v * lanes, sums[v]);
    adam.run_some(call, at + (kVectors - 1) * lanes, sums[kVectors - 1], last);
  }
  static constexpr std::int64_t kRowsAhead = 4;
  static constexpr std::int64_t kLines = kVectors * static_cast<std::int64_t>(hn::MaxLanes(D())) / kLine;
  const UpdateCall& call;
  std::int64_t ahead;
  AdamUpdate adam;
};

template <int kVectors, template <int> class Finish>
HWY_ATTR void multiply_columns(const SparseBlock& s, const std::uint32_t* masks, std::int64_t column,
                               std::int64_t columns) {
  const D d;
  constexpr int kLast = kVectors - 1;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(columns - kLast * lanes));
  const float* b = s.b + column;
  const Finish<kVectors> finish(s);
  for (std::int64_t row = 0; row < s.rows; ++row) {
    const std::int64_t at = row * s.c_row + column;
    const float* a = s.a + row * s.a_row;
    if (column == 0) ask_for(s.ahead, row);
    V sums[kVectors];
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = !s.accumulate ? hn::Zero(d)
                : v == kLast  ? hn::MaskedLoad(mask, d, s.c + at + v * lanes)
                              : hn::LoadU(d, s.c + at + v * lanes);
    }
    for (std::uint32_t left = masks[row]; left != 0; left &= left - 1) {
      const auto k = static_cast<std::int64_t>(std::countr_zero(left));
      const V factor = hn::Set(d, a[k * s.a_column]);
      const float* from = b + k * s.b_row;
      HWY_UNROLL(16)
      for (int v = 0; v < kVectors; ++v) {
        const V right =
            v == kLast ? hn::MaskedLoad(mask, d, from + v * lanes) : hn::LoadU(d, from + v * lanes);
        sums[v] = hn::MulAdd(factor, right, sums[v]);
      }
    }
    finish(sums, at, mask);
  }
}

using MultiplyColumns = void (*)(const SparseBlock&, const std::uint32_t*, std::int64_t, std::int64_t);
template <template <int> class Finish, int... kVectorsMinusOne>
constexpr std::array<MultiplyColumns, sizeof...(kVectorsMinusOne) + 1> all_widths(
    std::integer_sequence<int, kVectorsMinusOne...>) {
  return {nullptr, &multiply_columns<kVectorsMinusOne + 1, Finish>...};
}

template <template <int> class Finish, int kWidest>
void multiply_all(const SparseBlock& s, const std::uint32_t* masks) {
  static constexpr auto kWidths = all_widths<Finish>(std::make_integer_sequence<int, kWidest>{});
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
  const std::int64_t widest = kWidest * lanes;
  for (std::int64_t column = 0; column < s.columns; column += widest) {
    const std::int64_t columns = std::min(widest, s.columns - column);
    kWidths[static_cast<std::size_t>((columns + lanes - 1) / lanes)](s, masks, column, columns);
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
