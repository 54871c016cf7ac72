// Reference kernels, one element at a time: the definition of every Elementwise operation.
// In: elements. Out: f of them. The fast kernels in ../fast/blocks.cpp agree with these, NaN and ties
// included.
#include <cmath>
#include <limits>

#include "runtime/kernels/broadcast.hpp"
#include "runtime/kernels/reference/reference.hpp"

namespace nnc::rt {
namespace {

template <class T>
T truth(bool condition) {
  return condition ? T{1} : T{0};
}

// Never exponentiates a positive number, so nothing overflows.
template <class T>
T sigmoid(T x) {
  const T e = std::exp(-std::abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

template <class T>
T softplus(T x) {
  if (std::isnan(x)) return x;
  return (x > 0 ? x : T{0}) + std::log1p(std::exp(-std::abs(x)));
}

// A NaN on either side is the result, so that a diverged training cannot hide behind a relu.
template <class T>
T maximum(T a, T b) {
  return a > b || std::isnan(a) ? a : b;
}
template <class T>
T minimum(T a, T b) {
  return a < b || std::isnan(a) ? a : b;
}

// Long because it defines every operation. Unused operands are 0.
template <OpKind kind, class T>
T evaluate(T a, T b, T c) {
  if constexpr (kind == OpKind::Negate) return -a;
  if constexpr (kind == OpKind::Exp) return std::exp(a);
  if constexpr (kind == OpKind::Log) return std::log(a);
  if constexpr (kind == OpKind::Sqrt) return std::sqrt(a);
  if constexpr (kind == OpKind::Abs) return std::abs(a);
  if constexpr (kind == OpKind::Sign) return a > 0 ? T{1} : a < 0 ? T{-1} : a;
  if constexpr (kind == OpKind::Tanh) return std::tanh(a);
  if constexpr (kind == OpKind::Sigmoid) return sigmoid(a);
  if constexpr (kind == OpKind::Softplus) return softplus(a);
  if constexpr (kind == OpKind::Erf) return std::erf(a);
  if constexpr (kind == OpKind::Add) return a + b;
  if constexpr (kind == OpKind::Subtract) return a - b;
  if constexpr (kind == OpKind::Multiply) return a * b;
  if constexpr (kind == OpKind::Divide) return a / b;
  if constexpr (kind == OpKind::Power)
    return b == 2 ? a * a : std::pow(a, b);  // a square is exact to the last bit
  if constexpr (kind == OpKind::Maximum) return maximum(a, b);
  if constexpr (kind == OpKind::Minimum) return minimum(a, b);
  if constexpr (kind == OpKind::Greater) return truth<T>(a > b);
  if constexpr (kind == OpKind::GreaterEqual) return truth<T>(a >= b);
  if constexpr (kind == OpKind::Equal) return truth<T>(a == b);
  if constexpr (kind == OpKind::Select) return a != 0 ? b : c;
}

template <OpKind kind, int arity, class T>
void run_block(const T* a, const T* b, const T* c, T* out, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    out[i] = evaluate<kind, T>(a[i], arity > 1 ? b[i] : T{0}, arity > 2 ? c[i] : T{0});
  }
}

template <OpKind kind, int arity, class T>
void run_kernel(const KernelCall& call) {
  run_broadcast<T>(call, &run_block<kind, arity, T>);
}

// Adds an operation if it is elementwise; the others have no evaluate.
template <OpKind kind, OpClass op_class, int arity, class T>
void add(KernelTable* kernels, OpTable<BlockKernelOf<T>>* blocks) {
  if constexpr (op_class == OpClass::Elementwise) {
    if (kernels != nullptr) kernels->at(kind) = &run_kernel<kind, arity, T>;
    if (blocks != nullptr) blocks->at(kind) = &run_block<kind, arity, T>;
  }
}

template <class T>
void add_all(KernelTable* kernels, OpTable<BlockKernelOf<T>>* blocks) {
#define NNC_OP(name, text, arity, attributes, op_class, gradient) \
  add<OpKind::name, OpClass::op_class, arity, T>(kernels, blocks);
#include "compiler/ops/ops.def"
#undef NNC_OP
}

}  // namespace

template <class T>
void add_reference_elementwise(KernelTable& table) {
  add_all<T>(&table, nullptr);
}
template <class T>
OpTable<BlockKernelOf<T>> make_reference_blocks() {
  OpTable<BlockKernelOf<T>> blocks;
  add_all<T>(nullptr, &blocks);
  return blocks;
}

template void add_reference_elementwise<float>(KernelTable&);
template void add_reference_elementwise<double>(KernelTable&);
template OpTable<BlockKernel> make_reference_blocks<float>();
template OpTable<WideBlockKernel> make_reference_blocks<double>();

}  // namespace nnc::rt
