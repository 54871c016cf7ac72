// Runs that end in the middle go on where they were, with the same bits.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

namespace fs = std::filesystem;

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

// Ends on one way, forks, folds that stop early, and a refit.
struct ResumeSetup : TrainSetup {
  explicit ResumeSetup(bool whole = true) {
    make_programs_equal();
    open_store();
    if (!whole) return;
    plan.trials = {trial("a"), trial("b"), trial("c"), trial("d")};
    plan.trials[1].epochs = 5;
    plan.trials[2].epochs = 4;
    plan.trials[2].rates = rates_of({1, 1, 0.5, 0.5});
    plan.trials[3].epochs = 5;
    plan.trials[3].rates = rates_of({1, 1, 1, 0.1, 0.1});
    add_folds("grid", "n", 1, 2);
    add_folds("grid", "n", 2, 2);
    for (std::int64_t n = 1; n <= 2; ++n) {
      plan.trials.push_back(trial("refit" + std::to_string(n)));
      plan.trials.back().params = {{"n", n}};
      plan.trials.back().refit = true;
    }
    for (std::size_t i = 4; i < plan.trials.size(); ++i) {
      TrialPlan& one = plan.trials[i];
      one.experiment = "grid";
      one.epochs = 6;
      one.stop = StopPlan{"valid.loss", Direction::Lower, 1};
      one.measures_test = one.refit;
      if (std::get<std::int64_t>(one.params[0].second) == 2) one.batch = 4;
    }
    plan.selections = {{"grid", "valid.loss", Direction::Lower}};
  }
  // The file of the only checkpoint.
  [[nodiscard]] std::string checkpoint() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(store->folder() + "/checkpoints"))
      files.push_back(entry.path());
    REQUIRE(files.size() == 1);
    return files[0];
  }
};

void set_rate(float rate) {
  fake_execution().reset();
  fake_execution().rate = rate;
}

// Stops after every so many steps, as often as it takes.
RunRecord run_in_pieces(TrainSetup& setup, std::int64_t every) {
  std::atomic<bool> stop = false;
  setup.options.stop = &stop;
  fake_execution().step_trained = [&](std::int64_t trained) {
    if (trained % every == 0) stop = true;
  };
  for (int piece = 0; piece < 1000; ++piece) {
    stop = false;
    setup.open_store();
    const StudyResult result = setup.run();
    CHECK_FALSE(result.failure.has_value());
    if (!result.interrupted) {
      setup.options.stop = nullptr;
      fake_execution().step_trained = nullptr;
      return result.record;
    }
  }
  FAIL("never complete");
  return {};
}

// Ends without a chance to keep anything, after this step.
void run_and_kill(TrainSetup& setup, std::int64_t step) {
  fake_execution().step_trained = [step](std::int64_t trained) {
    if (trained == step) throw Killed();
  };
  CHECK_THROWS_AS(setup.run(), Killed);
  fake_execution().step_trained = nullptr;
}

}  // namespace

TEST_CASE("a run that is stopped after every n-th step comes to the same, and trains no step twice",
          "[resume]") {
  for (const float rate : {0.5F, -0.5F}) {
    ResumeSetup whole;
    set_rate(rate);
    const RunRecord expected = whole.run().record;
    const std::int64_t steps = expected.work.steps_trained;
    CHECK(steps == fake_execution().steps_trained());
    for (const std::int64_t every : {1, 2, 3, 5, 13}) {
      for (const double seconds : {10.0, 0.0}) {
        INFO("rate " << rate << ", every " << every << ", checkpoint after " << seconds << " s");
        ResumeSetup pieces;
        set_rate(rate);
        pieces.options.checkpoint_seconds = seconds;
        const RunRecord record = run_in_pieces(pieces, every);
        CHECK(results_of(record) == results_of(expected));
        for (std::size_t i = 0; i < record.trials.size(); ++i) {
          CHECK(record.trials[i].weights_file == expected.trials[i].weights_file);
          CHECK(record.trials[i].predictions == expected.trials[i].predictions);
        }
        CHECK(fake_execution().steps_trained() == steps);
      }
    }
  }
}

TEST_CASE("jobs that are stopped together go on together", "[resume]") {
  ResumeSetup whole;
  const RunRecord expected = whole.run().record;
  for (const int jobs : {2, 4}) {
    ResumeSetup pieces;
    fake_execution().reset();
    pieces.options.jobs = jobs;
    CHECK(results_of(run_in_pieces(pieces, 4)) == results_of(expected));
    CHECK(fake_execution().steps_trained() == expected.work.steps_trained);
  }
}

