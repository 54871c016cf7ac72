// See row_sum.hpp. Compiled once per instruction set and number of vectors.
#include "runtime/kernels/fast/row_sum.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/row_sum.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if NNC_FUSED_TARGET

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

// Registers: with 32 of them up to 16 hold sums, with 16 up to 12.
constexpr int kMaxVectors = HWY_TARGET == HWY_AVX2 ? 12 : 16;

// The last vector is masked: what lies beyond the row is neither read nor written.
template <int kVectors>
HWY_ATTR void sum_columns(const RowSum& s, std::int64_t column, std::int64_t columns) {
  const D d;
  constexpr int kLast = kVectors - 1;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(columns - kLast * lanes));
  const auto load = [&](const float* from, int v) HWY_ATTR {
    return v == kLast ? hn::MaskedLoad(mask, d, from + v * lanes) : hn::LoadU(d, from + v * lanes);
  };
  for (std::int64_t t = 0; t < s.times; ++t) {
    V sums[kVectors];
    float* out = s.out + column + t * s.out_step;
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) sums[v] = load(out, v);
    const float* base = s.base + column + t * s.base_step;
    for (std::int64_t i = 0; i < s.count; ++i) {
      const V weight = hn::Set(d, s.weights[i]);
      const float* row = base + s.index[i] * s.stride;
      HWY_UNROLL(16)
      for (int v = 0; v < kVectors; ++v) sums[v] = hn::MulAdd(weight, load(row, v), sums[v]);
    }
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      if (v == kLast) {
        hn::BlendedStore(sums[v], mask, d, out + v * lanes);
      } else {
        hn::StoreU(sums[v], d, out + v * lanes);
      }
    }
  }
}

using SumColumns = void (*)(const RowSum&, std::int64_t, std::int64_t);
template <int... kVectorsMinusOne>
constexpr std::array<SumColumns, sizeof...(kVectorsMinusOne) + 1> all_widths(
    std::integer_sequence<int, kVectorsMinusOne...>) {
  return {nullptr, &sum_columns<kVectorsMinusOne + 1>...};
}

void sum_rows(const RowSum& s) {
  static constexpr auto kWidths = all_widths(std::make_integer_sequence<int, kMaxVectors>{});
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
  const std::int64_t widest = kMaxVectors * lanes;
  for (std::int64_t column = 0; column < s.length; column += widest) {
    const std::int64_t columns = std::min(widest, s.length - column);
    kWidths[static_cast<std::size_t>((columns + lanes - 1) / lanes)](s, column, columns);
  }
}

SumRows make_row_sum() { return &sum_rows; }

#else

SumRows make_row_sum() { return nullptr; }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {

HWY_EXPORT(make_row_sum);

SumRows row_sum_kernel() {
  static const SumRows kernel = HWY_DYNAMIC_DISPATCH(make_row_sum)();
  return kernel;
}

}  // namespace nnc::rt::fast
#endif
