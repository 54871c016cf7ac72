// The name of the instruction set that the fast kernels are chosen for: asked in the way in which they are.
#include "runtime/kernels/instruction_set.hpp"

#include "runtime/kernels/fast/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fast/instruction_set.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nnc::rt::fast {
namespace HWY_NAMESPACE {

const char* instruction_set() { return NNC_FUSED_TARGET ? hwy::TargetName(HWY_TARGET) : ""; }

}  // namespace HWY_NAMESPACE
}  // namespace nnc::rt::fast
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nnc::rt {
namespace fast {

HWY_EXPORT(instruction_set);
static const char* chosen() { return HWY_DYNAMIC_DISPATCH(instruction_set)(); }

}  // namespace fast

std::string_view instruction_set() { return fast::chosen(); }

}  // namespace nnc::rt
#endif
