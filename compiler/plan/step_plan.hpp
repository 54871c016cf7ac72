// What the runtime executes for one step, as data: a list of kernel calls with their memory laid out ahead.
// The runtime depends on this header and not on how the plan was made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ops/ops.hpp"
#include "compiler/types/shape.hpp"

namespace nnc {

// Two regions of memory: State outlives the step (slots), Work is reused from step to step.
enum class Region : std::uint8_t { State, Work };

// A contiguous row-major tensor at a byte offset (a multiple of 64) in a region.
struct Operand {
  Region region = Region::Work;
  std::uint64_t offset = 0;
  Shape shape;  // no symbolic batch
  ElementType type = ElementType::Float;
};

// One call of the kernel of an operation.
struct KernelStep {
  OpKind op;
  Attributes attributes;
  std::vector<Operand> inputs;
  Operand output;
  std::optional<Operand> second = {};  // Conv2dMax: also the places of its maxima
};

// Several elementwise operations over one index space, run block by block while values are in the nearest
// cache. Registers 0..inputs.size()-1 are loaded; instruction i writes register inputs.size() + i.
struct FusedStep {
  enum class Access : std::uint8_t {
    Full,    // the operand has the shape of the index space
    Scalar,  // one element for all
    Row,     // the operand repeats over the leading axes: its elements are the trailing axes
    Column,  // the operand repeats over the trailing axes: its elements are the leading axes
    Produced,  // the result of `producer`, a few rows at a time; it has no memory of its own
  };
  struct Input {
    Operand operand;
    Access access = Access::Full;
  };
  struct Instruction {
    OpKind op;  // an Elementwise operation, or Constant
    std::vector<std::int32_t> registers;
    double constant = 0;
  };
  struct Store {
    std::int32_t value_register = 0;
    Operand operand;  // always Full; may be the memory of a Full input
  };
  Shape shape;
  std::vector<Input> inputs;
  std::vector<Instruction> instructions;
  std::vector<Store> stores;
  // A matrix product whose rows are read by this step alone, right after they are computed.
  std::optional<KernelStep> producer = {};
};

using PlanStep = std::variant<KernelStep, FusedStep>;

// A slot in the State region. All plans of one trial lay out the slots they share at the same offsets.
struct PlannedSlot {
  std::string name;
  Operand operand;
  Initializer initializer;
  std::int32_t stream = -1;
  bool trained = false;    // a parameter
  bool optimizer = false;  // optimizer state
};

struct PlannedOutput {
  std::string name;
  Operand operand;
};

struct StepPlan {
  std::int64_t batch = 0;
  bool wide = false;  // Float is 64 bits (gradient checks) instead of 32
  std::vector<PlanStep> steps;
  std::vector<PlannedSlot> slots;
  std::vector<PlannedOutput> outputs;
  // Where the caller writes before a step; empty if the plan does not read it.
  std::vector<Operand> features;  // 0 or 1 entries
  std::vector<Operand> target;    // 0 or 1 entries
  std::vector<Operand> step;      // 0 or 1 entries: a scalar
  std::vector<Operand> rate;      // 0 or 1 entries: a scalar
  std::uint64_t state_bytes = 0;
  std::uint64_t work_bytes = 0;
};

std::string print_step_plan(const StepPlan& plan);

}  // namespace nnc
