// See fused.hpp. A block is a few hundred elements: long enough that the calls cost nothing, short enough
// that all registers of a step fit the nearest cache together.
#include "runtime/exec/fused.hpp"

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "compiler/base/check.hpp"
#include "compiler/base/optimizations.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt {

using Access = FusedStep::Access;

static constexpr std::int64_t kCacheBytes = 32 * 1024;
// Of rows of a producer that does the update too: it cuts them itself.
static constexpr std::int64_t kUpdateBytes = 128 * 1024;
// What an update walks over, and how much of it stays near from step to step.
static constexpr std::int64_t kUpdateStreams = 3;
static constexpr std::int64_t kNearBytes = 1024 * 1024;
static constexpr std::int64_t kShortestBlock = 256;
static constexpr std::int64_t kLongestBlock = 1024;
static constexpr std::uint64_t kLine = 64;

static std::uint64_t whole_lines(std::uint64_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }
static std::int64_t count_of(const Shape& shape) { return shape.element_count().value(); }

template <class T>
FusedProgram<T>::FusedProgram(const FusedStep& step, const OpTable<BlockKernelOf<T>>& kernels,
                              Kernel producer, bool by_fast)
    : count_(count_of(step.shape)) {
  if (step.producer) lay_out_producer(step, producer, by_fast);
  choose_block(step);
  lay_out_inputs(step);
  const bool compounds = std::is_same_v<T, float> && by_fast && is_on(Optimization::Compounds);
  std::vector<Operation> operations =
      choose_operations(step, compounds ? fast_compounds() : std::span<const CompoundKernel>());
  if (compounds && fast_update() != nullptr) combine_update(step, *fast_update(), operations);
  lay_out_numbers(step, operations);
  lay_out_operations(step, operations, kernels);
  lay_out_stores(step);
  producer_.updates = producer_.by_rows && instructions_.size() == 1 && copies_.empty() &&
                      instructions_.front().update != nullptr &&
                      instructions_.front().inputs[3] == producer_.target;
  if (producer_.updates) choose_rows_at_once(kUpdateBytes, kRowsOfWeights);
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
  return rt::useful_parts(nanoseconds_,
                          static_cast<int>(std::clamp<std::int64_t>(count_of_pieces(), 1, most)));
}

// As many rows of the producer as fit, but enough for whole tiles.
template <class T>
void FusedProgram<T>::choose_rows_at_once(std::int64_t bytes, std::int64_t most) {
  constexpr std::int64_t kRowsOfTiles = 16;
  const std::int64_t row_bytes = producer_.columns * static_cast<std::int64_t>(sizeof(T));
  const std::int64_t fitting = bytes / row_bytes / kRowsOfTiles * kRowsOfTiles;
  producer_.rows_at_once = producer_.by_rows ? std::max(fitting, kRowsOfTiles) : producer_.rows;
  producer_.rows_at_once = std::min({producer_.rows_at_once, producer_.rows, most});
  producer_.result_bytes = whole_lines(static_cast<std::uint64_t>(producer_.rows_at_once * row_bytes));
}

// Rows stay in the nearest cache until they are read.
template <class T>
void FusedProgram<T>::lay_out_producer(const FusedStep& step, Kernel kernel, bool by_rows) {
  const KernelStep& product = *step.producer;
  producer_.step = &product;
  producer_.kernel = kernel;
  producer_.by_rows = by_rows;
  producer_.rows = product.output.shape[0];
  producer_.columns = product.output.shape[1];
  choose_rows_at_once(kCacheBytes / 2, producer_.rows);
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
  registers_.resize(step.inputs.size() + step.instructions.size());
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    const FusedStep::Input& input = step.inputs[i];
    if (input.access == Access::Produced) producer_.target = static_cast<std::int32_t>(i);
    if (input.access == Access::Full) registers_[i].place = &input.operand;
    if (input.access != Access::Row && input.access != Access::Column) continue;
    const std::int64_t count = count_of(input.operand.shape);
    Spread spread;
    spread.place = &input.operand;
    spread.count = count;
    spread.target = static_cast<std::int32_t>(i);
    if (input.access == Access::Column) spread.run = count > 0 ? count_ / count : 1;
    spread.once = input.access == Access::Row && block_ % std::max<std::int64_t>(count, 1) == 0;
    spreads_.push_back(spread);
    registers_[i].scratch = new_scratch();
  }
}

