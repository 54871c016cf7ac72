// Binding and running. Everything a step needs is resolved when the executor is made: addresses, kernels,
// scratch memory; run() is a walk over the steps.
#include "runtime/exec/executor.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <variant>

#include "compiler/base/check.hpp"
#include "runtime/exec/fused.hpp"
#include "runtime/kernels/flush_denormals.hpp"
#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {
namespace {

struct BoundKernel {
  Kernel kernel = nullptr;
  std::vector<TensorView> inputs;
  KernelCall call;
};

using BoundStep = std::variant<BoundKernel, FusedProgram<float>, FusedProgram<double>>;

Memory allocate_or_throw(std::uint64_t bytes) {
  Result<Memory> memory = Memory::allocate(bytes);
  if (!memory.ok()) throw std::bad_alloc();
  return std::move(memory).value();
}

// A step that reads what no step wrote shows up as NaN where tests run.
void poison([[maybe_unused]] Memory& memory) {
#ifndef NDEBUG
  std::memset(memory.data(), 0xff, memory.size());
#endif
}

}  // namespace

struct Executor::Bound {
  Bound(const StepPlan& step_plan, Memory& state_memory, Memory& work_memory, KernelSet kernel_set)
      : plan(step_plan), state(state_memory), work(work_memory), kernels(kernel_set) {
    NNC_CHECK(state.size() >= plan.state_bytes && work.size() >= plan.work_bytes);
    poison(work);
    for (const PlanStep& step : plan.steps) {
      if (const auto* kernel = std::get_if<KernelStep>(&step))
        bind_kernel(*kernel);
      else
        bind_fused(std::get<FusedStep>(step));
    }
    bind_scratch();
  }
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

  [[nodiscard]] std::byte* locate(const Operand& operand) const {
    const Memory& memory = operand.region == Region::State ? state : work;
    NNC_CHECK(operand.offset <= memory.size());
    return memory.data() + operand.offset;
  }

  [[nodiscard]] TensorView view(const Operand& operand) const {
    return {locate(operand), operand.shape.sizes(), operand.type};
  }

  [[nodiscard]] Kernel find_kernel(OpKind op) const {
    if (plan.wide) return reference_kernels_f64()[op];
    const Kernel fast = kernels == KernelSet::Fast ? fast_kernels_f32()[op] : nullptr;
    return fast != nullptr ? fast : reference_kernels_f32()[op];
  }

  void bind_kernel(const KernelStep& step) {
    BoundKernel bound;
    bound.kernel = find_kernel(step.op);
    NNC_CHECK(bound.kernel != nullptr, std::string(op_info(step.op).name) + " has no kernel");
    std::vector<Shape> shapes;
    for (const Operand& input : step.inputs) {
      bound.inputs.push_back(view(input));
      shapes.push_back(input.shape);
    }
    bound.call.output = view(step.output);
    bound.call.attributes = &step.attributes;
    if (!plan.wide && kernels == KernelSet::Fast) {
      workspace_size =
          std::max(workspace_size, workspace_bytes(step.op, shapes, step.output.shape, step.attributes));
    }
    steps.emplace_back(std::move(bound));
  }

  void bind_fused(const FusedStep& step) {
    if (plan.wide) {
      const auto locate_wide = [this](const Operand& o) { return reinterpret_cast<double*>(locate(o)); };
      FusedProgram<double> program(step, locate_wide, reference_blocks_f64(), wide_constants);
      scratch_size = std::max(scratch_size, program.scratch_elements() * sizeof(double));
      steps.emplace_back(std::move(program));
      return;
    }
    const auto locate_narrow = [this](const Operand& o) { return reinterpret_cast<float*>(locate(o)); };
    const bool fast = kernels == KernelSet::Fast;
    FusedProgram<float> program(step, locate_narrow, fast ? fast_blocks_f32() : reference_blocks_f32(),
                                constants);
    scratch_size = std::max(scratch_size, program.scratch_elements() * sizeof(float));
    steps.emplace_back(std::move(program));
  }

