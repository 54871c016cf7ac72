// Greedy by size: the largest buffer first, each at the lowest free offset. Within a few percent of the best
// known plans for networks; Pisarchyk and Lee, "Efficient memory management for deep neural net inference",
// 2020.
#include "compiler/plan/arena.hpp"

#include <algorithm>
#include <numeric>

namespace nnc {

std::uint64_t add_bytes(std::uint64_t lhs, std::uint64_t rhs) {
  return std::min(kImpossibleBytes, std::min(lhs, kImpossibleBytes) + std::min(rhs, kImpossibleBytes));
}

std::uint64_t align_bytes(std::uint64_t bytes) {
  if (bytes >= kImpossibleBytes) return kImpossibleBytes;
  return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
}

static bool alive_together(const Buffer& lhs, const Buffer& rhs) {
  return lhs.begin <= rhs.end && rhs.begin <= lhs.end;
}

// The lowest offset where the buffer fits between those placed so far, which are sorted by offset.
static std::uint64_t find_gap(const Buffer& buffer, const std::vector<const Buffer*>& placed) {
  std::uint64_t offset = 0;
  for (const Buffer* other : placed) {
    if (!alive_together(buffer, *other)) continue;
    if (add_bytes(offset, buffer.bytes) <= other->offset) break;
    offset = std::max(offset, align_bytes(add_bytes(other->offset, other->bytes)));
  }
  return offset;
}

std::uint64_t place_buffers(std::vector<Buffer>& buffers) {
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t lhs, std::size_t rhs) { return buffers[lhs].bytes > buffers[rhs].bytes; });
  std::vector<const Buffer*> placed;
  std::uint64_t total = 0;
  for (const std::size_t index : order) {
    Buffer& buffer = buffers[index];
    buffer.offset = find_gap(buffer, placed);
    total = std::max(total, add_bytes(buffer.offset, buffer.bytes));
    const auto place =
        std::upper_bound(placed.begin(), placed.end(), buffer.offset,
                         [](std::uint64_t offset, const Buffer* b) { return offset < b->offset; });
    placed.insert(place, &buffer);
  }
  return align_bytes(total);
}

}  // namespace nnc
