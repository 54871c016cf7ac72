// Elementwise operations that often come together, each written once, as a type that says both what it looks
// like in a program and how it is computed. Every operation is rounded as it is alone, so the bits are those
// of the operations one by one. For compounds.cpp, which makes kernels of them, and sparse.cpp; included once
// per instruction set, so without a plain guard.
#if defined(NNC_COMPOUND_TYPES_TOGGLE) == defined(HWY_TARGET_TOGGLE)
#ifdef NNC_COMPOUND_TYPES_TOGGLE
#undef NNC_COMPOUND_TYPES_TOGGLE
#else
#define NNC_COMPOUND_TYPES_TOGGLE
#endif

#include <algorithm>

#include "runtime/kernels/fast/evaluate.hpp"
#include "runtime/kernels/kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {

#if NNC_FUSED_TARGET

// The operands of one vector's worth of elements.
struct Operands {
  V vectors[CompoundKernel::kMaxVectors];
  V numbers[CompoundKernel::kMaxNumbers];
};

// The vector operand i.
template <int i>
struct In {
  static constexpr int kVectors = i + 1, kNumbers = 0, kTerms = 1;
  static constexpr void describe(CompoundTerm* terms) { *terms = {CompoundTerm::Kind::Vector, {}, i}; }
  static HWY_INLINE V of(const Operands& x) { return x.vectors[i]; }
};

// The operand i among those that are the same for all elements.
template <int i>
struct Number {
  static constexpr int kVectors = 0, kNumbers = i + 1, kTerms = 1;
  static constexpr void describe(CompoundTerm* terms) { *terms = {CompoundTerm::Kind::Number, {}, i}; }
  static HWY_INLINE V of(const Operands& x) { return x.numbers[i]; }
};

template <OpKind kind, class A, class... Rest>
struct Op {
  static constexpr int kVectors = std::max({A::kVectors, Rest::kVectors...});
  static constexpr int kNumbers = std::max({A::kNumbers, Rest::kNumbers...});
  static constexpr int kTerms = 1 + A::kTerms + (0 + ... + Rest::kTerms);
  static constexpr void describe(CompoundTerm* terms) {
    *terms++ = {CompoundTerm::Kind::Operation, kind, 1 + static_cast<int>(sizeof...(Rest))};
    A::describe(terms);
    terms += A::kTerms;
    ((Rest::describe(terms), terms += Rest::kTerms), ...);
  }
  static HWY_INLINE V of(const Operands& x) {
    if constexpr (sizeof...(Rest) == 0) return evaluate<kind>(A::of(x), hn::Zero(D()), hn::Zero(D()));
    if constexpr (sizeof...(Rest) == 1) return evaluate<kind>(A::of(x), Rest::of(x)..., hn::Zero(D()));
    if constexpr (sizeof...(Rest) == 2) return evaluate<kind>(A::of(x), Rest::of(x)...);
  }
};

template <class A, class B>
using Plus = Op<OpKind::Add, A, B>;
template <class A, class B>
using Minus = Op<OpKind::Subtract, A, B>;
template <class A, class B>
using Times = Op<OpKind::Multiply, A, B>;
template <class A, class B>
using Over = Op<OpKind::Divide, A, B>;
template <class A>
using Root = Op<OpKind::Sqrt, A>;

// w - (m * rate) / (sqrt(v) + epsilon): Adam, and RMSprop with the gradient for m
using StepByRoot = Minus<In<0>, Over<Times<In<1>, Number<0>>, Plus<Root<In<2>>, Number<1>>>>;
// b * m + (1 - b) * g, and of squares
using MovingMean = Plus<Times<In<0>, Number<0>>, Times<In<1>, Number<1>>>;
using MovingSquare = Plus<Times<In<0>, Number<0>>, Times<Times<In<1>, In<1>>, Number<1>>>;
// w - rate * g
using Step = Minus<In<0>, Times<In<1>, Number<0>>>;
// w * decay - step
using DecayedStep = Minus<Times<In<0>, Number<0>>, In<1>>;
using ScaledSum = Plus<In<0>, Times<In<1>, Number<0>>>;
// max(x + bias, 0), and the gradient that passes it
using BiasRelu = Op<OpKind::Maximum, Plus<In<0>, In<1>>, Number<0>>;
using ReluGradient = Op<OpKind::Select, Op<OpKind::Greater, In<0>, Number<0>>, In<1>, Number<1>>;

// Adam's three, as one update of registers.
struct AdamUpdate {
  float* weights;
  float* mean;
  float* square;
  V mean_numbers[2], square_numbers[2], step_numbers[2];

  explicit HWY_INLINE AdamUpdate(const UpdateCall& call)
      : weights(call.weights), mean(call.mean), square(call.square) {
    const D d;
    HWY_UNROLL(2)
    for (int i = 0; i < 2; ++i) {
      mean_numbers[i] = hn::Set(d, call.mean_numbers[i]);
      square_numbers[i] = hn::Set(d, call.square_numbers[i]);
      step_numbers[i] = hn::Set(d, call.step_numbers[i]);
    }
  }
  HWY_INLINE void update(V gradient, V& w, V& m, V& v) const {
    m = MovingMean::of({{m, gradient}, {mean_numbers[0], mean_numbers[1]}});
    v = MovingSquare::of({{v, gradient}, {square_numbers[0], square_numbers[1]}});
    w = StepByRoot::of({{w, m, v}, {step_numbers[0], step_numbers[1]}});
  }
  // The elements from `at` on, as many as a vector has.
  HWY_INLINE void run(std::int64_t at, V gradient) const {
    const D d;
    V w = hn::LoadU(d, weights + at);
    V m = hn::LoadU(d, mean + at);
    V v = hn::LoadU(d, square + at);
    update(gradient, w, m, v);
    hn::StoreU(w, d, weights + at);
    hn::StoreU(m, d, mean + at);
    hn::StoreU(v, d, square + at);
  }
  HWY_INLINE void run_some(std::int64_t at, V gradient, hn::Mask<D> some) const {
    const D d;
    V w = hn::MaskedLoad(some, d, weights + at);
    V m = hn::MaskedLoad(some, d, mean + at);
    V v = hn::MaskedLoad(some, d, square + at);
    update(gradient, w, m, v);
    hn::BlendedStore(w, some, d, weights + at);
    hn::BlendedStore(m, some, d, mean + at);
    hn::BlendedStore(v, some, d, square + at);
  }
};

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#endif
