// driver: why a trial is new (nnc why), and what has become of the trials of one program in another (nnc
// diff).
#include <catch2/catch.hpp>

#include "tests/unit/driver_study.hpp"

using namespace nnc;
using namespace nnc::test;
using nlohmann::json;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

// What `nnc why` finds changed in the trial of `again` after the study was trained.
json changes_of(StudyWorld& world, const Changes& changes) {
  world.change("later.nn", changes);
  world.out.str("");
  REQUIRE(world.run({"why", "again", world.path("later.nn"), "--json"}) == kExitOk);
  const json answer = json::parse(world.out.str());
  REQUIRE(answer["trials"].size() == 1);
  CHECK(answer["trials"][0]["known"] == answer["trials"][0]["changes"].empty());
  return answer["trials"][0]["changes"];
}

json change(const char* what, const char* before, const char* after) {
  return json{{"what", what}, {"before", before}, {"after", after}};
}

int diff(StudyWorld& world, const std::string& before, const std::string& after,
         const char* form = "--color=never") {
  world.out.str("");
  world.err.str("");
  return world.run({"diff", world.path(before), world.path(after), form});
}

json diff_json(StudyWorld& world, const std::string& before, const std::string& after) {
  REQUIRE(diff(world, before, after, "--json") == kExitOk);
  return json::parse(world.out.str());
}

}  // namespace

TEST_CASE("why names what makes a trial new, and nothing else", "[driver][why]") {
  StudyWorld world;
  world.train("study.nn");
  CHECK(changes_of(world, {}).empty());
  CHECK(changes_of(world, {{"batch: 10", "batch: 20"}}) == json::array({change("batch", "10", "20")}));
  CHECK(changes_of(world, {{"rate: float = 0.2", "rate: float = 0.3"}}) ==
        json::array({change("layer dropout_1", "dropout(0.2)", "dropout(0.3)")}));
  const json rate = changes_of(world, {{"lr: 0.01", "lr: 0.02"}});
  REQUIRE(rate.size() == 1);
  CHECK(rate[0]["what"] == "optimizer");
  CHECK_THAT(rate[0]["before"].get<std::string>(), Catch::Contains("lr: 0.01"));
  CHECK_THAT(rate[0]["after"].get<std::string>(), Catch::Contains("lr: 0.02"));
  CHECK(changes_of(world, {{"cross_entropy", "mse"}})[0] == change("loss", "cross_entropy", "mse"));
  const json longer = changes_of(world, {{"epochs: 2", "epochs: 4"}});
  REQUIRE(longer.size() == 1);  // from any of the others
  CHECK(longer[0]["what"] == "epochs");
  CHECK(longer[0]["after"] == "4");
  CHECK(changes_of(world, {{"epochs: 2", "epochs: 2\n  schedule: exponential(factor: 0.5)"}}) ==
        json::array({change("schedule", "none", "exponential(factor: 0.5)")}));
  CHECK(changes_of(world, {{"scale: unit", "scale: minmax"}})[0]["what"] == "scale");
  CHECK(changes_of(world, {{"metrics: [accuracy]", "metrics: [accuracy, log_loss]"}})[0]["what"] ==
        "metrics");
}

TEST_CASE("names, comments and other experiments make no trial new", "[driver][why]") {
  StudyWorld world;
  world.train("study.nn");
  CHECK(changes_of(
            world,
            {{"data small", "# a remark\ndata images"}, {"on small", "on images"}, {"on small", "on images"}})
            .empty());
  CHECK(changes_of(world, {{"sweep n in [1, 2, 3]", "sweep n in [7]"}}).empty());
}

TEST_CASE("why tells that the data has other contents", "[driver][why]") {
  StudyWorld world;
  world.train("study.nn");
  write_small_dataset(world.folder, 50, 12, 3, false);
  const json found = changes_of(world, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0]["what"] == "data");
}

