// An executor for the tests of the training loop: whatever the plan says, it trains a softmax regression by
// gradient descent, remembers what it was asked to do, and fails where a test wants it to.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "compiler/plan/step_plan.hpp"

namespace nnc::test {

struct FakeRun {
  bool train = false;
  std::int64_t batch = 0;
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  double rate = 0;
};

struct FakeExecution {
  std::mutex lock;  // of the lists: trials may run at once
  std::vector<FakeRun> runs;
  std::vector<std::int32_t> train_labels;  // in the order of training
  std::vector<float> train_features;       // the first feature of each
  std::uint64_t bad_loss_at_step = 0;      // 0: never
  double bad_rate = -1;                    // the loss is not a number at this rate of an epoch
  std::function<void(std::int64_t trained)>
      step_trained;                // after each step of training, with their number so far
  std::uint64_t memory = 1 << 30;  // what can be allocated at once
  std::uint64_t allocated = 0;     // by all calls together
  float rate = 0.5F;               // of learning; negative: it gets worse

  [[nodiscard]] std::int64_t steps_trained() const;
  // Forgets everything, with room for the runs of a test, so that a step allocates nothing.
  void reset();
};
FakeExecution& fake_execution();

// A plan that this executor can run: one slot [features, classes] and, to train, one of optimizer state, on
// which the next step depends. It has a step that needs scratch memory and is never run.
StepPlan fake_plan(bool train, std::int64_t batch, std::int64_t features, std::int64_t classes);

}  // namespace nnc::test
