// Shapes of tensors, element types, and how parameters start.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace nnc {

// The size of the batch axis while it is not known yet. Only the first axis may have it.
// Graphs are made once per trial with a symbolic batch; bind_batch (passes) makes it a number.
inline constexpr std::int64_t kBatch = -1;

// Sizes per axis, slowest first; images are [batch, height, width, channels]. Rank 0 is a scalar.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> sizes) : sizes_(sizes) {}
  explicit Shape(std::vector<std::int64_t> sizes) : sizes_(std::move(sizes)) {}

  [[nodiscard]] int rank() const { return static_cast<int>(sizes_.size()); }
  // Negative axes count from the end: shape[-1] is the last.
  [[nodiscard]] std::int64_t operator[](int axis) const;
  [[nodiscard]] const std::vector<std::int64_t>& sizes() const { return sizes_; }
  [[nodiscard]] bool has_batch() const { return !sizes_.empty() && sizes_.front() == kBatch; }
  // The number of elements; empty if the batch is symbolic or the product exceeds 2^62.
  [[nodiscard]] std::optional<std::int64_t> element_count() const;
  // With the batch axis replaced by a number.
  [[nodiscard]] Shape with_batch(std::int64_t batch) const;
  // With a symbolic batch axis before the others: the shape of many such samples.
  [[nodiscard]] Shape with_batch_axis() const;
  // "[batch, 28, 28, 1]", "[]" for a scalar.
  [[nodiscard]] std::string to_string() const;
  // As people write images: "28x28x1" without the batch axis; a flat vector is "784".
  [[nodiscard]] std::string sample_string() const;

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::vector<std::int64_t> sizes_;
};

// Element type in the graph. The width of Float is chosen when the plan is made: 32 bits to train,
// 64 bits to check gradients.
enum class ElementType : std::uint8_t { Float, Int };  // Int is 32-bit signed: class labels

// NumPy's broadcasting of two shapes; empty if they do not fit. kBatch fits itself and 1.
std::optional<Shape> broadcast_shapes(const Shape& lhs, const Shape& rhs);

// How a parameter or state starts. Values are drawn from a named random stream at the start of a trial.
struct Initializer {
  enum class Kind : std::uint8_t { Constant, Uniform, Normal, TruncatedNormal };
  Kind kind = Kind::Constant;
  double first = 0;   // Constant: the value; Uniform: lower bound; normals: mean
  double second = 0;  // Uniform: upper bound; normals: standard deviation (before truncation at two of them)

  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Initializer&, const Initializer&) = default;
};

}  // namespace nnc
