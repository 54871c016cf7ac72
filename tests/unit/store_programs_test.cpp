// Several programs at one store, programs that are killed, and disks that are full or may not be written.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <random>
#include <thread>

#include "runtime/store/store.hpp"
#include "tests/unit/store_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;
namespace fs = std::filesystem;

namespace {

constexpr int kPrograms = 8;
constexpr int kClaimed = 12;  // what they compete for

// Whether nobody else is inside: a file that must not be there yet is made and removed.
bool alone_inside(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (file < 0) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  ::close(file);
  return ::unlink(path.c_str()) == 0;
}

// Claims and puts each of the trials once, together with the other programs.
int compete(const std::string& folder, int program) {
  for (int round = 0; round < 3; ++round) {
    const auto store = opened(folder + "/s");
    for (int number = 0; number < kClaimed; ++number) {
      const TrialRecord record = trial((number + program) % kClaimed);
      const std::optional<StoreClaim> claim = store->try_claim(record.identity);
      if (!claim) continue;
      if (!alone_inside(folder + "/" + record.identity)) return 2;
      const Result<std::optional<TrialRecord>> known = store->find(record.identity);
      if (!known) return 3;
      if (!store->put(record)) return 4;
      if (!store->put_object(ObjectKind::Weights, record.identity)) return 5;
    }
    if (!store->put(trial(100 + program * 10 + round)) || !store->all()) return 6;
    if (!store->take_notices().empty()) return 7;
  }
  return 0;
}

// Puts one record after the other and says through the pipe which are acknowledged.
int put_until_killed(const std::string& folder, int first, int pipe) {
  const auto store = opened(folder);
  for (int number = first;; ++number) {
    if (!store->put(trial(number))) return 1;
    if (::write(pipe, &number, sizeof number) != sizeof number) return 2;
  }
}

}  // namespace

TEST_CASE("programs that put and claim at once see no error, and a claim is had by one",
          "[store][programs]") {
  const TemporaryFolder folder;
  std::vector<int> programs;
  for (int program = 0; program < kPrograms; ++program) {
    programs.push_back(start_program([&, program] { return compete(folder.path(), program); }));
  }
  for (const int program : programs) CHECK(end_of_program(program) == 0);
  const auto store = opened(folder.path() + "/s");
  CHECK(store->take_notices().empty());
  CHECK(store->all().value().size() == kClaimed + kPrograms * 3);
  for (int number = 0; number < kClaimed; ++number) CHECK(knows(*store, trial(number)));
  CHECK(store->verify().value().empty());
}

TEST_CASE("the claim of a program that is killed is free again", "[store][programs]") {
  const TemporaryFolder folder;
  int ready[2];
  REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  const int program = start_program([&] {
    const auto store = opened(folder.path() + "/s");
    const auto claim = store->try_claim(identity_of(1));
    if (::write(ready[1], "x", 1) != 1) return 1;
    for (;;) ::pause();
  });
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  const auto store = opened(folder.path() + "/s");
  CHECK_FALSE(store->try_claim(identity_of(1)));
  REQUIRE(::kill(program, SIGKILL) == 0);
  CHECK(end_of_program(program) == 128 + SIGKILL);
  CHECK(store->try_claim(identity_of(1)));
}

TEST_CASE("what was acknowledged before a kill is there", "[store][programs]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  std::mt19937 random(5);
  int first = 0;
  for (int round = 0; round < 30; ++round) {
    int acknowledged[2];
    REQUIRE(::pipe2(acknowledged, O_CLOEXEC) == 0);
    const int program = start_program([&] { return put_until_killed(place, first, acknowledged[1]); });
    ::close(acknowledged[1]);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 100'000));
    REQUIRE(::kill(program, SIGKILL) == 0);
    CHECK(end_of_program(program) == 128 + SIGKILL);
    std::vector<int> numbers;
    for (int number = 0; ::read(acknowledged[0], &number, sizeof number) == sizeof number;)
      numbers.push_back(number);
    ::close(acknowledged[0]);
    const auto store = opened(place);
    for (const int number : numbers) {
      INFO("round " << round << ", trial " << number);
      CHECK(knows(*store, trial(number)));
      first = number + 1;
    }
    CHECK(store->take_notices().empty());
  }
  const auto store = opened(place);
  // One that was being put may be there as well, but nothing else.
  CHECK(store->all().value().size() >= static_cast<std::size_t>(first));
  CHECK(store->verify().value().empty());
  CHECK(store->clean({}, false).ok());
  CHECK(store->sizes().value().leftovers == 0);
}

