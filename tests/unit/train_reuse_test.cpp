// The identity of trials, and what is not trained because its result is known.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "runtime/record/predictions.hpp"
#include "runtime/train/schedule.hpp"
#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

namespace fs = std::filesystem;

// Trials that all compute the same, in a run that stores predictions.
struct ReuseSetup : TrainSetup {
  std::map<std::string, TrialRecord> store;
  int asked = 0;

  explicit ReuseSetup(const std::vector<std::string>& ids) {
    options.folder = folder.path() + "/out";
    fs::create_directory(options.folder);
    plan.trials.clear();
    for (const std::string& id : ids) plan.trials.push_back(trial(id));
    compile = [](std::size_t) -> Result<CompiledTrial> { return fake_compiled("same"); };
    options.known = [this](const std::string& identity) -> const TrialRecord* {
      ++asked;
      const auto found = store.find(identity);
      return found == store.end() ? nullptr : &found->second;
    };
  }
  // The predictions of the trials, which are all the same.
  [[nodiscard]] std::string file(const RunRecord& record, const std::string& part = "test") const {
    return options.folder + "/" + predictions_path(record.trials.at(0).identity, part);
  }
  void remember(const RunRecord& record) {
    for (const TrialRecord& trial : record.trials) store[trial.identity] = trial;
  }
  // Runs and says which trials trained.
  std::vector<std::size_t> trained() {
    std::vector<std::size_t> started;
    events.trial_started = [&](std::size_t trial) { started.push_back(trial); };
    run();
    return started;
  }
};

std::vector<TrialStatus> statuses(const RunRecord& record) {
  std::vector<TrialStatus> result;
  for (const TrialRecord& trial : record.trials) result.push_back(trial.status);
  return result;
}

Rates rates_of(std::vector<double> rates) {
  return std::make_shared<const std::vector<double>>(std::move(rates));
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("everything that can change the result changes the identity", "[identity]") {
  TrialPlan trial = TrainSetup::trial("a");
  trial.validation = ValidationPlan{};
  trial.fold = 1;
  trial.stop = StopPlan{"valid.loss", Direction::Lower, 3};
  DataPlan data;
  data.class_count = 10;
  RunOptions options;
  std::set<std::string> identities = {trial_identity(trial, data, "d", "p", options)};
  const auto is_new = [&] {
    return identities.insert(trial_identity(trial, data, "d", "p", options)).second;
  };
  CHECK_FALSE(is_new());
  CHECK(identities.insert(trial_identity(trial, data, "e", "p", options)).second);
  CHECK(identities.insert(trial_identity(trial, data, "d", "q", options)).second);
  const std::vector<std::function<void()>> changes = {
      [&] { trial.seed = 6; },
      [&] { trial.batch = 9; },
      [&] { trial.epochs = 4; },
      [&] { trial.shuffle = false; },
      [&] {
        trial.rates = rates_of({1, 1, 1, 0.1});
      },
      [&] {
        trial.rates = rates_of({1, 1, 1, 0.10000000000000002});
      },
      [&] {
        trial.rates = rates_of({0.5, 1, 1, 0.1});
      },
      [&] {
        trial.rates.reset();
        trial.seed = 7;
      },
      [&] { trial.measures_test = false; },
      [&] { trial.fold = 2; },
      [&] { trial.validation->folds = 6; },
      [&] { trial.validation->stratified = false; },
      [&] { trial.validation->shuffle = true; },
      [&] { trial.validation->kind = ValidationPlan::Kind::HoldOut; },
      [&] { trial.validation->fraction = 0.30000000000000004; },
      [&] { trial.validation->fraction = 0.3; },
      [&] { trial.validation.reset(); },
      [&] { trial.stop->patience = 4; },
      [&] { trial.stop->better = Direction::Higher; },
      [&] { trial.stop->field = "train.loss"; },
      [&] { trial.stop.reset(); },
      [&] { trial.metrics.edit()[1].variant = "x"; },
      [&] { trial.metrics.edit()[1].native = "f1"; },
      [&] { trial.metrics.edit()[1].name = "other"; },
      [&] { trial.metrics.edit().pop_back(); },
      [&] { data.scale = Scale::Unit; },
      [&] { data.class_count = 11; },
      [&] { options.reference_kernels = true; },
      [&] { options.smoke = true; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    changes[i]();
    CHECK(is_new());
  }
}

TEST_CASE("two schedules that come to the same rates for the epochs that are trained are one", "[identity]") {
  TrialPlan trial = TrainSetup::trial("a");
  trial.epochs = 2;
  trial.rates = rates_of({1, 0.5});
  trial.schedule = "exponential(factor: 0.5)";
  const std::string identity = trial_identity(trial, {}, "d", "p", {});
  trial.rates = rates_of({1, 0.5, 0.5, 0.5});  // a refit that ends early
  trial.schedule = "step_decay(at: [1], factor: 0.5)";
  CHECK(trial_identity(trial, {}, "d", "p", {}) == identity);
}

TEST_CASE("names, places and what is only shown do not change the identity", "[identity]") {
  TrialPlan trial = TrainSetup::trial("a");
  DataPlan data;
  RunOptions options;
  const std::string identity = trial_identity(trial, data, "d", "p", options);
  CHECK(identity.size() == 64);
  trial.id = "b";
  trial.experiment = "two";
  trial.params = {{"n", std::int64_t{3}}};
  trial.model = "other";
  trial.refit = true;
  trial.layers.edit().emplace_back();
  std::swap(trial.metrics.edit()[0], trial.metrics.edit()[1]);
  data.name = "fashion";
  data.folder = data.directory = "/elsewhere";
  options.jobs = 7;
  options.folder = "out";
  CHECK(trial_identity(trial, data, "d", "p", options) == identity);
}

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
    CHECK(read_predictions(setup.file(record)).ok());
  }
}

