// The share of a part: a range of whatever the output is cut into. Shares of all parts together are all of
// it, and their sizes differ by one at most.
#pragma once

#include <cstdint>

namespace nnc::rt {

struct Share {
  std::int64_t begin = 0, end = 0;
  [[nodiscard]] std::int64_t size() const { return end - begin; }
};

inline Share share_of(std::int64_t total, int part, int parts) {
  return {total * part / parts, total * (part + 1) / parts};
}

}  // namespace nnc::rt
