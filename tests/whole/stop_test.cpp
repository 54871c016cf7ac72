// Ctrl-C and SIGTERM: the run ends in order and goes on from the very step.
#include <fmt/format.h>
#include <signal.h>

#include <catch2/catch.hpp>

#include "tests/whole/outcome.hpp"
#include "tests/whole/world.hpp"

using namespace nnc::test;
using nlohmann::json;

namespace {

std::string study() {
  return study_head() + R"(
experiment epochs {
  sweep n in [10, 100]
  train ann([96, 48]) on small with plain { epochs: n }
}
experiment dropout {
  sweep rate in [0.2, 0.4]
  train ann([96, 48], rate) on small with plain { epochs: 100 }
}
experiment grid {
  sweep size in [8, 32]
  train ann() on small with plain { batch: size }
  select best by valid.accuracy over kfold(3)
}
report "All" { table epochs: test.accuracy }
)";
}

// As soon as the program has something to lose.
bool trains(Program& program) {
  while (program.err_so_far().empty()) {
    if (program.ends_within(0.002)) return false;
  }
  return true;
}

struct Counts {
  int stopped = 0;
  int ended_before = 0;
};

// Stopped until it completes. Gives the steps of all runs, or nothing if one ended before it had results.
std::int64_t stop_until_complete(const World& world, int signal_number, double longest,
                                 std::mt19937_64& random, Counts& counts) {
  world.remove("store");
  world.remove("out");
  std::set<std::string> done;
  std::int64_t steps = 0;
  bool all_told = true;
  for (int run = 0;; ++run, longest *= 1.2) {
    world.remove("out");  // so that results are those of this run
    Program program(world.path(), world.run_words("study.nn", "store", "out"));
    if (trains(program) && !program.ends_within(between(random, 0, longest))) program.send(signal_number);
    const Ended ended = program.wait();
    INFO(ended.told());
    CHECK(ended.disgrace() == "");
    CHECK(ended.signal == 0);
    for (const std::string& name : said_done(ended.err)) {
      INFO(name << " was done before");
      CHECK(done.insert(name).second);
    }
    if (ended.code == 0) {
      counts.ended_before += run == 0 ? 1 : 0;
      return all_told ? steps + steps_trained(world.results("out")) : -1;
    }
    ++counts.stopped;
    CHECK(ended.code == 128 + signal_number);
    CHECK(lines_with(ended.err, "interrupted after ") == 1);
    // Without a finished trial there is nothing to show.
    const bool shown = ended.err.find("interrupted after 0 of") == std::string::npos;
    if (shown) steps += steps_trained(world.results("out"));
    all_told = all_told && shown;
  }
}

void check_signal(int signal_number) {
  const World world;
  world.write("study.nn", study());
  const Ended whole = world.nnc(world.run_words("study.nn", "reference", "expected"));
  INFO(whole.told());
  REQUIRE(whole.code == 0);
  const json expected = world.results("expected");
  auto random = random_numbers();
  Counts counts;
  int exact = 0;
  const int rounds = times(2, 30);
  for (int i = 0; i < rounds; ++i) {
    const std::int64_t steps = stop_until_complete(world, signal_number, whole.seconds / 4, random, counts);
    CHECK(difference(outcome(expected), outcome(world.results("out"))) == "");
    if (steps < 0) continue;
    ++exact;
    CHECK(steps == steps_trained(expected));
  }
  say(
      fmt::format("signal {}: {} stops in {} studies; in {} of them every step could be counted and none was "
                  "trained twice",
                  signal_number, counts.stopped, rounds, exact));
}

}  // namespace

TEST_CASE("Ctrl-C ends a run in order, with exit 130, and it goes on from there", "[whole]") {
  check_signal(SIGINT);
}

TEST_CASE("SIGTERM ends a run in order, with exit 143, and it goes on from there", "[whole]") {
  check_signal(SIGTERM);
}

TEST_CASE("a run that was started to ignore a signal, as by nohup, ignores it", "[whole]") {
  const World world;
  world.write("study.nn", study());
  for (const int signal_number : {SIGHUP, SIGINT, SIGTERM}) {
    world.remove("store");
    Surroundings ignoring;
    ignoring.ignored_signal = signal_number;
    Program program(world.path(), world.run_words("study.nn", "store", "out"), ignoring);
    REQUIRE(trains(program));
    program.send(signal_number);
    program.ends_within(0.001);
    program.send(signal_number);
    const Ended ended = program.wait();
    INFO(ended.told());
    CHECK(ended.disgrace() == "");
    CHECK(ended.code == 0);
  }
}

TEST_CASE("a hang-up ends a run in order, with exit 129", "[whole]") {
  const World world;
  world.write("study.nn", study());
  Program program(world.path(), world.run_words("study.nn", "store", "out"));
  REQUIRE(trains(program));
  program.send(SIGHUP);
  const Ended ended = program.wait();
  INFO(ended.told());
  CHECK(ended.code == 128 + SIGHUP);
}

TEST_CASE("a second Ctrl-C ends a run at once, and nothing is lost", "[whole]") {
  const World world;
  world.write("study.nn", study());
  const Ended whole = world.nnc(world.run_words("study.nn", "reference", "expected"));
  REQUIRE(whole.code == 0);
  Program program(world.path(), world.run_words("study.nn", "store", "out"));
  REQUIRE(trains(program));
  program.send(SIGINT);
  program.send(SIGINT);
  program.ends_within(0.001);
  program.send(SIGINT);
  const Ended ended = program.wait();
  INFO(ended.told());
  CHECK(ended.code == 128 + SIGINT);
  const Ended again = world.nnc(world.run_words("study.nn", "store", "out"));
  CHECK(again.code == 0);
  CHECK(difference(outcome(world.results("expected")), outcome(world.results("out"))) == "");
}
