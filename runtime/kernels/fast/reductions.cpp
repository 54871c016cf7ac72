// Fast Sum, Mean, Softmax and LogSoftmax.
// In: a tensor; the axes to reduce, if they lie side by side (others are left to the reference). Out: as the
// reference's, summed in float in two levels, blocks of 64 and then their sums, so that errors grow slowly
// with the length.
#include <algorithm>

#include "runtime/kernels/fast/fast.hpp"
#include "runtime/kernels/fast/reductions.hpp"
#include "runtime/kernels/share.hpp"

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/reductions.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runtime/kernels/fast/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {

#if NNC_FUSED_TARGET

constexpr std::int64_t kBlock = 64;

// Sixteen elements of `map` from x on, or the rest of them, to the sums.
template <class Map>
HWY_INLINE void add_sixteen(Sum16& sum, const float* x, std::int64_t rest, Map map) {
  const D d;
  for (int part = 0; part < Sum16::kParts; ++part, x += Sum16::kLanes, rest -= Sum16::kLanes) {
    if (rest >= Sum16::kLanes) {
      sum.add(part, map.at(hn::LoadU(d, x)));
    } else if (rest > 0) {
      const auto mask = hn::FirstN(d, static_cast<std::size_t>(rest));
      sum.add(part, hn::IfThenElseZero(mask, map.at(hn::MaskedLoad(mask, d, x))));
    }
  }
}

template <class Map>
HWY_INLINE float sum_row(const float* x, std::int64_t n, Map map) {
  Sum16 total;
  for (std::int64_t block = 0; block < n; block += kBlock * 16) {
    Sum16 sum;
    const std::int64_t end = std::min(n, block + kBlock * 16);
    for (std::int64_t i = block; i < end; i += 16) add_sixteen(sum, x + i, end - i, map);
    total.add(sum);
  }
  return total.total();
}

struct Same {
  HWY_INLINE V at(V x) const { return x; }
};
struct ExpOfShifted {
  V largest;
  HWY_INLINE V at(V x) const { return exp_of_negative(hn::Sub(x, largest)); }
};

HWY_ATTR float sum_contiguous(const float* x, std::int64_t n) { return sum_row(x, n, Same{}); }

// out[j] = sum over rows of x[row][j]
HWY_ATTR void sum_columns(const float* x, std::int64_t rows, std::int64_t stride, std::int64_t columns,
                          float* out) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t j = 0; j < columns; j += lanes) {
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(std::min(lanes, columns - j)));
    V total = hn::Zero(d);
    for (std::int64_t block = 0; block < rows; block += kBlock) {
      V sum = hn::Zero(d);
      const std::int64_t end = std::min(rows, block + kBlock);
      for (std::int64_t row = block; row < end; ++row) {
        sum = hn::Add(sum, hn::MaskedLoad(mask, d, x + row * stride + j));
      }
      total = hn::Add(total, sum);
    }
    hn::BlendedStore(total, mask, d, out + j);
  }
}

HWY_INLINE float largest_of(const float* x, std::int64_t n) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const V lowest = hn::Set(d, -kInfinity);
  V best = lowest;
  for (std::int64_t i = 0; i < n; i += lanes) {
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(std::min(lanes, n - i)));
    best = hn::Max(best, hn::IfThenElse(mask, hn::MaskedLoad(mask, d, x + i), lowest));
  }
  return hn::GetLane(hn::MaxOfLanes(d, best));
}

// A NaN anywhere in a row reaches the sum, and through it the whole row.
HWY_ATTR void softmax_row(const float* x, std::int64_t n, bool log_form, float* y) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const V largest = hn::Set(d, largest_of(x, n));
  const V total = hn::Set(d, sum_row(x, n, ExpOfShifted{largest}));
  const V log_total = log(total);
  for (std::int64_t i = 0; i < n; i += lanes) {
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(std::min(lanes, n - i)));
    const V shifted = hn::Sub(hn::MaskedLoad(mask, d, x + i), largest);
    const V result = log_form ? hn::Sub(shifted, log_total) : hn::Div(exp_of_negative(shifted), total);
    hn::BlendedStore(result, mask, d, y + i);
  }
}

