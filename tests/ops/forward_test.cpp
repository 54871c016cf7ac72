// Every operation's kernels against the oracle, and against each other: values, edges, aliasing, overruns.
// Gradients are in gradient_test.cpp, values of another framework in torch_test.cpp.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <set>

#include "runtime/kernels/flush_denormals.hpp"
#include "runtime/random/random.hpp"
#include "tests/ops/cases.hpp"
#include "tests/ops/harness.hpp"

namespace {

using namespace nnc::test;
using nnc::OpKind;
using nnc::Shape;

// |value - expected| <= gamma_K * magnitude, gamma_K = K u / (1 - K u), K the roundings plus a few for
// elementary functions.
template <class T>
void check_close(const std::vector<T>& values, const std::vector<Expected>& expected,
                 const std::string& what) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double unit = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
    const double roundings = (expected[i].terms + 8) * unit;
    const double bound = roundings / (1 - roundings) * expected[i].magnitude;
    const double error = std::fabs(static_cast<double>(values[i]) - expected[i].value);
    if (error <= bound || static_cast<double>(values[i]) == expected[i].value) continue;
    FAIL_CHECK(what << " element " << i << ": " << static_cast<double>(values[i]) << " instead of "
                    << expected[i].value << ", bound " << bound);
    return;
  }
}

template <class T>
bool same_bits(const std::vector<T>& lhs, const std::vector<T>& rhs) {
  return lhs.size() == rhs.size() &&
         (lhs.empty() || std::memcmp(lhs.data(), rhs.data(), lhs.size() * sizeof(T)) == 0);
}

}  // namespace

TEST_CASE("every operation has a reference kernel in both widths and a case", "[forward]") {
  std::set<OpKind> tested = {OpKind::Input, OpKind::Slot, OpKind::RandomUniform};
  for (const OpCase& c : op_cases()) tested.insert(c.kind);
  for (const nnc::OpInfo& info : nnc::all_ops()) {
    CAPTURE(info.name);
    CHECK(tested.count(info.kind) == 1);
    const bool is_memory = info.kind == OpKind::Input || info.kind == OpKind::Slot;
    CHECK((nnc::rt::reference_kernels_f32()[info.kind] == nullptr) == is_memory);
    CHECK((nnc::rt::reference_kernels_f64()[info.kind] == nullptr) == is_memory);
    const bool elementwise = info.op_class == nnc::OpClass::Elementwise;
    CHECK((nnc::rt::reference_blocks_f32()[info.kind] != nullptr) == elementwise);
    CHECK((nnc::rt::reference_blocks_f64()[info.kind] != nullptr) == elementwise);
    CHECK((nnc::rt::fast_blocks_f32()[info.kind] != nullptr) == elementwise);
  }
}

TEST_CASE("kernels compute what the operation means, within the bound of their roundings", "[forward]") {
  for (const OpCase& c : op_cases()) {
    CAPTURE(c.name());
    const std::vector<Tensor> inputs = make_inputs(c);
    const std::vector<Expected> expected = expected_result(c.kind, inputs, c.attributes, c.output);
    const Run run{c.kind, inputs, c.attributes, c.output};
    check_close(run_kernel<double>(run, nnc::rt::reference_kernels_f64()[c.kind]), expected, "f64 reference");
    check_close(run_kernel<float>(run, nnc::rt::reference_kernels_f32()[c.kind]), expected, "f32 reference");
    if (const nnc::rt::Kernel fast = nnc::rt::fast_kernels_f32()[c.kind]; fast != nullptr) {
      const std::vector<float> first = run_kernel<float>(run, fast);
      check_close(first, expected, "fast");
      CHECK(same_bits(first, run_kernel<float>(run, fast)));
    }
  }
}

TEST_CASE("a product that skips zeros has the bits of one that multiplies them", "[forward]") {
  const nnc::rt::Kernel kernel = nnc::rt::fast_kernels_f32()[OpKind::MatMul];
  if (kernel == nullptr) return;
  for (const OpCase& c : op_cases()) {
    if (c.kind != OpKind::MatMul || std::ranges::count(c.draws, Draw::Rare) == 0) continue;
    CAPTURE(c.name());
    const std::vector<Tensor> inputs = make_inputs(c);
    const auto& attributes = std::get<nnc::MatMulAttributes>(c.attributes);
    const auto element = [](const Tensor& matrix, bool transposed, std::int64_t row, std::int64_t column) {
      const std::int64_t at = transposed ? column * matrix.shape[1] + row : row * matrix.shape[1] + column;
      return static_cast<float>(matrix.values[static_cast<std::size_t>(at)]);
    };
    const std::int64_t depth = inputs[0].shape[attributes.transpose_lhs ? 0 : 1];
    const std::int64_t half = first_chain(attributes, depth);
    std::vector<float> expected;
    for (std::int64_t r = 0; r < c.output[0]; ++r) {
      for (std::int64_t j = 0; j < c.output[1]; ++j) {
        float sums[2] = {};
        for (std::int64_t k = 0; k < depth; ++k) {
          float& sum = sums[k < half ? 0 : 1];
          sum = std::fma(element(inputs[0], attributes.transpose_lhs, r, k),
                         element(inputs[1], attributes.transpose_rhs, k, j), sum);
        }
        expected.push_back(half == depth ? sums[0] : sums[0] + sums[1]);
      }
    }
    CHECK(same_bits(run_kernel<float>({c.kind, inputs, c.attributes, c.output}, kernel), expected));
  }
}

