// Arithmetic on shapes, and how shapes and initializers print.
#include "compiler/types/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "compiler/base/check.hpp"

namespace nnc {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 62;

std::string size_string(std::int64_t size) { return size == kBatch ? "batch" : std::to_string(size); }

}  // namespace

std::int64_t Shape::operator[](int axis) const {
  const int at = axis < 0 ? axis + rank() : axis;
  NNC_CHECK(at >= 0 && at < rank(), fmt::format("axis {} of {}", axis, to_string()));
  return sizes_[static_cast<std::size_t>(at)];
}

std::optional<std::int64_t> Shape::element_count() const {
  if (std::find(sizes_.begin(), sizes_.end(), 0) != sizes_.end()) return 0;
  std::int64_t count = 1;
  for (const std::int64_t size : sizes_) {
    if (size < 0 || size > kMostElements / count) return std::nullopt;
    count *= size;
  }
  return count;
}

Shape Shape::with_batch(std::int64_t batch) const {
  Shape result = *this;
  if (has_batch()) result.sizes_.front() = batch;
  return result;
}

Shape Shape::with_batch_axis() const {
  std::vector<std::int64_t> sizes = {kBatch};
  sizes.insert(sizes.end(), sizes_.begin(), sizes_.end());
  return Shape(std::move(sizes));
}

std::string Shape::to_string() const {
  std::vector<std::string> sizes;
  for (const std::int64_t size : sizes_) sizes.push_back(size_string(size));
  return fmt::format("[{}]", fmt::join(sizes, ", "));
}

std::string Shape::sample_string() const {
  std::vector<std::string> sizes;
  for (std::size_t axis = has_batch() ? 1 : 0; axis < sizes_.size(); ++axis) {
    sizes.push_back(std::to_string(sizes_[axis]));
  }
  return sizes.empty() ? "a single number" : fmt::format("{}", fmt::join(sizes, "x"));
}

std::optional<Shape> broadcast_shapes(const Shape& lhs, const Shape& rhs) {
  const int rank = std::max(lhs.rank(), rhs.rank());
  const auto size_of = [&](const Shape& shape, int axis) {
    const int own = axis - (rank - shape.rank());
    return own < 0 ? std::int64_t{1} : shape[own];
  };
  std::vector<std::int64_t> sizes;
  for (int axis = 0; axis < rank; ++axis) {
    const std::int64_t left = size_of(lhs, axis);
    const std::int64_t right = size_of(rhs, axis);
    if (left != right && left != 1 && right != 1) return std::nullopt;
    sizes.push_back(left == 1 ? right : left);
  }
  // Only the first axis may be the batch: [batch] against [3, 1] would put it second.
  const auto late = sizes.empty() ? sizes.end() : std::find(sizes.begin() + 1, sizes.end(), kBatch);
  if (late != sizes.end()) return std::nullopt;
  return Shape(std::move(sizes));
}

std::string Initializer::to_string() const {
  switch (kind) {
    case Kind::Constant:
      return fmt::format("constant({})", first);
    case Kind::Uniform:
      return fmt::format("uniform({}, {})", first, second);
    case Kind::Normal:
      return fmt::format("normal({}, {})", first, second);
    case Kind::TruncatedNormal:
      return fmt::format("truncated_normal({}, {})", first, second);
  }
  NNC_CHECK(false, "initializer kind");
}

}  // namespace nnc
