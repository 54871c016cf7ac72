// See fused.hpp. A block is a few hundred elements: long enough that the calls cost nothing, short enough
// that all registers of a step fit the nearest cache together.
#include "runtime/exec/fused.hpp"

#include <algorithm>
#include <numeric>

#include "compiler/base/check.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt {

using Access = FusedStep::Access;

static constexpr std::int64_t kCacheBytes = 32 * 1024;
static constexpr std::int64_t kShortestBlock = 256;
static constexpr std::int64_t kLongestBlock = 1024;
static constexpr std::uint64_t kLine = 64;

static std::uint64_t whole_lines(std::uint64_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }
static std::int64_t count_of(const Shape& shape) { return shape.element_count().value(); }

// Two operands that overlap are the same memory: the planner sees to it.
static bool same_place(const Operand& lhs, const Operand& rhs) {
  return lhs.region == rhs.region && lhs.offset == rhs.offset;
}

template <class T>
FusedProgram<T>::FusedProgram(const FusedStep& step, const OpTable<BlockKernelOf<T>>& kernels, Kernel producer,
                              bool by_rows)
    : count_(count_of(step.shape)) {
  if (step.producer) lay_out_producer(step, producer, by_rows);
  choose_block(step);
  lay_out_inputs(step);
  lay_out_instructions(step, kernels);
  lay_out_stores(step);
}

template <class T>
std::uint64_t FusedProgram<T>::register_bytes() const {
  return whole_lines(scratch_registers_ * static_cast<std::uint64_t>(block_) * sizeof(T));
}

template <class T>
std::uint64_t FusedProgram<T>::scratch_bytes() const {
  return register_bytes() + producer_.result_bytes + producer_.workspace_bytes;
}

template <class T>
std::int64_t FusedProgram<T>::count_of_pieces() const {
  if (producer_.step == nullptr) return (count_ + block_ - 1) / block_;
  return (producer_.rows + producer_.rows_at_once - 1) / producer_.rows_at_once;
}

template <class T>
int FusedProgram<T>::useful_parts(int most) const {
  return rt::useful_parts(nanoseconds_, static_cast<int>(std::clamp<std::int64_t>(count_of_pieces(), 1, most)));
}

// So many rows that they stay in the nearest cache until they are read, but enough for whole tiles.
template <class T>
void FusedProgram<T>::lay_out_producer(const FusedStep& step, Kernel kernel, bool by_rows) {
  constexpr std::int64_t kRowsOfTiles = 16;
  const KernelStep& product = *step.producer;
  producer_.step = &product;
  producer_.kernel = kernel;
  producer_.by_rows = by_rows;
  producer_.rows = product.output.shape[0];
  producer_.columns = product.output.shape[1];
  const std::int64_t row_bytes = producer_.columns * static_cast<std::int64_t>(sizeof(T));
  const std::int64_t fitting = kCacheBytes / 2 / row_bytes / kRowsOfTiles * kRowsOfTiles;
  producer_.rows_at_once = by_rows ? std::max(fitting, kRowsOfTiles) : producer_.rows;
  producer_.rows_at_once = std::min(producer_.rows_at_once, producer_.rows);
  producer_.result_bytes = whole_lines(static_cast<std::uint64_t>(producer_.rows_at_once * row_bytes));
  std::vector<Shape> shapes;
  for (const Operand& input : product.inputs) shapes.push_back(input.shape);
  if (by_rows) {
    producer_.workspace_bytes =
        whole_lines(workspace_bytes(product.op, shapes, product.output.shape, product.attributes));
  }
  nanoseconds_ += estimated_nanoseconds(product.op, shapes, product.output.shape, product.attributes);
}

// Rows that fit into a block should start where blocks start: then one block of them serves all.
template <class T>
void FusedProgram<T>::choose_block(const FusedStep& step) {
  const auto streams =
      static_cast<std::int64_t>(step.inputs.size() + step.instructions.size() + step.stores.size());
  block_ = kLongestBlock;
  while (block_ > kShortestBlock && block_ * streams * static_cast<std::int64_t>(sizeof(T)) > kCacheBytes)
    block_ /= 2;
  std::int64_t period = 1;
  for (const FusedStep::Input& input : step.inputs) {
    if (input.access != Access::Row) continue;
    const std::int64_t row = count_of(input.operand.shape);
    if (row <= 0 || row > kLongestBlock) continue;
    const std::int64_t both = std::lcm(period, row);
    if (both <= kLongestBlock) period = both;
  }
  block_ = std::max(period, block_ / period * period);
  block_ = std::clamp<std::int64_t>(count_, 1, block_);
}

