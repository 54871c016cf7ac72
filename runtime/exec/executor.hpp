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

// What the machine has, in bytes.
std::uint64_t physical_memory();

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
  // `state` and `work` must be at least as large as the plan asks and outlive the executor.
  Executor(const StepPlan& plan, Memory& state, Memory& work, KernelSet kernels = KernelSet::Fast);
  ~Executor();
  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;

  // Writable views of what the caller fills before run(); empty if the plan does not read it.
  [[nodiscard]] std::span<float> features();
  [[nodiscard]] std::span<double> features_wide();
  [[nodiscard]] std::span<std::int32_t> target_classes();
  [[nodiscard]] std::span<float> target_values();

  void run(const StepContext& context);

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
