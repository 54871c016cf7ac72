// The steps of a plan as what runs: kernels chosen, cut into parts, and bound to memory. Executors and
// memory_needs() both look at steps through this, so that they agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "compiler/plan/step_plan.hpp"
#include "runtime/exec/executor.hpp"
#include "runtime/exec/fused.hpp"
#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {

// One kernel step, with the same moves as a FusedProgram.
class KernelProgram {
 public:
  // The step must outlive the program.
  KernelProgram(const KernelStep& step, bool wide, KernelSet kernels);

  [[nodiscard]] std::uint64_t scratch_bytes() const { return scratch_bytes_; }
  [[nodiscard]] int useful_parts(int most) const;
  void bind(const Locate& locate, std::byte* scratch, int parts);
  void run(int part, int parts, const RandomContext& random) const;
  void finish(int parts) const;

 private:
  [[nodiscard]] std::vector<Shape> input_shapes() const;

  const KernelStep* step_;
  Kernel kernel_ = nullptr;
  bool fast_ = false;
  std::uint64_t scratch_bytes_ = 0;  // of each part, a multiple of a cache line
  std::vector<TensorView> inputs_;
  TensorView output_;
  TensorView second_;  // without memory if the step has none
  std::byte* scratch_ = nullptr;
};

// A step, in as many parts as are worth it.
struct StepProgram {
  std::variant<KernelProgram, FusedProgram<float>, FusedProgram<double>> program;
  int parts = 1;  // at most

  // The step must outlive the program.
  StepProgram(const PlanStep& step, bool wide, KernelSet kernels, int threads);
  // Of all parts.
  [[nodiscard]] std::uint64_t scratch_bytes() const;
  void bind(const Locate& locate, std::byte* scratch);
  // `of` is at most `parts`.
  void run(int part, int of, const RandomContext& random) const;
  // After all of several parts.
  void finish(int of) const;
};

}  // namespace nnc::rt
