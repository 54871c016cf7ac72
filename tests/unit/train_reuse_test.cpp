// What is not trained because it is known: equal trials of a run, and the results of earlier ones.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <utility>

#include "runtime/record/predictions.hpp"
#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

namespace fs = std::filesystem;

// Trials that all compute the same, in runs with one store.
struct ReuseSetup : TrainSetup {
  explicit ReuseSetup(const std::vector<std::string>& ids) {
    plan.trials.clear();
    for (const std::string& id : ids) plan.trials.push_back(trial(id));
    make_programs_equal();
    open_store();
  }
  TrialPlan& only() { return plan.trials.at(0); }
  // Runs, with a count of its own of the steps that are trained.
  RunRecord run_anew() {
    fake_execution().reset();
    RunRecord record = run().record;
    CHECK(record.work.steps_trained == fake_execution().steps_trained());
    return record;
  }
  [[nodiscard]] std::string path_of(ObjectKind kind, const std::string& sha256) const {
    return store->object_path(kind, sha256);
  }
};

MetricPlan f1() { return {"f1", "f1", "macro", Direction::Higher}; }

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The same trials in a store of their own: what a run must come to, whatever it knew before.
std::string results_anew(const ReuseSetup& setup) {
  ReuseSetup other({});
  other.plan.trials = setup.plan.trials;
  return results_of(other.run_anew());
}

}  // namespace

TEST_CASE("equal trials of a run are trained once", "[reuse]") {
  for (const int jobs : {1, 3}) {
    ReuseSetup setup({"a", "b", "c"});
    setup.options.jobs = jobs;
    setup.plan.trials[1].params = {{"n", std::int64_t{7}}};
    setup.plan.trials[1].experiment = "two";
    int started = 0;
    setup.events.trial_started = [&](std::size_t) { ++started; };
    const RunRecord record = setup.run().record;
    CHECK(started == 1);
    CHECK(statuses(record) ==
          std::vector<TrialStatus>{TrialStatus::Done, TrialStatus::Cached, TrialStatus::Cached});
    const TrialRecord& copy = record.trials[1];
    CHECK(copy.id == "b");
    CHECK(copy.experiment == "two");
    CHECK(copy.params.size() == 1);
    CHECK(copy.metrics == record.trials[0].metrics);
    CHECK(copy.history == record.trials[0].history);
    CHECK(copy.weights_sha256 == record.trials[0].weights_sha256);
    CHECK(copy.seconds_train == record.trials[0].seconds_train);
    CHECK(copy.steps_trained == record.trials[0].steps_trained);
    CHECK(copy.predictions == record.trials[0].predictions);
    CHECK(setup.store->has_object(ObjectKind::Predictions, copy.predictions.at("test")));
    CHECK(record.work.declared == 3);
    CHECK(record.work.distinct == 1);
  }
}

TEST_CASE("equal trials are trained each on its own where nothing is shared", "[reuse]") {
  ReuseSetup setup({"a", "b"});
  setup.options.share = setup.options.reuse = false;
  const RunRecord record = setup.run_anew();
  CHECK(statuses(record) == std::vector<TrialStatus>{TrialStatus::Done, TrialStatus::Done});
  CHECK(record.work.steps_trained == 2 * 3 * kStepsPerEpoch);
  CHECK(record.trials[0].weights_sha256 == record.trials[1].weights_sha256);
}

TEST_CASE("a trial that is known from an earlier run is taken over under its present name", "[reuse]") {
  ReuseSetup setup({"old"});
  const RunRecord before = setup.run().record;
  setup.plan.trials = {TrainSetup::trial("new")};
  std::vector<std::string> ended;
  setup.events.trial_ended = [&](std::size_t, const TrialRecord& record) { ended.push_back(record.id); };
  for (int again = 0; again < 2; ++again) {
    setup.open_store();  // as another program would
    ended.clear();
    const RunRecord after = setup.run_anew();
    CHECK(fake_execution().runs.empty());
    CHECK(ended == std::vector<std::string>{"new"});
    REQUIRE(after.trials.size() == 1);
    CHECK(after.trials[0].status == TrialStatus::Cached);
    CHECK(after.trials[0].identity == before.trials[0].identity);
    CHECK(after.trials[0].metrics == before.trials[0].metrics);
    CHECK(after.trials[0].predictions == before.trials[0].predictions);
    CHECK(after.work.known == 1);
  }
}

