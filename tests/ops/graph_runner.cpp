// See graph_runner.hpp.
#include "tests/ops/graph_runner.hpp"

#include <algorithm>

#include "compiler/base/check.hpp"
#include "runtime/exec/step_program.hpp"

namespace nnc::test {
namespace {

rt::Memory allocate(std::uint64_t bytes) {
  Result<rt::Memory> memory = rt::Memory::allocate(bytes);
  return std::move(memory).value();
}

void write(bool wide, std::byte* memory, const Values& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (wide)
      reinterpret_cast<double*>(memory)[i] = values[i];
    else
      reinterpret_cast<float*>(memory)[i] = static_cast<float>(values[i]);
  }
}

Values read(bool wide, const std::byte* memory, std::size_t count) {
  Values values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = wide ? reinterpret_cast<const double*>(memory)[i]
                     : static_cast<double>(reinterpret_cast<const float*>(memory)[i]);
  }
  return values;
}

}  // namespace

GraphRunner::GraphRunner(const ir::Graph& bound_graph, const PlanOptions& options, rt::KernelSet kernels)
    : plan_(plan_step(bound_graph, options)),
      state_(allocate(plan_.state_bytes)),
      work_(allocate(plan_.work_bytes)),
      scratch_(allocate(rt::memory_needs(plan_, kernels, 1).scratch)),
      kernels_(kernels),
      executor_(plan_, state_, work_, scratch_, kernels) {
  for (const ir::Slot& slot : bound_graph.slots) slot_names_.push_back(slot.name);
}

Operand GraphRunner::slot_operand(const std::string& name) const {
  const auto found =
      std::find_if(plan_.slots.begin(), plan_.slots.end(), [&](const auto& s) { return s.name == name; });
  NNC_CHECK(found != plan_.slots.end(), name);
  return found->operand;
}

void GraphRunner::write_inputs(const RunInputs& inputs) {
  for (std::size_t i = 0; i < inputs.slots.size(); ++i) {
    write(plan_.wide, state_.data() + slot_operand(slot_names_[i]).offset, inputs.slots[i]);
  }
  if (!plan_.features.empty())
    write(plan_.wide, work_.data() + plan_.features.front().offset, inputs.features);
  if (!plan_.target.empty()) {
    std::copy(inputs.classes.begin(), inputs.classes.end(), executor_.target_classes().begin());
  }
}

RunResult GraphRunner::run(const RunInputs& inputs) {
  write_inputs(inputs);
  executor_.run(inputs.context);
  return read_result();
}

RunResult GraphRunner::run_in_parts(const RunInputs& inputs, int parts) {
  write_inputs(inputs);
  for (const PlanStep& step : plan_.steps) {
    const auto* kernel = std::get_if<KernelStep>(&step);
    const bool is_cut = kernel == nullptr ||
                        (kernels_ == rt::KernelSet::Fast && !plan_.wide && rt::is_cut_in_parts(kernel->op));
    rt::StepProgram program(step, plan_.wide, kernels_, 1);
    program.parts = is_cut ? parts : 1;
    const rt::Memory scratch = allocate(program.scratch_bytes());
    const auto locate = [this](const Operand& operand) {
      return (operand.region == Region::State ? state_ : work_).data() + operand.offset;
    };
    program.bind(locate, scratch.data());
    for (int part = program.parts; part-- > 0;) {
      program.run(part, program.parts, {inputs.context.seed, inputs.context.step});
    }
    program.finish(program.parts);
  }
  return read_result();
}

RunResult GraphRunner::read_result() const {
  RunResult result;
  for (const PlannedOutput& output : plan_.outputs) {
    const std::byte* memory = output.operand.region == Region::State ? state_.data() : work_.data();
    const auto count = static_cast<std::size_t>(output.operand.shape.element_count().value());
    result.outputs[output.name] = read(plan_.wide, memory + output.operand.offset, count);
  }
  for (const std::string& name : slot_names_) {
    const Operand operand = slot_operand(name);
    const auto count = static_cast<std::size_t>(operand.shape.element_count().value());
    result.slots.push_back(read(plan_.wide, state_.data() + operand.offset, count));
  }
  return result;
}

}  // namespace nnc::test