TEST_CASE("elementwise operations may take the place of an input of the result's shape", "[forward]") {
  for (const OpCase& c : op_cases()) {
    if (nnc::op_info(c.kind).op_class != nnc::OpClass::Elementwise) continue;
    CAPTURE(c.name());
    const std::vector<Tensor> inputs = make_inputs(c);
    const Run run{c.kind, inputs, c.attributes, c.output};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].shape != c.output) continue;
      for (const nnc::rt::Kernel kernel :
           {nnc::rt::reference_kernels_f32()[c.kind], nnc::rt::fast_kernels_f32()[c.kind]}) {
        if (kernel != nullptr)
          CHECK(same_bits(run_kernel<float>(run, kernel), run_kernel<float>(run, kernel, i)));
      }
    }
  }
}

TEST_CASE("movements move class labels as they move numbers", "[forward]") {
  for (const OpCase& c : op_cases()) {
    if (nnc::op_info(c.kind).op_class != nnc::OpClass::Movement) continue;
    CAPTURE(c.name());
    OpCase labels = c;
    labels.draws.assign(c.draws.size(), Draw::Class);
    const std::vector<Tensor> inputs = make_inputs(labels);
    const std::vector<Expected> expected = expected_result(c.kind, inputs, c.attributes, c.output);
    const Run run{c.kind, inputs, c.attributes, c.output};
    check_close(run_kernel<double>(run, nnc::rt::reference_kernels_f64()[c.kind]), expected, "f64");
    check_close(run_kernel<float>(run, nnc::rt::reference_kernels_f32()[c.kind]), expected, "f32");
    if (const nnc::rt::Kernel fast = nnc::rt::fast_kernels_f32()[c.kind]; fast != nullptr) {
      check_close(run_kernel<float>(run, fast), expected, "fast");
    }
  }
}

TEST_CASE("fast elementwise operations treat NaN, infinities, zeros and ties like the reference",
          "[forward]") {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> special = {0.0F,   -0.0F,         1.0F,   -1.0F,    2.0F,   0.5F,   inf,
                                      -inf,   std::nanf(""), 88.5F,  89.0F,    104.0F, -88.0F, -104.0F,
                                      1e30F,  -1e30F,        1e-30F, -1e-30F,  19.0F,  -19.0F, 3e38F,
                                      -3e38F, 1e-7F,         -1e-7F, 1.2e-38F, 0.3F,   -0.3F};
  std::vector<float> a;
  std::vector<float> b;
  std::vector<float> c;
  for (const float x : special) {
    for (const float y : special) {
      a.push_back(x), b.push_back(y), c.push_back(x - y);
    }
  }
  for (const nnc::OpInfo& info : nnc::all_ops()) {
    if (info.op_class != nnc::OpClass::Elementwise) continue;
    std::vector<float> reference(a.size());
    std::vector<float> fast(a.size());
    const auto n = static_cast<std::int64_t>(a.size());
    nnc::rt::reference_blocks_f32()[info.kind](a.data(), b.data(), c.data(), reference.data(), n);
    nnc::rt::fast_blocks_f32()[info.kind](a.data(), b.data(), c.data(), fast.data(), n);
    for (std::size_t i = 0; i < a.size(); ++i) {
      CAPTURE(info.name, a[i], b[i], reference[i], fast[i]);
      if (std::isnan(reference[i])) {
        CHECK(std::isnan(fast[i]));
      } else if (std::isinf(reference[i]) || reference[i] == 0) {
        // Below the normal numbers a result may as well be 0.
        CHECK((fast[i] == reference[i] || (reference[i] == 0 && std::fabs(fast[i]) < 1.2e-38F)));
      } else {
        CHECK(std::fabs(fast[i] - reference[i]) <= 1e-6F * std::fabs(reference[i]) + 1.2e-38F);
      }
    }
  }
}

TEST_CASE("fast elementary functions stay within their stated error on a grid over their usual range",
          "[forward]") {
  struct Function {
    OpKind kind;
    double from, to, ulps;
  };
  // In ulps of the result: the cores' own error and the roundings around them.
  const std::vector<Function> functions = {{OpKind::Exp, -87, 88.7, 2},
                                           {OpKind::Log, 1e-4, 100, 4},
                                           {OpKind::Tanh, -12, 12, 5},
                                           {OpKind::Sigmoid, -87, 60, 4},
                                           {OpKind::Softplus, -80, 80, 5}};
  constexpr std::size_t kCount = 200003;
  for (const Function& f : functions) {
    std::vector<float> x(kCount);
    std::vector<float> y(kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
      x[i] =
          static_cast<float>(f.from + (f.to - f.from) * static_cast<double>(i) / static_cast<double>(kCount));
    }
    nnc::rt::fast_blocks_f32()[f.kind](x.data(), nullptr, nullptr, y.data(),
                                       static_cast<std::int64_t>(kCount));
    double worst = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      double exact = 0;
      const std::vector<double> one = {static_cast<double>(x[i])};
      nnc::rt::reference_blocks_f64()[f.kind](one.data(), nullptr, nullptr, &exact, 1);
      const auto nearest = static_cast<float>(exact);
      const double ulp = static_cast<double>(std::nextafter(std::fabs(nearest), 1e38F)) -
                         std::fabs(static_cast<double>(nearest));
      worst = std::max(worst, std::fabs(static_cast<double>(y[i]) - exact) / ulp);
    }
    CAPTURE(nnc::op_info(f.kind).name, worst);
    CHECK(worst <= f.ulps);
  }
}

