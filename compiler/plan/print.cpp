// Plans as text, for golden tests and for people: where every slot, input and output lies, then the steps.
//   2: matmul transpose_rhs=true  work+128[32, 784], state+0[784, 256] -> work+4096[32, 256]
//   3: fused [32, 256]
//        r0 = load work+4096[32, 256]
//        r1 = load row state+802816[256]
//        r2 = add r0 r1
//        store r2 -> work+4096[32, 256]
#include <fmt/format.h>

#include "compiler/plan/step_plan.hpp"

namespace nnc {
namespace {

std::string text_of(const Operand& operand) {
  const std::string_view region = operand.region == Region::State ? "state" : "work";
  const std::string_view type = operand.type == ElementType::Int ? "int " : "";
  return fmt::format("{}{}+{}{}", type, region, operand.offset, operand.shape.to_string());
}

std::string_view text_of(FusedStep::Access access) {
  switch (access) {
    case FusedStep::Access::Full:
      return "load";
    case FusedStep::Access::Scalar:
      return "load scalar";
    case FusedStep::Access::Row:
      return "load row";
    case FusedStep::Access::Column:
      return "load column";
    case FusedStep::Access::Produced:
      break;  // printed as its producer
  }
  return "load";
}

// The operation and its inputs.
std::string print_call(const KernelStep& step) {
  std::string line{op_info(step.op).name};
  if (const std::string attributes = print_attributes(step.attributes); !attributes.empty())
    line += ' ' + attributes;
  for (std::size_t i = 0; i < step.inputs.size(); ++i)
    line += (i == 0 ? "  " : ", ") + text_of(step.inputs[i]);
  return line;
}

std::string print_kernel(const KernelStep& step) {
  std::string line = print_call(step);
  line += " -> " + text_of(step.output);
  if (step.second) line += ", " + text_of(*step.second);
  return line + '\n';
}

std::string print_instruction(const FusedStep::Instruction& instruction) {
  if (instruction.op == OpKind::Constant) return fmt::format("{}", instruction.constant);
  std::string text{op_info(instruction.op).name};
  for (const std::int32_t operand : instruction.registers) text += fmt::format(" r{}", operand);
  return text;
}

std::string print_fused(const FusedStep& step) {
  std::string text = fmt::format("fused {}\n", step.shape.to_string());
  std::size_t next = 0;
  for (const FusedStep::Input& input : step.inputs) {
    if (input.access == FusedStep::Access::Produced) {
      text += fmt::format("       r{} = rows of {}\n", next++, print_call(*step.producer));
      continue;
    }
    text += fmt::format("       r{} = {} {}\n", next++, text_of(input.access), text_of(input.operand));
  }
  for (const FusedStep::Instruction& instruction : step.instructions) {
    text += fmt::format("       r{} = {}\n", next++, print_instruction(instruction));
  }
  for (const FusedStep::Store& store : step.stores) {
    text += fmt::format("       store r{} -> {}\n", store.value_register, text_of(store.operand));
  }
  return text;
}

std::string print_slot(const PlannedSlot& slot) {
  const std::string_view role = slot.optimizer ? "optimizer" : slot.trained ? "parameter" : "state";
  std::string line =
      fmt::format("slot {} {} {} ~ {}", text_of(slot.operand), role, slot.name, slot.initializer.to_string());
  if (slot.stream >= 0) line += fmt::format(" stream={}", slot.stream);
  return line + '\n';
}

std::string print_named(std::string_view name, const std::vector<Operand>& operands) {
  std::string text;
  for (const Operand& operand : operands) text += fmt::format("{} {}\n", name, text_of(operand));
  return text;
}

}  // namespace

std::string print_step_plan(const StepPlan& plan) {
  std::string text = fmt::format("plan batch={} float={} state={} work={}\n", plan.batch, plan.wide ? 64 : 32,
                                 plan.state_bytes, plan.work_bytes);
  for (const PlannedSlot& slot : plan.slots) text += print_slot(slot);
  text += print_named("features", plan.features);
  text += print_named("target", plan.target);
  text += print_named("step", plan.step);
  text += print_named("rate", plan.rate);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const auto* kernel = std::get_if<KernelStep>(&plan.steps[i]);
    text += fmt::format("{:>4}: ", i);
    text += kernel != nullptr ? print_kernel(*kernel) : print_fused(std::get<FusedStep>(plan.steps[i]));
  }
  for (const PlannedOutput& output : plan.outputs) {
    text += fmt::format("output {} = {}\n", output.name, text_of(output.operand));
  }
  return text;
}

}  // namespace nnc
