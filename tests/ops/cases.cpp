// See cases.hpp. A new operation gets its cases here; a test fails until it has some.
#include "tests/ops/cases.hpp"

#include <cmath>

#include "compiler/base/check.hpp"

namespace nnc::test {
namespace {

// infer_shape refuses sizes of 0, kernels do not: there the result's shape is taken from the same case with 1
// instead.
Shape output_of(OpKind kind, const std::vector<Shape>& inputs, const Attributes& attributes) {
  ShapeResult result = infer_shape(kind, inputs, attributes);
  if (const auto* error = std::get_if<ShapeError>(&result)) NNC_CHECK(false, error->message);
  return std::get<Shape>(std::move(result));
}

class Cases {
 public:
  void add(OpKind kind, std::vector<Shape> inputs, Attributes attributes = NoAttributes{},
           std::vector<Draw> draws = {}) {
    Shape output = output_of(kind, inputs, attributes);
    add_shaped(kind, std::move(inputs), std::move(attributes), std::move(output), std::move(draws));
  }
  void add_shaped(OpKind kind, std::vector<Shape> inputs, Attributes attributes, Shape output,
                  std::vector<Draw> draws = {}) {
    draws.resize(inputs.size(), Draw::Any);
    list.push_back({kind, std::move(inputs), std::move(attributes), std::move(output), std::move(draws)});
  }
  std::vector<OpCase> list;
};

Draw draw_of(OpKind kind, std::size_t input) {
  const bool positive = kind == OpKind::Log || kind == OpKind::Sqrt ||
                        (kind == OpKind::Power && input == 0) || (kind == OpKind::Divide && input == 1);
  if (positive) return Draw::Positive;
  const bool ties = kind == OpKind::Equal || kind == OpKind::GreaterEqual || kind == OpKind::Greater ||
                    kind == OpKind::Maximum || kind == OpKind::Minimum || kind == OpKind::Sign ||
                    (kind == OpKind::Select && input == 0);
  return ties ? Draw::Coarse : Draw::Any;
}

void add_elementwise(Cases& cases, OpKind kind, int arity) {
  std::vector<Draw> draws;
  for (int i = 0; i < arity; ++i) draws.push_back(draw_of(kind, static_cast<std::size_t>(i)));
  const auto same = [&](const Shape& shape) {
    return std::vector<Shape>(static_cast<std::size_t>(arity), shape);
  };
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{7}, Shape{3, 17}, Shape{2, 3, 5, 7}, Shape{1031}}) {
    cases.add(kind, same(shape), NoAttributes{}, draws);
  }
  cases.add_shaped(kind, same({0, 5}), NoAttributes{}, {0, 5}, draws);
  if (arity < 2) return;
  const std::vector<std::vector<Shape>> pairs = {{{5, 7}, {7}},
                                                 {{7}, {5, 7}},
                                                 {{5, 1}, {1, 7}},
                                                 {{3, 5, 7}, {}},
                                                 {{}, {611}},
                                                 {{2, 3, 5}, {3, 1}},
                                                 {{2, 1, 5}, {3, 1}},
                                                 {{1, 1}, {13}},
                                                 {{3, 1, 2}, {3, 4, 2}},
                                                 {{4, 300}, {4, 1}},
                                                 {{2, 3, 5, 1}, {3, 1, 7}}};
  for (std::vector<Shape> inputs : pairs) {
    if (arity == 3) inputs.push_back({1});
    cases.add(kind, inputs, NoAttributes{}, draws);
  }
  if (arity == 3) cases.add(kind, {{5, 1}, {}, {1, 7}}, NoAttributes{}, draws);
}

void add_reductions(Cases& cases) {
  for (const OpKind kind : {OpKind::Sum, OpKind::Mean, OpKind::MaxOver}) {
    for (const std::vector<int>& axes :
         std::vector<std::vector<int>>{{}, {0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}}) {
      cases.add(kind, {{3, 5, 37}}, AxesAttributes{axes});
    }
    cases.add(kind, {{1}}, AxesAttributes{{0}});
    cases.add(kind, {{2111}}, AxesAttributes{{0}});
    cases.add(kind, {{211, 19}}, AxesAttributes{{0}});
  }
  cases.add_shaped(OpKind::Sum, {{0, 3}}, AxesAttributes{{0}}, {3});
  cases.add_shaped(OpKind::Sum, {{3, 0}}, AxesAttributes{{1}}, {3});
  for (const OpKind kind : {OpKind::Softmax, OpKind::LogSoftmax}) {
    for (const Shape& shape : {Shape{1}, Shape{4, 10}, Shape{3, 5, 17}, Shape{2, 1}, Shape{3, 131}})
      cases.add(kind, {shape});
    cases.add_shaped(kind, {{0, 7}}, NoAttributes{}, {0, 7});
  }
}

