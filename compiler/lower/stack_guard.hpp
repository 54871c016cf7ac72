// How much of the stack a recursion has used. Programs nest as deeply as their authors like; the evaluator
// follows them by recursion and must say so before the stack ends.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace nnc {

class StackGuard {
 public:
  // The stack is measured from where the guard is made.
  StackGuard() : base_(position()) {
    constexpr std::size_t kMost = std::size_t{4} << 20;
    rlimit limit{};
    const bool known = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    allowed_ = known ? std::min<std::size_t>(limit.rlim_cur / 2, kMost) : kMost;
  }

  [[nodiscard]] bool has_room() const {
    const std::uintptr_t here = position();
    return (here > base_ ? here - base_ : base_ - here) < allowed_;
  }

 private:
  static std::uintptr_t position() { return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)); }

  std::uintptr_t base_;
  std::size_t allowed_ = 0;
};

}  // namespace nnc
