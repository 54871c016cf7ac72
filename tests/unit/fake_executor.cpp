// The executor's interface, implemented for tests; linked before the real one and so in its place.
#include "tests/unit/fake_executor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "runtime/exec/executor.hpp"

namespace nnc::test {

FakeExecution& fake_execution() {
  static FakeExecution execution;
  return execution;
}

void FakeExecution::reset() {
  bad_loss_at_step = 0;
  bad_rate = -1;
  step_trained = nullptr;
  memory = 1 << 30;
  allocated = 0;
  rate = 0.5F;
  runs.clear();
  train_labels.clear();
  train_features.clear();
  runs.reserve(20'000);
  train_labels.reserve(20'000);
  train_features.reserve(20'000);
}

std::int64_t FakeExecution::steps_trained() const {
  return std::ranges::count_if(runs, [](const FakeRun& run) { return run.train; });
}

StepPlan fake_plan(bool train, std::int64_t batch, std::int64_t features, std::int64_t classes) {
  StepPlan plan;
  plan.batch = batch;
  const auto bytes = [](std::int64_t elements) {
    return (static_cast<std::uint64_t>(elements) * 4 + 63) / 64 * 64;
  };
  const Shape kernel{features, classes};
  plan.slots.push_back({"kernel", {Region::State, 0, kernel}, {}, -1, true, false});
  plan.state_bytes = bytes(features * classes);
  if (train) {
    plan.slots.push_back({"kernel/m", {Region::State, plan.state_bytes, kernel}, {}, -1, false, true});
    plan.state_bytes *= 2;
  }
  plan.features = {{Region::Work, 0, Shape{batch, features}}};
  plan.target = {{Region::Work, bytes(batch * features), Shape{batch}, ElementType::Int}};
  const std::uint64_t prediction = plan.target[0].offset + bytes(batch);
  plan.outputs.push_back({"prediction", {Region::Work, prediction, Shape{batch, classes}}});
  plan.outputs.push_back({"loss", {Region::Work, prediction + bytes(batch * classes), Shape{}}});
  if (train) plan.outputs.push_back({"trains", {Region::Work, 0, Shape{}}});
  plan.work_bytes = prediction + bytes(batch * classes) + 64;
  const Operand row{Region::Work, prediction, Shape{classes}};
  plan.steps.emplace_back(FusedStep{Shape{batch, classes}, {{row, FusedStep::Access::Row}}, {}, {}});
  return plan;
}

}  // namespace nnc::test

namespace nnc::rt {

void Memory::Free::operator()(std::byte* pointer) const {
  ::operator delete[](pointer, std::align_val_t{64});
}

Result<Memory> Memory::allocate(std::uint64_t bytes) {
  if (bytes > test::fake_execution().memory) return Failure{"not enough", {}};
  {
    const std::lock_guard guard(test::fake_execution().lock);
    test::fake_execution().allocated += bytes;
  }
  Memory memory;
  memory.data_.reset(static_cast<std::byte*>(::operator new[](bytes, std::align_val_t{64})));
  std::memset(memory.data_.get(), 0, bytes);
  memory.size_ = bytes;
  return memory;
}

std::uint64_t physical_memory() { return test::fake_execution().memory; }

struct Executor::Bound {
  const StepPlan& plan;
  std::byte* state;
  std::byte* work;
  std::size_t batch, features, classes;

  [[nodiscard]] float* place(const Operand& operand) const {
    return reinterpret_cast<float*>((operand.region == Region::State ? state : work) + operand.offset);
  }
  [[nodiscard]] bool trains() const { return plan.outputs.size() == 3; }
};

Executor::Executor(const StepPlan& plan, Memory& state, Memory& work, Memory&, KernelSet, ThreadTeam*)
    : bound_(
          std::make_unique<Bound>(Bound{plan, state.data(), work.data(), static_cast<std::size_t>(plan.batch),
                                        static_cast<std::size_t>(plan.slots[0].operand.shape[0]),
                                        static_cast<std::size_t>(plan.slots[0].operand.shape[1])})) {}
Executor::~Executor() = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;

std::span<float> Executor::features() {
  return {bound_->place(bound_->plan.features[0]), bound_->batch * bound_->features};
}
std::span<double> Executor::features_wide() { return {}; }
std::span<std::int32_t> Executor::target_classes() {
  return {reinterpret_cast<std::int32_t*>(bound_->place(bound_->plan.target[0])), bound_->batch};
}
std::span<float> Executor::target_values() { return {}; }

int Executor::most_parts() const { return 1; }
void Executor::run(const StepContext& context) {
  test::FakeExecution& execution = test::fake_execution();
  const Bound& bound = *bound_;
  const std::lock_guard guard(execution.lock);
  execution.runs.push_back({bound.trains(), bound.plan.batch, context.seed, context.step, context.rate});
  const auto features_of = features();
  const auto labels = target_classes();
  float* kernel = bound.place(bound.plan.slots[0].operand);
  float* prediction = bound.place(bound.plan.outputs[0].operand);
  double loss = 0;
  for (std::size_t i = 0; i < bound.batch; ++i) {
    const float* x = features_of.data() + i * bound.features;
    float* p = prediction + i * bound.classes;
    float sum = 0;
    for (std::size_t c = 0; c < bound.classes; ++c) {
      float logit = 0;
      for (std::size_t j = 0; j < bound.features; ++j) logit += x[j] * kernel[j * bound.classes + c];
      sum += p[c] = std::exp(logit);
    }
    for (std::size_t c = 0; c < bound.classes; ++c) p[c] /= sum;
    loss -= std::log(p[labels[i]]);
    if (bound.trains()) {
      execution.train_labels.push_back(labels[i]);
      execution.train_features.push_back(x[0]);
    }
  }
  if (bound.trains()) {
    // Slower from step to step: whoever goes on without the optimizer's state comes elsewhere.
    float& steps = *bound.place(bound.plan.slots[1].operand);
    const float rate = execution.rate * static_cast<float>(context.rate) / (1 + steps / 1000);
    ++steps;
    for (std::size_t i = 0; i < bound.batch; ++i) {
      for (std::size_t j = 0; j < bound.features; ++j) {
        for (std::size_t c = 0; c < bound.classes; ++c) {
          const float error =
              prediction[i * bound.classes + c] - (labels[i] == static_cast<int>(c) ? 1.0F : 0.0F);
          kernel[j * bound.classes + c] -=
              rate * error * features_of[i * bound.features + j] / static_cast<float>(bound.batch);
        }
      }
    }
  }
  const bool bad =
      bound.trains() && (execution.bad_loss_at_step == context.step || execution.bad_rate == context.rate);
  *bound.place(bound.plan.outputs[1].operand) =
      bad ? std::numeric_limits<float>::quiet_NaN()
          : static_cast<float>(loss / static_cast<double>(bound.batch));
  if (bound.trains() && execution.step_trained) execution.step_trained(execution.steps_trained());
}

std::span<const float> Executor::output(std::string_view name) const {
  if (name == "loss") return {bound_->place(bound_->plan.outputs[1].operand), 1};
  return {bound_->place(bound_->plan.outputs[0].operand), bound_->batch * bound_->classes};
}
std::span<const double> Executor::output_wide(std::string_view) const { return {}; }

void initialize_slots(const StepPlan& plan, Memory& state, std::uint64_t seed) {
  std::memset(state.data(), 0, plan.state_bytes);
  float* kernel = reinterpret_cast<float*>(state.data());
  const std::int64_t count = plan.slots[0].operand.shape.element_count().value_or(0);
  for (std::int64_t i = 0; i < count; ++i)
    kernel[i] = 0.01F * static_cast<float>((i + static_cast<int>(seed)) % 7 - 3);
}

}  // namespace nnc::rt