template <class T>
void FusedProgram<T>::lay_out_inputs(const FusedStep& step) {
  for (const FusedStep::Input& input : step.inputs) {
    if (input.access == Access::Produced) {
      producer_.target = static_cast<std::int32_t>(registers_.size());
      registers_.push_back({nullptr, -1});
      continue;
    }
    if (input.access == Access::Full) {
      registers_.push_back({&input.operand, -1});
      continue;
    }
    const std::int64_t count = count_of(input.operand.shape);
    Spread spread;
    spread.place = &input.operand;
    spread.count = count;
    spread.target = static_cast<std::int32_t>(registers_.size());
    if (input.access == Access::Column) spread.run = count > 0 ? count_ / count : 1;
    spread.once = input.access == Access::Scalar ||
                  (input.access == Access::Row && block_ % std::max<std::int64_t>(count, 1) == 0);
    spreads_.push_back(spread);
    registers_.push_back({nullptr, new_scratch()});
  }
}

// The memory of a store that the instruction may write at once: no later instruction or store reads an input
// there.
template <class T>
const Operand* FusedProgram<T>::find_direct_target(const FusedStep& step, std::size_t instruction) const {
  const auto value = static_cast<std::int32_t>(step.inputs.size() + instruction);
  for (const FusedStep::Store& store : step.stores) {
    if (store.value_register != value) continue;
    const auto reads_target = [&](std::int32_t index) {
      const auto i = static_cast<std::size_t>(index);
      return i < step.inputs.size() && registers_[i].place != nullptr &&
             same_place(*registers_[i].place, store.operand);
    };
    bool free = std::none_of(step.stores.begin(), step.stores.end(), [&](const FusedStep::Store& other) {
      return reads_target(other.value_register);
    });
    for (std::size_t later = instruction + 1; later < step.instructions.size() && free; ++later) {
      const std::vector<std::int32_t>& read = step.instructions[later].registers;
      free = std::none_of(read.begin(), read.end(), reads_target);
    }
    if (free) return &store.operand;
  }
  return nullptr;
}

template <class T>
void FusedProgram<T>::lay_out_instructions(const FusedStep& step, const OpTable<BlockKernelOf<T>>& kernels) {
  std::vector<std::size_t> last_read(step.inputs.size() + step.instructions.size(), 0);
  for (std::size_t i = 0; i < step.instructions.size(); ++i) {
    for (const std::int32_t read : step.instructions[i].registers)
      last_read[static_cast<std::size_t>(read)] = i;
  }
  for (const FusedStep::Store& store : step.stores) {
    last_read[static_cast<std::size_t>(store.value_register)] = step.instructions.size();
  }
  std::vector<std::int32_t> unused;
  std::vector<bool> is_number(last_read.size(), false);  // filled before all blocks and so never given away
  for (std::size_t i = 0; i < step.instructions.size(); ++i) {
    const FusedStep::Instruction& instruction = step.instructions[i];
    const auto output = static_cast<std::int32_t>(registers_.size());
    if (instruction.op == OpKind::Constant) {
      Spread spread;
      spread.number = static_cast<T>(instruction.constant);
      spread.target = output;
      spread.once = true;
      spreads_.push_back(spread);
      is_number[registers_.size()] = true;
      registers_.push_back({nullptr, new_scratch()});
      continue;
    }
    Instruction bound{kernels[instruction.op], {0, 0, 0}, output};
    NNC_CHECK(bound.kernel != nullptr && instruction.registers.size() <= 3);
    nanoseconds_ += element_nanoseconds(instruction.op) * static_cast<double>(count_);
    std::copy(instruction.registers.begin(), instruction.registers.end(), bound.inputs.begin());
    // A register's block may be taken by the very instruction that reads it last: kernels work element by
    // element.
    for (const std::int32_t read : instruction.registers) {
      const auto position = static_cast<std::size_t>(read);
      const bool ends = last_read[position] == i && position >= step.inputs.size() && !is_number[position] &&
                        registers_[position].scratch >= 0;
      if (ends && std::find(unused.begin(), unused.end(), registers_[position].scratch) == unused.end()) {
        unused.push_back(registers_[position].scratch);
      }
    }
    if (const Operand* target = find_direct_target(step, i)) {
      registers_.push_back({target, -1});
    } else if (!unused.empty()) {
      registers_.push_back({nullptr, unused.back()});
      unused.pop_back();
    } else {
      registers_.push_back({nullptr, new_scratch()});
    }
    instructions_.push_back(bound);
  }
}