TEST_CASE("without space nothing that was acknowledged is lost", "[store][programs]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  REQUIRE(opened(place)->put(trial(0)).ok());
  int acknowledged[2];
  REQUIRE(::pipe2(acknowledged, O_CLOEXEC) == 0);
  const int program = start_program([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{200'000, 200'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    const auto store = opened(place);
    for (int number = 1; number < 1000; ++number) {
      Status put = store->put(trial(number));
      if (put.ok() && ::write(acknowledged[1], &number, sizeof number) != sizeof number) return 2;
      if (put.ok()) continue;
      if (put.failure().message.find("space") == std::string::npos) {
        std::fprintf(stderr, "%s\n", put.failure().message.c_str());
        return 3;
      }
      if (put.failure().hint.find("space") == std::string::npos) return 4;
      if (store->put_object(ObjectKind::Weights, std::string(300'000, 'x'))) return 5;
      // What is known can still be read.
      return knows(*store, trial(number - 1)) && knows(*store, trial(0)) ? 0 : 6;
    }
    return 7;
  });
  ::close(acknowledged[1]);
  CHECK(end_of_program(program) == 0);
  const auto store = opened(place);
  int count = 0;
  for (int number = 0; ::read(acknowledged[0], &number, sizeof number) == sizeof number; ++count) {
    CHECK(knows(*store, trial(number)));
  }
  ::close(acknowledged[0]);
  CHECK(count > 5);
  CHECK(store->take_notices().empty());
  CHECK(store->put(trial(2000)).ok());
  // The last record may have its copy already.
  for (const StoreDamage& damage : std::vector(store->verify().value())) CHECK(damage.repaired);
}

TEST_CASE("a folder that may not be written is refused with a hint, and can be read", "[store][programs]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  for (int number = 0; number < 3; ++number) REQUIRE(opened(place)->put(trial(number)).ok());
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    fs::permissions(entry.path(), entry.is_directory() ? fs::perms(0555) : fs::perms(0444));
  }
  fs::permissions(folder.path(), fs::perms(0755));
  const int ended = run_program([&] {
    // Root may write everywhere.
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 1;
    const Result<std::unique_ptr<Store>> store = Store::open(place);
    if (store) return 2;
    if (store.failure().hint.find("--store DIR") == std::string::npos) return 3;
    const auto reader = opened(place, true);
    if (!knows(*reader, trial(1)) || reader->all().value().size() != 3) return 4;
    if (!reader->verify().value().empty()) return 5;
    // No folder can be made there either.
    const Result<std::unique_ptr<Store>> below = Store::open(place + "/below/it");
    return below || below.failure().hint.find("--store DIR") == std::string::npos ? 6 : 0;
  });
  CHECK(ended == 0);
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add);
  }
}

TEST_CASE("files that may not be read are as if they were damaged", "[store][programs]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  for (int number = 0; number < 3; ++number) REQUIRE(opened(place)->put(trial(number)).ok());
  fs::permissions(folder.path(), fs::perms(0755));
  fs::permissions(place + "/store.db", fs::perms::none);
  const int ended = run_program([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 1;
    const auto reader = opened(place, true);
    return knows(*reader, trial(1)) && reader->all().value().size() == 3 ? 0 : 2;
  });
  CHECK(ended == 0);
}
