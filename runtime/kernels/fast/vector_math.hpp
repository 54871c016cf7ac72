// Vector functions shared by blocks.cpp and reductions.cpp; included once per instruction set, so without a
// plain guard. Out: elementary functions on the whole range of floats, NaN and infinities as the reference
// gives them. The cores are Highway's (exp: 1 ulp, log: 4 ulp, expm1: 4 ulp on their stated ranges); what is
// added here are the edges.
#if defined(NNC_VECTOR_MATH_TOGGLE) == defined(HWY_TARGET_TOGGLE)
#ifdef NNC_VECTOR_MATH_TOGGLE
#undef NNC_VECTOR_MATH_TOGGLE
#else
#define NNC_VECTOR_MATH_TOGGLE
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if NNC_FUSED_TARGET

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

// For x of at most 0 (or NaN): needs no upper edge.
HWY_INLINE V exp_of_negative(V x) {
  const D d;
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, hn::Max(x, hn::Set(d, -104.0F))));
}

HWY_INLINE V exp(V x) {
  const D d;
  const V largest = hn::Set(d, 88.7228391F);  // exp of the next float is infinite
  const V y = exp_of_negative(hn::IfThenElse(hn::Gt(x, largest), largest, x));
  return hn::IfThenElse(hn::Gt(x, largest), hn::Set(d, kInfinity), y);
}

HWY_INLINE V log(V x) {
  const D d;
  const V nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
  V y = hn::Log(d, x);
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Set(d, -kInfinity), y);
  y = hn::IfThenElse(hn::Eq(x, hn::Set(d, kInfinity)), x, y);
  y = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), nan, y);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// log(1 + x) for x in [0, 1].
HWY_INLINE V log1p_of_fraction(V x) { return hn::Log1p(D(), x); }

// expm1(2|x|) / (expm1(2|x|) + 2), with the sign of x.
HWY_INLINE V tanh(V x) {
  const D d;
  const V y = hn::Tanh(d, hn::Min(hn::Max(x, hn::Set(d, -20.0F)), hn::Set(d, 20.0F)));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

HWY_INLINE V sigmoid(V x) {
  const D d;
  const V one = hn::Set(d, 1.0F);
  const V e = exp_of_negative(hn::Neg(hn::Abs(x)));
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

HWY_INLINE V softplus(V x) {
  const D d;
  const V positive = hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Zero(d));
  const V y = hn::Add(positive, log1p_of_fraction(exp_of_negative(hn::Neg(hn::Abs(x)))));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// Sixteen running sums whatever the width of a vector, folded in a fixed tree at the end.
class Sum16 {
 public:
  HWY_INLINE Sum16() {
    for (V& part : parts_) part = hn::Zero(D());
  }
  // part p holds lanes p * Lanes .. of the sixteen.
  HWY_INLINE void add(int part, V x) { parts_[part] = hn::Add(parts_[part], x); }
  HWY_INLINE void add(const Sum16& other) {
    for (int p = 0; p < kParts; ++p) add(p, other.parts_[p]);
  }
  HWY_INLINE float total() const {
    alignas(64) float sums[16];
    for (int p = 0; p < kParts; ++p) hn::Store(parts_[p], D(), sums + p * kLanes);
    for (int width = 8; width > 0; width /= 2) {
      for (int i = 0; i < width; ++i) sums[i] += sums[i + width];
    }
    return sums[0];
  }

  static constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
  static constexpr int kParts = 16 / kLanes;

 private:
  V parts_[kParts];
};

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#endif