  // Views of inputs move while steps are bound, so calls get their spans at the end.
  void bind_scratch() {
    scratch = allocate_or_throw(scratch_size);
    workspace = allocate_or_throw(workspace_size);
    for (BoundStep& step : steps) {
      if (auto* kernel = std::get_if<BoundKernel>(&step)) {
        kernel->call.inputs = kernel->inputs;
        kernel->call.workspace = {workspace.data(), static_cast<std::size_t>(workspace_size)};
      } else if (auto* narrow = std::get_if<FusedProgram<float>>(&step)) {
        narrow->bind_scratch(reinterpret_cast<float*>(scratch.data()));
      } else {
        std::get<FusedProgram<double>>(step).bind_scratch(reinterpret_cast<double*>(scratch.data()));
      }
    }
  }

  void run(const StepContext& context) {
    const FlushDenormals flush;
    write_scalar(plan.step, static_cast<double>(context.step));
    write_scalar(plan.rate, context.rate);
    for (BoundStep& step : steps) {
      if (auto* kernel = std::get_if<BoundKernel>(&step)) {
        kernel->call.random = {context.seed, context.step};
        kernel->kernel(kernel->call);
      } else if (const auto* narrow = std::get_if<FusedProgram<float>>(&step)) {
        narrow->run();
      } else {
        std::get<FusedProgram<double>>(step).run();
      }
    }
  }

  void write_scalar(const std::vector<Operand>& place, double value) const {
    if (place.empty()) return;
    std::byte* memory = locate(place.front());
    if (plan.wide)
      *reinterpret_cast<double*>(memory) = value;
    else
      *reinterpret_cast<float*>(memory) = static_cast<float>(value);
  }

  template <class T>
  [[nodiscard]] std::span<T> elements(const Operand& operand) const {
    return {reinterpret_cast<T*>(locate(operand)),
            static_cast<std::size_t>(operand.shape.element_count().value())};
  }

  template <class T>
  [[nodiscard]] std::span<T> elements(const std::vector<Operand>& place, ElementType type) const {
    constexpr bool is_wide = sizeof(T) == 8;
    if (place.empty() || place.front().type != type) return {};
    NNC_CHECK(type == ElementType::Int || plan.wide == is_wide,
              "a plan is read as another width than its own");
    return elements<T>(place.front());
  }

  template <class T>
  [[nodiscard]] std::span<const T> output(std::string_view name) const {
    const auto found = std::find_if(plan.outputs.begin(), plan.outputs.end(),
                                    [&](const PlannedOutput& output) { return output.name == name; });
    if (found == plan.outputs.end()) return {};
    constexpr bool is_wide = sizeof(T) == 8;
    NNC_CHECK(plan.wide == is_wide && found->operand.type == ElementType::Float, std::string(name));
    return elements<T>(found->operand);
  }

  StepPlan plan;  // a copy: steps refer to its shapes and attributes
  Memory& state;
  Memory& work;
  KernelSet kernels;
  ConstantBlocks<float> constants;
  ConstantBlocks<double> wide_constants;
  std::vector<BoundStep> steps;
  std::uint64_t scratch_size = 0;
  std::uint64_t workspace_size = 0;
  Memory scratch;
  Memory workspace;
};

Executor::Executor(const StepPlan& plan, Memory& state, Memory& work, KernelSet kernels)
    : bound_(std::make_unique<Bound>(plan, state, work, kernels)) {}
Executor::~Executor() = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;

std::span<float> Executor::features() {
  return bound_->elements<float>(bound_->plan.features, ElementType::Float);
}
std::span<double> Executor::features_wide() {
  return bound_->elements<double>(bound_->plan.features, ElementType::Float);
}
std::span<std::int32_t> Executor::target_classes() {
  return bound_->elements<std::int32_t>(bound_->plan.target, ElementType::Int);
}
std::span<float> Executor::target_values() {
  return bound_->elements<float>(bound_->plan.target, ElementType::Float);
}

void Executor::run(const StepContext& context) { bound_->run(context); }

std::span<const float> Executor::output(std::string_view name) const { return bound_->output<float>(name); }
std::span<const double> Executor::output_wide(std::string_view name) const {
  return bound_->output<double>(name);
}

}  // namespace nnc::rt
