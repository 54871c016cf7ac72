// Runs and their store: one that fails ends them with the reason, and several programs may have one together.
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace fs = std::filesystem;

namespace {

// A file where a folder of the store should be: nothing can be written there, whoever tries.
class Blocked {
 public:
  explicit Blocked(std::string folder) : folder_(std::move(folder)) {
    fs::rename(folder_, folder_ + ".aside");
    REQUIRE(write_file_atomically(folder_, "in the way").ok());
  }
  ~Blocked() {
    fs::remove(folder_);
    fs::rename(folder_ + ".aside", folder_);
  }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;

 private:
  std::string folder_;
};

struct StoreSetup : TrainSetup {
  StoreSetup() {
    plan.trials = {trial("a"), trial("b"), trial("c"), trial("d")};
    for (std::size_t i = 0; i < plan.trials.size(); ++i)
      plan.trials[i].epochs = 4 + std::ssize(plan.trials) - i;
    open_store();
  }
};

}  // namespace

TEST_CASE("a run whose results cannot be kept ends with the reason, and the next one knows what was kept",
          "[store]") {
  for (const char* const folder : {"weights", "predictions"}) {
    for (const int jobs : {1, 3}) {
      INFO(folder << ", jobs " << jobs);
      StoreSetup setup;
      const std::string expected = results_of(StoreSetup().run().record);
      fake_execution().reset();
      setup.options.jobs = jobs;
      std::unique_ptr<Blocked> blocked;
      setup.events.trial_ended = [&](std::size_t, const TrialRecord&) {
        if (blocked == nullptr) blocked = std::make_unique<Blocked>(setup.store->folder() + "/" + folder);
      };
      const StudyResult result = setup.run();
      REQUIRE(result.failure.has_value());
      CHECK_FALSE(result.failure->message.empty());
      CHECK(result.interrupted);
      const auto kept = static_cast<std::int64_t>(result.record.trials.size());
      CHECK(kept >= 1);
      CHECK(kept < 4);
      for (const TrialRecord& trial : result.record.trials) CHECK(trial.status == TrialStatus::Done);
      blocked.reset();
      setup.events.trial_ended = nullptr;
      setup.open_store();
      const StudyResult next = setup.run();
      CHECK_FALSE(next.failure.has_value());
      CHECK_FALSE(next.interrupted);
      CHECK(next.record.work.known == kept);
      CHECK(results_of(next.record) == expected);
    }
  }
}

TEST_CASE("a run that cannot keep a state on the way ends as well", "[store]") {
  StoreSetup setup;
  const Blocked blocked(setup.store->folder() + "/checkpoints");
  setup.options.checkpoint_seconds = 0;
  const StudyResult result = setup.run();
  REQUIRE(result.failure.has_value());
  CHECK(result.record.trials.empty());
  CHECK(fake_execution().steps_trained() == 1);
}

TEST_CASE("a store that cannot be written fails the run at its first result", "[store]") {
  StoreSetup setup;
  setup.store.reset();
  Result<std::unique_ptr<Store>> opened = Store::open(setup.folder.path() + "/store", true);
  REQUIRE(opened.ok());
  setup.options.store = opened.value().get();
  const StudyResult result = setup.run();
  REQUIRE(result.failure.has_value());
  CHECK(result.record.trials.empty());
}

TEST_CASE("programs that run the same study with one store train everything once", "[store]") {
  for (int round = 0; round < 5; ++round) {
    StoreSetup one;
    StoreSetup two;
    for (std::size_t i = 0; i < one.plan.trials.size(); ++i) one.plan.trials[i].seed = i % 2;
    one.plan.trials.push_back(one.plan.trials[0]);
    one.plan.trials.back().rates = rates_of({1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5});
    one.make_programs_equal();
    two.make_programs_equal();
    two.plan = one.plan;  // its data as well
    Result<std::unique_ptr<Store>> same = Store::open(one.store->folder());
    REQUIRE(same.ok());
    two.options.store = same.value().get();
    two.options.jobs = 1 + round % 3;
    const auto first = one.prepare();
    const auto second = two.prepare();
    REQUIRE((first.ok() && second.ok()));
    StudyResult other;
    std::thread program([&] { other = run_study(*second.value(), {}); });
    const StudyResult own = run_study(*first.value(), {});
    program.join();
    CHECK_FALSE((own.failure || other.failure || own.interrupted || other.interrupted));
    CHECK(results_of(own.record) == results_of(other.record));
    CHECK(own.record.work.steps_trained + other.record.work.steps_trained ==
          fake_execution().steps_trained());
    CHECK(fake_execution().steps_trained() == own.record.work.epochs_planned * kStepsPerEpoch);
    CHECK(one.store->sizes().value().leftovers == 0);
  }
}
