// Binding and running. Everything a step needs is resolved when the executor is made: addresses, kernels,
// parts; run() is a walk over the steps.
#include "runtime/exec/executor.hpp"

#include <algorithm>
#include <cstring>

#include "compiler/base/check.hpp"
#include "runtime/exec/step_program.hpp"
#include "runtime/kernels/flush_denormals.hpp"

namespace nnc::rt {
namespace {

// A step that reads what no step wrote shows up as NaN where tests run.
void poison([[maybe_unused]] Memory& memory) {
#ifndef NDEBUG
  std::memset(memory.data(), 0xff, memory.size());
#endif
}

}  // namespace

struct Executor::Bound {
  Bound(const StepPlan& step_plan, Memory& state_memory, Memory& work_memory, Memory& scratch,
        KernelSet kernels, ThreadTeam* thread_team)
      : plan(step_plan), state(state_memory), work(work_memory), team(thread_team) {
    NNC_CHECK(state.size() >= plan.state_bytes && work.size() >= plan.work_bytes);
    poison(work);
    poison(scratch);
    const auto place = [this](const Operand& operand) { return locate(operand); };
    steps.reserve(plan.steps.size());
    for (const PlanStep& step : plan.steps) {
      StepProgram& program = steps.emplace_back(step, plan.wide, kernels, team != nullptr ? team->most() : 1);
      NNC_CHECK(scratch.size() >= program.scratch_bytes());
      program.bind(place, scratch.data());
    }
  }
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

  [[nodiscard]] std::byte* locate(const Operand& operand) const {
    const Memory& memory = operand.region == Region::State ? state : work;
    NNC_CHECK(operand.offset <= memory.size());
    return memory.data() + operand.offset;
  }

  void run(const StepContext& context) const {
    const FlushDenormals flush;
    write_scalar(plan.step, static_cast<double>(context.step));
    write_scalar(plan.rate, context.rate);
    const RandomContext random{context.seed, context.step};
    for (const StepProgram& step : steps) {
      const int parts = team != nullptr ? std::min(step.parts, team->threads()) : 1;
      if (parts == 1) {
        step.run(0, 1, random);
      } else {
        team->run(parts, [&](int part) { step.run(part, parts, random); });
        step.finish(parts);
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
  ThreadTeam* team;
  std::vector<StepProgram> steps;
};

Executor::Executor(const StepPlan& plan, Memory& state, Memory& work, Memory& scratch, KernelSet kernels,
                   ThreadTeam* team)
    : bound_(std::make_unique<Bound>(plan, state, work, scratch, kernels, team)) {}
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

int Executor::most_parts() const {
  int most = 1;
  for (const StepProgram& step : bound_->steps) most = std::max(most, step.parts);
  return bound_->team != nullptr ? std::min(most, bound_->team->threads()) : 1;
}

std::span<const float> Executor::output(std::string_view name) const { return bound_->output<float>(name); }
std::span<const double> Executor::output_wide(std::string_view name) const {
  return bound_->output<double>(name);
}

}  // namespace nnc::rt
