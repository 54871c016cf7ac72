// Several programs at once on one store: what they have in common is trained once.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <memory>

#include "tests/whole/outcome.hpp"
#include "tests/whole/world.hpp"

using namespace nnc::test;
using nlohmann::json;

namespace {

// Trials in common with each of the others, under other names, and one of its own. Ways have the same ends in
// all of them, so that the steps do not depend on who comes first.
std::string study(int number) {
  std::string text = study_head();
  text += fmt::format(
      "experiment epochs_{} {{\n  sweep n in [4, 12]\n  train ann() on small with plain {{ epochs: n "
      "}}\n}}\n",
      number);
  text += fmt::format(
      "experiment dropout_{} {{\n  sweep rate in [0.{}, 0.{}]\n  train ann([32], rate) on small with "
      "plain\n}}\n",
      number, 1 + number % 4, 1 + (number + 1) % 4);
  if (number % 2 == 0) {
    text += R"(
experiment grid {
  sweep size in [8, 32]
  train ann() on small with plain { batch: size }
  select best by valid.accuracy over kfold(3)
}
)";
  }
  text += "report \"All\" { table own: test.accuracy }\n";
  text += fmt::format("experiment own {{ train ann([{}]) on small with plain }}\n", 10 + number);
  return text;
}

std::string name_of(int number) { return fmt::format("study_{}", number); }

}  // namespace

TEST_CASE("several programs at once train what they have in common once", "[whole]") {
  constexpr int kPrograms = 8;
  const World world;
  std::vector<json> expected;
  std::int64_t steps_one_by_one = 0;
  for (int i = 0; i < kPrograms; ++i) {
    world.write(name_of(i) + ".nn", study(i));
    const Ended ended = world.nnc(world.run_words(name_of(i) + ".nn", "one_by_one", "expected"));
    INFO(ended.told());
    REQUIRE(ended.code == 0);
    expected.push_back(world.results("expected"));
    steps_one_by_one += steps_trained(expected.back());
    world.remove("expected");
  }
  const int rounds = times(2, 20);
  std::int64_t waited = 0;
  for (int round = 0; round < rounds; ++round) {
    world.remove("store");
    std::vector<std::unique_ptr<Program>> programs;
    for (int i = 0; i < kPrograms; ++i) {
      world.remove(name_of(i));
      programs.push_back(std::make_unique<Program>(
          world.path(), world.run_words(name_of(i) + ".nn", "store", name_of(i), {"--checkpoint", "0"})));
    }
    std::int64_t steps = 0;
    for (int i = 0; i < kPrograms; ++i) {
      const Ended ended = programs[static_cast<std::size_t>(i)]->wait();
      INFO(ended.told());
      REQUIRE(ended.code == 0);
      CHECK(ended.disgrace() == "");
      CHECK(lines_with(ended.err, "error") == 0);
      CHECK(lines_with(ended.err, "warning") == 0);
      const json results = world.results(name_of(i));
      CHECK(difference(outcome(expected[static_cast<std::size_t>(i)]), outcome(results)) == "");
      steps += steps_trained(results);
      waited += results.at("work").at("known").get<std::int64_t>();
    }
    CHECK(steps == steps_one_by_one);
    CHECK(world.ask("verify", "store").at("damages").empty());
  }
  say(
      fmt::format("{} times {} programs at once: {} steps each time, as one after the other; {} trials taken "
                  "from another",
                  rounds, kPrograms, steps_one_by_one, waited));
}
