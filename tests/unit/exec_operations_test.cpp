// Compounds: found in programs that have them, with the bits of their operations one by one.
#include <catch2/catch.hpp>
#include <cstring>

#include "runtime/exec/operations.hpp"
#include "tests/unit/fused_support.hpp"

namespace nnc::test {
namespace {

constexpr std::int64_t kElements = 1031;  // more than a block, and no multiple of a vector
constexpr float kNumbers[] = {0.25F, 0.001F};

// The step that computes what a compound does: vectors are inputs, numbers constants, in the order of the
// terms.
struct Program {
  FusedStep step;
  std::vector<std::vector<float>> memory;  // of inputs, then the result

  explicit Program(const rt::CompoundKernel& compound) {
    int vectors = 0;
    for (const rt::CompoundTerm& term : compound.terms) {
      if (term.kind == rt::CompoundTerm::Kind::Vector) vectors = std::max(vectors, term.index + 1);
    }
    step.shape = Shape{kElements};
    for (int i = 0; i < vectors; ++i) {
      step.inputs.push_back({place(), FusedStep::Access::Full});
      for (std::size_t k = 0; k < memory.back().size(); ++k)
        memory.back()[k] = static_cast<float>((k * 37 + static_cast<std::size_t>(i) * 11) % 97) / 64.0F -
                           0.25F * static_cast<float>(i == 1);
    }
    std::size_t term = 0;
    const std::int32_t result = add(compound.terms, term);
    step.stores.push_back({result, place()});
  }

  void run(bool together) { run_fused(step, memory, nullptr, together); }

 private:
  Operand place() {
    memory.emplace_back(static_cast<std::size_t>(kElements), 0.0F);
    return {Region::Work, memory.size() - 1, Shape{kElements}, ElementType::Float};
  }
  std::int32_t add(std::span<const rt::CompoundTerm> terms, std::size_t& at) {
    const rt::CompoundTerm& term = terms[at++];
    if (term.kind == rt::CompoundTerm::Kind::Vector) return term.index;
    FusedStep::Instruction instruction{term.op, {}, 0};
    if (term.kind == rt::CompoundTerm::Kind::Number)
      instruction = {OpKind::Constant, {}, static_cast<double>(kNumbers[term.index])};
    for (int i = 0; term.kind == rt::CompoundTerm::Kind::Operation && i < term.index; ++i)
      instruction.registers.push_back(add(terms, at));
    step.instructions.push_back(std::move(instruction));
    return static_cast<std::int32_t>(step.inputs.size() + step.instructions.size() - 1);
  }
};

}  // namespace

TEST_CASE("every compound is found in a program that has it and gives the bits of its operations", "[exec]") {
  for (const rt::CompoundKernel& compound : rt::fast_compounds()) {
    Program together(compound);
    CAPTURE(together.step.instructions.size());
    const std::vector<rt::Operation> operations = rt::choose_operations(together.step, rt::fast_compounds());
    REQUIRE(operations.size() == 1);
    CHECK(operations.front().compound == &compound);
    together.run(true);
    Program apart(compound);
    apart.run(false);
    CHECK(std::memcmp(together.memory.back().data(), apart.memory.back().data(), kElements * sizeof(float)) ==
          0);
  }
}

TEST_CASE("a result that something else reads stays out of a compound", "[exec]") {
  FusedStep step;
  step.shape = Shape{4};
  for (std::uint64_t i = 0; i < 2; ++i)
    step.inputs.push_back({{Region::Work, 64 * i, Shape{4}, ElementType::Float}, FusedStep::Access::Full});
  step.instructions = {
      {OpKind::Constant, {}, 0.5}, {OpKind::Multiply, {1, 2}, 0}, {OpKind::Subtract, {0, 3}, 0}};
  step.stores = {{4, {Region::Work, 128, Shape{4}, ElementType::Float}}};
  const std::size_t together = rt::fast_compounds().empty() ? 2 : 1;
  CHECK(rt::choose_operations(step, rt::fast_compounds()).size() == together);
  step.stores.push_back({3, {Region::Work, 192, Shape{4}, ElementType::Float}});
  CHECK(rt::choose_operations(step, rt::fast_compounds()).size() == 2);
}

}  // namespace nnc::test