TEST_CASE("a trial that failed is tried again, one that diverged is known", "[reuse]") {
  ReuseSetup setup({"a"});
  fake_execution().memory = 100;
  CHECK(setup.run().record.trials.at(0).status == TrialStatus::Failed);
  fake_execution().reset();
  fake_execution().bad_loss_at_step = 2;
  const RunRecord before = setup.run().record;
  CHECK(before.trials.at(0).status == TrialStatus::Diverged);
  const RunRecord after = setup.run_anew();
  CHECK(fake_execution().runs.empty());
  CHECK(after.trials.at(0).status == TrialStatus::Diverged);
  CHECK(after.trials.at(0).reason == before.trials.at(0).reason);
}

TEST_CASE("equal trials share also how they failed", "[reuse]") {
  ReuseSetup setup({"a", "b"});
  fake_execution().bad_loss_at_step = 2;
  const RunRecord diverged = setup.run().record;
  CHECK(statuses(diverged) == std::vector<TrialStatus>{TrialStatus::Diverged, TrialStatus::Diverged});
  CHECK(diverged.trials[1].reason == diverged.trials[0].reason);
  CHECK(diverged.trials[1].id == "b");
  setup.open_store("empty");
  fake_execution().reset();
  fake_execution().memory = 100;
  CHECK(statuses(setup.run().record) == std::vector<TrialStatus>{TrialStatus::Failed, TrialStatus::Failed});
}

TEST_CASE("without a store nothing is known from run to run", "[reuse]") {
  ReuseSetup setup({"a"});
  setup.options.store = nullptr;
  for (int again = 0; again < 2; ++again) {
    const RunRecord record = setup.run_anew();
    CHECK(record.work.steps_trained == 3 * kStepsPerEpoch);
    CHECK(record.trials[0].predictions.empty());
    CHECK(record.trials[0].weights_file.empty());
  }
}

TEST_CASE("what is to be trained anew is trained anew, and replaces what was known", "[reuse]") {
  ReuseSetup setup({"a"});
  const RunRecord before = setup.run_anew();
  setup.options.reuse = false;
  const RunRecord after = setup.run_anew();
  CHECK(after.work.steps_trained == 3 * kStepsPerEpoch);
  CHECK(without_times(after) == without_times(before));
}

TEST_CASE("lost predictions are measured again, without training", "[reuse]") {
  ReuseSetup setup({"a"});
  const RunRecord before = setup.run_anew();
  const std::string file = setup.path_of(ObjectKind::Predictions, before.trials[0].predictions.at("test"));
  const std::string good = content_of(file);
  REQUIRE(fs::remove(file));
  const RunRecord after = setup.run_anew();
  CHECK(after.work.steps_trained == 0);
  CHECK(results_of(after) == results_of(before));
  CHECK(after.trials[0].predictions == before.trials[0].predictions);
  CHECK(content_of(file) == good);
}

TEST_CASE("lost weights are trained again to the same bits", "[reuse]") {
  ReuseSetup setup({"a"});
  const RunRecord before = setup.run_anew();
  const std::string file = setup.path_of(ObjectKind::Weights, before.trials[0].weights_file);
  const std::string good = content_of(file);
  for (const bool with_checkpoints : {true, false}) {
    REQUIRE(fs::remove(file));
    if (!with_checkpoints) REQUIRE(setup.store->clean({true, {}}, false).ok());
    const RunRecord after = setup.run_anew();
    // The last state of training has them.
    CHECK(after.work.steps_trained == (with_checkpoints ? 0 : 3 * kStepsPerEpoch));
    CHECK(results_of(after) == results_of(before));
    CHECK(after.trials[0].weights_file == before.trials[0].weights_file);
    CHECK(content_of(file) == good);
  }
}

TEST_CASE("damaged weights are not measured", "[reuse]") {
  ReuseSetup setup({"a"});
  const RunRecord before = setup.run_anew();
  const std::string file = setup.path_of(ObjectKind::Weights, before.trials[0].weights_file);
  std::string content = content_of(file);
  content.back() = static_cast<char>(content.back() ^ 1);
  std::ofstream(file, std::ios::binary) << content;
  setup.only().metrics.edit().push_back(f1());
  const RunRecord after = setup.run_anew();
  CHECK(after.trials[0].weights_sha256 == before.trials[0].weights_sha256);
  CHECK(after.trials[0].metrics.at("test.loss") == before.trials[0].metrics.at("test.loss"));
  CHECK(results_of(after) == results_anew(setup));
}