void add_movements(Cases& cases) {
  cases.add(OpKind::Constant, {}, ConstantAttributes{-0.375});
  cases.add(OpKind::Reshape, {{3, 4, 5}}, ShapeAttributes{{12, 5}});
  cases.add(OpKind::Reshape, {{}}, ShapeAttributes{{1, 1}});
  cases.add(OpKind::Broadcast, {{}}, ShapeAttributes{{3, 5}});
  cases.add(OpKind::Broadcast, {{5}}, ShapeAttributes{{2, 3, 5}});
  cases.add(OpKind::Broadcast, {{3, 1}}, ShapeAttributes{{2, 3, 5}});
  cases.add(OpKind::Broadcast, {{7, 1, 5}}, ShapeAttributes{{7, 3, 5}});
  cases.add(OpKind::Transpose, {{7, 13}}, PermutationAttributes{{1, 0}});
  cases.add(OpKind::Transpose, {{2, 3, 5, 7}}, PermutationAttributes{{3, 1, 0, 2}});
  cases.add(OpKind::Transpose, {{2, 3, 5}}, PermutationAttributes{{1, 0, 2}});
  cases.add(OpKind::Transpose, {{}}, PermutationAttributes{});
  cases.add_shaped(OpKind::Transpose, {{0, 3}}, PermutationAttributes{{1, 0}}, {3, 0});
  for (const int axis : {0, 1, 2}) {
    cases.add(OpKind::Slice, {{5, 5, 5}}, SliceAttributes{axis, 1, 4});
    cases.add(OpKind::Slice, {{5, 5, 5}}, SliceAttributes{axis, 4, 5});
    cases.add(OpKind::Pad, {{2, 3, 5}}, PadAttributes{axis, 1, 2});
    cases.add(OpKind::Concat, {{3, 3, 3}, {3, 3, 3}}, ConcatAttributes{axis});
  }
  cases.add(OpKind::Pad, {{4}}, PadAttributes{0, 0, 0});
  cases.add(OpKind::Concat, {{2, 1, 3}, {2, 5, 3}, {2, 2, 3}}, ConcatAttributes{1});
  cases.add(OpKind::Concat, {{7}}, ConcatAttributes{0});
}

// Rows, depth and columns around the sizes of tiles, panels and blocks of depth.
void add_products(Cases& cases) {
  const std::vector<std::array<std::int64_t, 3>> sizes = {
      {1, 1, 1},  {2, 3, 5},      {7, 11, 13},  {17, 5, 47},   {9, 257, 17},  {33, 300, 50}, {1, 31, 97},
      {53, 2, 1}, {129, 40, 530}, {13, 520, 3}, {11, 784, 67}, {64, 531, 18}, {65, 513, 3}};
  for (const auto& [rows, depth, columns] : sizes) {
    for (const bool lhs : {false, true}) {
      for (const bool rhs : {false, true}) {
        cases.add(OpKind::MatMul,
                  {lhs ? Shape{depth, rows} : Shape{rows, depth},
                   rhs ? Shape{columns, depth} : Shape{depth, columns}},
                  MatMulAttributes{lhs, rhs});
      }
    }
  }
  // Half of one side zeros, and enough rows or columns to skip them: around the sizes of blocks and copies.
  for (const auto& [rows, depth, columns] : std::vector<std::array<std::int64_t, 3>>{{33, 300, 130},
                                                                                     {17, 64, 64},
                                                                                     {40, 31, 97},
                                                                                     {5, 33, 530},
                                                                                     {131, 33, 19},
                                                                                     {257, 70, 66},
                                                                                     {31, 600, 80}}) {
    for (const auto& [lhs, rhs] : {std::array{false, false}, {true, false}, {false, true}, {true, true}}) {
      for (const bool left : {false, true}) {
        cases.add(OpKind::MatMul,
                  {lhs ? Shape{depth, rows} : Shape{rows, depth},
                   rhs ? Shape{columns, depth} : Shape{depth, columns}},
                  MatMulAttributes{lhs, rhs}, {left ? Draw::Rare : Draw::Any, left ? Draw::Any : Draw::Rare});
      }
    }
  }
  cases.add_shaped(OpKind::MatMul, {{0, 3}, {3, 2}}, MatMulAttributes{}, {0, 2});
  cases.add_shaped(OpKind::MatMul, {{2, 0}, {0, 3}}, MatMulAttributes{}, {2, 3});
  cases.add_shaped(OpKind::MatMul, {{2, 0}, {3, 0}}, MatMulAttributes{false, true}, {2, 3});
}

