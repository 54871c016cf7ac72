// See maxima.hpp.
#include "runtime/kernels/fast/maxima.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/maxima.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if NNC_FUSED_TARGET

using D = hn::CappedTag<float, 16>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;
using VI = hn::Vec<DI>;
using M = hn::Mask<D>;

// Whether x replaces the best so far: larger, or the first NaN.
HWY_INLINE M beats(V x, V best) { return hn::AndNot(hn::IsNaN(best), hn::Or(hn::Gt(x, best), hn::IsNaN(x))); }

HWY_ATTR void maxima(const Maxima& m) {
  const D d;
  const DI di;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t column = 0; column < m.columns; column += lanes) {
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(std::min(lanes, m.columns - column)));
    V best = hn::MaskedLoad(mask, d, m.rows + column);
    VI place = hn::Zero(di);
    for (std::int64_t row = 1; row < m.count; ++row) {
      const V x = hn::MaskedLoad(mask, d, m.rows + row * m.stride + column);
      const M better = beats(x, best);
      best = hn::IfThenElse(better, x, best);
      place = hn::IfThenElse(hn::RebindMask(di, better), hn::Set(di, static_cast<std::int32_t>(row)), place);
    }
    if (m.out != nullptr) hn::BlendedStore(best, mask, d, m.out + column);
    if (m.place != nullptr) hn::BlendedStore(place, hn::RebindMask(di, mask), di, m.place + column);
  }
}

// The floats of a patch at sixteen (or fewer) positions.
class Patch {
 public:
  HWY_INLINE explicit Patch(const float* patch) : patch_(patch) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    all_ = hn::LoadU(D(), patch);
#endif
  }
  HWY_INLINE V at(VI positions) const {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    return hn::TableLookupLanes(all_, hn::IndicesFromVec(D(), positions));
#else
    return hn::GatherIndex(D(), patch_, positions);
#endif
  }

 private:
  const float* patch_;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  V all_;
#endif
};

template <int kTaps>
HWY_ATTR void sum_taps(const TapGradient& t) {
  const D d;
  const DI di;
  const M mask = hn::FirstN(d, static_cast<std::size_t>(t.lanes));
  alignas(64) float patch[TapGradient::kPatch] = {};
  V sums[kTaps];
  for (int tap = 0; tap < kTaps; ++tap) {
    sums[tap] = hn::MaskedLoad(mask, d, t.sums + tap * t.channels + t.channel);
  }
  std::int64_t at = t.channel;
  for (std::int64_t y = 0; y < t.rows; ++y) {
    for (std::int64_t x = 0; x < t.columns; ++x, at += t.channels) {
      const float* from = t.frame + y * t.row_step + x * t.column_step;
      for (std::int64_t row = 0; row < t.patch_rows; ++row, from += t.frame_row) {
        for (std::int64_t i = 0; i < t.patch_run; ++i) patch[row * t.patch_run + i] = from[i];
      }
      const V grad = hn::MaskedLoad(mask, d, t.grad + at);
      const VI place = hn::MaskedLoad(hn::RebindMask(di, mask), di, t.place + at);
      VI corner = hn::Zero(di);
      for (std::int64_t p = 1; p < t.places; ++p) {
        const auto here = hn::Eq(place, hn::Set(di, static_cast<std::int32_t>(p)));
        corner = hn::IfThenElse(here, hn::Set(di, t.corner[p]), corner);
      }
      const Patch values(patch);
      HWY_UNROLL(16)
      for (int tap = 0; tap < kTaps; ++tap) {
        const VI position = hn::Add(corner, hn::Set(di, t.tap_at[tap]));
        sums[tap] = hn::MulAdd(grad, values.at(position), sums[tap]);
      }
    }
  }
  for (int tap = 0; tap < kTaps; ++tap) {
    hn::BlendedStore(sums[tap], mask, d, t.sums + tap * t.channels + t.channel);
  }
}

using SumTaps = void (*)(const TapGradient&);
template <int... kTapsMinusOne>
constexpr std::array<SumTaps, sizeof...(kTapsMinusOne) + 1> all_counts(
    std::integer_sequence<int, kTapsMinusOne...>) {
  return {nullptr, &sum_taps<kTapsMinusOne + 1>...};
}

void tap_gradient(const TapGradient& t) {
  static constexpr auto kCounts = all_counts(std::make_integer_sequence<int, TapGradient::kMaxTaps>{});
  kCounts[static_cast<std::size_t>(t.taps)](t);
}

MaximaSet make_maxima_set() {
  return {static_cast<std::int64_t>(hn::Lanes(D())), &maxima, &tap_gradient};
}

#else

MaximaSet make_maxima_set() { return {}; }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {

HWY_EXPORT(make_maxima_set);

const MaximaSet& maxima_set() {
  static const MaximaSet set = HWY_DYNAMIC_DISPATCH(make_maxima_set)();
  return set;
}

}  // namespace nnc::rt::fast
#endif
