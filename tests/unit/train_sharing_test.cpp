// The real executor: what trials share, how many run at once and on how many threads changes no bit of any of
// them.
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>

#include "runtime/store/store.hpp"
#include "runtime/train/prepared_study.hpp"
#include "tests/unit/rows_study.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

const Regression kRegression{.rate = 0.5, .momentum = 0.5, .noise = true};

struct SharingStudy {
  TemporaryFolder folder;
  StudyPlan plan;

  SharingStudy() {
    write_rows(folder, 301, 613);
    plan = rows_study(folder);
    plan.trials.clear();
    add_lengths();
    add_forks();
    add_patiences();
    add_selection();
  }

  TrialPlan& add(const std::string& experiment, std::int64_t epochs) {
    TrialPlan trial = rows_study(folder).trials[0];
    trial.id = std::to_string(plan.trials.size());
    trial.experiment = experiment;
    trial.epochs = epochs;
    plan.trials.push_back(std::move(trial));
    return plan.trials.back();
  }
  void add_lengths() {
    for (const std::int64_t epochs : {2, 3, 5}) add("lengths", epochs);
  }
  void add_forks() {
    for (const std::vector<double>& rates :
         {std::vector<double>{1, 0.5, 0.5, 0.5}, {1, 1, 0.5, 0.5}, {1, 1, 0.5, 0.1}})
      add("forks", 4).rates = std::make_shared<const std::vector<double>>(rates);
  }
  void add_patiences() {
    for (const std::int64_t patience : {1, 3}) {
      TrialPlan& trial = add("patiences", 8);
      trial.validation = ValidationPlan{ValidationPlan::Kind::HoldOut, 5, 0.2, true, true};
      trial.stop = StopPlan{"valid.accuracy", Direction::Higher, patience};
    }
  }
  // The refits are on the way of the lengths.
  void add_selection() {
    for (const bool refit : {false, true}) {
      for (const std::int64_t epochs : {1, 4}) {
        for (int fold = 0; fold < (refit ? 1 : 3); ++fold) {
          TrialPlan& trial = add("selection", epochs);
          trial.params = {{"epochs", epochs}};
          trial.refit = refit;
          trial.measures_test = refit;
          if (refit) continue;
          trial.validation = ValidationPlan{ValidationPlan::Kind::KFold, 3, 0.2, true, false};
          trial.fold = fold;
        }
      }
    }
    plan.selections = {{"selection", "valid.loss", Direction::Lower}};
  }

  [[nodiscard]] RunRecord run(const RunOptions& options) const {
    return run_rows(plan, regression_compiler(kRegression), options);
  }
};

void check_equal(const RunRecord& one, const RunRecord& other) {
  REQUIRE(one.trials.size() == other.trials.size());
  for (std::size_t i = 0; i < one.trials.size(); ++i) {
    INFO("trial " << i << " of " << one.trials[i].experiment << ": " << one.trials[i].reason);
    CHECK(one.trials[i].id == other.trials[i].id);
    CHECK(one.trials[i].finished());
    CHECK(one.trials[i].weights_sha256 == other.trials[i].weights_sha256);
    CHECK(one.trials[i].metrics == other.trials[i].metrics);
    CHECK(one.trials[i].history == other.trials[i].history);
    CHECK(one.trials[i].epochs == other.trials[i].epochs);
    CHECK(one.trials[i].kept_epoch == other.trials[i].kept_epoch);
    CHECK(one.trials[i].steps_trained == other.trials[i].steps_trained);
  }
  REQUIRE(one.selections.size() == 1);
  REQUIRE(other.selections.size() == 1);
  CHECK(one.selections[0].params == other.selections[0].params);
  CHECK(one.selections[0].score == other.selections[0].score);
}

std::unique_ptr<Store> open_store(const TemporaryFolder& folder) {
  Result<std::unique_ptr<Store>> store = Store::open(folder.path() + "/store");
  REQUIRE(store.ok());
  return std::move(store).value();
}

RunOptions alone() {
  RunOptions options;
  options.share = options.reuse = false;
  return options;
}

}  // namespace

TEST_CASE("jobs, threads, sharing and a store change no bit of any trial", "[sharing]") {
  const SharingStudy study;
  const RunRecord expected = study.run(alone());
  REQUIRE(expected.trials.size() == 3 + 3 + 2 + 6 + 1);
  for (const bool share : {true, false}) {
    for (const bool keep : {true, false}) {
      for (const int jobs : {1, 2, 3, 4}) {
        INFO("share " << share << ", store " << keep << ", jobs " << jobs);
        const TemporaryFolder folder;
        const std::unique_ptr<Store> store = keep ? open_store(folder) : nullptr;
        RunOptions options;
        options.share = options.reuse = share;
        options.jobs = jobs;
        options.threads = jobs == 4 ? 0 : 1 + jobs % 3;  // 0: what is free
        options.cores = 3;
        options.store = store.get();
        check_equal(study.run(options), expected);
      }
    }
  }
}

TEST_CASE("what trials share is trained once, also that of a refit", "[sharing]") {
  const SharingStudy study;
  const TemporaryFolder folder;
  const std::unique_ptr<Store> store = open_store(folder);
  RunOptions options;
  options.store = store.get();
  const RunRecord record = study.run(options);
  const std::int64_t patient = record.trials.at(7).steps_trained;
  CHECK(patient >= record.trials.at(6).steps_trained);
  // The lengths: five epochs; what leaves these: three and two, with a last one that differs; folds: four
  // epochs each of 7 steps. The refit is on the way of the lengths.
  CHECK(record.work.steps_trained == 10 * (5 + 3 + 2 + 1) + patient + 3 * 4 * 7);
  CHECK(record.trials.back().refit);
  const RunRecord again = study.run(options);
  CHECK(again.work.steps_trained == 0);
  check_equal(again, record);
}

TEST_CASE("a run in pieces comes to the same bits", "[sharing]") {
  const SharingStudy study;
  const RunRecord expected = study.run(alone());
  const TemporaryFolder folder;
  const std::unique_ptr<Store> store = open_store(folder);
  std::atomic<bool> stop = false;
  RunOptions options;
  options.store = store.get();
  options.stop = &stop;
  RunEvents events;
  int epochs = 0;
  events.progress = [&](std::size_t, const StepProgress& progress) {
    stop = stop || progress.done % 17 == 0;
  };
  events.epoch_ended = [&](std::size_t, const StepProgress&, double) { stop = stop || ++epochs % 3 == 0; };
  int pieces = 0;
  StudyResult result;
  do {
    stop = false;
    const auto prepared = PreparedStudy::make(study.plan, regression_compiler(kRegression), options);
    REQUIRE(prepared.ok());
    result = run_study(*prepared.value(), events);
  } while (result.interrupted && ++pieces < 200);
  CHECK(pieces > 5);
  CHECK_FALSE(result.interrupted);
  check_equal(result.record, expected);
}
