// Scaling of stored bytes to the numbers a network sees, fitted on training samples only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/plan/study_plan.hpp"

namespace nnc::rt {

// Samples one after the other, one byte per feature. A view: the data set owns the bytes.
struct SampleBytes {
  std::span<const std::uint8_t> bytes;
  std::size_t features = 0;  // per sample

  [[nodiscard]] std::size_t count() const { return features == 0 ? 0 : bytes.size() / features; }
};

// Per feature x' = (x - offset) * factor.
struct FittedScale {
  std::vector<float> offset;
  std::vector<float> factor;
};

// Fits on the samples named by `indices` (at least one). As scikit-learn's MinMaxScaler and StandardScaler:
// the deviation is the population's, and a feature that never changes keeps the factor 1. Sums are exact
// integers.
FittedScale fit_scale(Scale scale, const SampleBytes& samples, std::span<const std::uint32_t> indices);

struct FeatureRange {
  std::size_t begin = 0, end = 0;
};

// Scales these features of the samples named by `indices` into their places in `out` (indices.size() x all
// features); allocates nothing.
void gather(const SampleBytes& samples, const FittedScale& scale, std::span<const std::uint32_t> indices,
            const FeatureRange& range, std::span<float> out);

// Brings what will be gathered soon into the second cache.
void prefetch(const SampleBytes& samples, std::span<const std::uint32_t> indices, const FeatureRange& range);

}  // namespace nnc::rt
