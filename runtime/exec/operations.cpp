// See operations.hpp. Instructions are looked at from the last to the first, so that the largest compound
// takes what it covers; inside one are only results that nothing else reads.
#include "runtime/exec/operations.hpp"

#include <algorithm>
#include <optional>

namespace nnc::rt {
namespace {

constexpr std::int32_t kUnbound = -1;

class Matcher {
 public:
  explicit Matcher(const FusedStep& step)
      : step_(step), reads_(step.inputs.size() + step.instructions.size(), 0) {
    for (const FusedStep::Instruction& instruction : step.instructions) {
      for (const std::int32_t read : instruction.registers) ++reads_[static_cast<std::size_t>(read)];
    }
    // What is stored is read from outside.
    for (const FusedStep::Store& store : step.stores)
      reads_[static_cast<std::size_t>(store.value_register)] += 2;
  }

  struct Match {
    std::array<std::int32_t, CompoundKernel::kMaxVectors> vectors{};
    std::array<std::int32_t, CompoundKernel::kMaxNumbers> numbers{};
    std::vector<std::int32_t> covered;  // registers inside, without the root
  };

  // Whether the value of a register is computed as the compound says.
  bool fits(const CompoundKernel& compound, std::int32_t root, Match& match) const {
    match.vectors.fill(kUnbound);
    match.numbers.fill(kUnbound);
    match.covered.clear();
    std::size_t term = 0;
    return fits_term(compound.terms, term, root, true, match);
  }

  [[nodiscard]] bool is_number(std::int32_t index) const {
    const FusedStep::Instruction* instruction = instruction_of(index);
    if (instruction != nullptr) return instruction->op == OpKind::Constant;
    return step_.inputs[static_cast<std::size_t>(index)].access == FusedStep::Access::Scalar;
  }

 private:
  [[nodiscard]] const FusedStep::Instruction* instruction_of(std::int32_t index) const {
    const auto position = static_cast<std::size_t>(index);
    if (position < step_.inputs.size()) return nullptr;
    return &step_.instructions[position - step_.inputs.size()];
  }

  static bool bind(std::int32_t& place, std::int32_t index) {
    if (place == kUnbound) place = index;
    return place == index;
  }

  // Moves `term` behind the terms of this subtree if they fit.
  bool fits_term(std::span<const CompoundTerm> terms, std::size_t& term, std::int32_t index, bool is_root,
                 Match& match) const {
    const CompoundTerm& wanted = terms[term++];
    const auto place = static_cast<std::size_t>(wanted.index);
    if (wanted.kind == CompoundTerm::Kind::Vector)
      return !is_number(index) && bind(match.vectors[place], index);
    if (wanted.kind == CompoundTerm::Kind::Number)
      return is_number(index) && bind(match.numbers[place], index);
    const FusedStep::Instruction* instruction = instruction_of(index);
    if (instruction == nullptr || instruction->op != wanted.op) return false;
    if (!is_root) {
      if (reads_[static_cast<std::size_t>(index)] != 1) return false;
      match.covered.push_back(index);
    }
    const Match before = match;
    const std::size_t first = term;
    if (fits_operands(terms, term, instruction->registers, match)) return true;
    const bool commutes = wanted.op == OpKind::Add || wanted.op == OpKind::Multiply;
    if (!commutes) return false;
    match = before;
    term = first;
    return fits_operands(terms, term, {instruction->registers[1], instruction->registers[0]}, match);
  }

  bool fits_operands(std::span<const CompoundTerm> terms, std::size_t& term,
                     const std::vector<std::int32_t>& operands, Match& match) const {
    return std::all_of(operands.begin(), operands.end(),
                       [&](std::int32_t operand) { return fits_term(terms, term, operand, false, match); });
  }

