// driver: what a run shows while it works, and how much is left.
#include <catch2/catch.hpp>

#include <algorithm>

#include "compiler/driver/progress.hpp"
#include "compiler/driver/work_left.hpp"
#include "compiler/plan/training_steps.hpp"
#include "tests/unit/driver_world.hpp"

using namespace nnc;

namespace {

DataPlan thousand_samples() {
  DataPlan data;
  data.name = "fashion";
  data.train_count = 1000;
  data.test_count = 100;
  return data;
}

TrialPlan trial_of(std::int64_t epochs) {
  TrialPlan trial;
  trial.experiment = "epochs";
  trial.params = {{"n", epochs}};
  trial.model = "ann";
  trial.batch = 100;
  trial.epochs = epochs;
  trial.parameters = 203530;
  return trial;
}

StudyPlan study_of(std::vector<TrialPlan> trials) {
  StudyPlan plan;
  plan.data = {thousand_samples()};
  plan.trials = std::move(trials);
  return plan;
}

// Trials that have nothing in common, or, of one base, as much as they can.
rt::WorkPlan work_of(const StudyPlan& plan, bool one_base = false) {
  std::vector<rt::TrialIdentity> identities;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    const std::string own = std::to_string(i);
    identities.push_back({own, one_base ? "base" : own});
  }
  return rt::plan_work(plan, std::move(identities), true);
}

rt::StepProgress at(std::int64_t epoch, std::int64_t epochs, std::int64_t done, std::int64_t total,
                    double loss = 0.5, double accuracy = 0.9) {
  return {epoch, epochs, done, total, loss, accuracy};
}

rt::TrialRecord finished(const TrialPlan& trial, double seconds) {
  rt::TrialRecord record;
  record.experiment = trial.experiment;
  record.params = trial.params;
  record.metrics["test.accuracy"] = 0.885;
  record.seconds_train = seconds;
  return record;
}

}  // namespace

TEST_CASE("without a terminal a single trial tells every epoch, at most one a second, and its end") {
  World world;
  const StudyPlan plan = study_of({trial_of(2)});
  {
    Progress progress(world.env, {}, plan, work_of(plan), 1);
    const rt::RunEvents events = progress.events();
    events.trial_started(0);
    events.progress(0, at(1, 2, 5, 20));           // too soon
    events.epoch_ended(0, at(1, 2, 10, 20), 0.2);  // too soon
    world.now = 11;
    events.progress(0, at(2, 2, 15, 20, 0.25, 0.95));
    events.epoch_ended(0, at(2, 2, 20, 20, 0.25, 0.95), 10.8);
    events.trial_ended(0, finished(plan.trials[0], 11));
  }
  CHECK(world.out.str().empty());
  CHECK(world.err.str() ==
        "epochs (n 2): 2 epochs of ann, 203,530 parameters\n"
        "epochs (n 2)  epoch 2/2   75 %  loss 0.2500  accuracy 0.9500  5.5 s left\n"
        "epochs (n 2)  epoch 2/2  100 %  loss 0.2500  accuracy 0.9500  11 s an epoch\n"
        "[1/1] epochs (n 2): done in 11 s, test accuracy 0.8850\n");
}

TEST_CASE("without a terminal a study of many trials tells where it is every ten seconds, and every end") {
  World world;
  const StudyPlan plan = study_of({trial_of(50), trial_of(100)});
  {
    Progress progress(world.env, {}, plan, work_of(plan), 2);
    const rt::RunEvents events = progress.events();
    events.trial_started(0);
    events.trial_started(1);
    for (int epoch = 1; epoch <= 50; ++epoch) {
      world.now += 1;
      events.epoch_ended(0, at(epoch, 50, 10 * epoch, 500), 1);
      events.epoch_ended(1, at(epoch, 100, 10 * epoch, 1000), 1);
    }
    events.trial_ended(0, finished(plan.trials[0], 50));
  }
  const std::string text = world.err.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2 + 5 + 1);
  CHECK_THAT(text, Catch::Contains("[1/2] epochs (n 50): done in 50 s"));
}

