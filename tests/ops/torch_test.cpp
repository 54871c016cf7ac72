// The kernels beside two peers: values that PyTorch computed (tests/reference/torch_ops.json, made by
// make_torch_values.py) and products that Eigen computes here.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/ops/harness.hpp"

namespace {

using namespace nnc::test;
using nlohmann::json;
using nnc::OpKind;
using nnc::Shape;

Tensor read_tensor(const json& value) {
  return {Shape(value["shape"].get<std::vector<std::int64_t>>()), value["values"].get<std::vector<double>>(),
          value["type"] == "int" ? nnc::ElementType::Int : nnc::ElementType::Float};
}

nnc::Attributes read_attributes(OpKind kind, const json& value) {
  if (kind == OpKind::MatMul) return nnc::MatMulAttributes{value["transpose_lhs"], value["transpose_rhs"]};
  if (nnc::op_info(kind).op_class != nnc::OpClass::Window) return nnc::NoAttributes{};
  nnc::WindowAttributes window{value["window"], value["stride"], value["pad"], value["pad"], {}};
  if (value.contains("input_shape"))
    window.input_shape = Shape(value["input_shape"].get<std::vector<std::int64_t>>());
  return window;
}

template <class T>
struct Kernels {
  const nnc::rt::KernelTable& table;
  const nnc::rt::KernelTable& fallback;

  Tensor run(OpKind kind, const std::vector<Tensor>& inputs, const nnc::Attributes& attributes) const {
    std::vector<Shape> shapes;
    for (const Tensor& input : inputs) shapes.push_back(input.shape);
    const nnc::ShapeResult shape = nnc::infer_shape(kind, shapes, attributes);
    REQUIRE(std::holds_alternative<Shape>(shape));
    const nnc::rt::Kernel kernel = table[kind] != nullptr ? table[kind] : fallback[kind];
    const std::vector<T> values = run_kernel<T>({kind, inputs, attributes, std::get<Shape>(shape)}, kernel);
    return {std::get<Shape>(shape), {values.begin(), values.end()}};
  }

  Tensor cross_entropy(const Tensor& scores, const Tensor& target) const {
    const Tensor logs = run(OpKind::LogSoftmax, {scores}, nnc::NoAttributes{});
    const Tensor picked = run(OpKind::Pick, {logs, target}, nnc::NoAttributes{});
    return run(OpKind::Negate, {run(OpKind::Mean, {picked}, nnc::AxesAttributes{{0}})}, nnc::NoAttributes{});
  }
};

template <class T>
void check_case(const json& value, const Kernels<T>& kernels, double tolerance) {
  const std::string op = value["op"];
  std::vector<Tensor> inputs;
  for (const json& input : value["inputs"]) inputs.push_back(read_tensor(input));
  const Tensor expected = read_tensor(value["output"]);
  Tensor result;
  if (op == "cross_entropy") {
    result = kernels.cross_entropy(inputs[0], inputs[1]);
  } else {
    const auto kind = nnc::find_op(op);
    REQUIRE(kind);
    result = kernels.run(*kind, inputs, read_attributes(*kind, value["attributes"]));
  }
  REQUIRE(result.shape == expected.shape);
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const double error = std::fabs(result.values[i] - expected.values[i]);
    if (error <= tolerance * (1 + std::fabs(expected.values[i]))) continue;
    FAIL_CHECK(op << " element " << i << ": " << result.values[i] << ", PyTorch gives "
                  << expected.values[i]);
    return;
  }
}

std::vector<float> numbers(std::int64_t count, std::int64_t step) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>((i * step) % 257 - 128) / 63.0F);
  return values;
}
Tensor as_tensor(const Shape& shape, const std::vector<float>& values) {
  return {shape, {values.begin(), values.end()}};
}

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix as_matrix(const Tensor& tensor, std::int64_t rows, std::int64_t columns) {
  Matrix matrix(rows, columns);
  std::copy(tensor.values.begin(), tensor.values.end(), matrix.data());
  return matrix;
}

void check_against(const Tensor& result, const Matrix& expected, const Matrix& magnitude, double terms) {
  for (Eigen::Index i = 0; i < expected.size(); ++i) {
    const double bound = (terms + 2) * 6e-8 * magnitude.data()[i];
    const double error = std::fabs(result.values[static_cast<std::size_t>(i)] - expected.data()[i]);
    if (error > bound) {
      FAIL_CHECK("element " << i << " is off by " << error);
      return;
    }
  }
}

const Kernels<float> kFast{nnc::rt::fast_kernels_f32(), nnc::rt::reference_kernels_f32()};

}  // namespace

