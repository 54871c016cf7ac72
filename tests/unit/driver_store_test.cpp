// driver: trials are kept from run to run, where the command line says, and listed, cleaned and verified
// there.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

#include "runtime/store/store.hpp"
#include "tests/unit/driver_study.hpp"

using namespace nnc;
using namespace nnc::test;

namespace {

constexpr std::int64_t kStepsPerEpoch = 4;

using Words = std::vector<std::string>;

void damage(const std::string& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(file);
  file.seekp(-1, std::ios::end);
  file.put('\x7f');
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

// ---------------------------------------------------------------- keeping

TEST_CASE("a run keeps its trials beside the program, and the next one trains nothing", "[driver][store]") {
  StudyWorld world;
  const auto first = world.train("study.nn");
  CHECK(first["exit_code"] == kExitOk);
  CHECK(world.exists(".nnc/store.db"));
  CHECK(first["store"] == world.path(".nnc"));
  CHECK(first["work"]["declared"] == 4);
  CHECK(first["work"]["distinct"] == 3);
  CHECK(first["work"]["steps_trained"] == 3 * kStepsPerEpoch);
  const auto text = world.env.read_file(world.path("runs/results.json"));
  const auto second = world.train("study.nn");
  CHECK(world.err.str().find("done in") == std::string::npos);
  CHECK_THAT(world.err.str(), Catch::Contains("[4/4]") && Catch::Contains("already done"));
  CHECK(weights(second) == weights(first));
  CHECK(world.env.read_file(world.path("runs/results.json")).value() == text.value());
}

TEST_CASE("trials are known in another output folder, and under another name", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  world.change("other.nn", {{"experiment again", "experiment renamed"}});
  CHECK(world.ask("run", "other.nn", {"--out", world.path("elsewhere"), "--json"}) == kExitOk);
  const auto results = nlohmann::json::parse(world.out.str());
  CHECK(statuses(results) == Words{"cached", "cached", "cached", "cached"});
  CHECK(results["trials"][3]["experiment"] == "renamed");
  CHECK(results["work"]["steps_trained"] == 0);
}

TEST_CASE("a longer training goes on from the end of a shorter one", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  const auto longer = world.train("study.nn", {"--only", "again", "--set", "epochs=5"});
  CHECK(longer["work"]["steps_trained"] == 2 * kStepsPerEpoch);
  const auto anew = world.train("study.nn", {"--only", "again", "--set", "epochs=5", "--fresh"});
  CHECK(anew["work"]["steps_trained"] == 5 * kStepsPerEpoch);
  CHECK(weights(anew) == weights(longer));
}

TEST_CASE("--store says where trials are kept, or else NNC_STORE, or else they are beside the program",
          "[driver][store]") {
  StudyWorld world;
  world.variables["NNC_STORE"] = world.path("of_variable");
  CHECK(world.train("study.nn")["store"] == world.path("of_variable"));
  CHECK_FALSE(world.exists(".nnc"));
  const auto other = world.train("study.nn", {"--store", world.path("of_option")});
  CHECK(other["store"] == world.path("of_option"));
  CHECK(other["work"]["steps_trained"] == 3 * kStepsPerEpoch);
  CHECK(world.ask_json("ls", "study.nn")["trials"].size() == 3);
}

TEST_CASE("a report finds the predictions where its run has kept them", "[driver][store]") {
  StudyWorld world;
  world.write("study.nn", kSmallStudy + std::string("report \"R\" { confusion again }\n"));
  world.train("study.nn", {"--store", world.path("elsewhere")});
  const auto written = world.env.read_file(world.path("runs/report.md"));
  REQUIRE(written);
  CHECK(world.ask("report", "study.nn", {"--out", world.path("runs")}) == kExitOk);
  CHECK(world.env.read_file(world.path("runs/report.md")).value() == written.value());
  // Elsewhere there are none, and the report says so.
  CHECK(world.ask("report", "study.nn", {"--out", world.path("runs"), "--store", world.path("empty")}) ==
        kExitOk);
  CHECK(world.env.read_file(world.path("runs/report.md")).value() != written.value());
}

TEST_CASE("weights and predictions that were cut off are made again by the next run", "[driver][store]") {
  StudyWorld world;
  const auto first = world.train("study.nn");
  for (const std::string kind : {"weights", "predictions"}) {
    INFO(kind);
    for (const auto& file : std::filesystem::directory_iterator(world.path(".nnc/" + kind)))
      std::filesystem::resize_file(file.path(), file.file_size() - 4);
    CHECK(world.ask("why", "study.nn") == kExitOk);
    CHECK_THAT(world.out.str(), Catch::Contains("missing or damaged"));
    const auto again = world.train("study.nn");
    CHECK(again["exit_code"] == kExitOk);
    CHECK(weights(again) == weights(first));
    CHECK_THAT(world.err.str(), Catch::Contains("damaged"));
    CHECK(world.ask("verify", "study.nn") == kExitOk);
  }
}

TEST_CASE("an output folder that is removed during a run is made again", "[driver][store]") {
  StudyWorld world;
  world.env.date = [&] {
    std::filesystem::remove_all(world.path("runs"));
    return std::string("2000-01-01T00:00:00Z");
  };
  CHECK(world.train("study.nn")["exit_code"] == kExitOk);
  CHECK(world.exists("runs/report.html"));
}

TEST_CASE("a path that is not UTF-8 prints as valid JSON", "[driver][store]") {
  StudyWorld world;
  const std::string store = world.path("st\xff");
  CHECK(world.train("study.nn", {"--store", store})["exit_code"] == kExitOk);
  for (const char* verb : {"ls", "verify", "clean"}) {
    INFO(verb);
    const auto told = world.ask_json(verb, "study.nn", {"--store", store});
    REQUIRE(told.is_object());
    CHECK(told["store"] == world.path("st\xef\xbf\xbd"));
  }
  CHECK(world.ask_json("ls", "d\xff/s.nn").is_object());
}

TEST_CASE("why says so where a program has no trials", "[driver][store]") {
  StudyWorld world;
  world.files[world.path("empty.nn")] = "let x = 1\n";
  CHECK(world.ask("why", "empty.nn") == kExitErrors);
  CHECK_THAT(world.err.str(), Catch::Contains("empty.nn has no experiment"));
}

TEST_CASE("--fresh trains anew, and --share off every trial from its beginning, to the same weights",
          "[driver][store]") {
  StudyWorld world;
  const auto first = world.train("study.nn");
  const auto fresh = world.train("study.nn", {"--fresh"});
  CHECK(fresh["work"]["steps_trained"] == 3 * kStepsPerEpoch);
  CHECK(weights(fresh) == weights(first));
  const auto alone = world.train("study.nn", {"--share", "off"});
  CHECK(alone["work"]["steps_trained"] == (1 + 2 + 3 + 2) * kStepsPerEpoch);
  CHECK(weights(alone) == weights(first));
  for (std::size_t i = 0; i < 4; ++i) CHECK(alone["trials"][i]["metrics"] == first["trials"][i]["metrics"]);
}

TEST_CASE("a place that cannot be a store ends a command with a hint, before anything is trained",
          "[driver][store]") {
  StudyWorld world;
  world.folder.write("taken", {1, 2, 3});
  for (const std::string verb : {"run", "plan", "why", "ls", "verify", "clean"}) {
    CAPTURE(verb);
    CHECK(world.ask(verb, "study.nn", {"--store", world.path("taken")}) == kExitUsage);
    CHECK_THAT(world.err.str(), Catch::StartsWith("error: ") && Catch::Contains("taken"));
  }
  CHECK(world.ask("run", "study.nn", {"--store", world.path("taken")}) == kExitUsage);
  CHECK_THAT(world.err.str(), Catch::Contains("help: ") && Catch::Contains("--store"));
  CHECK_FALSE(world.exists("runs"));
}

TEST_CASE("only a run makes a store", "[driver][store]") {
  StudyWorld world;
  for (const std::string verb : {"check", "plan", "why", "ls"}) {
    CAPTURE(verb);
    CHECK(world.ask(verb, "study.nn") == kExitOk);
    CHECK_FALSE(world.exists(".nnc"));
  }
  for (const std::string verb : {"clean", "verify"}) {
    CAPTURE(verb);
    CHECK(world.ask(verb, "study.nn") == kExitUsage);
    CHECK_THAT(world.err.str(),
               Catch::StartsWith("error: there is no store in `" + world.path(".nnc") + "`"));
    CHECK(world.ask(verb, "study.nn", {"--store", world.path("nosuch")}) == kExitUsage);
    CHECK_FALSE(world.exists(".nnc"));
    CHECK_FALSE(world.exists("nosuch"));
  }
  CHECK(world.run({"show", "3f2a", world.path("study.nn")}) == kExitUsage);
  CHECK_THAT(world.err.str(), Catch::Contains("there is no store in"));
}

TEST_CASE("no verb writes into a folder that is no store and holds other things", "[driver][store]") {
  StudyWorld world;
  std::filesystem::create_directories(world.path("mine/records"));
  world.folder.write("mine/letter.txt", {1, 2, 3});
  const std::string mine = world.path("mine");
  for (const std::string verb : {"run", "plan", "why", "ls", "verify", "clean"}) {
    CAPTURE(verb);
    CHECK(world.ask(verb, "study.nn", {"--store", mine}) == kExitUsage);
    CHECK_THAT(world.err.str(),
               Catch::StartsWith("error: `" + mine + "` is no store, and has other things") &&
                   Catch::Contains("--store " + mine + "/.nnc"));
  }
  CHECK(files_in(mine) == 2);
  CHECK(files_in(mine + "/records") == 0);
  // An empty one is made one, and one with a store in it is told from it.
  std::filesystem::create_directories(world.path("empty"));
  CHECK(world.train("study.nn", {"--store", world.path("empty")})["exit_code"] == kExitOk);
  world.train("study.nn", {"--store", mine + "/.nnc"});
  CHECK(world.ask("ls", "study.nn", {"--store", mine}) == kExitUsage);
  CHECK_THAT(world.err.str(), Catch::Contains("there is one in it: --store " + mine + "/.nnc"));
}

TEST_CASE("a file that is not there, or is a folder, ends every verb that is given one, and nothing is lost",
          "[driver][store]") {
  StudyWorld world;
  world.env.list_files = [](const std::string&) { return std::vector<std::string>{"study.nn"}; };
  world.train("study.nn");
  for (const std::string verb : {"ls", "verify", "clean"}) {
    CAPTURE(verb);
    CHECK(world.ask(verb, "sutdy.nn") == kExitUsage);
    CHECK_THAT(world.err.str(), Catch::StartsWith("error: ") && Catch::Contains("sutdy.nn") &&
                                    Catch::Contains("did you mean `study.nn`?"));
    CHECK(world.ask(verb, ".nnc") == kExitUsage);
    CHECK_THAT(world.err.str(), Catch::Contains("is a folder") && Catch::Contains("--store "));
  }
  CHECK(world.ask("clean", "sutdy.nn", {"--all"}) == kExitUsage);
  CHECK(world.run({"show", "3f2a", world.path("sutdy.nn")}) == kExitUsage);
  CHECK(world.ask_json("ls", "study.nn")["trials"].size() == 3);
}

// ---------------------------------------------------------------- nnc plan

TEST_CASE("plan tells declared work from work that is left", "[driver][store]") {
  StudyWorld world;
  REQUIRE(world.ask("plan", "study.nn", {"--no-time"}) == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("4 trials, 3 of them different\n") &&
                                  Catch::Contains("epochs: 8 declared, 3 to train, in 3 stages\n") &&
                                  Catch::Contains("steps: 32 declared, 12 to train") &&
                                  Catch::Contains("memory: at most ") && Catch::Contains("on the way of 3") &&
                                  Catch::Contains("the same as 2"));
  CHECK(world.out.str().find("time:") == std::string::npos);
  REQUIRE(world.ask("plan", "study.nn", {"--jobs", "1"}) == kExitOk);
  CHECK_THAT(world.out.str(),
             Catch::Contains(" for 1 trial at once, beside ") && Catch::Contains("time: about "));
  const auto before = world.ask_json("plan", "study.nn");
  CHECK(before["trials_declared"] == 4);
  CHECK(before["trials_distinct"] == 3);
  CHECK(before["trials_known"] == 0);
  CHECK(before["stages"] == 3);
  CHECK(before["epochs"] == 3);
  CHECK(before["trials"][0]["fate"] == "on the way");
  CHECK(before["memory_bytes"] > 0);
  CHECK(before["seconds"].is_number());
  CHECK(world.ask_json("plan", "study.nn", {"--no-time"})["seconds"].is_null());

  world.train("study.nn", {"--only", "again"});
  REQUIRE(world.ask("plan", "study.nn", {"--no-time"}) == kExitOk);
  // The third epoch alone; the first is measured on the way of nobody and so is trained as well.
  CHECK_THAT(world.out.str(), Catch::Contains("1 already done"));
  world.train("study.nn");
  REQUIRE(world.ask("plan", "study.nn", {"--no-time"}) == kExitOk);
  CHECK_THAT(
      world.out.str(),
      Catch::Contains("4 trials, 3 of them different, 3 already done\nepochs: 8 declared, 0 to train"));
}

TEST_CASE("plan tells the time of each trial and experiment, as if nothing were known", "[driver][store]") {
  StudyWorld world;
  const auto check = [&](const nlohmann::json& plan) {
    REQUIRE(plan["experiments"].size() == 2);
    CHECK(plan["experiments"][0]["name"] == "epochs");
    const auto& trials = plan["trials"];
    for (const auto& trial : trials) CHECK(trial["seconds"] > 0);
    CHECK(trials[2]["seconds"] > trials[0]["seconds"]);
    CHECK(trials[3]["seconds"] == trials[1]["seconds"]);  // they are equal
    CHECK(plan["experiments"][1]["seconds"] == trials[3]["seconds"]);
    // Its trials are one training of three epochs with three results.
    CHECK(plan["experiments"][0]["seconds"] > trials[2]["seconds"]);
    CHECK(plan["experiments"][0]["seconds"] < trials[0]["seconds"].get<double>() +
                                                  trials[1]["seconds"].get<double>() +
                                                  trials[2]["seconds"].get<double>());
  };
  const auto before = world.ask_json("plan", "study.nn");
  check(before);
  // All that there is to train lies in it.
  CHECK(before["experiments"][0]["seconds"] == before["seconds"]);
  world.train("study.nn");
  const auto after = world.ask_json("plan", "study.nn");
  check(after);
  CHECK(after["seconds"] == 0);
  CHECK(after["trials"][0]["memory_bytes"] == 0);

  const auto unmeasured = world.ask_json("plan", "study.nn", {"--no-time"});
  CHECK(unmeasured["trials"][0]["seconds"].is_null());
  CHECK(unmeasured["experiments"][0]["seconds"].is_null());
}

TEST_CASE("plan says what a run then trains", "[driver][store]") {
  StudyWorld world;
  const auto planned = world.ask_json("plan", "study.nn", {"--no-time"});
  const auto done = world.train("study.nn");
  CHECK(planned["steps"] == done["work"]["steps_trained"]);
  CHECK(planned["trials_distinct"] == done["work"]["distinct"]);
  CHECK(planned["epochs_declared"] == done["work"]["epochs_declared"]);
  CHECK(planned["memory_bytes"] >= done["work"]["memory_bytes"]);
  CHECK(planned["trials"][1]["identity"] == done["trials"][1]["identity"]);
}

// Predictions that are damaged once the results are known, when the record of the run before is read, and so
// turn out damaged when the report needs them; and what else happens then.
struct DamagedPredictions : StudyWorld {
  std::atomic<bool> stop = false;
  std::function<void()> then;

  DamagedPredictions() {
    write("study.nn", kSmallStudy + std::string("report \"R\" { confusion again }\n"));
    const auto results = train("study.nn");
    const std::string file =
        path(".nnc/predictions/" + results["trials"][3]["predictions"]["test"].get<std::string>() + ".npy");
    env.stop = &stop;
    env.read_file = [this, file, read = env.read_file](const std::string& path) {
      if (then && path.ends_with("record.json")) {
        damage(file);
        then();
      }
      return read(path);
    };
  }
};

TEST_CASE("a run that is interrupted while it measures damaged predictions again says so",
          "[driver][store]") {
  DamagedPredictions world;
  world.then = [&] { world.stop = true; };
  CHECK(world.ask("run", "study.nn", {"--out", world.path("runs")}) == kExitInterrupted);
  CHECK_THAT(world.err.str(), Catch::Contains("to go on from there"));
  world.then = {};
  world.stop = false;
  CHECK(world.train("study.nn")["exit_code"] == kExitOk);
  CHECK(world.ask("verify", "study.nn") == kExitOk);
}

TEST_CASE("a run that cannot keep predictions it measures again says so", "[driver][store]") {
  DamagedPredictions world;
  world.then = [&] {
    std::filesystem::rename(world.path(".nnc/predictions"), world.path("away"));
    std::ofstream(world.path(".nnc/predictions")) << "in the way";
  };
  CHECK(world.ask("run", "study.nn", {"--out", world.path("runs")}) == kExitUsage);
  CHECK_THAT(world.err.str(),
             Catch::Contains("error: cannot write") && Catch::Contains("to go on from there"));
}

TEST_CASE("plan tells schedules and rules that stop early, and that what is to train is then the most",
          "[driver][store]") {
  StudyWorld world;
  REQUIRE(world.ask("plan", "study.nn", {"--no-time"}) == kExitOk);
  CHECK(world.out.str().find("schedule") == std::string::npos);
  CHECK(world.out.str().find("stops early by") == std::string::npos);
  CHECK(world.ask_json("plan", "study.nn", {"--no-time"})["may_stop_early"] == false);
  world.change("stops.nn", {{"epochs: 2", "epochs: 2\n  schedule: exponential(factor: 0.5)"},
                            {"sweep n in [1, 2, 3]\n",
                             "sweep n in [30]\n  validate over holdout(0.2)\n"
                             "  stop by valid.loss after 3 epochs\n"}});
  REQUIRE(world.ask("plan", "stops.nn", {"--no-time"}) == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("schedule") && Catch::Contains("exponential(factor: 0.5)") &&
                                  Catch::Contains("stops early by") &&
                                  Catch::Contains("valid.loss after 3 epochs") &&
                                  Catch::Contains("epochs: 32 declared, at most 32 to train") &&
                                  Catch::Contains("declared, at most "));
  CHECK(world.ask_json("plan", "stops.nn", {"--no-time"})["may_stop_early"] == true);
}

TEST_CASE("plan tells the memory of the data beside that of the trials", "[driver][store]") {
  StudyWorld world;
  const auto planned = world.ask_json("plan", "study.nn", {"--no-time"});
  CHECK(planned["data_bytes"].get<int>() > 52);
  REQUIRE(world.ask("plan", "study.nn", {"--no-time"}) == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("at once, beside ") && Catch::Contains(" of data\n"));
}

// ---------------------------------------------------------------- being stopped, and going on

TEST_CASE("an interruption says how much is done, and the next run where it goes on", "[driver][store]") {
  StudyWorld world;
  std::atomic<bool> stop = false;
  world.env.stop = &stop;
  int looks = 0;
  world.env.seconds = [&] {
    stop = stop || ++looks > 30;
    return world.now;
  };
  REQUIRE(world.ask("run", "study.nn",
                    {"--only", "again", "--set", "epochs=3000", "--out", world.path("runs")}) ==
          kExitInterrupted);
  const std::string told = world.err.str();
  CHECK_THAT(told,
             Catch::Matches("[^]*interrupted after 0 of 1 trial; [0-9]+ of 3,000 epochs are done; to go "
                            "on from there:[^]*"));
  stop = false;
  looks = 0;
  REQUIRE(world.ask("run", "study.nn",
                    {"--only", "again", "--set", "epochs=3000", "--out", world.path("runs")}) ==
          kExitInterrupted);
  CHECK_THAT(world.err.str(),
             Catch::Matches("again: 3,000 epochs of net, [0-9]+ parameters; goes on (after|within) "
                            "epoch [0-9]+\n[^]*"));
  stop = true;
  REQUIRE(world.ask("run", "study.nn", {"--out", world.path("runs")}) == kExitInterrupted);
  CHECK_THAT(world.err.str(), Catch::Contains("interrupted after 0 of 4 trials; 0 of 12 steps are done"));
}

TEST_CASE("a run that needs what another program trains says that it waits", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  const std::string base = world.ask_json("ls", "study.nn")["trials"][0]["base"];
  const auto other = rt::Store::open(world.path(".nnc"));
  REQUIRE(other);
  std::optional<rt::StoreClaim> claim = other.value()->try_claim(base);
  REQUIRE(claim);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    claim.reset();
  });
  const int exit_code =
      world.ask("run", "study.nn", {"--only", "again", "--set", "epochs=5", "--out", world.path("runs")});
  later.join();
  CHECK(exit_code == kExitOk);
  CHECK_THAT(
      world.err.str(),
      Catch::StartsWith("again: another program trains it, and its result is waited for\nagain: 5 epochs"));
}