  const FusedStep& step_;
  std::vector<int> reads_;
};

}  // namespace

std::vector<Operation> choose_operations(const FusedStep& step, std::span<const CompoundKernel> compounds) {
  const Matcher matcher(step);
  std::vector<bool> covered(step.inputs.size() + step.instructions.size(), false);
  std::vector<Operation> operations;
  for (std::size_t i = step.instructions.size(); i-- > 0;) {
    const FusedStep::Instruction& instruction = step.instructions[i];
    const auto output = static_cast<std::int32_t>(step.inputs.size() + i);
    if (instruction.op == OpKind::Constant || covered[static_cast<std::size_t>(output)]) continue;
    Operation operation{nullptr, instruction.op, instruction.registers, {}, output};
    Matcher::Match match;
    const auto fitting =
        std::find_if(compounds.begin(), compounds.end(),
                     [&](const CompoundKernel& compound) { return matcher.fits(compound, output, match); });
    if (fitting != compounds.end()) {
      operation.compound = &*fitting;
      operation.vectors.clear();
      for (const std::int32_t v : match.vectors) {
        if (v != kUnbound) operation.vectors.push_back(v);
      }
      for (const std::int32_t n : match.numbers) {
        if (n != kUnbound) operation.numbers.push_back(n);
      }
      for (const std::int32_t inside : match.covered) covered[static_cast<std::size_t>(inside)] = true;
    }
    operations.push_back(std::move(operation));
  }
  std::reverse(operations.begin(), operations.end());
  return operations;
}

namespace {

// What has this output and is that compound.
const Operation* find_operation(const std::vector<Operation>& operations, std::int32_t output,
                                const CompoundKernel* compound) {
  const auto found = std::ranges::find_if(operations, [&](const Operation& operation) {
    return operation.output == output && operation.compound == compound;
  });
  return found == operations.end() ? nullptr : &*found;
}

// Whether the result is stored where the operand lies, and nowhere else.
bool replaces(const FusedStep& step, std::int32_t result, std::int32_t operand) {
  const auto input = static_cast<std::size_t>(operand);
  if (input >= step.inputs.size() || step.inputs[input].access != FusedStep::Access::Full) return false;
  return std::ranges::count(step.stores, result, &FusedStep::Store::value_register) == 1 &&
         std::ranges::any_of(step.stores, [&](const FusedStep::Store& store) {
           return store.value_register == result && same_place(store.operand, step.inputs[input].operand);
         });
}

// The update that ends with this operation; nothing if there is none.
std::optional<Operation> find_update(const FusedStep& step, const UpdateKernel& update,
                                     const std::vector<Operation>& operations, const Operation& last) {
  if (last.compound != update.step) return std::nullopt;
  const Operation* mean = find_operation(operations, last.vectors[1], update.mean);
  const Operation* square = find_operation(operations, last.vectors[2], update.square);
  if (mean == nullptr || square == nullptr || mean->vectors[1] != square->vectors[1]) return std::nullopt;
  Operation together;
  together.update = &update;
  together.op = last.op;
  together.vectors = {last.vectors[0], mean->vectors[0], square->vectors[0], mean->vectors[1]};
  for (const Operation* part : {mean, square, &last})
    together.numbers.insert(together.numbers.end(), part->numbers.begin(), part->numbers.end());
  together.output = last.output;
  together.updated = {last.output, mean->output, square->output};
  for (std::size_t i = 0; i < together.updated.size(); ++i) {
    if (!replaces(step, together.updated[i], together.vectors[i])) return std::nullopt;
  }
  const auto shows = [&](const Operation& other) {
    if (&other == mean || &other == square || &other == &last) return false;
    return std::ranges::any_of(other.vectors, [&](std::int32_t read) {
      return std::ranges::count(together.updated, read) +
                 std::count(together.vectors.begin(), together.vectors.end() - 1, read) >
             0;
    });
  };
  if (std::ranges::any_of(operations, shows)) return std::nullopt;
  return together;
}

}  // namespace

bool same_place(const Operand& lhs, const Operand& rhs) {
  return lhs.region == rhs.region && lhs.offset == rhs.offset;
}

void combine_update(const FusedStep& step, const UpdateKernel& update, std::vector<Operation>& operations) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const std::optional<Operation> found = find_update(step, update, operations, operations[i]);
    if (!found) continue;
    operations[i] = *found;
    std::erase_if(operations, [&](const Operation& other) {
      return other.update == nullptr &&
             (other.output == found->updated[1] || other.output == found->updated[2]);
    });
    i = 0;
  }
}

}  // namespace nnc::rt
