// What makes trials equal, wholly or for some of their epochs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <utility>

#include "runtime/train/identity.hpp"
#include "runtime/train/mathematics.hpp"
#include "tests/unit/train_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

static TrialIdentity identity_of(const TrialPlan& trial) {
  const DataPlan data;
  const ProgramIdentity program = fake_program("p");
  const RunOptions options;
  return identify_trial(trial, {data, "d", program, options, 100});
}

TEST_CASE("everything that can change the result changes the identity", "[identity]") {
  TrialPlan trial = TrainSetup::trial("a");
  trial.validation = ValidationPlan{};
  trial.fold = 1;
  trial.stop = StopPlan{"valid.loss", Direction::Lower, 3};
  DataPlan data;
  data.class_count = 10;
  RunOptions options;
  ProgramIdentity program = fake_program("p");
  std::string content = "d";
  std::size_t samples = 100;
  std::set<std::string> identities;
  std::set<IdentityFields> fields;
  const auto is_new = [&] {
    const IdentityContext context{data, content, program, options, samples};
    const bool fields_are_new = fields.insert(identity_fields(trial, context)).second;
    const bool id_is_new = identities.insert(identify_trial(trial, context).id).second;
    CHECK(fields_are_new == id_is_new);
    return id_is_new;
  };
  CHECK(is_new());
  CHECK_FALSE(is_new());
  const std::vector<std::function<void()>> changes = {
      [&] { content = "e"; },
      [&] { program.model = "q"; },
      [&] { program.optimizer = "q"; },
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
      [&] { trial.validation->fraction = 0.31; },
      [&] { trial.validation->fraction = 0.3; },
      [&] { samples = 200; },
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

TEST_CASE("the mathematics of the C library are part of what is trained", "[identity]") {
  CHECK(mathematics().size() == 16);
  const DataPlan data;
  const ProgramIdentity program = fake_program("p");
  const RunOptions options;
  const IdentityFields fields = identity_fields(TrainSetup::trial("a"), {data, "d", program, options, 100});
  CHECK(std::ranges::count(fields, std::pair(std::string("mathematics"), mathematics())) == 1);
}

TEST_CASE("two shares that hold out as many samples are one, and two batches that hold all", "[identity]") {
  TrialPlan trial = TrainSetup::trial("a");
  trial.validation = ValidationPlan{};
  trial.validation->kind = ValidationPlan::Kind::HoldOut;
  trial.validation->fraction = 1.0 / 3;  // 34 of 100
  const std::string third = identity_of(trial).id;
  trial.validation->fraction = 0.3333;
  CHECK(identity_of(trial).id == third);
  trial.validation->fraction = 0.35;
  CHECK(identity_of(trial).id != third);
  trial.validation->fraction = 0.3333;
  trial.batch = 66;
  const std::string whole = identity_of(trial).id;
  trial.batch = 1000;
  CHECK(identity_of(trial).id == whole);
  trial.batch = 65;
  CHECK(identity_of(trial).id != whole);
}

TEST_CASE("two schedules that come to the same rates for the epochs that are trained are one", "[identity]") {
  TrialPlan trial = TrainSetup::trial("a");
  trial.epochs = 2;
  trial.rates = rates_of({1, 0.5});
  trial.schedule = "exponential(factor: 0.5)";
  const TrialIdentity identity = identity_of(trial);
  trial.rates = rates_of({1, 0.5, 0.5, 0.5});  // a refit that ends early
  trial.schedule = "step_decay(at: [1], factor: 0.5)";
  CHECK(identity_of(trial).id == identity.id);
  CHECK(identity_of(trial).base == identity.base);
}

TEST_CASE("names, places and what is only shown do not change the identity", "[identity]") {
  TrialPlan trial = TrainSetup::trial("a");
  DataPlan data;
  RunOptions options;
  ProgramIdentity program = fake_program("p");
  const IdentityContext context{data, "d", program, options, 100};
  const TrialIdentity identity = identify_trial(trial, context);
  CHECK(identity.id.size() == 64);
  CHECK(identity.base.size() == 64);
  trial.id = "b";
  trial.experiment = "two";
  trial.params = {{"n", std::int64_t{3}}};
  trial.model = "other";
  trial.refit = true;
  trial.layers.edit().emplace_back();
  std::swap(trial.metrics.edit()[0], trial.metrics.edit()[1]);
  trial.metrics.edit()[0].better = Direction::Higher;
  trial.metrics.edit()[1].better = Direction::Lower;
  data.name = "fashion";
  data.folder = data.directory = "/elsewhere";
  program.form = "other";
  options.jobs = options.threads = options.cores = 7;
  options.share = options.reuse = false;
  options.checkpoint_seconds = 0;
  CHECK(identify_trial(trial, context).id == identity.id);
  CHECK(identify_trial(trial, context).base == identity.base);
}

TEST_CASE("how long and by which rates a trial is trained, and what is measured, is no part of its base",
          "[identity]") {
  const TrialPlan plain = TrainSetup::trial("a");
  const std::string base = identity_of(plain).base;
  const std::vector<std::function<void(TrialPlan&)>> outcomes = {
      [](TrialPlan& trial) { trial.epochs = 7; },
      [](TrialPlan& trial) {
        trial.rates = rates_of({1, 0.5, 0.5});
      },
      [](TrialPlan& trial) {
        trial.stop = StopPlan{"train.loss", Direction::Lower, 3};
      },
      [](TrialPlan& trial) { trial.measures_test = false; },
      [](TrialPlan& trial) { trial.metrics = {}; },
  };
  for (const auto& change : outcomes) {
    TrialPlan trial = plain;
    change(trial);
    CHECK(identity_of(trial).base == base);
    CHECK(identity_of(trial).id != identity_of(plain).id);
  }
  const std::vector<std::function<void(TrialPlan&)>> others = {
      [](TrialPlan& trial) { trial.seed = 7; },
      [](TrialPlan& trial) { trial.batch = 9; },
      [](TrialPlan& trial) { trial.shuffle = false; },
      [](TrialPlan& trial) { trial.validation = ValidationPlan{}; },
  };
  for (const auto& change : others) {
    TrialPlan trial = plain;
    change(trial);
    CHECK(identity_of(trial).base != base);
  }
}

TEST_CASE("states are equal exactly for as long as the rates are", "[identity]") {
  TrialPlan plain = TrainSetup::trial("a");
  TrialPlan drops = plain;
  drops.rates = rates_of({1, 1, 0.5});
  CHECK(state_id("b", plain, 2) == state_id("b", drops, 2));
  CHECK(state_id("b", plain, 3) != state_id("b", drops, 3));
  CHECK(state_id("b", plain, 1) != state_id("b", plain, 2));
  CHECK(state_id("b", plain, 1) != state_id("c", plain, 1));
  // What is measured of it changes no outcome; a rule does, by which another state may be kept.
  TrialPlan other = plain;
  other.metrics = {};
  other.measures_test = false;
  CHECK(outcome_id("b", other) == outcome_id("b", plain));
  CHECK(outcome_id("b", plain) == state_id("b", plain, 3));
  other.stop = StopPlan{"train.loss", Direction::Lower, 3};
  CHECK(outcome_id("b", other) != outcome_id("b", plain));
}
