// A disk that fails at one call of the system, or from one on, below the store or below the results: one
// clear error, exit 2, and the next run goes on from what was acknowledged.
#include <errno.h>
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "tests/whole/outcome.hpp"
#include "tests/whole/world.hpp"

using namespace nnc::test;
using nlohmann::json;

namespace {

constexpr int kWorld = 2;

std::string study() {
  return study_head() + R"(
experiment epochs {
  sweep n in [1, 3]
  train ann() on small with plain { epochs: n }
}
experiment parting {
  sweep after in [1, 2]
  train ann([12]) on small with plain { schedule: step_decay(at: [after]), epochs: 3 }
}
experiment grid {
  sweep size in [16, 32]
  train ann([8]) on small with plain { batch: size, epochs: 1 }
  select best by valid.accuracy over holdout(0.3)
}
report "All" {
  table epochs: test.accuracy
  claim "longer is better": epochs[n: 3].test.accuracy > epochs[n: 1].test.accuracy
}
)";
}

// A sanitizer wants to come first, which a library that is preloaded does as well.
bool can_preload() {
#ifdef __SANITIZE_ADDRESS__
  return false;
#else
  return true;
#endif
}

struct Counts {
  int calls = 0;
  int failed = 0;
  int unhurt = 0;
  int kept = 0;
};

class FaultyDisk {
 public:
  explicit FaultyDisk(std::string folder) : folder_(std::move(folder)) {
    world_.write("study.nn", study());
    const Ended ended = world_.nnc(words("reference", "expected"));
    INFO(ended.told());
    REQUIRE(ended.code == 0);
    expected_ = world_.results("expected");
  }

  // How many calls a whole run makes.
  int count_calls() {
    begin_anew();
    const Ended ended = world_.nnc(words("store", "out"), faults(0, EIO, false));
    INFO(ended.told());
    REQUIRE(ended.code == 0);
    std::ifstream in(world_.path_of("calls"));
    int calls = 0;
    in >> calls;
    return calls;
  }

  void fail_call(int at, int error, bool stays, Counts& counts) {
    INFO("call " << at << " below `" << folder_ << "` fails with " << error
                 << (stays ? ", and all after it" : ""));
    begin_anew();
    const Ended ended = world_.nnc(words("store", "out"), faults(at, error, stays));
    INFO(ended.told());
    CHECK(ended.disgrace() == "");
    if (ended.code == 0) {
      ++counts.unhurt;
      CHECK(difference(outcome(expected_), outcome(world_.results("out"))) == "");
    } else {
      ++counts.failed;
      CHECK(ended.code == kWorld);
      CHECK(lines_with(ended.err, "error: ") == 1);
    }
    go_on(ended, counts);
  }

 private:
  [[nodiscard]] std::vector<std::string> words(const std::string& store, const std::string& out) const {
    return world_.run_words("study.nn", store, out, {"--jobs", "1", "--checkpoint", "0"});
  }
  [[nodiscard]] Surroundings faults(int at, int error, bool stays) const {
    Surroundings around;
    around.variables = {
        {"LD_PRELOAD", io_faults_library()},    {"IO_FAULTS_FOLDER", world_.path_of(folder_)},
        {"IO_FAULTS_AT", std::to_string(at)},   {"IO_FAULTS_ERROR", std::to_string(error)},
        {"IO_FAULTS_STAYS", stays ? "1" : "0"}, {"IO_FAULTS_REPORT", world_.path_of("calls")}};
    return around;
  }
  void begin_anew() const {
    world_.remove("store");
    world_.remove("out");
  }
  // On a disk that is well again.
  void go_on(const Ended& before, Counts& counts) {
    const Ended again = world_.nnc(words("store", "out"));
    INFO(again.told());
    CHECK(again.code == 0);
    CHECK(again.disgrace() == "");
    CHECK(difference(outcome(expected_), outcome(world_.results("out"))) == "");
    const std::set<std::string> known = said_known(again.err);
    for (const std::string& name : said_done(before.err)) {
      INFO(name);
      CHECK(known.contains(name));
      ++counts.kept;
    }
  }

  World world_;
  std::string folder_;
  json expected_;
};

void fail_calls_below(const std::string& folder) {
  if (!can_preload()) return;
  FaultyDisk disk(folder);
  Counts counts;
  counts.calls = disk.count_calls();
  REQUIRE(counts.calls > 10);
  const int cases = std::min(counts.calls, times(16, 1 << 20));
  for (const auto& [error, stays] : std::map<int, bool>{{EIO, false}, {ENOSPC, true}}) {
    for (int i = 0; i < cases; ++i) disk.fail_call(1 + i * counts.calls / cases, error, stays, counts);
  }
  CHECK(counts.failed > 0);
  say(
      fmt::format("below `{}`: {} of {} calls failed, once and from then on: {} runs ended with an error, {} "
                  "did without; {} trials "
                  "that were done stayed done",
                  folder, cases, counts.calls, counts.failed, counts.unhurt, counts.kept));
}

}  // namespace

TEST_CASE("a disk that fails below the store ends a run with one clear error, and nothing is lost",
          "[whole]") {
  fail_calls_below("store");
}

TEST_CASE("a disk that fails below the results ends a run with one clear error, and nothing is lost",
          "[whole]") {
  fail_calls_below("out");
}
