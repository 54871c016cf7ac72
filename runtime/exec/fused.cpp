// See fused.hpp. A block is a few hundred elements: long enough that the calls cost nothing, short enough
// that all registers of a step fit the nearest cache together.
#include "runtime/exec/fused.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "compiler/base/check.hpp"

namespace nnc::rt {

using Access = FusedStep::Access;

static constexpr std::int64_t kCacheBytes = 32 * 1024;
static constexpr std::int64_t kShortestBlock = 256;

static std::int64_t count_of(const Shape& shape) { return shape.element_count().value(); }

template <class T>
T* ConstantBlocks<T>::find(double value) {
  std::unique_ptr<Block>& block = blocks_[std::bit_cast<std::uint64_t>(value)];
  if (block == nullptr) {
    block = std::make_unique<Block>();
    block->elements.fill(static_cast<T>(value));
  }
  return block->elements.data();
}

template <class T>
FusedProgram<T>::FusedProgram(const FusedStep& step, const Locate& locate,
                              const OpTable<BlockKernelOf<T>>& kernels, ConstantBlocks<T>& constants)
    : count_(count_of(step.shape)) {
  choose_block(step);
  bind_inputs(step, locate);
  bind_instructions(step, locate, kernels, constants);
  bind_stores(step, locate);
}

// Rows that fit into a block should start where blocks start: then one block of them serves all.
template <class T>
void FusedProgram<T>::choose_block(const FusedStep& step) {
  const auto streams =
      static_cast<std::int64_t>(step.inputs.size() + step.instructions.size() + step.stores.size());
  block_ = ConstantBlocks<T>::kLength;
  while (block_ > kShortestBlock && block_ * streams * static_cast<std::int64_t>(sizeof(T)) > kCacheBytes)
    block_ /= 2;
  std::int64_t period = 1;
  for (const FusedStep::Input& input : step.inputs) {
    if (input.access != Access::Row) continue;
    const std::int64_t row = count_of(input.operand.shape);
    if (row <= 0 || row > ConstantBlocks<T>::kLength) continue;
    const std::int64_t both = std::lcm(period, row);
    if (both <= ConstantBlocks<T>::kLength) period = both;
  }
  block_ = std::max(period, block_ / period * period);
  block_ = std::clamp<std::int64_t>(count_, 1, block_);
}

template <class T>
void FusedProgram<T>::bind_inputs(const FusedStep& step, const Locate& locate) {
  for (const FusedStep::Input& input : step.inputs) {
    T* memory = locate(input.operand);
    if (input.access == Access::Full) {
      registers_.push_back({memory, true, -1});
      continue;
    }
    const std::int64_t count = count_of(input.operand.shape);
    Spread spread{memory, count, 1, static_cast<std::int32_t>(registers_.size()), false};
    if (input.access == Access::Column) spread.run = count > 0 ? count_ / count : 1;
    spread.once = input.access == Access::Scalar ||
                  (input.access == Access::Row && block_ % std::max<std::int64_t>(count, 1) == 0);
    spreads_.push_back(spread);
    registers_.push_back({nullptr, false, static_cast<std::int32_t>(scratch_registers_++)});
  }
}

// The memory of a store that the instruction may write at once: no later instruction or store reads an input
// there.
template <class T>
T* FusedProgram<T>::find_direct_target(const FusedStep& step, std::size_t instruction,
                                       const Locate& locate) const {
  const auto value = static_cast<std::int32_t>(step.inputs.size() + instruction);
  for (const FusedStep::Store& store : step.stores) {
    if (store.value_register != value) continue;
    T* target = locate(store.operand);
    const auto reads_target = [&](std::int32_t index) {
      const auto i = static_cast<std::size_t>(index);
      return i < step.inputs.size() && registers_[i].moves && registers_[i].base == target;
    };
    bool free = std::none_of(step.stores.begin(), step.stores.end(), [&](const FusedStep::Store& other) {
      return reads_target(other.value_register);
    });
    for (std::size_t later = instruction + 1; later < step.instructions.size() && free; ++later) {
      const std::vector<std::int32_t>& read = step.instructions[later].registers;
      free = std::none_of(read.begin(), read.end(), reads_target);
    }
    if (free) return target;
  }
  return nullptr;
}

template <class T>
void FusedProgram<T>::bind_instructions(const FusedStep& step, const Locate& locate,
                                        const OpTable<BlockKernelOf<T>>& kernels,
                                        ConstantBlocks<T>& constants) {
  std::vector<std::size_t> last_read(step.inputs.size() + step.instructions.size(), 0);
  for (std::size_t i = 0; i < step.instructions.size(); ++i) {
    for (const std::int32_t read : step.instructions[i].registers)
      last_read[static_cast<std::size_t>(read)] = i;
  }
  for (const FusedStep::Store& store : step.stores) {
    last_read[static_cast<std::size_t>(store.value_register)] = step.instructions.size();
  }
  std::vector<std::int32_t> unused;
  for (std::size_t i = 0; i < step.instructions.size(); ++i) {
    const FusedStep::Instruction& instruction = step.instructions[i];
    if (instruction.op == OpKind::Constant) {
      registers_.push_back({constants.find(instruction.constant), false, -1});
      continue;
    }
    Instruction bound{kernels[instruction.op], {0, 0, 0}, static_cast<std::int32_t>(registers_.size())};
    NNC_CHECK(bound.kernel != nullptr && instruction.registers.size() <= 3);
    std::copy(instruction.registers.begin(), instruction.registers.end(), bound.inputs.begin());
    // A register's block may be taken by the very instruction that reads it last: kernels work element by
    // element.
    for (const std::int32_t read : instruction.registers) {
      const auto position = static_cast<std::size_t>(read);
      const bool ends =
          last_read[position] == i && position >= step.inputs.size() && registers_[position].scratch >= 0;
      if (ends && std::find(unused.begin(), unused.end(), registers_[position].scratch) == unused.end()) {
        unused.push_back(registers_[position].scratch);
      }
    }
    if (T* target = find_direct_target(step, i, locate)) {
      registers_.push_back({target, true, -1});
    } else if (!unused.empty()) {
      registers_.push_back({nullptr, false, unused.back()});
      unused.pop_back();
    } else {
      registers_.push_back({nullptr, false, static_cast<std::int32_t>(scratch_registers_++)});
    }
    instructions_.push_back(bound);
  }
}

template <class T>
void FusedProgram<T>::bind_stores(const FusedStep& step, const Locate& locate) {
  for (const FusedStep::Store& store : step.stores) {
    T* target = locate(store.operand);
    const Register& value = registers_[static_cast<std::size_t>(store.value_register)];
    if (!value.moves || value.base != target) copies_.push_back({store.value_register, target});
  }
}

template <class T>
void FusedProgram<T>::bind_scratch(T* scratch) {
  for (Register& r : registers_) {
    if (r.scratch >= 0) r.base = scratch + r.scratch * block_;
  }
}

// Element i of the index space reads element (i / run) % count.
template <class T>
void FusedProgram<T>::fill(const Spread& spread, std::int64_t begin, std::int64_t length) const {
  T* out = registers_[static_cast<std::size_t>(spread.target)].base;
  if (spread.count == 1) {
    std::fill_n(out, length, *spread.source);
    return;
  }
  if (spread.run == 1) {
    for (std::int64_t done = 0, from = begin % spread.count; done < length; from = 0) {
      const std::int64_t part = std::min(length - done, spread.count - from);
      std::copy_n(spread.source + from, part, out + done);
      done += part;
    }
    return;
  }
  for (std::int64_t done = 0; done < length;) {
    const std::int64_t position = begin + done;
    const std::int64_t part = std::min(length - done, spread.run - position % spread.run);
    std::fill_n(out + done, part, spread.source[position / spread.run]);
    done += part;
  }
}

template <class T>
void FusedProgram<T>::run() const {
  if (count_ == 0) return;
  for (const Spread& spread : spreads_) {
    if (spread.once) fill(spread, 0, block_);
  }
  for (std::int64_t begin = 0; begin < count_; begin += block_) {
    const std::int64_t length = std::min(block_, count_ - begin);
    for (const Spread& spread : spreads_) {
      if (!spread.once) fill(spread, begin, length);
    }
    for (const Instruction& i : instructions_) {
      i.kernel(at(i.inputs[0], begin), at(i.inputs[1], begin), at(i.inputs[2], begin), at(i.output, begin),
               length);
    }
    for (const Copy& copy : copies_) std::copy_n(at(copy.source, begin), length, copy.target + begin);
  }
}

template class ConstantBlocks<float>;
template class ConstantBlocks<double>;
template class FusedProgram<float>;
template class FusedProgram<double>;

}  // namespace nnc::rt
