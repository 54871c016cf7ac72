// The threads that work on one trial: the caller of run(), and helpers. They share the parts of one step at a
// time; what a part computes does not depend on who computes it, so the results do not either.
// A part goes to the same thread in every run of as many parts, unless somebody is late: who wrote something
// finds it in its own cache when the next step reads it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace nnc::rt {

class ThreadTeam {
 public:
  // At most so many threads, the caller among them. Helpers are started when first needed; there are fewer if
  // the system has no more.
  explicit ThreadTeam(int most);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  [[nodiscard]] int most() const { return most_; }

  // How many work on the parts that come from now on: 1 to most(), what is outside is moved there. From any
  // thread, at any time.
  void set_threads(int threads);
  [[nodiscard]] int threads() const { return threads_.load(std::memory_order_relaxed); }

  // Calls work(part) once for every part from 0 to parts - 1 (at most kMostParts), in this thread and others,
  // and returns when all are done. `work` must not throw. One caller at a time. Allocates nothing, apart from
  // helpers that are missing.
  template <class F>
  void run(int parts, const F& work) {
    run_parts(
        parts, [](const void* context, int part) { (*static_cast<const F*>(context))(part); }, &work);
  }
  static constexpr int kMostParts = 0xff;

 private:
  struct Helper;
  using Work = void (*)(const void* context, int part);

  void run_parts(int parts, Work work, const void* context);
  int start_helpers(int wanted);
  void help(int number);
  void take_parts(int first);
  void wait_for_others();

  const int most_;
  std::atomic<int> threads_;
  std::unique_ptr<Helper[]> helpers_;
  int started_ = 0;
  bool no_more_ = false;  // the system gave no further thread
  std::atomic<bool> ends_ = false;

  // The parts at hand, in one word: which run, and how many parts (8 bits); and of each part the last
  // run in which somebody took it. Who takes a part knows that its run goes on until the part is done; who
  // comes late finds all of them taken, or helps with the next run.
  alignas(64) std::atomic<std::uint64_t> ticket_ = 0;
  std::unique_ptr<std::atomic<std::uint64_t>[]> taken_;
  Work work_ = nullptr;
  const void* context_ = nullptr;
  alignas(64) std::atomic<std::uint32_t> left_ = 0;  // parts that are not done
  std::atomic<bool> caller_sleeps_ = false;
};

}  // namespace nnc::rt
