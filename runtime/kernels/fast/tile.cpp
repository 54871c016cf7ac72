// The tile kernels, compiled once per instruction set and per size. See tile.hpp for what they compute.
#include "runtime/kernels/fast/tile.hpp"

#include <utility>

#include "runtime/kernels/fast/fast.hpp"

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/tile.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if NNC_FUSED_TARGET

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

// Registers: with 32 of them up to 24 hold results, with 16 up to 12.
constexpr bool kManyRegisters = HWY_TARGET != HWY_AVX2;
constexpr int max_rows(int vectors) {
  if (vectors == 1) return kManyRegisters ? 16 : 10;
  if (vectors == 2) return kManyRegisters ? 12 : 6;
  if (vectors == 3) return kManyRegisters ? 8 : 4;
  return 6;
}

// The last vector of each row is masked: columns beyond the tile are neither read nor written.
template <int kRows, int kVectors>
HWY_ATTR void run_tile(const Tile& tile) {
  const D d;
  constexpr int kLast = kVectors - 1;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(tile.columns - kLast * lanes));
  V sums[kRows][kVectors];
  const float* rows[kRows];
  HWY_UNROLL(16)
  for (int r = 0; r < kRows; ++r) {
    rows[r] = tile.rows[r];
    HWY_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) {
      const float* c = tile.c + r * tile.c_row + v * lanes;
      sums[r][v] = !tile.accumulate ? hn::Zero(d) : v == kLast ? hn::MaskedLoad(mask, d, c) : hn::LoadU(d, c);
    }
  }
  for (std::int64_t outer = 0; outer < tile.outer; ++outer) {
    const float* b = tile.b + outer * tile.b_outer;
    std::int64_t at = outer * tile.a_outer;
    for (std::int64_t inner = 0; inner < tile.inner; ++inner, b += tile.b_inner, at += tile.a_inner) {
      V right[kVectors];
      HWY_UNROLL(4)
      for (int v = 0; v < kVectors; ++v) {
        right[v] = v == kLast ? hn::MaskedLoad(mask, d, b + v * lanes) : hn::LoadU(d, b + v * lanes);
      }
      HWY_UNROLL(16)
      for (int r = 0; r < kRows; ++r) {
        const V left = hn::Set(d, rows[r][at]);
        HWY_UNROLL(4)
        for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(left, right[v], sums[r][v]);
      }
    }
  }
  HWY_UNROLL(16)
  for (int r = 0; r < kRows; ++r) {
    HWY_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) {
      float* c = tile.c + r * tile.c_row + v * lanes;
      if (v == kLast) {
        hn::BlendedStore(sums[r][v], mask, d, c);
      } else {
        hn::StoreU(sums[r][v], d, c);
      }
    }
  }
}

template <int kVectors, int... kRowsMinusOne>
void add_rows(TileSet& set, std::integer_sequence<int, kRowsMinusOne...>) {
  set.max_rows[kVectors] = max_rows(kVectors);
  ((set.kernels[kVectors][kRowsMinusOne + 1] = &run_tile<kRowsMinusOne + 1, kVectors>), ...);
}

TileSet make_tile_set() {
  TileSet set;
  set.lanes = static_cast<std::int64_t>(hn::Lanes(D()));
  add_rows<1>(set, std::make_integer_sequence<int, max_rows(1)>{});
  add_rows<2>(set, std::make_integer_sequence<int, max_rows(2)>{});
  add_rows<3>(set, std::make_integer_sequence<int, max_rows(3)>{});
  set.max_vectors = 3;
  if constexpr (kManyRegisters) {
    add_rows<4>(set, std::make_integer_sequence<int, max_rows(4)>{});
    set.max_vectors = 4;
  }
  return set;
}

#else

TileSet make_tile_set() { return {}; }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {

HWY_EXPORT(make_tile_set);

const TileSet& tile_set() {
  static const TileSet set = HWY_DYNAMIC_DISPATCH(make_tile_set)();
  return set;
}

bool has_fused_multiply_add() { return tile_set().lanes > 0; }

}  // namespace nnc::rt::fast
#endif
