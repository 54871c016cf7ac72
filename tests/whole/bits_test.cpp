// The same bits, however the work is shared out.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/whole/outcome.hpp"
#include "tests/whole/world.hpp"

using namespace nnc::test;
using nlohmann::json;

namespace {

std::string study() {
  return study_head() + image_model() + R"(
experiment plain_ann {
  sweep n in [1, 3]
  train ann([40, 24]) on small with plain { epochs: n, batch: 32 }
}
experiment dropout { train ann([40, 24], 0.3) on small with plain { epochs: 3 } }
experiment images { train cnn() on small with plain { epochs: 2 } }
experiment folds {
  train ann() on small with plain { epochs: 2, optimizer: rmsprop }
  validate over kfold(3)
}
experiment parting {
  sweep after in [1, 2]
  train ann([20]) on small with plain { schedule: step_decay(at: [after]), epochs: 3 }
}
report "All" { table parting: test.accuracy }
)";
}

// Keeps a core busy while it lives.
class Burner {
 public:
  Burner() : process_(::fork()) {
    if (process_ != 0) return;
    for (volatile bool goes_on = true; goes_on;) {
    }
    ::_exit(0);
  }
  ~Burner() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Burner(const Burner&) = delete;
  Burner& operator=(const Burner&) = delete;

 private:
  pid_t process_;
};

class Bits {
 public:
  Bits() : world_(DataSize{200, 60, 12}) { world_.write("study.nn", study()); }

  // In a store of its own, unless it is told another.
  void check(const std::vector<std::string>& more, const std::string& store = "") {
    const std::string place = store.empty() ? "store" : store;
    if (store.empty()) world_.remove(place);
    world_.remove("out");
    const Ended ended = world_.nnc(world_.run_words("study.nn", place, "out", more));
    INFO(ended.told());
    REQUIRE(ended.code == 0);
    const json results = world_.results("out");
    ++runs_;
    if (first_.is_null()) first_ = results;
    CHECK(weights_of(results) == weights_of(first_));
    CHECK(difference(outcome(first_), outcome(results)) == "");
  }

  [[nodiscard]] int runs() const { return runs_; }
  [[nodiscard]] std::size_t trials() const { return first_.at("trials").size(); }

 private:
  World world_;
  json first_;
  int runs_ = 0;
};

void check_all_numbers(Bits& bits) {
  for (const char* const jobs : {"1", "2", "4", "8"}) {
    for (const char* const threads : {"1", "2", "3"}) bits.check({"--jobs", jobs, "--threads", threads});
  }
}

}  // namespace

TEST_CASE("weights are the same to the bit, however the work is shared out", "[whole]") {
  Bits bits;
  const int rounds = times(1, 5);
  for (int i = 0; i < rounds; ++i) check_all_numbers(bits);
  bits.check({});
  bits.check({"--share", "off"});
  bits.check({"--share", "off", "--jobs", "3", "--threads", "2"});
  bits.check({"--checkpoint", "0"}, "kept");
  bits.check({}, "kept");
  bits.check({"--fresh"}, "kept");
  bits.check({"--fresh", "--share", "off"}, "kept");
  {
    const Burner burner;
    bits.check({"--jobs", "2", "--threads", "3"});
    bits.check({"--jobs", "4", "--threads", "2"});
    for (int i = 1; i < rounds; ++i) check_all_numbers(bits);
  }
  say(fmt::format("{} runs of {} trials: one set of weights", bits.runs(), bits.trials()));
}
