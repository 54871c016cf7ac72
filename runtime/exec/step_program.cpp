// See step_program.hpp.
#include "runtime/exec/step_program.hpp"

#include <algorithm>

#include "compiler/base/check.hpp"

namespace nnc::rt {

// ---------------------------------------------------------------- kernel steps

KernelProgram::KernelProgram(const KernelStep& step, bool wide, KernelSet kernels) : step_(&step) {
  kernel_ = wide ? reference_kernels_f64()[step.op] : reference_kernels_f32()[step.op];
  if (!wide && kernels == KernelSet::Fast && fast_kernels_f32()[step.op] != nullptr) {
    kernel_ = fast_kernels_f32()[step.op];
    fast_ = true;
    const std::uint64_t bytes = workspace_bytes(step.op, input_shapes(), step.output.shape, step.attributes);
    constexpr std::uint64_t kCacheLine = 64;
    scratch_bytes_ = (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
  }
  NNC_CHECK(kernel_ != nullptr, std::string(op_info(step.op).name) + " has no kernel");
}

std::vector<Shape> KernelProgram::input_shapes() const {
  std::vector<Shape> shapes;
  for (const Operand& input : step_->inputs) shapes.push_back(input.shape);
  return shapes;
}

int KernelProgram::useful_parts(int most) const {
  if (!fast_) return 1;
  return rt::useful_parts(step_->op, input_shapes(), step_->output.shape, step_->attributes, most);
}

void KernelProgram::bind(const Locate& locate, std::byte* scratch, int) {
  const auto view = [&](const Operand& operand) {
    return TensorView{locate(operand), operand.shape.sizes(), operand.type};
  };
  inputs_.clear();
  for (const Operand& input : step_->inputs) inputs_.push_back(view(input));
  output_ = view(step_->output);
  if (step_->second) second_ = view(*step_->second);
  scratch_ = scratch;
}

void KernelProgram::run(int part, int parts, const RandomContext& random) const {
  std::byte* own = scratch_ + static_cast<std::uint64_t>(part) * scratch_bytes_;
  kernel_({inputs_, output_, &step_->attributes, random, {own, scratch_bytes_}, part, parts, second_});
}

void KernelProgram::finish(int parts) const {
  const Kernel kernel = fast_ ? fast_finish_f32(step_->op) : nullptr;
  if (kernel == nullptr) return;
  const std::uint64_t all_bytes = static_cast<std::uint64_t>(parts) * scratch_bytes_;
  kernel({inputs_, output_, &step_->attributes, {}, {scratch_, all_bytes}, 0, parts, second_});
}

// ---------------------------------------------------------------- all steps

using Program = decltype(StepProgram::program);

static Program make_program(const PlanStep& step, bool wide, KernelSet kernels) {
  if (const auto* kernel = std::get_if<KernelStep>(&step)) return KernelProgram(*kernel, wide, kernels);
  const auto& fused = std::get<FusedStep>(step);
  const OpKind product = fused.producer ? fused.producer->op : OpKind::MatMul;
  if (wide)
    return FusedProgram<double>(fused, reference_blocks_f64(), reference_kernels_f64()[product], false);
  const Kernel fast = kernels == KernelSet::Fast ? fast_kernels_f32()[product] : nullptr;
  const Kernel kernel = fast != nullptr ? fast : reference_kernels_f32()[product];
  const auto& blocks = kernels == KernelSet::Fast ? fast_blocks_f32() : reference_blocks_f32();
  return FusedProgram<float>(fused, blocks, kernel, fast != nullptr);
}

StepProgram::StepProgram(const PlanStep& step, bool wide, KernelSet kernels, int threads)
    : program(make_program(step, wide, kernels)) {
  parts = std::visit([&](const auto& p) { return p.useful_parts(threads); }, program);
}

std::uint64_t StepProgram::scratch_bytes() const {
  const std::uint64_t each = std::visit([](const auto& p) { return p.scratch_bytes(); }, program);
  return each * static_cast<std::uint64_t>(parts);
}

void StepProgram::bind(const Locate& locate, std::byte* scratch) {
  std::visit([&](auto& p) { p.bind(locate, scratch, parts); }, program);
}

void StepProgram::run(int part, int of, const RandomContext& random) const {
  if (const auto* kernel = std::get_if<KernelProgram>(&program)) {
    kernel->run(part, of, random);
  } else if (const auto* narrow = std::get_if<FusedProgram<float>>(&program)) {
    narrow->run(part, of);
  } else {
    std::get<FusedProgram<double>>(program).run(part, of);
  }
}

void StepProgram::finish(int of) const {
  if (const auto* kernel = std::get_if<KernelProgram>(&program)) kernel->finish(of);
}

// ---------------------------------------------------------------- memory

MemoryNeeds memory_needs(const StepPlan& plan, KernelSet kernels, int threads) {
  MemoryNeeds needs{plan.state_bytes, plan.work_bytes, 0};
  for (const PlanStep& step : plan.steps) {
    needs.scratch = std::max(needs.scratch, StepProgram(step, plan.wide, kernels, threads).scratch_bytes());
  }
  return needs;
}

MemoryNeeds larger(const MemoryNeeds& lhs, const MemoryNeeds& rhs) {
  return {std::max(lhs.state, rhs.state), std::max(lhs.work, rhs.work), std::max(lhs.scratch, rhs.scratch)};
}

}  // namespace nnc::rt
