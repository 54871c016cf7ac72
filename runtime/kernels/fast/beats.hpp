// Which of two numbers a maximum takes, for all kernels that look for one. Included once per instruction set,
// so without a plain guard.
#if defined(NNC_BEATS_TOGGLE) == defined(HWY_TARGET_TOGGLE)
#ifdef NNC_BEATS_TOGGLE
#undef NNC_BEATS_TOGGLE
#else
#define NNC_BEATS_TOGGLE
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {

#if NNC_FUSED_TARGET

// Whether x replaces the best so far: larger, or the first NaN.
template <class V>
HWY_INLINE auto beats(V x, V best) {
  namespace hn = hwy::HWY_NAMESPACE;
  return hn::AndNot(hn::IsNaN(best), hn::Or(hn::Gt(x, best), hn::IsNaN(x)));
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#endif
