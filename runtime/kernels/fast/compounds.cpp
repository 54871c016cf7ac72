// Elementwise operations that often come together, as one pass over memory: each is written once, as a type that
// says both what it looks like in a program and how it is computed. Every operation is rounded as it is alone, so
// the bits are those of the operations one by one.
#include <algorithm>
#include <array>
#include <utility>

#include "runtime/kernels/fast/fast.hpp"

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/compounds.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runtime/kernels/fast/evaluate.hpp"

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

template <class F>
HWY_ATTR void run(const float* const* vectors, const float* numbers, float* out, std::int64_t n) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  Operands x;
  HWY_UNROLL(4)
  for (int i = 0; i < F::kNumbers; ++i) x.numbers[i] = hn::Set(d, numbers[i]);
  std::int64_t at = 0;
  for (; at + lanes <= n; at += lanes) {
    HWY_UNROLL(4)
    for (int i = 0; i < F::kVectors; ++i) x.vectors[i] = hn::LoadU(d, vectors[i] + at);
    hn::StoreU(F::of(x), d, out + at);
  }
  if (at == n) return;
  const auto rest = hn::FirstN(d, static_cast<std::size_t>(n - at));
  HWY_UNROLL(4)
  for (int i = 0; i < F::kVectors; ++i) x.vectors[i] = hn::MaskedLoad(rest, d, vectors[i] + at);
  hn::BlendedStore(F::of(x), rest, d, out + at);
}

template <class F>
struct Description {
  static constexpr auto make() {
    std::array<CompoundTerm, F::kTerms> terms{};
    F::describe(terms.data());
    return terms;
  }
  static constexpr std::array<CompoundTerm, F::kTerms> kTerms = make();
};

template <class F>
CompoundKernel compound() {
  static_assert(F::kVectors <= CompoundKernel::kMaxVectors && F::kNumbers <= CompoundKernel::kMaxNumbers);
  return {Description<F>::kTerms, &run<F>};
}

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
using ReluGradient =
    Op<OpKind::Select, Op<OpKind::Greater, In<0>, Number<0>>, In<1>, Number<1>>;

// A compound that is part of another comes after it.
std::span<const CompoundKernel> compounds() {
  static const std::array kernels = {compound<StepByRoot>(), compound<MovingSquare>(), compound<MovingMean>(),
                                     compound<BiasRelu>(),   compound<ReluGradient>(), compound<DecayedStep>(),
                                     compound<Step>(),       compound<ScaledSum>()};
  return kernels;
}

#else

std::span<const CompoundKernel> compounds() { return {}; }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {

HWY_EXPORT(compounds);

std::span<const CompoundKernel> compounds() { return HWY_DYNAMIC_DISPATCH(compounds)(); }

}  // namespace nnc::rt::fast
#endif
