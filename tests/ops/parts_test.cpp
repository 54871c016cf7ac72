// Calls that are cut for threads: in any number of parts each element is computed once, to the same bits.
#include <catch2/catch.hpp>
#include <cstring>

#include "tests/ops/cases.hpp"
#include "tests/ops/harness.hpp"

namespace {

using namespace nnc::test;
using nnc::OpKind;
using nnc::Shape;

constexpr std::uint32_t kUntouched = 0xffffffff;  // what the output of a run begins with

std::vector<std::uint32_t> bits_of(const Run& run) {
  std::vector<std::uint32_t> bits;
  // Whole numbers come as floats; one that nobody wrote is -1, which no kernel gives.
  const bool whole_numbers = run.kind == OpKind::Conv2dMaxPlace;
  for (const float x : run_kernel<float>(run, nnc::rt::fast_kernels_f32()[run.kind])) {
    bits.push_back(whole_numbers && x == -1 ? kUntouched : std::bit_cast<std::uint32_t>(x));
  }
  return bits;
}

std::vector<std::uint32_t> in_all_parts(Run run, int parts) {
  run.parts = parts;
  run.all_parts = true;
  return bits_of(run);
}

// The halves of long sums are computed apart and added when both are there.
bool has_more_after_parts(const OpCase& c, const std::vector<Tensor>& inputs) {
  const auto* product = std::get_if<nnc::MatMulAttributes>(&c.attributes);
  if (product == nullptr) return false;
  const std::int64_t depth = inputs[0].shape[product->transpose_lhs ? 0 : 1];
  return first_chain(*product, depth) < depth;
}

// The parts of a call put together; an element that two of them wrote is a failure.
std::vector<std::uint32_t> in_parts(Run run, int parts) {
  std::vector<std::uint32_t> all;
  bool written_twice = false;
  run.parts = parts;
  for (run.part = 0; run.part < parts; ++run.part) {
    const std::vector<std::uint32_t> share = bits_of(run);
    all.resize(share.size(), kUntouched);
    for (std::size_t i = 0; i < share.size(); ++i) {
      if (share[i] == kUntouched) continue;
      written_twice = written_twice || all[i] != kUntouched;
      all[i] = share[i];
    }
  }
  CHECK_FALSE(written_twice);
  return all;
}

int parts_for_eight(OpKind kind, const std::vector<Shape>& inputs, const nnc::Attributes& attributes) {
  const Shape output = std::get<Shape>(nnc::infer_shape(kind, inputs, attributes));
  return nnc::rt::useful_parts(kind, inputs, output, attributes, 8);
}

}  // namespace

TEST_CASE("kernels that are cut give the same bits in any number of parts", "[parts]") {
  for (const OpCase& c : op_cases()) {
    if (!nnc::rt::is_cut_in_parts(c.kind)) continue;
    CAPTURE(c.name());
    const std::vector<Tensor> inputs = make_inputs(c);
    const Run run{c.kind, inputs, c.attributes, c.output};
    const std::vector<std::uint32_t> whole = bits_of(run);
    for (int parts = 1; parts <= 7; ++parts) {
      CAPTURE(parts);
      CHECK(in_all_parts(run, parts) == whole);
      if (parts % 2 == 1 || !has_more_after_parts(c, inputs)) CHECK(in_parts(run, parts) == whole);
    }
  }
}

TEST_CASE("parts of a product with long sums keep to the memory that is meant for them", "[parts]") {
  if (nnc::rt::fast_kernels_f32()[OpKind::MatMul] == nullptr) return;
  for (const auto& [rows, columns] :
       {std::pair{750, 200}, {513, 257}, {600, 520}, {1100, 70}, {63, 2100}, {64, 2048}, {64, 2049}}) {
    CAPTURE(rows, columns);
    const OpCase c{OpKind::MatMul,
                   {{rows, 512}, {512, columns}},
                   nnc::MatMulAttributes{},
                   {rows, columns},
                   {nnc::test::Draw::Any, nnc::test::Draw::Any}};
    const std::vector<Tensor> inputs = make_inputs(c);
    const Run run{c.kind, inputs, c.attributes, c.output};
    const std::vector<std::uint32_t> whole = bits_of(run);
    for (const int parts : {2, 3, 4}) CHECK(in_all_parts(run, parts) == whole);
  }
}

TEST_CASE("large work is worth threads, small work and what is never cut are not", "[parts]") {
  if (nnc::rt::fast_kernels_f32()[OpKind::MatMul] == nullptr) return;
  const nnc::MatMulAttributes plain;
  CHECK(parts_for_eight(OpKind::MatMul, {{32, 784}, {784, 256}}, plain) == 8);
  CHECK(parts_for_eight(OpKind::MatMul, {{8, 64}, {64, 10}}, plain) == 1);
  const nnc::WindowAttributes window{{3, 3}, {1, 1}, {0, 0}, {0, 0}, {}};
  CHECK(parts_for_eight(OpKind::Conv2d, {{32, 28, 28, 1}, {3, 3, 1, 32}}, window) == 8);
  CHECK(parts_for_eight(OpKind::Sum, {{100, 100, 100}}, nnc::AxesAttributes{{0, 1, 2}}) == 1);
  CHECK(parts_for_eight(OpKind::Transpose, {{1000, 1000}}, nnc::PermutationAttributes{{1, 0}}) == 1);
}
