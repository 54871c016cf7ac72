// Who waits spins for a while, since most waits are shorter than falling asleep and waking up, then lets
// others go first, and then sleeps, so that more threads than cores do not keep each other from working.
#include "runtime/exec/thread_team.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <system_error>
#include <thread>

#include "compiler/base/check.hpp"
#include "runtime/kernels/flush_denormals.hpp"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace nnc::rt {
namespace {

// Longer than the small steps between two large ones: waking up takes as long as some of the large ones. Most
// waits are much shorter; in the longer ones others may have the core, should there be more threads than cores.
constexpr std::chrono::microseconds kSpin{30};
constexpr std::chrono::microseconds kYield{200};

constexpr unsigned kPartBits = 8;
static_assert(ThreadTeam::kMostParts < 1 << kPartBits);

void pause() {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Whether the condition came true in time.
template <class Condition>
bool spin_until(Condition condition) {
  constexpr int kLooksPerClock = 16;
  if (condition()) return true;
  const auto begin = std::chrono::steady_clock::now();
  for (std::chrono::nanoseconds waited{0}; waited < kYield;
       waited = std::chrono::steady_clock::now() - begin) {
    if (waited > kSpin) std::this_thread::yield();
    for (int i = 0; i < kLooksPerClock; ++i) {
      pause();
      if (condition()) return true;
    }
  }
  return false;
}

}  // namespace

struct alignas(64) ThreadTeam::Helper {
  std::atomic<std::uint32_t> calls = 0;  // raised to wake it
  std::atomic<bool> sleeps = false;
  std::thread thread;

  // Here and where the caller waits: the one who sleeps says so before it looks a last time, the one who
  // wakes looks after it has changed what is waited for. So one of them sees the other.
  void call() {
    calls.fetch_add(1, std::memory_order_seq_cst);
    if (sleeps.load(std::memory_order_seq_cst)) calls.notify_one();
  }

  // The number of the next call after `seen`.
  std::uint32_t await(std::uint32_t seen) {
    if (!spin_until([&] { return calls.load(std::memory_order_acquire) != seen; })) {
      sleeps.store(true, std::memory_order_seq_cst);
      calls.wait(seen, std::memory_order_seq_cst);
      sleeps.store(false, std::memory_order_relaxed);
    }
    return calls.load(std::memory_order_acquire);
  }
};

ThreadTeam::ThreadTeam(int most)
    : most_(std::clamp(most, 1, kMostParts)),
      threads_(most_),
      helpers_(std::make_unique<Helper[]>(static_cast<std::size_t>(most_ - 1))),
      taken_(std::make_unique<std::atomic<std::uint64_t>[]>(kMostParts)) {}

ThreadTeam::~ThreadTeam() {
  ends_.store(true, std::memory_order_release);
  for (int i = 0; i < started_; ++i) helpers_[static_cast<std::size_t>(i)].call();
  for (int i = 0; i < started_; ++i) helpers_[static_cast<std::size_t>(i)].thread.join();
}

void ThreadTeam::set_threads(int threads) {
  threads_.store(std::clamp(threads, 1, most_), std::memory_order_relaxed);
}

// How many there are, up to `wanted`.
int ThreadTeam::start_helpers(int wanted) {
  while (started_ < wanted && !no_more_) {
    Helper& helper = helpers_[static_cast<std::size_t>(started_)];
    try {
      helper.thread = std::thread([this, number = started_] { help(number); });
      ++started_;
    } catch (const std::system_error&) {
      no_more_ = true;
    } catch (const std::bad_alloc&) {
      no_more_ = true;
    }
  }
  return std::min(started_, wanted);
}

void ThreadTeam::help(int number) {
  const FlushDenormals flush;
  Helper& self = helpers_[static_cast<std::size_t>(number)];
  std::uint32_t seen = 0;
  while (true) {
    seen = self.await(seen);
    if (ends_.load(std::memory_order_acquire)) return;
    take_parts(number + 1);
  }
}

void ThreadTeam::run_parts(int parts, Work work, const void* context) {
  NNC_CHECK(parts <= kMostParts);
  const int helpers = start_helpers(std::min(threads(), parts) - 1);
  if (helpers <= 0) {
    for (int part = 0; part < parts; ++part) work(context, part);
    return;
  }
  work_ = work;
  context_ = context;
  left_.store(static_cast<std::uint32_t>(parts), std::memory_order_relaxed);
  const std::uint64_t run = (ticket_.load(std::memory_order_relaxed) >> kPartBits) + 1;
  ticket_.store(run << kPartBits | static_cast<std::uint64_t>(parts), std::memory_order_release);
  for (int i = 0; i < helpers; ++i) helpers_[static_cast<std::size_t>(i)].call();
  take_parts(0);
  wait_for_others();
}

// Of whatever run is at hand, from `first` on and round.
void ThreadTeam::take_parts(int first) {
  const std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
  const std::uint64_t run = ticket >> kPartBits;
  const int parts = static_cast<int>(ticket & kMostParts);
  for (int i = 0; i < parts; ++i) {
    const int part = (first + i) % parts;
    std::atomic<std::uint64_t>& taken = taken_[static_cast<std::size_t>(part)];
    std::uint64_t before = taken.load(std::memory_order_relaxed);
    if (before >= run || !taken.compare_exchange_strong(before, run, std::memory_order_acq_rel)) continue;
    work_(context_, part);
    const bool was_last = left_.fetch_sub(1, std::memory_order_seq_cst) == 1;
    if (was_last && caller_sleeps_.load(std::memory_order_seq_cst)) left_.notify_one();
  }
}

void ThreadTeam::wait_for_others() {
  if (spin_until([&] { return left_.load(std::memory_order_acquire) == 0; })) return;
  caller_sleeps_.store(true, std::memory_order_seq_cst);
  for (std::uint32_t left = left_.load(); left != 0; left = left_.load()) left_.wait(left);
  caller_sleeps_.store(false, std::memory_order_relaxed);
}

}  // namespace nnc::rt