TEST_CASE("a trial that is known from an earlier run is taken over under its present name", "[reuse]") {
  ReuseSetup setup({"old"});
  const RunRecord before = setup.run().record;
  setup.remember(before);
  setup.plan.trials = {TrainSetup::trial("new")};
  fake_execution().reset();
  std::vector<std::string> ended;
  setup.events.trial_ended = [&](std::size_t, const TrialRecord& record) { ended.push_back(record.id); };
  const RunRecord after = setup.run().record;
  CHECK(fake_execution().runs.empty());
  CHECK(ended == std::vector<std::string>{"new"});
  REQUIRE(after.trials.size() == 1);
  CHECK(after.trials[0].status == TrialStatus::Cached);
  CHECK(after.trials[0].identity == before.trials[0].identity);
  CHECK(after.trials[0].metrics == before.trials[0].metrics);
  CHECK(after.trials[0].predictions == before.trials[0].predictions);
  // What was taken over can be taken over.
  setup.store.clear();
  setup.remember(after);
  CHECK(setup.trained().empty());
}

TEST_CASE("a known trial that did not finish is trained again", "[reuse]") {
  ReuseSetup setup({"a"});
  setup.remember(setup.run().record);
  for (const TrialStatus status : {TrialStatus::Failed, TrialStatus::Diverged}) {
    setup.store.begin()->second.status = status;
    CHECK(setup.trained().size() == 1);
  }
}

TEST_CASE("a known trial is trained again where its predictions are missing, damaged or others", "[reuse]") {
  ReuseSetup setup({"a"});
  const RunRecord before = setup.run().record;
  setup.remember(before);
  const std::string file = setup.file(before);
  const std::string good = content_of(file);
  Predictions other = read_predictions(file).value();
  other.scores[0] += 0.125F;
  const std::vector<std::string> bad = {"", "x", good.substr(0, good.size() - 1), good + "x",
                                        predictions_content(other)};
  fs::remove(file);
  CHECK(setup.trained().size() == 1);
  for (const std::string& content : bad) {
    REQUIRE(write_file_atomically(file, content).ok());
    CHECK(setup.trained().size() == 1);
    CHECK(content_of(file) == good);
  }
  CHECK(setup.trained().empty());
}

