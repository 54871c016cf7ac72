// Runs a kernel on memory with guards: bytes before and after each output that must not change, an output
// that starts as NaN so that an element nobody writes shows, inputs that must stay as they are, and no more
// workspace than announced.
#pragma once

#include <bit>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "compiler/base/optimizations.hpp"
#include "runtime/kernels/kernels.hpp"
#include "tests/ops/oracle.hpp"

namespace nnc::test {

// Aligned bytes between two guards of 64.
class Guarded {
 public:
  explicit Guarded(std::size_t size) : size_(size), bytes_(size + 3 * kGuard, kMark) {}

  [[nodiscard]] std::byte* data() {
    const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data()) + kGuard;
    return reinterpret_cast<std::byte*>((address + kGuard - 1) / kGuard * kGuard);
  }
  [[nodiscard]] bool guards_hold() {
    const std::byte* begin = data();
    for (std::size_t i = 1; i <= kGuard; ++i) {
      if (*(begin - i) != kMark || begin[size_ + i - 1] != kMark) return false;
    }
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kGuard = 64;
  static constexpr std::byte kMark{0xA5};
  std::size_t size_;
  std::vector<std::byte> bytes_;
};

template <class T>
Guarded load(const Tensor& tensor) {
  const bool is_int = tensor.type == ElementType::Int;
  Guarded memory(tensor.values.size() * (is_int ? sizeof(std::int32_t) : sizeof(T)));
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    if (is_int) {
      reinterpret_cast<std::int32_t*>(memory.data())[i] = static_cast<std::int32_t>(tensor.values[i]);
    } else {
      reinterpret_cast<T*>(memory.data())[i] = static_cast<T>(tensor.values[i]);
    }
  }
  return memory;
}

// How many products the first of the chains of a sum has that are added at its end: all of them in a short
// one.
inline std::int64_t first_chain(const MatMulAttributes& attributes, std::int64_t depth) {
  const bool is_long = !attributes.transpose_lhs && depth >= 512 && is_on(Optimization::HalveSums);
  return is_long ? (depth + 63) / 64 / 2 * 64 : depth;
}

struct Run {
  OpKind kind;
  const std::vector<Tensor>& inputs;
  const Attributes& attributes;
  const Shape& output;
  int part = 0;
  int parts = 1;
  bool all_parts = false;  // one after the other, and what is left after them
};

// The output, of T or (Int movements) std::int32_t read as T's numbers. in_place: the input whose memory it
// takes.
template <class T>
std::vector<T> run_kernel(const Run& run, rt::Kernel kernel, std::optional<std::size_t> in_place = {}) {
  std::vector<Guarded> memory;
  std::vector<std::vector<std::byte>> before;
  std::vector<rt::TensorView> views;
  std::vector<Shape> shapes;
  for (const Tensor& input : run.inputs) {
    memory.push_back(load<T>(input));
    shapes.push_back(input.shape);
  }
  std::vector<ElementType> types;
  for (std::size_t i = 0; i < memory.size(); ++i) {
    before.emplace_back(memory[i].data(), memory[i].data() + memory[i].size());
    views.push_back({memory[i].data(), run.inputs[i].shape.sizes(), run.inputs[i].type});
    types.push_back(run.inputs[i].type);
  }
  const auto count = static_cast<std::size_t>(*run.output.element_count());
  const ElementType type = infer_type(run.kind, types, run.attributes);
  Guarded own(count * (type == ElementType::Int ? sizeof(std::int32_t) : sizeof(T)));
  std::memset(own.data(), 0xFF, own.size());  // all NaN
  Guarded& out = in_place ? memory[*in_place] : own;
  const std::size_t each = (rt::workspace_bytes(run.kind, shapes, run.output, run.attributes) + 63) / 64 * 64;
  Guarded workspace(run.all_parts ? each * static_cast<std::size_t>(run.parts) : each);
  std::memset(workspace.data(), 0xFF, workspace.size());
  rt::KernelCall call;
  call.inputs = views;
  call.output = {out.data(), run.output.sizes(), type};
  call.attributes = &run.attributes;
  call.parts = run.parts;
  for (int part = 0; part < run.parts; ++part) {
    if (!run.all_parts && part != run.part) continue;
    call.part = part;
    call.workspace = {workspace.data() + (run.all_parts ? static_cast<std::size_t>(part) * each : 0), each};
    kernel(call);
  }
  if (const rt::Kernel finish = rt::fast_finish_f32(run.kind); run.all_parts && finish != nullptr) {
    call.workspace = {workspace.data(), workspace.size()};
    finish(call);
  }
  CHECK(workspace.guards_hold());
  CHECK(own.guards_hold());
  for (std::size_t i = 0; i < memory.size(); ++i) {
    CHECK(memory[i].guards_hold());
    if (in_place == i) continue;
    CHECK((before[i].empty() || std::memcmp(before[i].data(), memory[i].data(), before[i].size()) == 0));
  }
  std::vector<T> result;
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(type == ElementType::Int
                         ? static_cast<T>(reinterpret_cast<const std::int32_t*>(out.data())[i])
                         : reinterpret_cast<const T*>(out.data())[i]);
  }
  return result;
}

}  // namespace nnc::test
