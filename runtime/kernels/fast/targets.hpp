// Which instruction sets the fast kernels are compiled for; included before Highway. Those without fused
// multiply-add are left out, apart from Highway's portable baseline, for which the sources give empty tables
// (NNC_FUSED_TARGET 0). SVE's vectors have no size known to the compiler, which the register tiles need; NEON
// serves those machines.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#define NNC_FUSED_TARGET (HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_SCALAR)