// Constants and scalars that an operation reads element by element, or that are stored, are spread over a
// block.
template <class T>
void FusedProgram<T>::lay_out_numbers(const FusedStep& step, const std::vector<Operation>& operations) {
  std::vector<bool> spread(registers_.size(), false);
  for (const Operation& operation : operations) {
    for (const std::int32_t read : operation.vectors) spread[static_cast<std::size_t>(read)] = true;
  }
  for (const FusedStep::Store& store : step.stores)
    spread[static_cast<std::size_t>(store.value_register)] = true;
  for (std::size_t i = 0; i < registers_.size(); ++i) {
    const bool is_input = i < step.inputs.size();
    const FusedStep::Instruction* constant = is_input ? nullptr : &step.instructions[i - step.inputs.size()];
    const bool is_number =
        is_input ? step.inputs[i].access == Access::Scalar : constant->op == OpKind::Constant;
    if (!is_number || !spread[i]) continue;
    Spread number;
    if (is_input) number.place = &step.inputs[i].operand;
    if (!is_input) number.number = static_cast<T>(constant->constant);
    number.target = static_cast<std::int32_t>(i);
    number.once = true;
    spreads_.push_back(number);
    registers_[i].scratch = new_scratch();
  }
}

// The memory of a store that the operation may write at once: no later operation or store reads an input
// there.
template <class T>
const Operand* FusedProgram<T>::find_direct_target(const FusedStep& step,
                                                   const std::vector<Operation>& operations,
                                                   std::size_t operation) const {
  for (const FusedStep::Store& store : step.stores) {
    if (store.value_register != operations[operation].output) continue;
    const auto reads_target = [&](std::int32_t index) {
      const auto i = static_cast<std::size_t>(index);
      return i < step.inputs.size() && registers_[i].place != nullptr &&
             same_place(*registers_[i].place, store.operand);
    };
    bool free = std::none_of(step.stores.begin(), step.stores.end(), [&](const FusedStep::Store& other) {
      return reads_target(other.value_register);
    });
    for (std::size_t later = operation + 1; later < operations.size() && free; ++later) {
      const std::vector<std::int32_t>& read = operations[later].vectors;
      free = std::none_of(read.begin(), read.end(), reads_target);
    }
    if (free) return &store.operand;
  }
  return nullptr;
}

template <class T>
std::size_t FusedProgram<T>::number_of(const FusedStep& step, std::int32_t index) {
  const auto i = static_cast<std::size_t>(index);
  Number number;
  if (i < step.inputs.size()) {
    number.place = &step.inputs[i].operand;
  } else {
    number.value = static_cast<T>(step.instructions[i - step.inputs.size()].constant);
  }
  numbers_.push_back(number);
  NNC_CHECK(numbers_.size() <= kMostNumbers);
  return numbers_.size() - 1;
}