TEST_CASE("a block's elements do not depend on where they stand in it", "[forward]") {
  std::vector<float> x(67);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.07F * static_cast<float>(i) + 0.01F;
  for (const nnc::OpInfo& info : nnc::all_ops()) {
    if (info.op_class != nnc::OpClass::Elementwise) continue;
    CAPTURE(info.name);
    std::vector<float> whole(x.size());
    std::vector<float> single(x.size());
    nnc::rt::fast_blocks_f32()[info.kind](x.data(), x.data(), x.data(), whole.data(),
                                          static_cast<std::int64_t>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
      nnc::rt::fast_blocks_f32()[info.kind](&x[i], &x[i], &x[i], &single[i], 1);
    }
    CHECK(same_bits(whole, single));
  }
}

TEST_CASE("a pool passes its gradient to the first maximum, and a NaN counts as one", "[forward]") {
  const float nan = std::nanf("");
  const nnc::WindowAttributes window{{2, 2}, {2, 2}, {0, 0}, {0, 0}, {}};
  const nnc::Attributes attributes = window;
  const auto as_doubles = [](const std::vector<float>& x) { return std::vector<double>(x.begin(), x.end()); };
  const Tensor image{{1, 2, 6, 1}, as_doubles({3, 3, nan, 1, 1, nan, 3, 3, 2, nan, 5, nan})};
  const Tensor grad{{1, 1, 3, 1}, {1, 10, 100}};
  for (const nnc::rt::KernelTable* table :
       {&nnc::rt::reference_kernels_f32(), &nnc::rt::fast_kernels_f32()}) {
    if ((*table)[OpKind::MaxPool2d] == nullptr) continue;
    const std::vector<Tensor> one = {image};
    const std::vector<Tensor> both = {image, grad};
    const std::vector<float> y =
        run_kernel<float>({OpKind::MaxPool2d, one, attributes, grad.shape}, (*table)[OpKind::MaxPool2d]);
    CHECK(y[0] == 3.0F);
    CHECK((std::isnan(y[1]) && std::isnan(y[2])));
    const std::vector<float> g = run_kernel<float>({OpKind::MaxPool2dGrad, both, attributes, image.shape},
                                                   (*table)[OpKind::MaxPool2dGrad]);
    CHECK(g == std::vector<float>{1, 0, 10, 0, 0, 100, 0, 0, 0, 0, 0, 0});
  }
}

TEST_CASE("a class outside the range touches no memory", "[forward]") {
  const nnc::Attributes none;
  const nnc::Attributes classes = nnc::ClassesAttributes{3};
  const Tensor index{{3}, {-1, 3, 2147483647.0}, nnc::ElementType::Int};
  const std::vector<Tensor> pick = {{{3, 3}, std::vector<double>(9, 1.0)}, index};
  const std::vector<Tensor> hot = {index};
  CHECK(run_kernel<float>({OpKind::Pick, pick, none, {3}}, nnc::rt::reference_kernels_f32()[OpKind::Pick]) ==
        std::vector<float>(3, 0.0F));
  CHECK(run_kernel<float>({OpKind::OneHot, hot, classes, {3, 3}},
                          nnc::rt::reference_kernels_f32()[OpKind::OneHot]) == std::vector<float>(9, 0.0F));
}

TEST_CASE("random numbers come from the stream of their place and step", "[forward]") {
  const nnc::Attributes attributes = nnc::RandomAttributes{5, {3, 7}};
  const Shape shape{3, 7};
  std::vector<float> out(21);
  const nnc::rt::TensorView view{reinterpret_cast<std::byte*>(out.data()), shape.sizes(),
                                 nnc::ElementType::Float};
  nnc::rt::reference_kernels_f32()[OpKind::RandomUniform]({{}, view, &attributes, {42, 9}, {}});
  std::vector<float> expected(21);
  nnc::rt::fill_uniform(nnc::rt::Stream{42, nnc::rt::Purpose::Dropout, 5, 9}, std::span<float>(expected));
  CHECK(out == expected);
}

TEST_CASE("denormals are flushed while a FlushDenormals lives, and not after", "[forward]") {
  volatile float tiny = 2e-38F;
  {
    const nnc::rt::FlushDenormals flush;
    CHECK(tiny / 4.0F == 0.0F);
  }
  CHECK(tiny / 4.0F != 0.0F);
}
