// types: shapes, broadcasting, how initializers print.
#include <catch2/catch.hpp>

#include "compiler/base/check.hpp"
#include "compiler/types/shape.hpp"

using nnc::broadcast_shapes;
using nnc::Initializer;
using nnc::kBatch;
using nnc::Shape;

TEST_CASE("axes count from both ends, and an axis that is not there is our mistake") {
  const Shape shape{2, 3, 4};
  CHECK(shape[0] == 2);
  CHECK(shape[-1] == 4);
  CHECK_THROWS_AS(shape[3], nnc::InternalError);
  CHECK_THROWS_AS(shape[-4], nnc::InternalError);
}

TEST_CASE("elements are counted unless the batch is open or the product too large") {
  CHECK(Shape{}.element_count() == 1);
  CHECK(Shape{28, 28}.element_count() == 784);
  CHECK(Shape{0, 5}.element_count() == 0);
  CHECK_FALSE(Shape{kBatch, 5}.element_count());
  const std::int64_t large = std::int64_t{1} << 31;
  CHECK(Shape({large, large}).element_count() == std::int64_t{1} << 62);
  CHECK_FALSE(Shape({large, large, 2}).element_count());
  CHECK(Shape({large, large, large, 0}).element_count() == 0);
}

TEST_CASE("shapes print for people") {
  CHECK(Shape{}.to_string() == "[]");
  CHECK(Shape{kBatch, 28, 28, 1}.to_string() == "[batch, 28, 28, 1]");
  CHECK(Shape{kBatch, 28, 28, 1}.sample_string() == "28x28x1");
  CHECK(Shape{28, 28, 1}.sample_string() == "28x28x1");
  CHECK(Shape{kBatch, 784}.sample_string() == "784");
  CHECK(Shape{kBatch}.sample_string() == "a single number");
}

TEST_CASE("the batch can be bound") {
  CHECK(Shape{kBatch, 3}.with_batch(8) == Shape{8, 3});
  CHECK(Shape{4, 3}.with_batch(8) == Shape{4, 3});
}

TEST_CASE("broadcasting is NumPy's, and the batch fits itself and 1") {
  CHECK(broadcast_shapes({2, 3}, {3}) == Shape{2, 3});
  CHECK(broadcast_shapes({2, 1}, {1, 3}) == Shape{2, 3});
  CHECK(broadcast_shapes({}, {5}) == Shape{5});
  CHECK(broadcast_shapes({0}, {1}) == Shape{0});
  CHECK_FALSE(broadcast_shapes({2}, {3}));
  CHECK(broadcast_shapes({kBatch, 3}, {3}) == Shape{kBatch, 3});
  CHECK(broadcast_shapes({kBatch, 3}, {1, 3}) == Shape{kBatch, 3});
  CHECK(broadcast_shapes({kBatch, 3}, {kBatch, 1}) == Shape{kBatch, 3});
  CHECK_FALSE(broadcast_shapes({kBatch, 3}, {2, 3}));
  CHECK_FALSE(broadcast_shapes({kBatch}, {3, 1}));
}

TEST_CASE("initializers print with the shortest exact numbers") {
  using Kind = Initializer::Kind;
  CHECK(Initializer{}.to_string() == "constant(0)");
  CHECK(Initializer{Kind::Uniform, -0.05, 0.05}.to_string() == "uniform(-0.05, 0.05)");
  CHECK(Initializer{Kind::Normal, 0, 1}.to_string() == "normal(0, 1)");
  CHECK(Initializer{Kind::TruncatedNormal, 0, 0.1}.to_string() == "truncated_normal(0, 0.1)");
}
