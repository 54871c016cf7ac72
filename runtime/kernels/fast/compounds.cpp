// Elementwise operations that often come together (compound_types.hpp), as one pass over memory.
#include <algorithm>
#include <array>
#include <utility>

#include "runtime/kernels/fast/fast.hpp"

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/compounds.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runtime/kernels/fast/compound_types.hpp"

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {

#if NNC_FUSED_TARGET

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

// A compound that is part of another comes after it.
std::span<const CompoundKernel> compounds() {
  static const std::array kernels = {
      compound<StepByRoot>(),   compound<MovingSquare>(), compound<MovingMean>(), compound<BiasRelu>(),
      compound<ReluGradient>(), compound<DecayedStep>(),  compound<Step>(),       compound<ScaledSum>()};
  return kernels;
}

HWY_ATTR void run_adam(const UpdateCall& call, const float* gradient, std::int64_t n) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const AdamUpdate adam(call);
  std::int64_t at = 0;
  for (; at + lanes <= n; at += lanes) adam.run(at, hn::LoadU(d, gradient + at));
  if (at == n) return;
  const auto rest = hn::FirstN(d, static_cast<std::size_t>(n - at));
  adam.run_some(at, hn::MaskedLoad(rest, d, gradient + at), rest);
}

const UpdateKernel* adam_update() {
  static const UpdateKernel kernel = {&compounds()[2], &compounds()[1], compounds().data(), &run_adam};
  return &kernel;
}

#else

std::span<const CompoundKernel> compounds() { return {}; }
const UpdateKernel* adam_update() { return nullptr; }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt::fast {

HWY_EXPORT(compounds);
HWY_EXPORT(adam_update);

std::span<const CompoundKernel> compounds() { return HWY_DYNAMIC_DISPATCH(compounds)(); }
const UpdateKernel* adam_update() { return HWY_DYNAMIC_DISPATCH(adam_update)(); }

}  // namespace nnc::rt::fast
#endif
