// kill -9 at any instant, again and again, until the study completes: it ends as if nothing had happened.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/whole/outcome.hpp"
#include "tests/whole/world.hpp"

using namespace nnc::test;
using nlohmann::json;

namespace {

constexpr int kPartlyFailed = 3;  // one trial diverges

// Some of everything: ends on one way, dropout, a search and what it selected, early stops, parting ways, a
// trial that diverges.
std::string sweep() {
  return study_head() + image_model() + R"(
experiment epochs {
  sweep n in [10, 40, 100, 200]
  train ann([96, 48]) on small with plain { epochs: n }
}
experiment dropout {
  sweep rate in [0, 0.2, 0.4]
  train ann([96, 48], rate) on small with plain { epochs: 80 }
}
experiment grid {
  sweep size in [8, 32]
  sweep opt in [adam, rmsprop]
  train ann() on small with plain { batch: size, optimizer: opt }
  select best by valid.accuracy over kfold(3)
}
experiment patient {
  sweep units in [8, 24]
  train ann([units]) on small with plain { epochs: 60 }
  stop by valid.loss after 3 epochs
  select best by valid.accuracy over holdout(0.2)
}
experiment parting {
  sweep after in [20, 60]
  train ann([20]) on small with plain {
    optimizer: sgd(lr: 0.1, momentum: 0.9), schedule: step_decay(at: [after]), epochs: 100
  }
}
experiment images { train cnn() on small with plain }
experiment wild { train ann([12]) on small with plain { optimizer: sgd(lr: 1e30) } }
report "All" {
  table dropout: test.accuracy
  claim "dropout helps": best(dropout).rate > 0
  claim "longer is better": epochs[n: 200].test.accuracy > epochs[n: 10].test.accuracy
  claim "the grid is better": best(grid).test.accuracy > epochs[n: 10].test.accuracy
}
)";
}

// Every trial once, nothing lost, all numbers those of the run without an end.
void check_complete(const World& world, const json& expected) {
  const json results = world.results("out");
  INFO(difference(outcome(expected), outcome(results)));
  CHECK(outcome(expected) == outcome(results));
  CHECK(weights_of(results) == weights_of(expected));
  std::multiset<std::string> stored;
  const json listed = world.ask("ls", "store");
  for (const json& trial : listed.at("trials")) stored.insert(trial.at("identity"));
  std::multiset<std::string> recorded;
  for (const json& trial : results.at("trials")) recorded.insert(trial.at("identity"));
  // The refit of `grid` may be one of another experiment.
  const std::set<std::string> distinct(recorded.begin(), recorded.end());
  CHECK(stored == std::multiset<std::string>(distinct.begin(), distinct.end()));
  const json verified = world.ask("verify", "store");
  for (const json& damage : verified.at("damages")) {
    INFO(damage.dump());
    CHECK(damage.at("repaired").get<bool>());
  }
}

struct Counts {
  int studies = 0;
  int kills = 0;
  int runs = 0;
};

// One study from nothing to its end, killed on the way. What was said to be done is not trained again.
void kill_until_complete(const World& world, const json& expected, double longest, std::mt19937_64& random,
                         Counts& counts) {
  world.remove("store");
  world.remove("out");
  std::set<std::string> done;
  for (;; longest *= 1.1) {  // it comes to an end however short the first times are
    Program program(world.path(), world.run_words("sweep.nn", "store", "out", {"--checkpoint", "0"}));
    ++counts.runs;
    if (!program.ends_within(between(random, 0, longest))) {
      program.send(SIGKILL);
      ++counts.kills;
    }
    const Ended ended = program.wait();
    INFO(ended.told());
    CHECK(ended.disgrace() == "");
    for (const std::string& name : said_done(ended.err)) {
      INFO(name << " was done before");
      CHECK(done.insert(name).second);
    }
    if (ended.signal == SIGKILL) continue;
    CHECK(ended.code == kPartlyFailed);
    check_complete(world, expected);
    ++counts.studies;
    return;
  }
}

}  // namespace

TEST_CASE("a study that is killed at any instant, again and again, ends as if nothing had happened",
          "[whole]") {
  const World world;
  world.write("sweep.nn", sweep());
  const Ended whole = world.nnc(world.run_words("sweep.nn", "reference", "expected", {"--checkpoint", "0"}));
  INFO(whole.told());
  REQUIRE(whole.code == kPartlyFailed);
  const json expected = world.results("expected");

  auto random = random_numbers();
  const int wanted = times(12, 200);
  Counts counts;
  while (counts.kills < wanted) {
    // Some get far, others never.
    const double longest = whole.seconds * (counts.studies % 2 == 0 ? 1 : 0.3);
    kill_until_complete(world, expected, longest, random, counts);
  }
  say(fmt::format("{} kills in {} runs, {} studies completed, {:.2f} s without a kill", counts.kills,
                  counts.runs, counts.studies, whole.seconds));
}
