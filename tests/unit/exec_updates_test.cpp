// Updates of weights: Adam's compounds as one pass, alone and behind the product that gives the gradient,
// with the bits of its operations one by one.
#include <catch2/catch.hpp>
#include <cstring>

#include "runtime/exec/operations.hpp"
#include "tests/unit/fused_support.hpp"

namespace nnc::test {
namespace {

enum Place : std::uint64_t {
  kWeights,
  kMean,
  kSquare,
  kGradient,
  kRate,
  kImages,
  kDeltas,
  kElsewhere,
  kPlaces
};

// Adam as a plan has it: instructions on weights, mean, square, a gradient and the rate of the step.
struct Adam {
  FusedStep step;
  std::array<std::vector<float>, kPlaces> memory;

  // A gradient in memory.
  explicit Adam(std::int64_t elements) { lay_out(Shape{elements}, FusedStep::Access::Full); }

  // A gradient of weights [rows, columns]: the product of `batch` images, some of whose pixels are 0, and
  // deltas.
  Adam(std::int64_t rows, std::int64_t columns, std::int64_t batch, int zeros_of_8) {
    lay_out(Shape{rows, columns}, FusedStep::Access::Produced);
    MatMulAttributes attributes;
    attributes.transpose_lhs = true;
    step.producer = KernelStep{OpKind::MatMul,
                               attributes,
                               {place(kImages, Shape{batch, rows}), place(kDeltas, Shape{batch, columns})},
                               place(kGradient, Shape{rows, columns})};
    for (std::size_t i = 0; i < memory[kImages].size(); ++i) {
      if (static_cast<int>(i * 5 % 8) < zeros_of_8) memory[kImages][i] = 0;
    }
  }

  void run(bool together, int parts = 1) {
    run_fused(step, memory, rt::fast_kernels_f32()[OpKind::MatMul], together, parts, 3);
  }

  [[nodiscard]] std::vector<rt::Operation> operations() const {
    std::vector<rt::Operation> chosen = rt::choose_operations(step, rt::fast_compounds());
    if (rt::fast_update() != nullptr) rt::combine_update(step, *rt::fast_update(), chosen);
    return chosen;
  }

  Operand place(Place where, const Shape& shape) {
    std::vector<float>& elements = memory[where];
    elements.resize(static_cast<std::size_t>(*shape.element_count()));
    for (std::size_t k = 0; k < elements.size(); ++k)
      elements[k] = static_cast<float>((k * 37 + where * 11) % 97) / 64.0F + 0.125F;
    return {Region::Work, where, shape, ElementType::Float};
  }

 private:
  void lay_out(const Shape& shape, FusedStep::Access gradient) {
    using Access = FusedStep::Access;
    step.shape = shape;
    for (const Place where : {kWeights, kMean, kSquare})
      step.inputs.push_back({place(where, shape), Access::Full});
    step.inputs.push_back({place(kGradient, shape), gradient});
    step.inputs.push_back({place(kRate, Shape{}), Access::Scalar});
    step.instructions = {
        {OpKind::Constant, {}, 0.9},     // 5
        {OpKind::Constant, {}, 0.1},     // 6
        {OpKind::Constant, {}, 0.999},   // 7
        {OpKind::Constant, {}, 0.001},   // 8
        {OpKind::Constant, {}, 1e-7},    // 9
        {OpKind::Multiply, {1, 5}, 0},   // 10
        {OpKind::Multiply, {3, 6}, 0},   // 11
        {OpKind::Add, {10, 11}, 0},      // 12: the new mean
        {OpKind::Multiply, {2, 7}, 0},   // 13
        {OpKind::Multiply, {3, 3}, 0},   // 14
        {OpKind::Multiply, {14, 8}, 0},  // 15
        {OpKind::Add, {13, 15}, 0},      // 16: the new square
        {OpKind::Multiply, {12, 4}, 0},  // 17
        {OpKind::Sqrt, {16}, 0},         // 18
        {OpKind::Add, {18, 9}, 0},       // 19
        {OpKind::Divide, {17, 19}, 0},   // 20
        {OpKind::Subtract, {0, 20}, 0},  // 21: the new weights
    };
    step.stores = {{12, step.inputs[1].operand}, {16, step.inputs[2].operand}, {21, step.inputs[0].operand}};
  }
};

bool same_bits(const Adam& lhs, const Adam& rhs) {
  for (const Place where : {kWeights, kMean, kSquare}) {
    const std::vector<float>& left = lhs.memory[where];
    if (std::memcmp(left.data(), rhs.memory[where].data(), left.size() * sizeof(float)) != 0) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("Adam is one pass over memory, with the bits of its operations", "[exec]") {
  for (const std::int64_t elements : {1, 7, 16, 1031}) {
    CAPTURE(elements);
    Adam together(elements);
    if (rt::fast_update() != nullptr) CHECK(together.operations().size() == 1);
    Adam apart(elements);
    together.run(true);
    apart.run(false);
    CHECK(same_bits(together, apart));
    CHECK_FALSE(same_bits(together, Adam(elements)));
  }
}

TEST_CASE("a gradient that is updated with as it is computed gives the bits of a stored one", "[exec]") {
  for (const int zeros : {0, 5, 8}) {
    for (const std::int64_t batch : {0, 1, 5, 32, 33}) {
      for (const std::int64_t columns : {1, 63, 65, 128, 257}) {
        for (const std::int64_t rows : {1, 17, 49}) {
          CAPTURE(zeros, batch, columns, rows);
          Adam together(rows, columns, batch, zeros);
          Adam apart(rows, columns, batch, zeros);
          together.run(true);
          apart.run(false);
          CHECK(same_bits(together, apart));
          Adam cut(rows, columns, batch, zeros);
          cut.run(true, 3);
          CHECK(same_bits(cut, apart));
        }
      }
    }
  }
}

TEST_CASE("weights of several pieces, too many for the nearest caches, get the bits of a stored gradient",
          "[exec]") {
  for (const std::int64_t columns : {257, 500}) {
    CAPTURE(columns);
    Adam together(200, columns, 32, 5);
    Adam apart(200, columns, 32, 5);
    together.run(true);
    apart.run(false);
    CHECK(same_bits(together, apart));
    Adam cut(200, columns, 32, 5);
    cut.run(true, 2);
    CHECK(same_bits(cut, apart));
  }
}

TEST_CASE("an update whose parts somebody else looks at stays in parts", "[exec]") {
  if (rt::fast_update() == nullptr) return;
  Adam stored(64);
  stored.step.stores.push_back({12, stored.place(kElsewhere, Shape{64})});
  CHECK(stored.operations().size() == 3);
  Adam moved(64);
  moved.step.stores[1].operand = moved.place(kElsewhere, Shape{64});
  CHECK(moved.operations().size() == 3);
  Adam read(64);
  read.step.instructions.push_back({OpKind::Multiply, {0, 0}, 0});
  read.step.stores.push_back({22, read.place(kElsewhere, Shape{64})});
  CHECK(read.operations().size() == 4);
  Adam two_gradients(64);
  two_gradients.step.instructions[9].registers = {0, 0};
  CHECK(two_gradients.operations().size() == 3);
}

}  // namespace nnc::test
