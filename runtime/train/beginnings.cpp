// See beginnings.hpp.
#include "runtime/train/beginnings.hpp"

#include <span>

#include "runtime/data/sha256.hpp"
#include "runtime/exec/executor.hpp"
#include "runtime/train/training.hpp"

namespace nnc::rt {

static std::string hash_order(const TrialPlan& trial, const TrialSamples& samples) {
  constexpr std::int64_t kEpochs = 3;
  Sha256 sha;
  std::vector<std::uint32_t> order = samples.train;
  for (std::int64_t epoch = 1; epoch <= kEpochs; ++epoch) {
    order_samples(trial, samples, epoch, order);
    sha.add(std::as_bytes(std::span(order)));
  }
  return sha.finish();
}

Result<Beginnings> find_beginnings(PreparedStudy& study, std::size_t index) {
  const TrialPlan& trial = study.plan().trials[index];
  const Result<std::shared_ptr<const TrialSamples>> samples = study.samples().get(trial);
  if (!samples) return samples.failure();
  const Result<CompiledTrial> compiled = study.compiler().compile(index);
  if (!compiled) return compiled.failure();
  const StepPlan plan = compiled.value().plans(Phase::Train, trial.batch);
  Result<Memory> state = Memory::allocate(plan.state_bytes);
  if (!state) return state.failure();
  initialize_slots(plan, state.value(), trial.seed);
  Beginnings beginnings;
  beginnings.order = hash_order(trial, *samples.value());
  for (const PlannedSlot& slot : plan.slots) {
    if (slot.optimizer) continue;
    Sha256 sha;
    sha.add({state.value().data() + slot.operand.offset,
             static_cast<std::size_t>(slot.operand.shape.element_count().value_or(0)) * sizeof(float)});
    beginnings.weights.emplace_back(slot.name, sha.finish());
  }
  return beginnings;
}

}  // namespace nnc::rt
