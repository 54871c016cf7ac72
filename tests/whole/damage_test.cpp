// Bits of a store flip: the next run gives the right results all the same, and trains again only what is
// lost.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/whole/outcome.hpp"
#include "tests/whole/world.hpp"

using namespace nnc::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string study() {
  return study_head() + R"(
experiment epochs {
  sweep n in [2, 6]
  train ann() on small with plain { epochs: n }
}
experiment dropout {
  sweep rate in [0.2, 0.4]
  train ann([16], rate) on small with plain { epochs: 4 }
}
experiment grid {
  sweep size in [16, 32]
  train ann([8]) on small with plain { batch: size, epochs: 2 }
  select best by valid.accuracy over kfold(2)
}
report "All" {
  table epochs: test.accuracy
  claim "longer is better": epochs[n: 6].test.accuracy > epochs[n: 2].test.accuracy
}
)";
}

const std::vector<std::string> kPlaces{"records",     "store.db", "weights", "predictions",
                                       "checkpoints", "format",   "lock"};

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// Some bits of a file, all in one place or all over it. False if it has none.
bool flip_bits(const std::string& path, std::mt19937_64& random) {
  std::string content = content_of(path);
  if (content.empty()) return false;
  const std::size_t count = 1 + below(random, 4);
  const std::size_t begin = below(random, content.size());
  const bool close = below(random, 2) == 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = close ? std::min(begin + i, content.size() - 1) : below(random, content.size());
    content[at] = static_cast<char>(content[at] ^ (1 << below(random, 8)));
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  return true;
}

struct Counts {
  std::map<std::string, int> damaged;
  int nothing_trained = 0;
  int trained_again = 0;
  int told_by_run = 0;
  int told_by_verify = 0;
};

class DamagedStore {
 public:
  DamagedStore() {
    world_.write("study.nn", study());
    const Ended ended = world_.nnc(world_.run_words("study.nn", "whole", "expected"));
    INFO(ended.told());
    REQUIRE(ended.code == 0);
    expected_ = world_.results("expected");
    for (const auto& entry : fs::recursive_directory_iterator(world_.path_of("whole"))) {
      if (entry.is_regular_file())
        files_.push_back(fs::relative(entry.path(), world_.path_of("whole")).string());
    }
    std::sort(files_.begin(), files_.end());
  }

  // One file, or several of different kinds; then what the verbs make of it.
  void damage(std::mt19937_64& random, Counts& counts) {
    world_.remove("store");
    fs::copy(world_.path_of("whole"), world_.path_of("store"), fs::copy_options::recursive);
    std::set<std::string> hit;
    std::string told;
    for (const std::string& file : victims(random)) {
      if (!flip_bits(world_.path_of("store/" + file), random)) continue;
      const std::string place = file.substr(0, file.find('/'));
      hit.insert(place);
      told += file + " ";
      ++counts.damaged[place];
    }
    INFO("damaged: " << told);
    if (below(random, 2) == 0) {
      check_run(hit, counts);
      check_verify({}, counts);
    } else {
      check_verify(hit, counts);
    }
    // What was put aside is made again.
    check_run({"anything"}, counts);
    CHECK(world_.ask("verify", "store").at("damages").empty());
  }

 private:
  [[nodiscard]] std::vector<std::string> files_in(const std::string& place) const {
    std::vector<std::string> some;
    std::copy_if(files_.begin(), files_.end(), std::back_inserter(some),
                 [&](const std::string& file) { return file.starts_with(place); });
    return some;
  }

  // One file, some of different places, or all of two places, of which nothing may be left.
  [[nodiscard]] std::vector<std::string> victims(std::mt19937_64& random) const {
    std::vector<std::string> chosen;
    const std::size_t kind = below(random, 4);
    const int places = kind == 0 ? 3 : kind == 1 ? 2 : 1;
    for (int i = 0; i < places; ++i) {
      const std::vector<std::string> all = files_in(kPlaces[below(random, kPlaces.size())]);
      if (kind == 1) {
        chosen.insert(chosen.end(), all.begin(), all.end());
      } else {
        chosen.push_back(all[below(random, all.size())]);
      }
    }
    return chosen;
  }