template <class T>
void FusedProgram<T>::lay_out_operations(const FusedStep& step, const std::vector<Operation>& operations,
                                         const OpTable<BlockKernelOf<T>>& kernels) {
  std::vector<std::size_t> last_read(registers_.size(), 0);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    for (const std::int32_t read : operations[i].vectors) last_read[static_cast<std::size_t>(read)] = i;
  }
  for (const FusedStep::Store& store : step.stores)
    last_read[static_cast<std::size_t>(store.value_register)] = operations.size();
  std::vector<std::int32_t> unused;
  std::vector<bool> is_result(registers_.size(), false);  // inputs and numbers are never given away
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& operation = operations[i];
    Instruction bound;
    bound.compound = operation.compound;
    bound.update = operation.update;
    if (bound.compound == nullptr && bound.update == nullptr) bound.kernel = kernels[operation.op];
    bound.output = operation.output;
    NNC_CHECK(bound.kernel != nullptr || bound.compound != nullptr || bound.update != nullptr);
    NNC_CHECK(operation.vectors.size() <= bound.inputs.size() &&
              operation.numbers.size() <= bound.numbers.size());
    nanoseconds_ += element_nanoseconds(operation.op) * static_cast<double>(count_);
    std::copy(operation.vectors.begin(), operation.vectors.end(), bound.inputs.begin());
    for (std::size_t n = 0; n < operation.numbers.size(); ++n)
      bound.numbers[n] = number_of(step, operation.numbers[n]);
    // A register's block may be taken by the very operation that reads it last: kernels work element by
    // element.
    for (const std::int32_t read : operation.vectors) {
      const auto position = static_cast<std::size_t>(read);
      const bool ends = last_read[position] == i && is_result[position] && registers_[position].scratch >= 0;
      if (ends && std::find(unused.begin(), unused.end(), registers_[position].scratch) == unused.end()) {
        unused.push_back(registers_[position].scratch);
      }
    }
    if (operation.update != nullptr) {
      for (std::size_t r = 0; r < operation.updated.size(); ++r) {
        registers_[static_cast<std::size_t>(operation.updated[r])].place =
            registers_[static_cast<std::size_t>(operation.vectors[r])].place;
      }
      instructions_.push_back(bound);
      continue;
    }
    Register& output = registers_[static_cast<std::size_t>(operation.output)];
    is_result[static_cast<std::size_t>(operation.output)] = true;
    if (const Operand* target = find_direct_target(step, operations, i)) {
      output.place = target;
    } else if (!unused.empty()) {
      output.scratch = unused.back();
      unused.pop_back();
    } else {
      output.scratch = new_scratch();
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
      const bool nowhere = !moves && r.scratch < 0;  // produced, or no register after all
      addresses_.push_back({moves     ? elements(*r.place)
                            : nowhere ? nullptr
                                      : own + r.scratch * block_,
                            moves});
    }
  }
  for (Spread& spread : spreads_) {
    if (spread.place != nullptr) spread.source = elements(*spread.place);
  }
  for (Number& number : numbers_) {
    if (number.place != nullptr) number.source = elements(*number.place);
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
UpdateCall FusedProgram<T>::update_call(const Context& context, const Instruction& instruction,
                                        std::int64_t begin) const {
  UpdateCall call;
  if constexpr (std::is_same_v<T, float>) {
    const auto place = [&](std::size_t i) { return context.registers[instruction.inputs[i]].base + begin; };
    const auto number = [&](std::size_t i) { return context.numbers[instruction.numbers[i]]; };
    call = {
        place(0), place(1), place(2), {number(0), number(1)}, {number(2), number(3)}, {number(4), number(5)}};
  }
  return call;
}

template <class T>
void FusedProgram<T>::run_block(const Context& context, std::int64_t begin, std::int64_t length,
                                const T* produced) const {
  const auto written = [&context, begin](std::int32_t index) {
    const Address& address = context.registers[index];
    return address.moves ? address.base + begin : address.base;
  };
  const auto at = [&](std::int32_t index) -> const T* {
    return index == producer_.target ? produced : written(index);
  };
  for (const Spread& spread : spreads_) {
    if (!spread.once) fill(spread, context.registers[spread.target].base, begin, length);
  }
  for (const Instruction& i : instructions_) {
    const std::array<const T*, 3> inputs = {at(i.inputs[0]), at(i.inputs[1]), at(i.inputs[2])};
    if constexpr (std::is_same_v<T, float>) {
      if (i.compound != nullptr) {
        const std::array<T, 2> numbers = {context.numbers[i.numbers[0]], context.numbers[i.numbers[1]]};
        i.compound->run(inputs.data(), numbers.data(), written(i.output), length);
        continue;
      }
      if (i.update != nullptr) {
        i.update->run(update_call(context, i, begin), at(i.inputs[3]), length);
        continue;
      }
    }
    i.kernel(inputs[0], inputs[1], inputs[2], written(i.output), length);
  }
  for (const Copy& copy : copies_) std::copy_n(at(copy.source), length, copy.target + begin);
}

// The rows of the producer from this one on, and all that is made of them.
template <class T>
void FusedProgram<T>::run_rows(const Context& context, std::int64_t row, std::byte* memory) const {
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
  const std::int64_t first = row * producer_.columns;
  UpdateCall update;
  if (producer_.updates) {
    update = update_call(context, instructions_.front(), first);
    update.far = count_ * kUpdateStreams * static_cast<std::int64_t>(sizeof(T)) > kNearBytes;
    call.update = &update;
  }
  producer_.kernel(call);
  if (producer_.updates) return;
  const std::int64_t end = (row + rows) * producer_.columns;
  for (std::int64_t begin = first; begin < end; begin += block_)
    run_block(context, begin, std::min(block_, end - begin), reinterpret_cast<T*>(memory) + (begin - first));
}

template <class T>
void FusedProgram<T>::run(int part, int parts) const {
  const Share pieces = share_of(count_of_pieces(), part, parts);
  if (pieces.size() == 0) return;
  const Address* registers = addresses_.data() + static_cast<std::size_t>(part) * registers_.size();
  for (const Spread& spread : spreads_) {
    if (spread.once) fill(spread, registers[spread.target].base, 0, block_);
  }
  Numbers numbers{};
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    numbers[i] = numbers_[i].source != nullptr ? *numbers_[i].source : numbers_[i].value;
  const Context context{registers, numbers};
  std::byte* own = scratch_ + static_cast<std::uint64_t>(part) * scratch_bytes();
  for (std::int64_t piece = pieces.begin; piece < pieces.end; ++piece) {
    if (producer_.step != nullptr) {
      run_rows(context, piece * producer_.rows_at_once, own + register_bytes());
    } else {
      run_block(context, piece * block_, std::min(block_, count_ - piece * block_), nullptr);
    }
  }
}

template class FusedProgram<float>;
template class FusedProgram<double>;

}  // namespace nnc::rt
