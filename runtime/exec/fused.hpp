// Fused steps, bound to memory. Binding decides the length of a block and where every register lies; running
// calls one block kernel per instruction and block.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "compiler/plan/step_plan.hpp"
#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {

// Blocks filled with one number, shared by all fused steps of an executor.
template <class T>
class ConstantBlocks {
 public:
  static constexpr std::int64_t kLength = 1024;
  T* find(double value);

 private:
  struct alignas(64) Block {
    std::array<T, kLength> elements;
  };
  std::map<std::uint64_t, std::unique_ptr<Block>> blocks_;  // by the bits of the number
};

template <class T>
class FusedProgram {
 public:
  using Locate = std::function<T*(const Operand&)>;

  FusedProgram(const FusedStep& step, const Locate& locate, const OpTable<BlockKernelOf<T>>& kernels,
               ConstantBlocks<T>& constants);

  // Elements of scratch memory that run() needs; shared between programs.
  [[nodiscard]] std::size_t scratch_elements() const {
    return scratch_registers_ * static_cast<std::size_t>(block_);
  }
  void bind_scratch(T* scratch);
  void run() const;

 private:
  // Where a register lies: memory that is walked along with the index space, or one block that stays.
  struct Register {
    T* base = nullptr;
    bool moves = false;
    std::int32_t scratch = -1;  // which block of the scratch memory, or -1
  };
  // An input that is spread over a block of scratch memory.
  struct Spread {
    const T* source = nullptr;
    std::int64_t count = 0;  // its elements
    std::int64_t run = 1;    // how often each repeats before the next: 1 for rows
    std::int32_t target = 0;
    bool once = false;  // the same for every block
  };
  struct Instruction {
    BlockKernelOf<T> kernel;
    std::array<std::int32_t, 3> inputs;
    std::int32_t output;
  };
  struct Copy {
    std::int32_t source;
    T* target;
  };

  void choose_block(const FusedStep& step);
  void bind_inputs(const FusedStep& step, const Locate& locate);
  void bind_instructions(const FusedStep& step, const Locate& locate,
                         const OpTable<BlockKernelOf<T>>& kernels, ConstantBlocks<T>& constants);
  T* find_direct_target(const FusedStep& step, std::size_t instruction, const Locate& locate) const;
  void bind_stores(const FusedStep& step, const Locate& locate);
  void fill(const Spread& spread, std::int64_t begin, std::int64_t length) const;
  [[nodiscard]] T* at(std::int32_t index, std::int64_t begin) const {
    const Register& r = registers_[static_cast<std::size_t>(index)];
    return r.moves ? r.base + begin : r.base;
  }

  std::int64_t count_ = 0;
  std::int64_t block_ = 1;
  std::size_t scratch_registers_ = 0;
  std::vector<Register> registers_;
  std::vector<Spread> spreads_;
  std::vector<Instruction> instructions_;
  std::vector<Copy> copies_;
};

}  // namespace nnc::rt