struct WindowCase {
  Shape image;
  std::array<std::int64_t, 2> window, stride, before, after;
  std::int64_t filters;
};

void add_conv(Cases& cases, const WindowCase& c) {
  WindowAttributes attributes{c.window, c.stride, c.before, c.after, {}};
  const Shape kernel{c.window[0], c.window[1], c.image[3], c.filters};
  cases.add(OpKind::Conv2d, {c.image, kernel}, attributes);
  const Shape out = cases.list.back().output;
  cases.add(OpKind::Conv2dGradKernel, {c.image, out}, attributes);
  attributes.input_shape = c.image;
  cases.add(OpKind::Conv2dGradInput, {out, kernel}, attributes);
}

// Coarse numbers, so that maxima tie.
void add_conv_max(Cases& cases, const WindowCase& c, std::array<std::int64_t, 2> pool) {
  WindowAttributes attributes{c.window, c.stride, c.before, c.after, {}, pool};
  const Shape kernel{c.window[0], c.window[1], c.image[3], c.filters};
  cases.add(OpKind::Conv2dMax, {c.image, kernel}, attributes, {Draw::Coarse, Draw::Coarse});
  const Shape out = cases.list.back().output;
  cases.add(OpKind::Conv2dMaxPlace, {c.image, kernel}, attributes, {Draw::Coarse, Draw::Coarse});
  cases.add(OpKind::Conv2dMaxGradKernel, {c.image, out, out}, attributes,
            {Draw::Any, Draw::Rare, Draw::Place});
  attributes.input_shape = c.image;
  cases.add(OpKind::Conv2dMaxGradInput, {out, kernel, out}, attributes, {Draw::Rare, Draw::Any, Draw::Place});
}

void add_pools(Cases& cases, const WindowCase& c) {
  WindowAttributes attributes{c.window, c.stride, c.before, c.after, {}};
  cases.add(OpKind::MaxPool2d, {c.image}, attributes, {Draw::Coarse});
  const Shape out = cases.list.back().output;
  cases.add(OpKind::MaxPool2dGrad, {c.image, out}, attributes, {Draw::Coarse, Draw::Any});
  cases.add(OpKind::AvgPool2d, {c.image}, attributes);
  attributes.input_shape = c.image;
  cases.add(OpKind::AvgPool2dGrad, {out}, attributes);
}