// ---------------------------------------------------------------- nnc ls, nnc show

TEST_CASE("ls has a line per trial that is kept, and what all take", "[driver][store]") {
  StudyWorld world;
  REQUIRE(world.ask("ls", "study.nn") == kExitOk);
  CHECK(world.out.str() == "no trials in " + world.path(".nnc") + ": there is no store yet\n");
  const auto results = world.train("study.nn");
  REQUIRE(world.ask("ls", "study.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("epochs (n 1)") && Catch::Contains("epochs (n 3)") &&
                                  Catch::Contains("test accuracy") && Catch::Contains("weights") &&
                                  Catch::Contains("checkpoints"));
  const auto listed = world.ask_json("ls", "study.nn");
  CHECK(listed["store"] == world.path(".nnc"));
  CHECK(listed["sizes"]["trials"] == 3);
  CHECK(listed["sizes"]["weights"] == 3);
  CHECK(listed["sizes"]["leftovers"] == 0);
  CHECK(listed["trials"][2]["identity"] == results["trials"][2]["identity"]);
}

TEST_CASE("show tells all of the trial whose identity begins so", "[driver][store]") {
  StudyWorld world;
  const auto results = world.train("study.nn");
  const std::string identity = results["trials"][0]["identity"];
  const auto show = [&](const std::string& beginning, const char* form = "--color=never") {
    world.out.str("");
    world.err.str("");
    return world.run({"show", beginning, world.path("study.nn"), form});
  };
  REQUIRE(show(identity.substr(0, 8)) == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains(identity) && Catch::Contains("epochs (n 1)") &&
                                  Catch::Contains("adam(lr: 0.01") &&
                                  Catch::Contains("  what the identity is made of\n    numerics") &&
                                  Catch::Contains("  seed ") && Catch::Contains(" UTC\n") &&
                                  Catch::Contains("/.nnc/weights/"));
  REQUIRE(show(identity, "--json") == kExitOk);
  CHECK(nlohmann::json::parse(world.out.str())["weights_sha256"] == results["trials"][0]["weights_sha256"]);
  CHECK(show("zzzz") == kExitUsage);
  CHECK_THAT(world.err.str(),
             Catch::Contains("the store has no trial `zzzz`") && Catch::Contains("`nnc ls`"));
  CHECK(show("") == kExitUsage);
  CHECK_THAT(world.err.str(), Catch::Contains("the beginning of 3 trials"));
}

TEST_CASE("ls tells trials of one name apart, with their dates, and states that wait to go on",
          "[driver][store]") {
  StudyWorld world;
  world.train("study.nn", {"--only", "again"});
  REQUIRE(world.ask("ls", "study.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("again, seed 0") && Catch::Contains("date (UTC)") &&
                                  Catch::Matches("[^]* 20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}[^]*") &&
                                  Catch::Contains("in all"));
  CHECK(world.out.str().find("what differs") == std::string::npos);
  world.change("other.nn", {{"lr: 0.01", "lr: 0.02"}, {"batch: 10", "batch: 20"}});
  world.train("other.nn", {"--only", "again"});
  REQUIRE(world.ask("ls", "study.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("what differs") && Catch::Contains("optimizer adam(lr: 0.01") &&
                                  Catch::Contains("optimizer adam(lr: 0.02"));
  CHECK(world.ask("clean", "study.nn", {"--all"}) == kExitOk);

  std::atomic<bool> stop = false;
  world.env.stop = &stop;
  int looks = 0;
  world.env.seconds = [&] {
    stop = stop || ++looks > 30;
    return world.now;
  };
  const std::vector<std::string> long_one = {"--only", "again", "--out", world.path("runs")};
  world.change("long.nn", {{"epochs: 2", "epochs: 3000"}});
  REQUIRE(world.ask("run", "long.nn", long_one) == kExitInterrupted);
  REQUIRE(world.ask("ls", "long.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::StartsWith("no trials in " + world.path(".nnc") + "\n") &&
                                  Catch::Contains("states to go on from") && Catch::Contains("  again  ") &&
                                  Catch::Contains("checkpoints"));
  // Also a program that cannot be asked has states.
  world.write("wrong.nn", "let x = y\n");
  REQUIRE(world.ask("ls", "wrong.nn") == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("of another program"));
  CHECK(world.err.str().empty());
  CHECK(world.ask_json("ls", "long.nn")["states"].size() == 1);
}

TEST_CASE("show takes what ls, why, plan and the report print", "[driver][store]") {
  StudyWorld world;
  const auto results = world.train("study.nn");
  const auto show = [&](const std::string& word) {
    world.out.str("");
    world.err.str("");
    return world.run({"show", word, world.path("study.nn"), "--json"}) == kExitOk
               ? nlohmann::json::parse(world.out.str())["identity"].get<std::string>()
               : world.err.str();
  };
  const std::string second = results["trials"][1]["identity"];
  CHECK(show(second.substr(0, 10)) == second);
  CHECK(show(results["trials"][1]["id"]) == second);
  CHECK(show(results["trials"][3]["id"]) == second);  // under the name of its equal
  CHECK(show("2") == second);
  CHECK(show("4") == second);
  CHECK(show("again") == second);
  CHECK(show("epochs (n 2), seed 0") == second);
  CHECK_THAT(show("epochs"), Catch::Contains("the store has 3 trials of `epochs`"));
  world.ask("clean", "study.nn", {"--all"});
  CHECK_THAT(show("2"), Catch::Contains("trial `2` has not been trained"));
}

TEST_CASE("show tells a rule that stops early in words", "[driver][store]") {
  StudyWorld world;
  world.change("stops.nn", {{"sweep n in [1, 2, 3]\n",
                             "sweep n in [2]\n  validate over holdout(0.2)\n"
                             "  stop by valid.loss after 3 epochs\n"}});
  world.train("stops.nn", {"--only", "epochs"});
  world.out.str("");
  REQUIRE(world.run({"show", "epochs", world.path("stops.nn")}) == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("valid.loss (lower is better) after 3 epochs"));
}

// ---------------------------------------------------------------- nnc clean

TEST_CASE("clean removes nothing that is needed unless it is asked to", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  CHECK(world.ask_json("clean", "study.nn")["bytes_removed"] == 0);
  CHECK(world.train("study.nn")["work"]["steps_trained"] == 3 * kStepsPerEpoch);  // of the run that trained
  CHECK_THAT(world.err.str(), Catch::Contains("already done"));
}

TEST_CASE("a dry clean says what it would remove and leaves it", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  const auto dry = world.ask_json("clean", "study.nn", {"--all", "--dry-run"});
  CHECK(dry["dry_run"] == true);
  CHECK(dry["trials"] == 3);
  CHECK(world.ask_json("ls", "study.nn")["trials"].size() == 3);
  const auto wet = world.ask_json("clean", "study.nn", {"--all"});
  CHECK(wet["bytes_removed"] == dry["bytes_removed"]);
  const auto left = world.ask_json("ls", "study.nn");
  CHECK(left["trials"].empty());
  CHECK(left["sizes"]["weights"] == 0);
  CHECK(left["sizes"]["checkpoints"] == 0);
  CHECK(world.train("study.nn")["work"]["steps_trained"] == 3 * kStepsPerEpoch);
}

TEST_CASE("clean --others keeps the trials that the program has", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  world.change("later.nn", {{"[1, 2, 3]", "[2]"}});
  REQUIRE(world.ask("clean", "later.nn", {"--others", "--dry-run"}) == kExitOk);
  CHECK_THAT(world.out.str(), Catch::Contains("would be removed"));
  CHECK(world.ask_json("clean", "later.nn", {"--others"})["trials"] == 2);
  const auto left = world.ask_json("ls", "later.nn");
  REQUIRE(left["trials"].size() == 1);
  CHECK(left["trials"][0]["epochs"] == 2);
}

TEST_CASE("clean --others removes the states that only trials of other programs go on from",
          "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  world.change("other.nn", {{"batch: 10", "batch: 20"}});
  world.train("other.nn");
  CHECK(world.ask_json("ls", "study.nn")["sizes"]["checkpoints"] == 2);
  CHECK(world.ask("clean", "study.nn", {"--others"}) == kExitOk);
  const auto left = world.ask_json("ls", "study.nn");
  CHECK(left["sizes"]["checkpoints"] == 1);
  CHECK(left["trials"].size() == 3);
  const auto longer = world.train("study.nn", {"--only", "again", "--set", "epochs=5"});
  CHECK(longer["work"]["steps_trained"] == 2 * kStepsPerEpoch);
}

TEST_CASE("clean --others keeps a refit whose epochs the folds decided", "[driver][store]") {
  StudyWorld world;
  world.change("search.nn", {{"sweep n in [1, 2, 3]\n",
                              "sweep n in [30]\n  stop by valid.loss after 1 epochs\n  "
                              "select best by valid.loss over kfold(2)\n"}});
  const auto results = world.train("search.nn", {"--only", "epochs"});
  REQUIRE(results["exit_code"] == kExitOk);
  REQUIRE(results["trials"].back()["refit"] == true);
  world.train("search.nn");
  CHECK(world.ask_json("clean", "search.nn", {"--others"})["trials"] == 0);
}

TEST_CASE("clean --others asks the program as it is run with the same options", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn", {"--only", "again"});
  world.train("study.nn", {"--only", "again", "--set", "epochs=4"});
  world.train("study.nn", {"--only", "again", "--smoke"});
  world.train("study.nn", {"--only", "again", "--kernels", "reference"});
  const std::vector<std::pair<Words, int>> others = {
      {{}, 3}, {{"--set", "epochs=4"}, 3}, {{"--smoke"}, 3}, {{"--kernels", "reference"}, 3}};
  for (const auto& [options, count] : others) {
    Words words{"--others", "--dry-run"};
    words.insert(words.end(), options.begin(), options.end());
    CHECK(world.ask_json("clean", "study.nn", words)["trials"] == count);
  }
  CHECK(world.ask_json("clean", "study.nn", {"--others", "--set", "epochs=4"})["trials"] == 3);
  CHECK(world.ask_json("ls", "study.nn")["trials"][0]["epochs"] == 4);
  // Without --others they would mean nothing.
  CHECK(world.ask("clean", "study.nn", {"--smoke"}) == kExitUsage);
  CHECK_THAT(world.err.str(), Catch::Contains("--others"));
}

TEST_CASE("clean --others says no more than `check` when the program has mistakes", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  world.write("wrong.nn", "let x = y\n");
  CHECK(world.ask("clean", "wrong.nn", {"--others"}) == kExitErrors);
  CHECK_THAT(world.err.str(), Catch::Contains("1 error"));
  CHECK(world.ask_json("ls", "study.nn")["trials"].size() == 3);
}

TEST_CASE("clean --checkpoints removes the states to go on from and no result", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  CHECK(world.ask_json("ls", "study.nn")["sizes"]["checkpoints"] == 1);
  CHECK(world.ask("clean", "study.nn", {"--checkpoints"}) == kExitOk);
  const auto left = world.ask_json("ls", "study.nn");
  CHECK(left["sizes"]["checkpoints"] == 0);
  CHECK(left["trials"].size() == 3);
  const auto longer = world.train("study.nn", {"--only", "again", "--set", "epochs=5"});
  CHECK(longer["work"]["steps_trained"] == 5 * kStepsPerEpoch);
}

// ---------------------------------------------------------------- nnc verify

TEST_CASE("verify finds an intact store intact", "[driver][store]") {
  StudyWorld world;
  world.train("study.nn");
  CHECK(world.ask("verify", "study.nn") == kExitOk);
  CHECK(world.out.str() ==
        world.path(".nnc") + ": 3 trials in 10 files; 0 files damaged, 0 of them repaired\n");
}

TEST_CASE("verify mends a record from its other copy", "[driver][store]") {
  StudyWorld world;
  const auto results = world.train("study.nn");
  const std::string identity = results["trials"][0]["identity"];
  damage(world.path(".nnc/records/" + identity + ".json"));
  CHECK(world.ask("verify", "study.nn") == kExitOk);
  CHECK_THAT(world.out.str(),
             Catch::Contains(identity) && Catch::Contains("1 file damaged, 1 of them repaired"));
  CHECK(world.ask_json("verify", "study.nn")["damages"].empty());
}

TEST_CASE("verify names what has to be trained again, and the next run does", "[driver][store]") {
  StudyWorld world;
  const auto results = world.train("study.nn");
  const std::string file =
      "weights/" + results["trials"][0]["weights_file"].get<std::string>() + ".safetensors";
  damage(world.path(".nnc/" + file));
  const auto found = world.ask_json("verify", "study.nn");
  REQUIRE(found["damages"].size() == 1);
  CHECK_THAT(found["damages"][0]["file"].get<std::string>(), Catch::Contains("weights/"));
  CHECK(found["damages"][0]["repaired"] == false);
  CHECK_THAT(found["damages"][0]["what"].get<std::string>(), Catch::Contains("n=1, seed 0"));
  CHECK_THAT(found["damages"][0]["remedy"].get<std::string>(), Catch::Contains("only if a program needs it"));
  const auto again = world.train("study.nn");
  CHECK(again["work"]["steps_trained"] == kStepsPerEpoch);
  CHECK(weights(again) == weights(results));
  CHECK(world.ask("verify", "study.nn") == kExitOk);
  CHECK(files_in(world.path(".nnc/weights")) >= 3);
}