TEST_CASE("a known trial without stored predictions is enough only where none are stored", "[reuse]") {
  ReuseSetup setup({"a"});
  const std::string folder = std::exchange(setup.options.folder, "");
  setup.remember(setup.run().record);
  CHECK(setup.trained().empty());
  setup.options.folder = folder;
  CHECK(setup.trained().size() == 1);
}

TEST_CASE("a changed trial leaves the predictions of what it was before", "[reuse]") {
  ReuseSetup setup({"a"});
  const RunRecord before = setup.run().record;
  const std::string content = content_of(setup.file(before));
  setup.plan.trials[0].seed = 99;
  const RunRecord after = setup.run().record;
  CHECK(content_of(setup.file(after)) != content);
  CHECK(content_of(setup.file(before)) == content);
}

TEST_CASE("a trial that diverged stands for its equals, one that failed does not", "[reuse]") {
  ReuseSetup setup({"a", "b"});
  fake_execution().bad_loss_at_step = 2;
  RunRecord record = setup.run().record;
  CHECK(statuses(record) == std::vector<TrialStatus>{TrialStatus::Diverged, TrialStatus::Diverged});
  CHECK(record.trials[1].reason == record.trials[0].reason);

  fake_execution().reset();
  fake_execution().memory = 100;
  setup.events.trial_ended = [](std::size_t, const TrialRecord&) { fake_execution().memory = 1 << 30; };
  record = setup.run().record;
  CHECK(statuses(record) == std::vector<TrialStatus>{TrialStatus::Failed, TrialStatus::Done});
}

TEST_CASE("the store is asked once per different trial, never for those that do not compile", "[reuse]") {
  ReuseSetup setup({"a", "b", "c"});
  setup.plan.trials[2].seed = 8;
  setup.run();
  CHECK(setup.asked == 2);
  setup.compile = [](std::size_t) -> Result<CompiledTrial> { return Failure{"no", {}}; };
  setup.run();
  CHECK(setup.asked == 2);
}

TEST_CASE("a trial that waits for an equal one holds nobody up, and goes on when that one is stopped",
          "[reuse]") {
  StudyPlan plan;
  for (const char* const id : {"a", "b", "c"}) plan.trials.push_back(TrainSetup::trial(id));
  Schedule schedule(plan);
  const std::size_t a = schedule.take().value();
  const std::size_t b = schedule.take().value();
  CHECK(schedule.claim(a, "x").turn == Schedule::Turn::Train);
  CHECK(schedule.claim(b, "x").turn == Schedule::Turn::Wait);
  CHECK(schedule.running() == 1);
  CHECK(schedule.take() == std::size_t{2});
  CHECK(schedule.claim(2, "y").turn == Schedule::Turn::Train);
  CHECK_FALSE(schedule.take().has_value());
  schedule.abandon(a);
  CHECK(schedule.take() == b);
  CHECK(schedule.claim(b, "x").turn == Schedule::Turn::Train);
}

TEST_CASE("of equal trials the first in the plan is the one that trained, whoever came first", "[reuse]") {
  StudyPlan plan;
  for (const char* const id : {"a", "b"}) plan.trials.push_back(TrainSetup::trial(id));
  Schedule schedule(plan);
  schedule.take();
  schedule.take();
  CHECK(schedule.claim(1, "x").turn == Schedule::Turn::Train);
  CHECK(schedule.claim(0, "x").turn == Schedule::Turn::Wait);
  TrialRecord record;
  record.id = "b";
  schedule.end(1, record);
  REQUIRE(schedule.take() == std::size_t{0});
  const Schedule::Claim claim = schedule.claim(0, "x");
  REQUIRE(claim.turn == Schedule::Turn::Same);
  CHECK(claim.same->id == "b");
  record.id = "a";
  record.status = TrialStatus::Cached;
  schedule.end(0, record);
  RunRecord run;
  schedule.finish(run);
  CHECK(statuses(run) == std::vector<TrialStatus>{TrialStatus::Done, TrialStatus::Cached});
}