  void check_run(const std::set<std::string>& hit, Counts& counts) {
    world_.remove("out");
    const Ended ended = world_.nnc(world_.run_words("study.nn", "store", "out"));
    INFO(ended.told());
    CHECK(ended.disgrace() == "");
    REQUIRE(ended.code == 0);
    const json results = world_.results("out");
    CHECK(weights_of(results) == weights_of(expected_));
    INFO(difference(outcome(expected_), outcome(results)));
    CHECK(outcome(results) == outcome(expected_));
    const bool trained = steps_trained(results) > 0;
    counts.trained_again += trained ? 1 : 0;
    counts.nothing_trained += trained ? 0 : 1;
    counts.told_by_run += lines_with(ended.err, "warning: ") > 0 ? 1 : 0;
    // One of the two copies of a record is enough.
    const bool both = hit.contains("records") && hit.contains("store.db");
    if (!both && !hit.contains("weights") && !hit.contains("anything")) CHECK_FALSE(trained);
    if (trained && !hit.contains("anything")) CHECK(lines_with(ended.err, "warning: ") > 0);
  }

  void check_verify(const std::set<std::string>& hit, Counts& counts) {
    const Ended ended = world_.nnc({"verify", "--json", "--store", world_.path_of("store")});
    INFO(ended.told());
    CHECK(ended.disgrace() == "");
    REQUIRE(ended.code <= 1);
    const json damages = json::parse(ended.out).at("damages");
    CHECK((ended.code == 1) == std::any_of(damages.begin(), damages.end(),
                                           [](const json& one) { return !one.at("repaired").get<bool>(); }));
    counts.told_by_verify += damages.empty() ? 0 : 1;
    // Not every bit of a database means anything, and nothing is in `lock`.
    for (const char* const place : {"records", "weights", "predictions", "checkpoints"}) {
      if (hit.contains(place))
        CHECK(damages.size() + static_cast<std::size_t>(lines_with(ended.err, "warning: ")) > 0);
    }
  }

  World world_;
  json expected_;
  std::vector<std::string> files_;
};

}  // namespace

TEST_CASE("predictions that turn out damaged when the report needs them are measured again", "[whole]") {
  const World world({300, 3000});  // so many that a run does not read them to see whether it knows the trial
  world.write("study.nn", study_head() + R"(
experiment one { train ann() on small with plain }
report "One" { confusion one }
)");
  REQUIRE(world.nnc(world.run_words("study.nn", "store", "expected")).code == 0);
  const json expected = world.results("expected");
  const std::string sha = expected.at("trials").at(0).at("predictions").at("test");
  std::string content = content_of(world.path_of("store/predictions/" + sha + ".npy"));
  REQUIRE(content.size() > (64U << 10));
  content.back() ^= 1;
  world.write("store/predictions/" + sha + ".npy", content);
  const Ended ended = world.nnc(world.run_words("study.nn", "store", "out"));
  INFO(ended.told());
  CHECK(ended.code == 0);
  CHECK(lines_with(ended.err, "warning: ") == 1);
  CHECK(ended.err.find("is damaged") != std::string::npos);
  const json results = world.results("out");
  CHECK(difference(outcome(expected), outcome(results)) == "");
  CHECK(steps_trained(results) == 0);
  CHECK(content_of(world.path_of("out/report.md")).find("are damaged") == std::string::npos);
  CHECK(world.ask("verify", "store").at("damages").empty());
}

TEST_CASE("whatever bits of a store flip, the next run gives the right results", "[whole]") {
  DamagedStore store;
  auto random = random_numbers();
  Counts counts;
  const int cases = times(24, 1000);
  for (int i = 0; i < cases; ++i) {
    INFO("case " << i);
    store.damage(random, counts);
  }
  std::string places;
  for (const auto& [place, count] : counts.damaged) places += fmt::format(" {} {}", place, count);
  say(fmt::format(
      "{} damaged stores ({} ): {} runs trained nothing, {} something; told by `run` {}, by `verify` {}",
      cases, places, counts.nothing_trained, counts.trained_again, counts.told_by_run,
      counts.told_by_verify));
}
