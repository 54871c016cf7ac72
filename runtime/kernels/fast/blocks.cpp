// Fast elementwise operations on contiguous elements; the broadcasting kernels are made of them.
// In: pointers and a number of elements. Out: as the reference's; arithmetic, comparisons and selections bit
// for bit, elementary functions within these units in the last place on the ranges that forward_test covers:
// exp 2, log 4, tanh 5, sigmoid 4, softplus 5. A result depends on its own operands alone, not on its
// position: the tail is computed by the same instructions.
#include <utility>

#include "runtime/kernels/broadcast.hpp"
#include "runtime/kernels/fast/fast.hpp"

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/blocks.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runtime/kernels/fast/evaluate.hpp"

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {

#if NNC_FUSED_TARGET

template <OpKind kind, int arity>
HWY_ATTR void run_block(const float* a, const float* b, const float* c, float* out, std::int64_t n) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const V zero = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const V left = hn::LoadU(d, a + i);
    const V right = arity > 1 ? hn::LoadU(d, b + i) : zero;
    const V third = arity > 2 ? hn::LoadU(d, c + i) : zero;
    hn::StoreU(evaluate<kind>(left, right, third), d, out + i);
  }
  if (i == n) return;
  const auto rest = hn::FirstN(d, static_cast<std::size_t>(n - i));
  const V left = hn::MaskedLoad(rest, d, a + i);
  const V right = arity > 1 ? hn::MaskedLoad(rest, d, b + i) : zero;
  const V third = arity > 2 ? hn::MaskedLoad(rest, d, c + i) : zero;
  hn::BlendedStore(evaluate<kind>(left, right, third), rest, d, out + i);
}

// Operations with a branch per element that no vector helps.
constexpr bool has_vector_form(OpKind kind) { return kind != OpKind::Erf && kind != OpKind::Power; }

template <OpKind kind, OpClass op_class, int arity>
void add(OpTable<BlockKernel>& blocks) {
  if constexpr (op_class == OpClass::Elementwise && has_vector_form(kind)) {
    blocks.at(kind) = &run_block<kind, arity>;
  }
}

void add_blocks(OpTable<BlockKernel>& blocks) {
#define NNC_OP(name, text, arity, attributes, op_class, gradient) \
  add<OpKind::name, OpClass::op_class, arity>(blocks);
#include "compiler/ops/ops.def"
#undef NNC_OP
}

#else

void add_blocks(OpTable<BlockKernel>&) {}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {
namespace {

template <OpKind kind>
void run_kernel(const KernelCall& call) {
  run_broadcast<float>(call, fast_blocks_f32()[kind]);
}

template <OpKind kind, OpClass op_class>
void add_kernel(FastKernels& fast) {
  if constexpr (op_class == OpClass::Elementwise) fast.add(kind, &run_kernel<kind>);
}

}  // namespace

HWY_EXPORT(add_blocks);

void add_blocks(OpTable<BlockKernel>& blocks) { HWY_DYNAMIC_DISPATCH(add_blocks)(blocks); }

void add_elementwise(FastKernels& fast) {
#define NNC_OP(name, text, arity, attributes, op_class, gradient) \
  add_kernel<OpKind::name, OpClass::op_class>(fast);
#include "compiler/ops/ops.def"
#undef NNC_OP
}

}  // namespace nnc::rt::fast
#endif
