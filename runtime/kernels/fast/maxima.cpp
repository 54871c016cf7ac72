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

#include "runtime/kernels/fast/beats.hpp"

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

// Numbers by place, for vectors of places.
class ByPlace {
 public:
  HWY_INLINE ByPlace(const std::int32_t* numbers, std::int64_t places) : numbers_(numbers), places_(places) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    all_ = hn::LoadU(DI(), numbers);
#endif
  }
  HWY_INLINE VI at(VI place) const {
    const DI di;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    return hn::TableLookupLanes(all_, hn::IndicesFromVec(di, place));
#else
    VI number = hn::Set(di, numbers_[0]);
    for (std::int64_t p = 1; p < places_; ++p) {
      const auto here = hn::Eq(place, hn::Set(di, static_cast<std::int32_t>(p)));
      number = hn::IfThenElse(here, hn::Set(di, numbers_[p]), number);
    }
    return number;
#endif
  }

 private:
  [[maybe_unused]] const std::int32_t* numbers_;
  [[maybe_unused]] std::int64_t places_;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  VI all_;
#endif
};

HWY_INLINE bool is_all_zero(const float* patch) {
  const D d;
  for (int i = 0; i < TapGradient::kPatch; i += static_cast<int>(hn::Lanes(d))) {
    if (!hn::AllTrue(d, hn::Eq(hn::Load(d, patch + i), hn::Zero(d)))) return false;
  }
  return true;
}

// Windows that see nothing but zeros add nothing.
template <int kTaps>
HWY_ATTR void sum_taps(const TapGradient& t) {
  const D d;
  const DI di;
  const M mask = hn::FirstN(d, static_cast<std::size_t>(t.lanes));
  const ByPlace corners(t.corner, t.places);
  V sums[kTaps];
  for (int tap = 0; tap < kTaps; ++tap) {
    sums[tap] = hn::MaskedLoad(mask, d, t.sums + tap * t.channels + t.channel);
  }
  for (std::int64_t window = 0; window < t.windows; ++window) {
    const float* patch = t.patches + window * TapGradient::kPatch;
    if (is_all_zero(patch)) continue;
    const std::int64_t at = window * t.channels + t.channel;
    const V grad = hn::MaskedLoad(mask, d, t.grad + at);
    const VI corner = corners.at(hn::MaskedLoad(hn::RebindMask(di, mask), di, t.place + at));
    const Patch values(patch);
    HWY_UNROLL(16)
    for (int tap = 0; tap < kTaps; ++tap) {
      const VI position = hn::Add(corner, hn::Set(di, t.tap_at[tap]));
      sums[tap] = hn::MulAdd(grad, values.at(position), sums[tap]);
    }
  }
  for (int tap = 0; tap < kTaps; ++tap) {
    hn::BlendedStore(sums[tap], mask, d, t.sums + tap * t.channels + t.channel);
  }
}

// Stores the largest of four vectors of one window, and which it is.
HWY_INLINE void store_largest(const V* pixels, M mask, float* out, std::int32_t* place) {
  const D d;
  const DI di;
  V best = pixels[0];
  VI best_place = hn::Zero(di);
  HWY_UNROLL(3)
  for (std::int32_t p = 1; p < 4; ++p) {
    const M better = beats(pixels[p], best);
    best = hn::IfThenElse(better, pixels[p], best);
    best_place = hn::IfThenElse(hn::RebindMask(di, better), hn::Set(di, p), best_place);
  }
  if (out != nullptr) hn::BlendedStore(best, mask, d, out);
  if (place != nullptr) hn::BlendedStore(best_place, hn::RebindMask(di, mask), di, place);
}

template <int kWindows, int kVectors>
HWY_ATTR void pair_maxima(const PairMaxima& m) {
  const D d;
  constexpr int kLast = kVectors - 1;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const M mask = hn::FirstN(d, static_cast<std::size_t>(m.columns - kLast * lanes));
  V sums[kWindows][kVectors][4];
  HWY_UNROLL(3)
  for (int w = 0; w < kWindows; ++w) {
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) {
      HWY_UNROLL(4)
      for (int p = 0; p < 4; ++p) sums[w][v][p] = hn::Zero(d);
    }
  }
  const float* kernel = m.kernel;
  for (std::int64_t ky = 0; ky < m.kernel_rows; ++ky) {
    const float* upper = m.frame + ky * m.row;
    const float* lower = upper + m.step_y;
    for (std::int64_t i = 0; i < m.kernel_run; ++i, kernel += m.kernel_step) {
      V right[kVectors];
      HWY_UNROLL(2)
      for (int v = 0; v < kVectors; ++v) {
        right[v] =
            v == kLast ? hn::MaskedLoad(mask, d, kernel + v * lanes) : hn::LoadU(d, kernel + v * lanes);
      }
      HWY_UNROLL(3)
      for (int w = 0; w < kWindows; ++w) {
        const std::int64_t at = i + 2 * w * m.step_x;
        const V pixels[4] = {hn::Set(d, upper[at]), hn::Set(d, upper[at + m.step_x]), hn::Set(d, lower[at]),
                             hn::Set(d, lower[at + m.step_x])};
        HWY_UNROLL(2)
        for (int v = 0; v < kVectors; ++v) {
          HWY_UNROLL(4)
          for (int p = 0; p < 4; ++p) sums[w][v][p] = hn::MulAdd(pixels[p], right[v], sums[w][v][p]);
        }
      }
    }
  }
  HWY_UNROLL(3)
  for (int w = 0; w < kWindows; ++w) {
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t to = w * m.channels + v * lanes;
      const M stored = v == kLast ? mask : hn::FirstN(d, static_cast<std::size_t>(lanes));
      store_largest(sums[w][v], stored, m.out != nullptr ? m.out + to : nullptr,
                    m.place != nullptr ? m.place + to : nullptr);
    }
  }
}

// So many registers hold sums: 24 of 32, or 8 of 16.
void pair_maxima_of(const PairMaxima& m, int windows) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
  const bool two = m.columns > lanes;
  if (windows == 3) return two ? pair_maxima<3, 2>(m) : pair_maxima<3, 1>(m);
  if (windows == 2) return two ? pair_maxima<2, 2>(m) : pair_maxima<2, 1>(m);
  return two ? pair_maxima<1, 2>(m) : pair_maxima<1, 1>(m);
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
  return {static_cast<std::int64_t>(hn::Lanes(D())), &maxima, &tap_gradient, &pair_maxima_of};
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