TEST_CASE(
    "a terminal shows a line per running trial and one for the whole, cut to fit, and removes them at the "
    "end") {
  World world;
  world.env.err_is_terminal = true;
  world.variables["TERM"] = "xterm";
  const StudyPlan plan = study_of({trial_of(2), trial_of(4), trial_of(8)});
  {
    Progress progress(world.env, {}, plan, work_of(plan), 2);
    const rt::RunEvents events = progress.events();
    events.trial_started(0);
    events.trial_started(1);
    world.err.str("");
    for (int i = 1; i <= 100; ++i) {
      world.now = i * 0.01;
      events.progress(0, at(1, 2, 1 + i / 10, 20));
    }
    const std::string text = world.err.str();
    CHECK(std::count(text.begin(), text.end(), '\n') <= 2 * 10);  // ten drawings of three lines
    CHECK_THAT(text, Catch::Contains("\x1b[?25l") && Catch::Contains("0 of 3 trials done, 2 running"));
    std::size_t begin = 0;
    while ((begin = text.find("\x1b[36m", begin)) != std::string::npos) {
      begin += 5;
      CHECK(text.find('\x1b', begin) - begin <= 59);
    }
    events.trial_ended(0, finished(plan.trials[0], 1));
    CHECK_THAT(world.err.str(), Catch::Contains("[1/3] epochs (n 2): done in 1.0 s"));
  }
  CHECK_THAT(world.err.str(), Catch::EndsWith("\x1b[?25h"));
}

TEST_CASE("trials of one experiment are told apart by seed, fold and refit") {
  World world;
  TrialPlan fold = trial_of(1);
  fold.validation = ValidationPlan{};
  fold.fold = 2;
  TrialPlan refit = trial_of(1);
  refit.refit = true;
  refit.seed = 1;
  const StudyPlan plan = study_of({fold, refit});
  {
    Progress progress(world.env, {}, plan, work_of(plan), 1);
    progress.events().trial_started(0);
    progress.events().trial_started(1);
  }
  CHECK_THAT(world.err.str(), Catch::Contains("epochs (n 1), seed 0, fold 3 of 5: ") &&
                                  Catch::Contains("epochs (n 1), seed 1, refit: "));
}

TEST_CASE("a quiet run shows no progress, and CI is no terminal") {
  World world;
  Options quiet;
  quiet.quiet = true;
  const StudyPlan plan = study_of({trial_of(2)});
  {
    Progress progress(world.env, quiet, plan, work_of(plan), 1);
    const rt::RunEvents events = progress.events();
    events.trial_started(0);
    events.epoch_ended(0, at(2, 2, 20, 20), 1);
    events.trial_ended(0, finished(plan.trials[0], 1));
  }
  CHECK(world.err.str().empty());
  world.env.err_is_terminal = true;
  world.variables = {{"TERM", "xterm"}, {"CI", "true"}};
  {
    Progress progress(world.env, {}, plan, work_of(plan), 1);
    progress.events().trial_started(0);
  }
  CHECK_THAT(world.err.str(), Catch::EndsWith("\n"));
  CHECK(world.err.str().find('\x1b') == std::string::npos);
}

TEST_CASE("the time left counts what is not done at the speed of what is, side by side") {
  const StudyPlan plan = study_of({trial_of(2), trial_of(4), trial_of(4)});
  WorkLeft work(plan, work_of(plan), 2);
  CHECK_FALSE(work.seconds_left());
  work.measure(0, 10, 20, 10, 5);  // half a second a step; 10 + 40 + 40 steps are left
  REQUIRE(work.seconds_left());
  CHECK(*work.seconds_left() == Approx(0.5 * 90 / 2));
  CHECK(*work.seconds_left(0) == Approx(5));
  work.finish(0);
  work.finish(1);
  CHECK(*work.seconds_left() == Approx(0.5 * 40));  // one trial cannot use two cores
}

TEST_CASE("the time left is not told while the speed of some kind of trial is not known") {
  TrialPlan other = trial_of(2);
  other.parameters = 1;
  const StudyPlan plan = study_of({trial_of(2), other});
  WorkLeft work(plan, work_of(plan), 1);
  work.measure(0, 10, 20, 10, 5);
  CHECK_FALSE(work.seconds_left());
  work.finish(1);
  CHECK(work.seconds_left());
}

TEST_CASE("of trials on one way only what comes after the ones before is left to do") {
  const StudyPlan plan = study_of({trial_of(2), trial_of(4)});
  WorkLeft work(plan, work_of(plan, true), 1);
  work.measure(0, 10, 20, 10, 5);
  REQUIRE(work.seconds_left());
  CHECK(*work.seconds_left() == Approx(0.5 * (10 + 20)));
  work.finish(0);
  work.measure(1, 30, 40, 10, 5);
  CHECK(*work.seconds_left(1) == Approx(0.5 * 10));
}

TEST_CASE("folds train on what they do not judge, and of the refits one point's will take place") {
  TrialPlan fold = trial_of(1);
  fold.validation = ValidationPlan{};
  fold.fold = 0;
  TrialPlan refit = trial_of(1);
  refit.refit = true;
  TrialPlan other = trial_of(2);
  other.refit = true;
  const StudyPlan plan = study_of({fold, refit, other});
  CHECK(training_samples(plan, plan.trials[0]) == 800);
  CHECK(training_steps(plan, plan.trials[0]) == 8);
  CHECK(shares_of(plan) == std::vector<double>{1, 0.5, 0.5});
  CHECK(trial_count(plan) == 2);
}

