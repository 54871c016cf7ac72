// The share of a part: a range of whatever the output is cut into. Shares of all parts together are all of
// it, and their sizes differ by one at most.
#pragma once

#include <cstdint>

namespace nnc::rt {

struct Share {
  std::int64_t begin = 0, end = 0;
  [[nodiscard]] std::int64_t size() const { return end - begin; }
};

// Weights are cut at multiples of so many rows, by the products that read them and the updates that write
// them, so that a thread reads those that it wrote.
inline constexpr std::int64_t kRowsOfWeights = 64;

inline Share share_of(std::int64_t total, int part, int parts) {
  return {total * part / parts, total * (part + 1) / parts};
}

}  // namespace nnc::rt