ReductionSet make_reduction_set() { return {&sum_contiguous, &sum_columns, &softmax_row}; }

#else

ReductionSet make_reduction_set() { return {}; }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {
namespace {

HWY_EXPORT(make_reduction_set);

const ReductionSet& reductions() {
  static const ReductionSet set = HWY_DYNAMIC_DISPATCH(make_reduction_set)();
  return set;
}

// The input as [outer, length, inner] with `length` reduced; false if the axes do not lie side by side.
struct Extent {
  std::int64_t outer = 1, length = 1, inner = 1;
};
bool find_extent(const KernelCall& call, Extent& extent) {
  const std::vector<int>& axes = std::get_if<AxesAttributes>(call.attributes)->axes;
  if (axes.empty() || axes.back() - axes.front() + 1 != static_cast<int>(axes.size())) return false;
  const std::span<const std::int64_t> sizes = call.inputs[0].sizes;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const int axis = static_cast<int>(i);
    (axis < axes.front() ? extent.outer : axis <= axes.back() ? extent.length : extent.inner) *= sizes[i];
  }
  return true;
}

// The share of a part. Where there is one sum after the other, whole sums of numbers side by side; in one
// block of columns, columns in steps of a vector.
void sum_share(const KernelCall& call, const Extent& e, bool mean) {
  constexpr std::int64_t kVector = 16;
  const std::int64_t vectors = (e.inner + kVector - 1) / kVector;
  const bool by_columns = e.outer < call.parts;
  const Share outer = by_columns ? Share{0, e.outer} : share_of(e.outer, call.part, call.parts);
  Share inner = by_columns ? share_of(vectors, call.part, call.parts) : Share{0, vectors};
  inner = {std::min(inner.begin * kVector, e.inner), std::min(inner.end * kVector, e.inner)};
  if (inner.size() == 0) return;
  for (std::int64_t i = outer.begin; i < outer.end; ++i) {
    const float* x = call.inputs[0].as<float>() + i * e.length * e.inner + inner.begin;
    float* out = call.output.as<float>() + i * e.inner + inner.begin;
    if (e.inner == 1) {
      *out = reductions().sum_contiguous(x, e.length);
    } else {
      reductions().sum_columns(x, e.length, e.inner, inner.size(), out);
    }
    for (std::int64_t j = 0; mean && j < inner.size(); ++j) out[j] /= static_cast<float>(e.length);
  }
}

template <OpKind kind>
void sum(const KernelCall& call) {
  Extent extent;
  if (find_extent(call, extent)) {
    sum_share(call, extent, kind == OpKind::Mean);
  } else if (call.part == 0) {
    reference_kernels_f32()[kind](call);
  }
}

void softmax_rows(const KernelCall& call, bool log_form) {
  const std::int64_t columns = call.output.sizes.back();
  if (call.output.count() == 0) return;
  const Share rows = share_of(call.output.count() / columns, call.part, call.parts);
  for (std::int64_t i = rows.begin * columns; i < rows.end * columns; i += columns) {
    reductions().softmax_row(call.inputs[0].as<float>() + i, columns, log_form, call.output.as<float>() + i);
  }
}
void softmax(const KernelCall& call) { softmax_rows(call, false); }
void log_softmax(const KernelCall& call) { softmax_rows(call, true); }

}  // namespace

void add_reductions(FastKernels& fast) {
  fast.add_cut(OpKind::Sum, &sum<OpKind::Sum>);
  fast.add_cut(OpKind::Mean, &sum<OpKind::Mean>);
  fast.add_cut(OpKind::Softmax, &softmax);
  fast.add_cut(OpKind::LogSoftmax, &log_softmax);
}

}  // namespace nnc::rt::fast
#endif