TEST_CASE("a refit shows the epochs it really trains, which the folds decided") {
  World world;
  TrialPlan refit = trial_of(25);
  refit.refit = true;
  const StudyPlan plan = study_of({refit});
  {
    Progress progress(world.env, {}, plan, work_of(plan), 1);
    progress.events().trial_started(0);
    progress.events().epoch_ended(0, at(7, 7, 70, 70), 1);
  }
  CHECK_THAT(world.err.str(), Catch::Contains("epoch 7/7  100 %"));
}

TEST_CASE("a trial that goes on from a known state says where", "[driver]") {
  const StudyPlan plan = study_of({trial_of(30), trial_of(40)});
  World world;
  {
    Progress progress(world.env, {}, plan, work_of(plan), 2);
    const rt::RunEvents events = progress.events();
    events.going_on(0, 10, 0);
    events.trial_started(0);
    events.going_on(1, 12, 3);
    events.trial_started(1);
    events.trial_started(0);
  }
  CHECK(world.err.str() ==
        "epochs (n 30): 30 epochs of ann, 203,530 parameters; goes on after epoch 10\n"
        "epochs (n 40): 40 epochs of ann, 203,530 parameters; goes on within epoch 13\n"
        "epochs (n 30): 30 epochs of ann, 203,530 parameters\n");
  World terminal;
  terminal.env.err_is_terminal = true;
  terminal.variables["TERM"] = "xterm";
  {
    Progress progress(terminal.env, {}, plan, work_of(plan), 2);
    progress.events().going_on(0, 10, 0);
    progress.events().trial_started(0);
  }
  CHECK_THAT(terminal.err.str(), Catch::Contains("epochs (n 30): goes on after epoch 10 of 30\n"));
}

TEST_CASE("a trial that another program trains says that it waits", "[driver]") {
  World world;
  const StudyPlan plan = study_of({trial_of(2), trial_of(4)});
  {
    Progress progress(world.env, {}, plan, work_of(plan), 2);
    progress.events().waiting(0);
  }
  CHECK(world.err.str() == "epochs (n 2): another program trains it, and its result is waited for\n");
  World terminal;
  terminal.env.err_is_terminal = true;
  terminal.env.columns = [] { return 80; };
  terminal.variables["TERM"] = "xterm";
  {
    Progress progress(terminal.env, {}, plan, work_of(plan), 2);
    progress.events().waiting(0);
    CHECK_THAT(terminal.err.str(), Catch::Contains("0 of 2 trials done, 0 running, 1 waiting"));
    progress.events().trial_started(0);
    CHECK_THAT(terminal.err.str(), Catch::Contains("0 of 2 trials done, 1 running, ~ left"));
  }
}

TEST_CASE("a trial that stops early says when", "[driver]") {
  World world;
  TrialPlan trial = trial_of(30);
  trial.stop = StopPlan{"valid.loss", Direction::Lower, 3};
  const StudyPlan plan = study_of({trial, trial_of(4)});
  {
    Progress progress(world.env, {}, plan, work_of(plan), 2);
    rt::TrialRecord early = finished(plan.trials[0], 11);
    early.epochs = 8;
    progress.events().trial_ended(0, early);
    early.epochs = 30;
    progress.events().trial_ended(0, early);
  }
  CHECK_THAT(
      world.err.str(),
      Catch::Contains("epochs (n 30): done in 11 s, stopped after 8 of 30 epochs, test accuracy 0.8850\n") &&
          Catch::Contains("epochs (n 30): done in 11 s, test accuracy"));
}

TEST_CASE("on 80 columns a long name gives way, and the time left is seen", "[driver]") {
  World world;
  world.env.err_is_terminal = true;
  world.env.columns = [] { return 80; };
  world.variables["TERM"] = "xterm";
  TrialPlan trial = trial_of(100);
  trial.experiment = "dropout_of_many_kinds_and_sizes";
  const StudyPlan plan = study_of({trial});
  {
    Progress progress(world.env, {}, plan, work_of(plan), 1);
    progress.events().trial_started(0);
    progress.events().progress(0, at(10, 100, 100, 1000));
    world.now = 50;
    progress.events().progress(0, at(12, 100, 120, 1000));
  }
  CHECK_THAT(world.err.str(),
             Catch::Contains("dropout_") &&
                 Catch::Contains("..  epoch 12/100   12 %  loss 0.5000  accuracy 0.9000  ") &&
                 Catch::Contains(" left\x1b"));
}