TEST_CASE("kernels give the values of PyTorch", "[torch]") {
  std::ifstream file(NNC_SOURCE_DIR "/tests/reference/torch_ops.json");
  REQUIRE(file);
  const json values = json::parse(file);
  REQUIRE(values["cases"].size() > 30);
  const Kernels<double> wide{nnc::rt::reference_kernels_f64(), nnc::rt::reference_kernels_f64()};
  const Kernels<float> reference{nnc::rt::reference_kernels_f32(), nnc::rt::reference_kernels_f32()};
  for (const json& value : values["cases"]) {
    check_case(value, wide, 1e-12);
    check_case(value, reference, 2e-6);
    check_case(value, kFast, 1e-5);
  }
}

TEST_CASE("large matrix products agree with Eigen in all four cases", "[eigen]") {
  for (const auto& [rows, depth, columns] :
       {std::array<std::int64_t, 3>{32, 784, 256}, {784, 32, 256}, {61, 523, 139}}) {
    const Matrix lhs = as_matrix(as_tensor({rows, depth}, numbers(rows * depth, 37)), rows, depth);
    const Matrix rhs = as_matrix(as_tensor({depth, columns}, numbers(depth * columns, 101)), depth, columns);
    const Matrix expected = lhs * rhs;
    const Matrix magnitude = lhs.cwiseAbs() * rhs.cwiseAbs();
    for (const int which : {0, 1, 2, 3}) {
      const bool turn_lhs = which % 2 == 1;
      const bool turn_rhs = which / 2 == 1;
      CAPTURE(rows, depth, columns, turn_lhs, turn_rhs);
      const Matrix a = turn_lhs ? Matrix(lhs.transpose()) : lhs;
      const Matrix b = turn_rhs ? Matrix(rhs.transpose()) : rhs;
      const Tensor result = kFast.run(OpKind::MatMul,
                                      {{{a.rows(), a.cols()}, {a.data(), a.data() + a.size()}},
                                       {{b.rows(), b.cols()}, {b.data(), b.data() + b.size()}}},
                                      nnc::MatMulAttributes{turn_lhs, turn_rhs});
      check_against(result, expected, magnitude, static_cast<double>(depth));
    }
  }
}

TEST_CASE("a product's bits are those of one chain of fused multiply-adds per element, of two if it is long",
          "[eigen]") {
  if (nnc::rt::fast_kernels_f32()[OpKind::MatMul] == nullptr) return;
  const std::int64_t rows = 19;
  const std::int64_t depth = GENERATE(511, 512, 601, 784);
  const std::int64_t columns = 53;
  const std::int64_t half = first_chain(nnc::MatMulAttributes{}, depth);
  const std::vector<float> a = numbers(rows * depth, 37);
  const std::vector<float> b = numbers(depth * columns, 101);
  const Tensor result = kFast.run(
      OpKind::MatMul, {as_tensor({rows, depth}, a), as_tensor({depth, columns}, b)}, nnc::MatMulAttributes{});
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      float sums[2] = {};
      for (std::int64_t k = 0; k < depth; ++k) {
        float& sum = sums[k < half ? 0 : 1];
        sum = std::fma(a[static_cast<std::size_t>(i * depth + k)],
                       b[static_cast<std::size_t>(k * columns + j)], sum);
      }
      CHECK(result.values[static_cast<std::size_t>(i * columns + j)] ==
            static_cast<double>(sums[0] + sums[1]));
    }
  }
}

TEST_CASE("a convolution is Eigen's product of the gathered patches", "[eigen]") {
  const Shape image{4, 14, 14, 16};
  const Shape kernel{3, 3, 16, 40};
  const Tensor x = as_tensor(image, numbers(4 * 14 * 14 * 16, 53));
  const Tensor w = as_tensor(kernel, numbers(3 * 3 * 16 * 40, 29));
  const nnc::WindowAttributes attributes{{3, 3}, {1, 1}, {0, 0}, {0, 0}, {}};
  Matrix patches(4 * 12 * 12, 9 * 16);
  for (std::int64_t row = 0; row < patches.rows(); ++row) {
    for (std::int64_t column = 0; column < patches.cols(); ++column) {
      const std::int64_t n = row / 144;
      const std::int64_t y = row / 12 % 12 + column / 48;
      const std::int64_t at = ((n * 14 + y) * 14 + row % 12 + column / 16 % 3) * 16 + column % 16;
      patches(row, column) = x.values[static_cast<std::size_t>(at)];
    }
  }
  const Matrix weights = as_matrix(w, 144, 40);
  const Tensor result = kFast.run(OpKind::Conv2d, {x, w}, attributes);
  check_against(result, patches * weights, patches.cwiseAbs() * weights.cwiseAbs(), 144);
}