template <class T>
void FusedProgram<T>::lay_out_stores(const FusedStep& step) {
  for (const FusedStep::Store& store : step.stores) {
    const Register& value = registers_[static_cast<std::size_t>(store.value_register)];
    const bool is_there = value.place != nullptr && same_place(*value.place, store.operand);
    if (!is_there) copies_.push_back({store.value_register, &store.operand});
  }
}

template <class T>
void FusedProgram<T>::bind(const Locate& locate, std::byte* scratch, int parts) {
  const auto elements = [&](const Operand& operand) { return reinterpret_cast<T*>(locate(operand)); };
  addresses_.clear();
  scratch_ = scratch;
  producer_.inputs.clear();
  for (std::size_t i = 0; producer_.step != nullptr && i < producer_.step->inputs.size(); ++i) {
    const Operand& input = producer_.step->inputs[i];
    producer_.inputs.push_back({locate(input), input.shape.sizes(), input.type});
  }
  for (int part = 0; part < parts; ++part) {
    T* own = reinterpret_cast<T*>(scratch + static_cast<std::uint64_t>(part) * scratch_bytes());
    for (const Register& r : registers_) {
      const bool moves = r.place != nullptr;
      const bool produced = !moves && r.scratch < 0;
      addresses_.push_back({moves ? elements(*r.place) : produced ? nullptr : own + r.scratch * block_, moves});
    }
  }
  for (Spread& spread : spreads_) {
    if (spread.place != nullptr) spread.source = elements(*spread.place);
  }
  for (Copy& copy : copies_) copy.target = elements(*copy.place);
}

// Element i of the index space reads element (i / run) % count.
template <class T>
void FusedProgram<T>::fill(const Spread& spread, T* out, std::int64_t begin, std::int64_t length) const {
  if (spread.count == 1) {
    std::fill_n(out, length, spread.source != nullptr ? *spread.source : spread.number);
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
void FusedProgram<T>::run_block(const Address* registers, std::int64_t begin, std::int64_t length,
                                const T* produced) const {
  const auto written = [registers, begin](std::int32_t index) {
    const Address& address = registers[index];
    return address.moves ? address.base + begin : address.base;
  };
  const auto at = [&](std::int32_t index) -> const T* {
    return index == producer_.target ? produced : written(index);
  };
  for (const Spread& spread : spreads_) {
    if (!spread.once) fill(spread, registers[spread.target].base, begin, length);
  }
  for (const Instruction& i : instructions_) {
    i.kernel(at(i.inputs[0]), at(i.inputs[1]), at(i.inputs[2]), written(i.output), length);
  }
  for (const Copy& copy : copies_) std::copy_n(at(copy.source), length, copy.target + begin);
}

// The rows of the producer from this one on, and all that is made of them.
template <class T>
void FusedProgram<T>::run_rows(const Address* registers, std::int64_t row, std::byte* memory) const {
  const std::int64_t rows = std::min(producer_.rows_at_once, producer_.rows - row);
  KernelCall call;
  call.inputs = producer_.inputs;
  call.output = {memory, producer_.step->output.shape.sizes(), ElementType::Float};
  call.attributes = &producer_.step->attributes;
  call.workspace = {memory + producer_.result_bytes, producer_.workspace_bytes};
  if (producer_.by_rows) {
    call.first_row = row;
    call.rows = rows;
  }
  producer_.kernel(call);
  const std::int64_t first = row * producer_.columns;
  const std::int64_t end = (row + rows) * producer_.columns;
  for (std::int64_t begin = first; begin < end; begin += block_)
    run_block(registers, begin, std::min(block_, end - begin), reinterpret_cast<T*>(memory) + (begin - first));
}

template <class T>
void FusedProgram<T>::run(int part, int parts) const {
  const Share pieces = share_of(count_of_pieces(), part, parts);
  if (pieces.size() == 0) return;
  const Address* registers = addresses_.data() + static_cast<std::size_t>(part) * registers_.size();
  for (const Spread& spread : spreads_) {
    if (spread.once) fill(spread, registers[spread.target].base, 0, block_);
  }
  std::byte* own = scratch_ + static_cast<std::uint64_t>(part) * scratch_bytes();
  for (std::int64_t piece = pieces.begin; piece < pieces.end; ++piece) {
    if (producer_.step != nullptr) {
      run_rows(registers, piece * producer_.rows_at_once, own + register_bytes());
    } else {
      run_block(registers, piece * block_, std::min(block_, count_ - piece * block_), nullptr);
    }
  }
}

template class FusedProgram<float>;
template class FusedProgram<double>;

}  // namespace nnc::rt