TEST_CASE("a run that is killed after any step goes on from what was kept", "[resume]") {
  ResumeSetup whole;
  const RunRecord expected = whole.run().record;
  for (std::int64_t step = 1; step <= expected.work.steps_trained; step += 3) {
    INFO("after step " << step);
    ResumeSetup killed;
    fake_execution().reset();
    killed.options.checkpoint_seconds = 0;
    run_and_kill(killed, step);
    killed.open_store();
    const RunRecord record = killed.run().record;
    CHECK(results_of(record) == results_of(expected));
    CHECK(record.work.steps_trained <= expected.work.steps_trained);
  }
}

TEST_CASE("epochs of a single step have checkpoints as well", "[resume]") {
  ResumeSetup setup(false);
  setup.plan.trials[0].batch = 1000;
  setup.plan.trials[0].epochs = 9;
  setup.options.checkpoint_seconds = 0;
  run_and_kill(setup, 5);
  setup.open_store();
  const RunRecord record = setup.run().record;
  CHECK(record.work.steps_trained < 9);
  ResumeSetup whole(false);
  whole.plan.trials = setup.plan.trials;
  CHECK(results_of(record) == results_of(whole.run().record));
}

TEST_CASE("a checkpoint that is damaged or gone costs steps and changes nothing", "[resume]") {
  ResumeSetup whole(false);
  const RunRecord expected = whole.run().record;
  const std::vector<std::function<void(const std::string& path)>> damages = {
      [](const std::string& path) { fs::resize_file(path, fs::file_size(path) - 1); },
      [](const std::string& path) { fs::resize_file(path, 0); },
      [](const std::string& path) { fs::remove(path); },
      [](const std::string& path) {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(-1, std::ios::end);
        file.put('x');
      },
  };
  for (const auto& damage : damages) {
    ResumeSetup setup(false);
    fake_execution().reset();
    std::atomic<bool> stop = false;
    setup.options.stop = &stop;
    fake_execution().step_trained = [&](std::int64_t trained) { stop = trained == 5; };
    CHECK(setup.run().interrupted);
    damage(setup.checkpoint());
    stop = false;
    setup.open_store();
    const RunRecord record = setup.run().record;
    CHECK(record.work.steps_trained == 3 * kStepsPerEpoch);
    CHECK(results_of(record) == results_of(expected));
  }
}

TEST_CASE("the state of a run with another rule is only used where it has what this rule needs", "[resume]") {
  const std::vector<StopPlan> rules = {
      {"valid.loss", Direction::Lower, 2},  {"valid.loss", Direction::Lower, 1},
      {"valid.loss", Direction::Lower, 4},  {"valid.accuracy", Direction::Higher, 2},
      {"valid.loss", Direction::Higher, 2}, {"train.loss", Direction::Lower, 2}};
  for (const float rate : {0.5F, -0.5F}) {
    for (std::size_t before = 0; before <= rules.size(); ++before) {
      for (std::size_t after = 0; after <= rules.size(); ++after) {
        INFO("rate " << rate << ", rule " << after << " after " << before);
        const auto with_rule = [&](std::size_t rule) {
          TrialPlan trial = TrainSetup::trial("a");
          trial.validation = ValidationPlan{ValidationPlan::Kind::HoldOut, 5, 0.3, true, true};
          trial.epochs = 8;
          if (rule < rules.size()) trial.stop = rules[rule];
          return trial;
        };
        ResumeSetup alone(false);
        set_rate(rate);
        alone.plan.trials = {with_rule(after)};
        const RunRecord expected = alone.run().record;
        ResumeSetup setup(false);
        set_rate(rate);
        setup.plan.trials = {with_rule(before)};
        std::atomic<bool> stop = false;
        setup.options.stop = &stop;
        fake_execution().step_trained = [&](std::int64_t trained) { stop = trained == 7; };
        setup.run();
        stop = false;
        fake_execution().step_trained = nullptr;
        setup.plan.trials = {with_rule(after)};
        CHECK(results_of(setup.run().record) == results_of(expected));
      }
    }
  }
}

TEST_CASE("when a run is complete only the last states of its ways are left", "[resume]") {
  ResumeSetup setup(false);
  setup.plan.trials = {TrainSetup::trial("a"), TrainSetup::trial("b"), TrainSetup::trial("c")};
  setup.plan.trials[1].rates = rates_of({1, 0.5, 0.5});
  setup.plan.trials[2].rates = rates_of({1, 1, 0.5});
  run_in_pieces(setup, 2);
  CHECK(setup.store->sizes().value().checkpoints == 3);
}
