// What is known is found again whatever it is called, and what is new is exactly what was changed.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/whole/outcome.hpp"
#include "tests/whole/world.hpp"

using namespace nnc::test;
using nlohmann::json;

namespace {

std::string study(const std::string& rate) {
  return study_head() + image_model() + R"(
experiment epochs {
  sweep n in [2, 5]
  train ann() on small with plain { epochs: n }
}
experiment dropout {
  sweep rate in [0.2, )" +
         rate + R"(]
  train ann([24, 16], rate) on small with plain
}
experiment grid {
  sweep size in [8, 32]
  train ann() on small with plain { batch: size }
  select best by valid.accuracy over kfold(3)
}
experiment images { train cnn() on small with plain { epochs: 2 } }
report "Words" { table epochs: test.accuracy }
)";
}

// The same with other names, another order, another look.
const char* const kRenamed = R"(# Nothing of this is new.
nn 1

recipe usual {
  metrics: [accuracy, f1(micro), log_loss]; epochs: 8
  batch: 16; optimizer: adam; loss: cross_entropy
}

## Convolutions.
model pictures {
  repeat 2 { conv2d(6, 3x3, relu, pad: same); maxpool2d(2x2) }
  flatten; dense(16, relu)
  dense(4,
        softmax)     # four kinds
}
model network(p: float = 0, widths: [int] = [24]) {
  flatten
  for w in widths { dense(w, relu); dropout(p) }
  dense(4, softmax)
}

data stripes = idx("elsewhere") { scale: unit }

experiment search {
  sweep b in [8, 32]
  train network() on stripes with usual { batch: b }
  select best by valid.accuracy over kfold(3)
}
experiment convolution { train pictures() on stripes with usual { epochs: 2 } }
experiment chance {
  sweep q in [0.2, 0.4]
  train network(p: q, widths: [24, 16]) on stripes with usual
}
experiment length {
  sweep e in [2, 5]
  train network() on stripes with usual { epochs: e }
}
report "Other words" { table length: test.accuracy }
)";

}  // namespace

TEST_CASE("renamed, put in another order and formatted anew, a study trains nothing", "[whole]") {
  const World world;
  world.write("study.nn", study("0.4"));
  world.write("renamed.nn", kRenamed);
  std::filesystem::copy(world.path_of("data"), world.path_of("elsewhere"),
                        std::filesystem::copy_options::recursive);
  const Ended first = world.nnc(world.run_words("study.nn", "store", "out"));
  INFO(first.told());
  REQUIRE(first.code == 0);
  const Ended second = world.nnc(world.run_words("renamed.nn", "store", "renamed"));
  INFO(second.told());
  REQUIRE(second.code == 0);
  const json before = world.results("out");
  const json after = world.results("renamed");
  CHECK(steps_trained(before) > 0);
  CHECK(steps_trained(after) == 0);
  CHECK(said_done(second.err).empty());
  CHECK(weights_of(before) == weights_of(after));
  say(fmt::format("{} trials under other names: {} of {} steps trained again", after.at("trials").size(),
                  steps_trained(after), steps_trained(before)));
}

TEST_CASE("one rate changed: exactly its trial is trained, and `nnc why` names the layers", "[whole]") {
  const World world;
  world.write("study.nn", study("0.4"));
  REQUIRE(world.nnc(world.run_words("study.nn", "store", "out")).code == 0);
  world.write("study.nn", study("0.3"));
  const Ended why = world.nnc({"why", "study.nn", "--store", world.path_of("store"), "--json"});
  INFO(why.told());
  REQUIRE(why.code == 0);
  int unknown = 0;
  std::string reasons;
  const json answers = json::parse(why.out);
  for (const json& answer : answers.at("trials")) {
    if (answer.at("known").get<bool>()) continue;
    // Refits of points that are not selected have never been trained.
    if (answer.at("trial").get<std::string>().find("refit") != std::string::npos) continue;
    ++unknown;
    CHECK(answer.at("trial") == "dropout (rate 0.3)");
    reasons += answer.at("changes").dump();
  }
  CHECK(unknown == 1);
  INFO(reasons);
  CHECK(reasons.find("dropout(0.4)") != std::string::npos);
  CHECK(reasons.find("dropout(0.3)") != std::string::npos);

  const Ended changed = world.nnc(world.run_words("study.nn", "store", "out"));
  INFO(changed.told());
  REQUIRE(changed.code == 0);
  CHECK(said_done(changed.err) == std::set<std::string>{"dropout (rate 0.3)"});
  const json results = world.results("out");
  for (const json& trial : results.at("trials")) {
    if (trial.at("params") == json{{"rate", 0.3}}) CHECK(steps_trained(results) == trial.at("steps_trained"));
  }
  say(fmt::format("one rate of {} trials changed: {} steps; {}", results.at("trials").size(),
                  steps_trained(results), reasons));
}
