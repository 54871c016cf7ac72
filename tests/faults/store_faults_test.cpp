// Each call of the system in turn fails while a program writes to a store: it never crashes, says what went
// wrong, and what it acknowledged is there afterwards.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include "runtime/store/store.hpp"
#include "tests/unit/store_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;
namespace fs = std::filesystem;

namespace {

struct Written {
  int exit_code = 0;
  int calls = 0;
  std::vector<int> acknowledged;
  std::string object;
  int checkpoint = 0;
  std::vector<std::string> failures;
};

// `at` 0: nothing fails.
Written write_store(const std::string& folder, int at, const std::string& error, bool stays) {
  const std::string out = folder + ".out";
  // A sanitizer wants to come first; that it comes second is right here.
  const std::string command = fmt::format(
      "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 LD_PRELOAD='{}' IO_FAULTS_FOLDER='{}' "
      "IO_FAULTS_AT={} "
      "IO_FAULTS_ERROR={} IO_FAULTS_STAYS={} exec '{}' '{}' > '{}' 2>&1",
      NNC_IO_FAULTS, folder, at, error, stays ? 1 : 0, NNC_WRITE_STORE, folder, out);
  Written written;
  const int status = std::system(command.c_str());
  written.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::istringstream lines(content_of(out));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    if (what == "ack") words >> written.acknowledged.emplace_back();
    if (what == "calls") words >> written.calls;
    if (what == "object") words >> written.object;
    if (what == "checkpoint") words >> written.checkpoint;
    if (what == "failed") written.failures.push_back(line);
  }
  return written;
}

// A fresh look without faults.
void check_acknowledged(const std::string& folder, const Written& written) {
  const auto store = opened(folder);
  for (const int number : written.acknowledged) {
    INFO("trial " << number);
    CHECK(knows(*store, trial(number)));
  }
  if (!written.object.empty()) {
    const Result<std::string> weights = store->read_object(ObjectKind::Weights, written.object);
    REQUIRE(weights.ok());
    CHECK(weights.value() == std::string(5000, 'w'));
  }
  if (written.checkpoint != 0) {
    const std::vector<CheckpointInfo> found = store->checkpoints("b").value();
    REQUIRE(found.size() == 1);
    CHECK(found[0].epoch >= written.checkpoint);
    CHECK(store->read_object(ObjectKind::Checkpoint, found[0].object).ok());
  }
  for (const StoreDamage& damage : std::vector(store->verify().value())) {
    INFO(damage.file << ": " << damage.what);
    CHECK(damage.repaired);
  }
  CHECK(store->put(trial(50)).ok());
  CHECK(store->clean({}, false).ok());
}

void fail_each_call(const std::string& error, bool stays) {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  const int calls = write_store(place, 0, error, stays).calls;
  REQUIRE(calls > 50);
  int failed = 0;
  for (int at = 1; at <= calls; ++at) {
    INFO("call " << at << " of " << calls << " fails with " << error << (stays ? " and all after it" : ""));
    // From nothing, and every other time with a store that is there already.
    fs::remove_all(place);
    if (at % 2 == 0) REQUIRE(opened(place)->put(trial(0)).ok());
    Written written = write_store(place, at, error, stays);
    if (at % 2 == 0) written.acknowledged.push_back(0);
    CHECK(written.exit_code <= 1);
    INFO(content_of(place + ".out"));
    failed += written.failures.empty() ? 0 : 1;
    check_acknowledged(place, written);
  }
  CHECK(failed > calls / 4);
}

}  // namespace

TEST_CASE("a disk that fails once loses nothing that was acknowledged", "[store][faults]") {
  fail_each_call(std::to_string(EIO), false);
}

TEST_CASE("a disk that is full from some call on loses nothing that was acknowledged", "[store][faults]") {
  fail_each_call(std::to_string(ENOSPC), true);
}

TEST_CASE("a write that is cut short loses nothing that was acknowledged", "[store][faults]") {
  fail_each_call("short", false);
}

TEST_CASE("a disk that becomes read-only loses nothing that was acknowledged", "[store][faults]") {
  fail_each_call(std::to_string(EROFS), true);
}
