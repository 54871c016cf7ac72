// Makes the plans that a trial needs, and the memory for them. In: the samples of the trial, and its compiled
// program. Out: runners that share memory and threads.
#include "runtime/train/machinery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/check.hpp"
#include "compiler/base/number_text.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kEvaluateBatch = 500;

// The batch sizes that occur when parts of these sizes are visited: the full one first. Parts that are
// smaller have batches of their own size.
std::vector<std::size_t> batch_sizes(const std::vector<std::size_t>& parts, std::size_t batch) {
  batch = std::min(batch, *std::max_element(parts.begin(), parts.end()));
  std::vector<std::size_t> sizes = {batch};
  for (const std::size_t part : parts) {
    const std::size_t rest = part % batch;
    if (rest != 0 && std::find(sizes.begin(), sizes.end(), rest) == sizes.end()) sizes.push_back(rest);
  }
  return sizes;
}

std::vector<StepPlan> make_plans(const PlanMaker& make_plan, Phase phase,
                                 const std::vector<std::size_t>& sizes) {
  std::vector<StepPlan> plans;
  for (const std::size_t size : sizes) plans.push_back(make_plan(phase, static_cast<std::int64_t>(size)));
  return plans;
}

// Parts that are judged: after every epoch, at the end, or both.
std::vector<std::size_t> judged_parts(const TrialSamples& samples) {
  std::vector<std::size_t> parts;
  if (!samples.valid.empty()) parts = {samples.valid.size(), samples.train.size()};
  if (!samples.test.empty()) parts.push_back(samples.test.size());
  return parts;
}

bool allocate(Memory& memory, std::uint64_t bytes) {
  Result<Memory> allocated = Memory::allocate(bytes);
  if (!allocated) return false;
  memory = std::move(allocated).value();
  return true;
}

}  // namespace

void Runners::add(StepPlan plan, const Equipment& equipment) {
  runners_.push_back(std::make_unique<PlanRunner>(std::move(plan), equipment));
}

PlanRunner& Runners::next(std::size_t left) const {
  const std::size_t size = std::min(left, batch());
  for (const std::unique_ptr<PlanRunner>& runner : runners_) {
    if (runner->batch() == size) return *runner;
  }
  fail_check("a runner of that batch size", __FILE__, __LINE__);
}

Result<std::unique_ptr<Machinery>> make_machinery(const TrialInputs& inputs) {
  const PlanMaker& make_plan = inputs.compiled.plans;
  const auto batch = static_cast<std::size_t>(std::max<std::int64_t>(inputs.trial.batch, 1));
  std::vector<StepPlan> train =
      make_plans(make_plan, Phase::Train, batch_sizes({inputs.samples.train.size()}, batch));
  std::vector<StepPlan> evaluate;
  if (const std::vector<std::size_t> parts = judged_parts(inputs.samples); !parts.empty()) {
    evaluate = make_plans(make_plan, Phase::Evaluate, batch_sizes(parts, kEvaluateBatch));
  }
  const KernelSet kernels = inputs.options.reference_kernels ? KernelSet::Reference : KernelSet::Fast;
  auto machinery = std::make_unique<Machinery>(inputs.options.threads);
  MemoryNeeds needs;
  for (const std::vector<StepPlan>* plans : {&train, &evaluate}) {
    for (const StepPlan& plan : *plans) {
      needs = larger(needs, memory_needs(plan, kernels, machinery->team.most()));
    }
  }
  const std::uint64_t kept = inputs.trial.stop ? needs.state : 0;
  const std::uint64_t all = needs.state + needs.work + needs.scratch + kept;
  machinery->share = inputs.memory.take(all);
  if (!allocate(machinery->state, needs.state) || !allocate(machinery->work, needs.work) ||
      !allocate(machinery->scratch, needs.scratch) || !allocate(machinery->best, kept)) {
    return Failure{fmt::format("the trial needs {} of memory, more than is free", bytes_text(all)),
                   "choose a smaller batch or a smaller model"};
  }
  const Equipment equipment{machinery->state, machinery->work, machinery->scratch, kernels, &machinery->team};
  for (StepPlan& plan : train) machinery->train.add(std::move(plan), equipment);
  for (StepPlan& plan : evaluate) machinery->evaluate.add(std::move(plan), equipment);
  return machinery;
}

}  // namespace nnc::rt
