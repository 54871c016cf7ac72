// Fused steps, laid out and bound to memory. The layout decides the length of a block and where every
// register lies; running calls one block kernel per instruction and block. A part runs a range of the blocks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "compiler/plan/step_plan.hpp"
#include "runtime/exec/operations.hpp"
#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {

// The memory of an operand.
using Locate = std::function<std::byte*(const Operand&)>;

template <class T>
class FusedProgram {
 public:
  // Keeps nothing of the step but the places of its operands and its producer. With fast
  // kernels, compounds are used, and the producer computes rows alone; without, all at once.
  FusedProgram(const FusedStep& step, const OpTable<BlockKernelOf<T>>& kernels, Kernel producer,
               bool by_fast);

  // Bytes of scratch memory, a multiple of a cache line, that each part needs for itself.
  [[nodiscard]] std::uint64_t scratch_bytes() const;
  // In how many parts it is worth being cut, at most `most`.
  [[nodiscard]] int useful_parts(int most) const;

  // Resolves all addresses for up to `parts` parts. `scratch` holds what all of them need.
  void bind(const Locate& locate, std::byte* scratch, int parts);
  void run(int part, int parts) const;

 private:
  // Where a register lies: memory that is walked along with the index space, or a block of scratch memory.
  struct Register {
    const Operand* place = nullptr;
    std::int32_t scratch = -1;  // which block, if there is no place
  };
  // The same as addresses, of one part.
  struct Address {
    T* base;
    bool moves;
  };
  // What is spread over a block of scratch memory: an input, or a number.
  struct Spread {
    const Operand* place = nullptr;  // null: the number
    T number = 0;
    std::int64_t count = 1;  // elements of the input
    std::int64_t run = 1;    // how often each repeats before the next: 1 for rows
    std::int32_t target = 0;
    bool once = false;  // the same for every block
    const T* source = nullptr;
  };
  // What all elements share, for compounds: a scalar input, or a number.
  struct Number {
    const Operand* place = nullptr;  // null: the value
    T value = 0;
    const T* source = nullptr;
  };
  static constexpr std::size_t kMostNumbers = 48;
  using Numbers = std::array<T, kMostNumbers>;
  struct Instruction {
    BlockKernelOf<T> kernel = nullptr;  // of one operation, or
    const CompoundKernel* compound = nullptr;
    const UpdateKernel* update = nullptr;
    std::array<std::int32_t, 4> inputs{};
    std::array<std::size_t, 6> numbers{};
    std::int32_t output = 0;
  };
  struct Copy {
    std::int32_t source;
    const Operand* place;
    T* target = nullptr;
  };

  // What computes the rows that are read next.
  struct Producer {
    const KernelStep* step = nullptr;  // null if there is none
    Kernel kernel = nullptr;
    std::int32_t target = -1;  // the register
    bool by_rows = false;
    std::int64_t rows = 1, columns = 1;
    std::int64_t rows_at_once = 1;
    std::uint64_t result_bytes = 0;  // of the rows at once, a multiple of a cache line, as what follows
    std::uint64_t workspace_bytes = 0;
    std::vector<TensorView> inputs;
    bool updates = false;  // its rows are read by an update and by nothing else: it does that too
  };
  // What parts get a number of: blocks of elements, or rows of the producer. They are the same for any number
  // of parts, so that its kernel is always called for the same rows.
  [[nodiscard]] std::int64_t count_of_pieces() const;

  void choose_rows_at_once(std::int64_t bytes, std::int64_t most);
  void lay_out_producer(const FusedStep& step, Kernel kernel, bool by_rows);
  void choose_block(const FusedStep& step);
  void lay_out_inputs(const FusedStep& step);
  void lay_out_numbers(const FusedStep& step, const std::vector<Operation>& operations);
  void lay_out_operations(const FusedStep& step, const std::vector<Operation>& operations,
                          const OpTable<BlockKernelOf<T>>& kernels);
  const Operand* find_direct_target(const FusedStep& step, const std::vector<Operation>& operations,
                                    std::size_t operation) const;
  std::size_t number_of(const FusedStep& step, std::int32_t index);
  void lay_out_stores(const FusedStep& step);
  [[nodiscard]] std::int32_t new_scratch() { return static_cast<std::int32_t>(scratch_registers_++); }
  void fill(const Spread& spread, T* out, std::int64_t begin, std::int64_t length) const;
  // What a part needs while it runs.
  struct Context {
    const Address* registers;
    const Numbers& numbers;
  };
  [[nodiscard]] UpdateCall update_call(const Context& context, const Instruction& instruction,
                                       std::int64_t begin) const;
  void run_block(const Context& context, std::int64_t begin, std::int64_t length, const T* produced) const;
  void run_rows(const Context& context, std::int64_t row, std::byte* memory) const;
  [[nodiscard]] std::uint64_t register_bytes() const;

  std::int64_t count_ = 0;
  std::int64_t block_ = 1;
  double nanoseconds_ = 0;  // of one run, about
  std::size_t scratch_registers_ = 0;
  std::vector<Register> registers_;
  std::vector<Spread> spreads_;
  std::vector<Number> numbers_;
  std::vector<Instruction> instructions_;
  std::vector<Copy> copies_;
  std::vector<Address> addresses_;  // of all registers, part after part
  Producer producer_;
  std::byte* scratch_ = nullptr;
};

}  // namespace nnc::rt