void add_windows(Cases& cases) {
  add_conv(cases, {{1, 1, 1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, 1});
  add_conv(cases, {{2, 7, 7, 3}, {3, 3}, {1, 1}, {0, 0}, {0, 0}, 5});
  add_conv(cases, {{3, 5, 7, 2}, {3, 2}, {1, 1}, {1, 0}, {1, 1}, 17});
  add_conv(cases, {{2, 11, 9, 3}, {3, 3}, {2, 3}, {1, 1}, {1, 1}, 33});
  add_conv(cases, {{1, 8, 8, 5}, {2, 2}, {3, 3}, {0, 0}, {0, 0}, 49});  // the last pixels are never seen
  add_conv(cases, {{2, 4, 4, 1}, {4, 4}, {1, 1}, {3, 3}, {3, 3}, 2});
  add_conv(cases, {{1, 3, 3, 2}, {1, 1}, {1, 1}, {2, 2}, {2, 2}, 3});  // padding beyond the window
  add_pools(cases, {{1, 1, 1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, 0});
  add_pools(cases, {{2, 7, 7, 3}, {2, 2}, {2, 2}, {0, 0}, {0, 0}, 0});
  add_pools(cases, {{2, 6, 5, 17}, {3, 2}, {1, 1}, {0, 0}, {0, 0}, 0});  // windows overlap
  add_pools(cases, {{3, 5, 5, 32}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, 0});
  add_pools(cases, {{1, 7, 3, 2}, {2, 3}, {3, 1}, {0, 1}, {1, 2}, 0});
  add_conv_max(cases, {{1, 1, 1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {1, 1});
  add_conv_max(cases, {{3, 9, 9, 1}, {3, 3}, {1, 1}, {0, 0}, {0, 0}, 5}, {2, 2});
  add_conv_max(cases, {{2, 10, 8, 1}, {3, 3}, {1, 1}, {0, 0}, {0, 0}, 37}, {2, 2});
  add_conv_max(cases, {{2, 9, 12, 17}, {3, 3}, {1, 1}, {0, 0}, {0, 0}, 33}, {2, 2});
  add_conv_max(cases, {{2, 7, 7, 32}, {3, 3}, {1, 1}, {0, 0}, {0, 0}, 16}, {2, 2});
  add_conv_max(cases, {{2, 6, 7, 3}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, 7}, {2, 2});
  add_conv_max(cases, {{1, 11, 13, 5}, {2, 3}, {2, 1}, {1, 0}, {0, 2}, 19}, {2, 3});
  add_conv_max(cases, {{1, 12, 11, 2}, {5, 4}, {1, 1}, {0, 0}, {0, 0}, 3}, {3, 1});
  const WindowAttributes plain{{2, 2}, {2, 2}, {0, 0}, {0, 0}, {}};
  cases.add_shaped(OpKind::Conv2d, {{0, 4, 4, 1}, {2, 2, 1, 3}}, plain, {0, 2, 2, 3});
  cases.add_shaped(OpKind::Conv2dGradKernel, {{0, 4, 4, 1}, {0, 2, 2, 3}}, plain, {2, 2, 1, 3});
  cases.add_shaped(OpKind::MaxPool2d, {{0, 4, 4, 3}}, plain, {0, 2, 2, 3});
}

void add_indexing(Cases& cases) {
  const std::vector<Draw> second = {Draw::Any, Draw::Class};
  cases.add(OpKind::Pick, {{7, 3}, {7}}, NoAttributes{}, second);
  cases.add(OpKind::Pick, {{3}, {}}, NoAttributes{}, second);
  cases.add(OpKind::Pick, {{2, 5, 3}, {2, 5}}, NoAttributes{}, second);
  cases.add(OpKind::PickGrad, {{7}, {7}}, ClassesAttributes{3}, second);
  cases.add(OpKind::PickGrad, {{2, 5}, {2, 5}}, ClassesAttributes{11}, second);
  cases.add(OpKind::OneHot, {{13}}, ClassesAttributes{3}, {Draw::Class});
  cases.add(OpKind::OneHot, {{}}, ClassesAttributes{5}, {Draw::Class});
}

// A plain generator of its own: the tests must not depend on what they test.
class Numbers {
 public:
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 40U) / static_cast<double>(1ULL << 24U);
  }
  double draw(Draw from, std::int64_t classes) {
    switch (from) {
      case Draw::Any:
        return round_to_float(next() * 4 - 2);
      case Draw::Positive:
        return round_to_float(next() * 3 + 0.01);
      case Draw::Coarse:
        return std::floor(next() * 5) - 2;
      case Draw::Rare:
        return next() < 0.5 ? 0 : draw(Draw::Any, classes);
      case Draw::Class:
      case Draw::Place:
        return std::floor(next() * static_cast<double>(classes));
    }
    return 0;
  }

 private:
  static double round_to_float(double x) { return static_cast<double>(static_cast<float>(x)); }
  std::uint64_t state_ = 1;
};

}  // namespace

std::vector<Tensor> make_inputs(const OpCase& c) {
  Numbers numbers;
  std::vector<Tensor> inputs;
  const auto* with_classes = std::get_if<ClassesAttributes>(&c.attributes);
  const auto* window = std::get_if<WindowAttributes>(&c.attributes);
  const std::int64_t classes = with_classes != nullptr ? with_classes->classes
                               : window != nullptr     ? window->pool[0] * window->pool[1]
                                                       : 3;
  const auto is_int = [](Draw draw) { return draw == Draw::Class || draw == Draw::Place; };
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    Tensor tensor{c.inputs[i], {}, is_int(c.draws[i]) ? ElementType::Int : ElementType::Float};
    const std::int64_t count = *c.inputs[i].element_count();
    for (std::int64_t k = 0; k < count; ++k) tensor.values.push_back(numbers.draw(c.draws[i], classes));
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

std::string OpCase::name() const {
  std::string text(op_info(kind).name);
  for (const Shape& shape : inputs) text += " " + shape.to_string();
  return text + " " + print_attributes(attributes);
}

std::vector<OpCase> op_cases() {
  Cases cases;
  for (const OpInfo& info : all_ops()) {
    if (info.op_class == OpClass::Elementwise) add_elementwise(cases, info.kind, info.arity);
  }
  add_reductions(cases);
  add_movements(cases);
  add_products(cases);
  add_windows(cases);
  add_indexing(cases);
  return cases.list;
}

}  // namespace nnc::test