TEST_CASE("a metric more of a known trial is measured without training", "[reuse]") {
  for (const bool stops : {false, true}) {
    ReuseSetup setup({"a"});
    setup.only().validation = ValidationPlan{ValidationPlan::Kind::HoldOut, 5, 0.3, true, true};
    setup.only().epochs = 12;
    if (stops) {
      setup.only().stop = StopPlan{"valid.loss", Direction::Lower, 2};
      fake_execution().rate = -0.5F;
    }
    const RunRecord before = setup.run().record;
    REQUIRE(before.trials[0].status == TrialStatus::Done);
    CHECK(before.trials[0].epochs == (stops ? 3 : 12));
    setup.only().metrics.edit().push_back(f1());
    const RunRecord after = setup.run_anew();
    CHECK(after.work.steps_trained == 0);
    for (const char* const name : {"test.f1", "valid.f1", "fitted.f1"})
      CHECK(after.trials[0].metrics.count(name) == 1);
    CHECK(after.trials[0].kept_epoch == before.trials[0].kept_epoch);
    TrialRecord without = after.trials[0];
    for (const char* const name : {"test.f1", "valid.f1", "fitted.f1"}) without.metrics.erase(name);
    CHECK(without.metrics == before.trials[0].metrics);
    CHECK(without.history == before.trials[0].history);
    CHECK(without.predictions == before.trials[0].predictions);
  }
}

TEST_CASE("more epochs than before train only the rest", "[reuse]") {
  ReuseSetup setup({"a"});
  setup.run_anew();
  setup.only().epochs = 8;
  const RunRecord after = setup.run_anew();
  CHECK(after.work.steps_trained == 5 * kStepsPerEpoch);
  CHECK(after.trials[0].steps_trained == 8 * kStepsPerEpoch);
  CHECK(results_of(after) == results_anew(setup));
}

TEST_CASE("other rates after the epochs that are known train only the rest", "[reuse]") {
  ReuseSetup setup({"a"});
  setup.run_anew();
  setup.only().epochs = 5;
  setup.only().rates = rates_of({1, 1, 1, 0.5, 0.1});
  CHECK(setup.run_anew().work.steps_trained == 2 * kStepsPerEpoch);
  setup.only().rates = rates_of({1, 0.5, 1, 0.5, 0.1});
  CHECK(setup.run_anew().work.steps_trained == 5 * kStepsPerEpoch);
}

TEST_CASE("fewer epochs than are known come to what they come to alone", "[reuse]") {
  ReuseSetup setup({"a"});
  setup.only().epochs = 8;
  setup.run_anew();
  setup.only().epochs = 3;
  const RunRecord after = setup.run_anew();
  CHECK(after.work.steps_trained == 3 * kStepsPerEpoch);
  CHECK(results_of(after) == results_anew(setup));
}

TEST_CASE("a changed trial leaves what is known of it as it was before", "[reuse]") {
  ReuseSetup setup({"a"});
  const TrialRecord before = setup.run_anew().trials[0];
  setup.only().seed = 99;
  const TrialRecord after = setup.run_anew().trials[0];
  CHECK(after.predictions != before.predictions);
  CHECK(setup.store->has_object(ObjectKind::Predictions, before.predictions.at("test")));
  setup.only().seed = 5;
  CHECK(setup.run_anew().work.known == 1);
}

TEST_CASE("a patience of more than before trains on, one of less trains anew where it must", "[reuse]") {
  ReuseSetup setup({"a"});
  setup.only().validation = ValidationPlan{ValidationPlan::Kind::HoldOut, 5, 0.3, true, true};
  setup.only().epochs = 40;
  for (const std::int64_t patience : {3, 6, 2}) {
    setup.only().stop = StopPlan{"valid.loss", Direction::Lower, patience};
    fake_execution().reset();
    fake_execution().rate = -0.5F;
    const RunRecord after = setup.run().record;
    CHECK(after.trials[0].epochs == patience + 1);
    CHECK(after.trials[0].kept_epoch == 1);
    const std::int64_t steps = 2;  // per epoch, of what is not held out
    CHECK(after.work.steps_trained == (patience == 6 ? 3 * steps : (patience + 1) * steps));
  }
}
