// Fitting and applying scales. In: bytes of samples and which of them. Out: factors, then scaled floats per
// batch.
#include "runtime/data/scale.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/base/check.hpp"

namespace nnc::rt {
namespace {

// 65536 x 255 x 255 is the most that 32 bits hold.
constexpr std::size_t kRowsPerBlock = 65536;

__extension__ using Wide = unsigned __int128;

struct MinMax {
  std::vector<std::uint8_t> low;
  std::vector<std::uint8_t> high;
};

MinMax find_min_max(const SampleBytes& samples, std::span<const std::uint32_t> indices) {
  MinMax found{std::vector<std::uint8_t>(samples.features, 255),
               std::vector<std::uint8_t>(samples.features, 0)};
  // A byte may alias anything, the number of features too: from local variables alone, the loop becomes
  // vectors.
  const std::size_t features = samples.features;
  std::uint8_t* __restrict low = found.low.data();
  std::uint8_t* __restrict high = found.high.data();
  for (const std::uint32_t index : indices) {
    const std::uint8_t* __restrict row = samples.bytes.data() + index * features;
    for (std::size_t j = 0; j < features; ++j) {
      const std::uint8_t value = row[j];
      low[j] = value < low[j] ? value : low[j];
      high[j] = value > high[j] ? value : high[j];
    }
  }
  return found;
}

struct Moments {
  std::vector<std::uint64_t> sum;
  std::vector<std::uint64_t> squares;
};

Moments find_moments(const SampleBytes& samples, std::span<const std::uint32_t> indices) {
  const std::size_t features = samples.features;
  Moments moments{std::vector<std::uint64_t>(features), std::vector<std::uint64_t>(features)};
  std::vector<std::uint32_t> sum(features);
  std::vector<std::uint32_t> squares(features);
  while (!indices.empty()) {
    const auto block = indices.first(std::min(indices.size(), kRowsPerBlock));
    indices = indices.subspan(block.size());
    std::fill(sum.begin(), sum.end(), 0);
    std::fill(squares.begin(), squares.end(), 0);
    for (const std::uint32_t index : block) {
      const std::uint8_t* row = samples.bytes.data() + index * features;
      for (std::size_t j = 0; j < features; ++j) {
        const std::uint32_t value = row[j];
        sum[j] += value;
        squares[j] += value * value;
      }
    }
    for (std::size_t j = 0; j < features; ++j) {
      moments.sum[j] += sum[j];
      moments.squares[j] += squares[j];
    }
  }
  return moments;
}

FittedScale fit_min_max(const SampleBytes& samples, std::span<const std::uint32_t> indices) {
  const MinMax found = find_min_max(samples, indices);
  FittedScale scale{std::vector<float>(samples.features), std::vector<float>(samples.features)};
  for (std::size_t j = 0; j < samples.features; ++j) {
    const int range = found.high[j] - found.low[j];
    scale.offset[j] = found.low[j];
    scale.factor[j] = range == 0 ? 1.0F : static_cast<float>(1.0 / range);
  }
  return scale;
}

FittedScale fit_standard(const SampleBytes& samples, std::span<const std::uint32_t> indices) {
  const Moments moments = find_moments(samples, indices);
  const auto count = static_cast<double>(indices.size());
  FittedScale scale{std::vector<float>(samples.features), std::vector<float>(samples.features)};
  for (std::size_t j = 0; j < samples.features; ++j) {
    // count^2 times the variance, exact: both products stay below 2^80.
    const Wide spread = Wide{indices.size()} * moments.squares[j] - Wide{moments.sum[j]} * moments.sum[j];
    const double deviation = std::sqrt(static_cast<double>(spread)) / count;
    scale.offset[j] = static_cast<float>(static_cast<double>(moments.sum[j]) / count);
    scale.factor[j] = spread == 0 ? 1.0F : static_cast<float>(1.0 / deviation);
  }
  return scale;
}

// Into the first cache (3), or the second (2).
template <int kLocality>
[[gnu::always_inline]] inline void prefetch_range(const SampleBytes& samples, std::uint32_t index,
                                                  const FeatureRange& range) {
  constexpr std::size_t kLine = 64;
  if (range.begin == range.end) return;
  const std::uint8_t* row = samples.bytes.data() + index * samples.features;
  for (std::size_t j = range.begin; j < range.end; j += kLine) __builtin_prefetch(row + j, 0, kLocality);
  __builtin_prefetch(row + range.end - 1, 0, kLocality);  // rows begin anywhere in a line
}

[[gnu::always_inline]] inline void scale_rows(const SampleBytes& samples, const FittedScale& scale,
                                              std::span<const std::uint32_t> indices,
                                              const FeatureRange& range, float* out) {
  constexpr std::size_t kAhead = 3;
  const std::size_t count = range.end - range.begin;
  const float* __restrict offset = scale.offset.data() + range.begin;
  const float* __restrict factor = scale.factor.data() + range.begin;
  out += range.begin;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    // Shuffled samples lie all over the memory.
    if (i + kAhead < indices.size()) prefetch_range<3>(samples, indices[i + kAhead], range);
    const std::uint8_t* __restrict row = samples.bytes.data() + indices[i] * samples.features + range.begin;
    float* __restrict target = out;
    for (std::size_t j = 0; j < count; ++j) {
      target[j] = (static_cast<float>(row[j]) - offset[j]) * factor[j];
    }
    out += samples.features;
  }
}

void scale_rows_plain(const SampleBytes& samples, const FittedScale& scale,
                      std::span<const std::uint32_t> indices, const FeatureRange& range, float* out) {
  scale_rows(samples, scale, indices, range, out);
}

#if defined(__x86_64__)
// The same operations eight at a time, and so the same bits.
[[gnu::target("avx2")]] void scale_rows_avx2(const SampleBytes& samples, const FittedScale& scale,
                                             std::span<const std::uint32_t> indices,
                                             const FeatureRange& range, float* out) {
  scale_rows(samples, scale, indices, range, out);
}
#endif

}  // namespace

FittedScale fit_scale(Scale scale, const SampleBytes& samples, std::span<const std::uint32_t> indices) {
  NNC_CHECK(!indices.empty());
  NNC_CHECK(*std::max_element(indices.begin(), indices.end()) < samples.count());
  switch (scale) {
    case Scale::MinMax:
      return fit_min_max(samples, indices);
    case Scale::Standard:
      return fit_standard(samples, indices);
    case Scale::None:
    case Scale::Unit:
      break;
  }
  const float factor = scale == Scale::Unit ? static_cast<float>(1.0 / 255) : 1.0F;
  return {std::vector<float>(samples.features, 0.0F), std::vector<float>(samples.features, factor)};
}

void gather(const SampleBytes& samples, const FittedScale& scale, std::span<const std::uint32_t> indices,
            const FeatureRange& range, std::span<float> out) {
  NNC_CHECK(range.begin <= range.end && range.end <= samples.features);
  NNC_CHECK(out.size() == indices.size() * samples.features);
  NNC_CHECK(scale.offset.size() == samples.features && scale.factor.size() == samples.features);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return scale_rows_avx2(samples, scale, indices, range, out.data());
#endif
  scale_rows_plain(samples, scale, indices, range, out.data());
}

void prefetch(const SampleBytes& samples, std::span<const std::uint32_t> indices, const FeatureRange& range) {
  for (const std::uint32_t index : indices) prefetch_range<2>(samples, index, range);
}

}  // namespace nnc::rt
