// Executes a StepPlan. All memory is laid out ahead; a step allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/step_plan.hpp"
#include "runtime/exec/thread_team.hpp"

namespace nnc::rt {

// Which kernels: Reference is the obviously right one for every operation, Fast is used where there is one.
enum class KernelSet : std::uint8_t { Fast, Reference };

// 64-byte aligned zeroed memory. In checked builds Work memory is filled with NaN before the first step.
class Memory {
 public:
  // Fails instead of throwing when the machine has not enough.
  static Result<Memory> allocate(std::uint64_t bytes);
  [[nodiscard]] std::byte* data() const { return data_.get(); }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* pointer) const;
  };
  std::unique_ptr<std::byte, Free> data_;
  std::uint64_t size_ = 0;
};

// What this process may use: what the machine has, or the limit of its container. In bytes.
std::uint64_t physical_memory();

// Exactly what executors ask for, in bytes: they allocate no tensor themselves. State outlives a step, work
// its parts, scratch nothing, so that work and scratch can serve all executors of a trial, one after the
// other.
struct MemoryNeeds {
  std::uint64_t state = 0;
  std::uint64_t work = 0;
  std::uint64_t scratch = 0;
};
// For a team of at most so many threads.
MemoryNeeds memory_needs(const StepPlan& plan, KernelSet kernels, int threads);
// What serves both, one at a time.
MemoryNeeds larger(const MemoryNeeds& lhs, const MemoryNeeds& rhs);

// What changes from step to step, besides the batch: what random operations depend on besides their place,
// and what optimizers read.
struct StepContext {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;  // optimizer steps taken so far in this trial, from 1
  double rate = 1;         // of the schedule: what the learning rate is multiplied with
};

// One plan bound to its memory. Several executors (full batch, last batch, evaluation) share one State
// memory.
class Executor {
 public:
  // The memories must be at least as large as memory_needs() says, for as many threads as the team may have
  // (1 without one), and outlive the executor, as must the team.
  Executor(const StepPlan& plan, Memory& state, Memory& work, Memory& scratch,
           KernelSet kernels = KernelSet::Fast, ThreadTeam* team = nullptr);
  ~Executor();
  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;

  // Writable views of what the caller fills before run(); empty if the plan does not read it.
  [[nodiscard]] std::span<float> features();
  [[nodiscard]] std::span<double> features_wide();
  [[nodiscard]] std::span<std::int32_t> target_classes();
  [[nodiscard]] std::span<float> target_values();

  // One step, by as many threads of the team as it has at the time; the results do not depend on them.
  void run(const StepContext& context);

  // The most threads that a step of the team has work for.
  [[nodiscard]] int most_parts() const;

  // A named output of the last run ("loss", "prediction"); valid until the next run. Empty if there is none.
  [[nodiscard]] std::span<const float> output(std::string_view name) const;
  [[nodiscard]] std::span<const double> output_wide(std::string_view name) const;

 private:
  struct Bound;
  std::unique_ptr<Bound> bound_;
};

// Gives every slot of the plan its initial value: constants, or numbers from the stream (seed, Init,
// slot.stream).
void initialize_slots(const StepPlan& plan, Memory& state, std::uint64_t seed);

}  // namespace nnc::rt