TEST_CASE("why says that there is nothing to compare with, or that all is known", "[driver][why]") {
  StudyWorld world;
  REQUIRE(world.ask("why", "study.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("again: new, no trial is known") &&
                                  Catch::EndsWith("0 of 4 trials known, 3 of 6 epochs to train\n"));
  world.train("study.nn");
  REQUIRE(world.ask("why", "study.nn") == kExitOk);
  CHECK_THAT(world.out.str(),
             Catch::Contains("  epochs (n 3): known\n") && Catch::EndsWith("\n4 of 4 trials known\n"));
}

TEST_CASE("why takes a number, an experiment or the beginning of an identity", "[driver][why]") {
  StudyWorld world;
  const json results = world.train("study.nn");
  const auto why = [&](const std::string& trial) {
    world.out.str("");
    world.err.str("");
    const int exit_code = world.run({"why", trial, world.path("study.nn")});
    CHECK((exit_code == kExitOk || world.out.str().empty()));
    return world.out.str() + world.err.str();
  };
  CHECK_THAT(why("2"), Catch::Contains("epochs (n 2): known") && Catch::Contains("1 of 1 trial known"));
  CHECK_THAT(why("epochs"), Catch::Contains("3 of 3 trials known"));
  CHECK_THAT(why(results["trials"][0]["identity"].get<std::string>().substr(0, 10)),
             Catch::Contains("epochs (n 1): known"));
  const std::string identity = results["trials"][0]["identity"].get<std::string>();
  const std::string id = results["trials"][0]["id"].get<std::string>();
  CHECK_THAT(why(identity.substr(0, 4)), Catch::Contains("epochs (n 1): known"));
  CHECK_THAT(why(id), Catch::Contains("epochs (n 1): known"));
  CHECK_THAT(why("epochs (n 2)"), Catch::Contains("epochs (n 2): known") && Catch::Contains("1 of 1 trial"));
  CHECK_THAT(why("99"), Catch::Contains("there is no trial `99`") && Catch::Contains("nnc plan"));
}

TEST_CASE("why and diff tell what is left to train of longer trials", "[driver][why][diff]") {
  StudyWorld world;
  world.train("study.nn", {"--only", "again"});
  world.change("longer.nn", {{"epochs: 2", "epochs: 7"}, {"sweep n in [1, 2, 3]", "sweep n in [7]"}});
  REQUIRE(world.ask("why", "longer.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("  goes on after epoch 2, whose state is kept\n") &&
                                  Catch::EndsWith("0 of 2 trials known, 5 of 7 epochs to train\n"));
  REQUIRE(diff(world, "study.nn", "longer.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains(" to train in 5 of 7 epochs, 0 already done\n"));
  CHECK(diff_json(world, "study.nn", "longer.nn")["epochs"] == 5);
}

TEST_CASE("why and diff name the first epoch in which schedules differ, and both rates",
          "[driver][why][diff]") {
  StudyWorld world;
  const auto with = [](int epochs) {
    return Changes{{"epochs: 2", "epochs: " + std::to_string(epochs) + "\n  schedule: cosine"},
                   {"sweep n in [1, 2, 3]", "sweep n in [3]"}};
  };
  world.change("study.nn", with(4));
  world.train("study.nn", {"--only", "again"});
  const json found = changes_of(world, with(8));
  REQUIRE(found.size() == 2);
  CHECK(found[1]["what"] == "schedule");
  CHECK_THAT(found[1]["before"].get<std::string>(),
             Catch::StartsWith("equal before epoch 2, there the learning rate times 0."));
  CHECK_THAT(found[1]["after"].get<std::string>(), Catch::StartsWith("times 0."));
  REQUIRE(diff(world, "study.nn", "later.nn") == kExitOk);
  CHECK_THAT(world.out.str(),
             Catch::Contains("schedule: equal before epoch 2, there the learning rate times 0."));
  // One that falls in the same way, only for longer.
  const auto falling = [](const char* epochs) {
    return Changes{
        {"epochs: 2", std::string("epochs: ") + epochs + "\n  schedule: exponential(factor: 0.5)"}};
  };
  world.change("study.nn", falling("4"));
  world.ask("clean", "study.nn", {"--all"});
  world.train("study.nn", {"--only", "again"});
  const json longer = changes_of(world, falling("6"));
  REQUIRE(longer.size() == 2);
  CHECK(longer[1] == change("schedule", "the rates of 4 epochs", "the same, and of 2 epochs more"));
}

TEST_CASE("diff tells trials that are the same, renamed, changed, added and removed", "[driver][diff]") {
  StudyWorld world;
  world.train("study.nn");
  world.change("later.nn", {{"[1, 2, 3]", "[1, 2, 5]"}, {"experiment again", "experiment renamed"}});
  const json found = diff_json(world, "study.nn", "later.nn");
  CHECK(found["same"] == 3);
  CHECK(found["removed"] == json{"epochs (n 3)"});
  CHECK(found["added"] == json{"epochs (n 5)"});
  CHECK(found["changed"].empty());
  CHECK(found["renamed"].size() == 1);
  CHECK(found["to_train"] == 1);
  CHECK(found["known"] == 3);
  REQUIRE(diff(world, "study.nn", "later.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("removed\n  epochs (n 3)\n") &&
                                  Catch::Contains("added\n  epochs (n 5)\n") &&
                                  Catch::EndsWith("3 trials the same, 0 changed, 1 added, 1 removed; 1 to "
                                                  "train in 2 of 5 epochs, 3 already done\n"));
}

TEST_CASE("an added dropout layer changes neither initial weights nor the order of samples",
          "[driver][diff]") {
  StudyWorld world;
  world.change("without.nn", {{"  dropout(rate)\n", ""}});
  const json found = diff_json(world, "without.nn", "study.nn");
  REQUIRE(found["changed"].size() == 4);
  for (const json& trial : found["changed"]) {
    CHECK(trial["changes"] == json::array({change("layer dropout_1", "", "dropout(0.2)")}));
    CHECK(trial["before"]["order"] == trial["after"]["order"]);
    CHECK(trial["before"]["weights"].size() == 4);
    CHECK(trial["before"]["weights"] == trial["after"]["weights"]);
  }
  REQUIRE(diff(world, "without.nn", "study.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("order of samples") && Catch::Contains("dense_1.kernel") &&
                                  Catch::Contains("layer dropout_1: new, dropout(0.2)") &&
                                  Catch::Contains("same\n"));
  CHECK(world.out.str().find("other\n") == std::string::npos);
}

TEST_CASE("a wider layer keeps the initial weights of the others it does not touch", "[driver][diff]") {
  StudyWorld world;
  world.change("wide.nn", {{"dense(8, relu)", "dense(16, relu)"}});
  const json found = diff_json(world, "study.nn", "wide.nn");
  REQUIRE(found["changed"].size() == 4);
  const json& trial = found["changed"][0];
  CHECK(trial["changes"] == json::array({change("layer dense_1", "dense(8, relu)", "dense(16, relu)")}));
  CHECK(trial["before"]["weights"]["dense_1.kernel"] != trial["after"]["weights"]["dense_1.kernel"]);
  CHECK(trial["before"]["weights"]["dense_2.bias"] == trial["after"]["weights"]["dense_2.bias"]);
  CHECK(trial["before"]["order"] == trial["after"]["order"]);
}

TEST_CASE("diff needs two programs that check", "[driver][diff]") {
  StudyWorld world;
  world.write("wrong.nn", "let x = y\n");
  CHECK(diff(world, "study.nn", "wrong.nn") == kExitErrors);
  CHECK(diff(world, "missing.nn", "study.nn") == kExitUsage);
  CHECK(world.run({"diff", world.path("study.nn")}) == kExitUsage);
}
