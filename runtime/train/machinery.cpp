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
std::vector<std::size_t> judged_parts(const PartSizes& sizes) {
  std::vector<std::size_t> parts;
  if (sizes.valid > 0) parts = {sizes.valid, sizes.train};
  if (sizes.test > 0) parts.push_back(sizes.test);
  return parts;
}

bool allocate(Memory& memory, std::uint64_t bytes) {
  Result<Memory> allocated = Memory::allocate(bytes);
  if (!allocated) return false;
  memory = std::move(allocated).value();
  return true;
}

bool same_rule(const StopPlan& lhs, const StopPlan& rhs) {
  return lhs.field == rhs.field && lhs.better == rhs.better;
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

BestState& Machinery::best_by(const StopPlan& rule) {
  const auto found = std::ranges::find_if(
      best, [&](const BestState& one) { return one.field == rule.field && one.better == rule.better; });
  NNC_CHECK(found != best.end(), rule.field);
  return *found;
}

ComputeOptions compute_options(const RunOptions& options) {
  return {options.reference_kernels ? KernelSet::Reference : KernelSet::Fast, options.most_threads()};
}

MachineryPlan plan_machinery(const CompiledTrial& compiled, std::int64_t batch, const PartSizes& sizes,
                             const std::vector<StopPlan>& rules, const ComputeOptions& options) {
  MachineryPlan plan;
  plan.kernels = options.kernels;
  plan.threads = std::max(1, options.threads);
  const auto full = static_cast<std::size_t>(std::max<std::int64_t>(batch, 1));
  plan.train = make_plans(compiled.plans, Phase::Train, batch_sizes({sizes.train}, full));
  if (const std::vector<std::size_t> parts = judged_parts(sizes); !parts.empty()) {
    plan.evaluate = make_plans(compiled.plans, Phase::Evaluate, batch_sizes(parts, kEvaluateBatch));
  }
  for (const StopPlan& rule : rules) {
    const auto known =
        std::ranges::any_of(plan.rules, [&](const StopPlan& one) { return same_rule(one, rule); });
    if (!known) plan.rules.push_back(rule);
  }
  for (const std::vector<StepPlan>* plans : {&plan.train, &plan.evaluate}) {
    for (const StepPlan& step : *plans) {
      plan.needs = larger(plan.needs, memory_needs(step, plan.kernels, plan.threads));
    }
  }
  return plan;
}

Result<std::unique_ptr<Machinery>> make_machinery(MachineryPlan plan) {
  auto machinery = std::make_unique<Machinery>(plan.threads);
  bool enough = allocate(machinery->state, plan.needs.state) && allocate(machinery->work, plan.needs.work) &&
                allocate(machinery->scratch, plan.needs.scratch);
  for (const StopPlan& rule : plan.rules) {
    BestState& best = machinery->best.emplace_back();
    best.field = rule.field;
    best.better = rule.better;
    enough = enough && allocate(best.memory, plan.needs.state);
  }
  if (!enough) {
    return Failure{fmt::format("the trial needs {} of memory, more than is free", bytes_text(plan.bytes())),
                   "choose a smaller batch or a smaller model"};
  }
  const Equipment equipment{machinery->state, machinery->work, machinery->scratch, plan.kernels,
                            &machinery->team};
  for (StepPlan& step : plan.train) machinery->train.add(std::move(step), equipment);
  for (StepPlan& step : plan.evaluate) machinery->evaluate.add(std::move(step), equipment);
  return machinery;
}

}  // namespace nnc::rt
