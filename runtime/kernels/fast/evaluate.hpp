// What each elementwise operation does with vectors: for blocks.cpp, one operation at a time, and compounds.cpp,
// several. Included once per instruction set, so without a plain guard.
#if defined(NNC_EVALUATE_TOGGLE) == defined(HWY_TARGET_TOGGLE)
#ifdef NNC_EVALUATE_TOGGLE
#undef NNC_EVALUATE_TOGGLE
#else
#define NNC_EVALUATE_TOGGLE
#endif

#include "compiler/ops/ops.hpp"
#include "runtime/kernels/fast/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {

#if NNC_FUSED_TARGET

HWY_INLINE V truth(hn::Mask<D> mask) { return hn::IfThenElseZero(mask, hn::Set(D(), 1.0F)); }

// Long because it defines every operation. Unused operands are 0.
template <OpKind kind>
HWY_INLINE V evaluate(V a, V b, V c) {
  const D d;
  const V zero = hn::Zero(d);
  if constexpr (kind == OpKind::Negate) return hn::Neg(a);
  if constexpr (kind == OpKind::Exp) return exp(a);
  if constexpr (kind == OpKind::Log) return log(a);
  if constexpr (kind == OpKind::Sqrt) return hn::Sqrt(a);
  if constexpr (kind == OpKind::Abs) return hn::Abs(a);
  if constexpr (kind == OpKind::Sign) {
    const V negative = hn::IfThenElse(hn::Lt(a, zero), hn::Set(d, -1.0F), a);
    return hn::IfThenElse(hn::Gt(a, zero), hn::Set(d, 1.0F), negative);
  }
  if constexpr (kind == OpKind::Tanh) return tanh(a);
  if constexpr (kind == OpKind::Sigmoid) return sigmoid(a);
  if constexpr (kind == OpKind::Softplus) return softplus(a);
  if constexpr (kind == OpKind::Add) return hn::Add(a, b);
  if constexpr (kind == OpKind::Subtract) return hn::Sub(a, b);
  if constexpr (kind == OpKind::Multiply) return hn::Mul(a, b);
  if constexpr (kind == OpKind::Divide) return hn::Div(a, b);
  if constexpr (kind == OpKind::Maximum) return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b);
  if constexpr (kind == OpKind::Minimum) return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(a)), a, b);
  if constexpr (kind == OpKind::Greater) return truth(hn::Gt(a, b));
  if constexpr (kind == OpKind::GreaterEqual) return truth(hn::Ge(a, b));
  if constexpr (kind == OpKind::Equal) return truth(hn::Eq(a, b));
  if constexpr (kind == OpKind::Select) return hn::IfThenElse(hn::Eq(a, zero), c, b);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#endif
