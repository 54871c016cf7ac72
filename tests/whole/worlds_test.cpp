// Stores that cannot be: one clear error, exit 2, and nothing trained.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/whole/outcome.hpp"
#include "tests/whole/world.hpp"

using namespace nnc::test;
using nlohmann::json;

namespace {

constexpr int kWorld = 2;

std::string study() {
  return study_head() + R"(
experiment epochs {
  sweep n in [2, 4, 8]
  train ann() on small with plain { epochs: n }
}
experiment wide {
  sweep rate in [0, 0.3]
  train ann([200, 100], rate) on small with plain { epochs: 4 }
}
report "All" { table wide: test.accuracy }
)";
}

void check_refused(const Ended& ended, const std::string& words) {
  INFO(ended.told());
  CHECK(ended.disgrace() == "");
  CHECK(ended.code == kWorld);
  CHECK(lines_with(ended.err, "error: ") == 1);
  CHECK(ended.err.find(words) != std::string::npos);
  CHECK(said_done(ended.err).empty());
}

}  // namespace

TEST_CASE("a store that cannot be made is one clear error", "[whole]") {
  const World world;
  world.write("study.nn", study());
  world.write("file", "here already");
  check_refused(world.nnc(world.run_words("study.nn", "file", "out")), "file");
  check_refused(world.nnc(world.run_words("study.nn", "file/below/it", "out")), "file");
  CHECK(std::filesystem::file_size(world.path_of("file")) == 12);
  check_refused(world.nnc({"run", "study.nn", "--store", "/proc/nnc-store"}), "/proc");
  check_refused(world.nnc({"run", "study.nn", "--store", "/dev/null"}), "/dev/null");
  check_refused(world.nnc(world.run_words("study.nn", "store", "file")), "file");
  say("5 places refused");
}

TEST_CASE("a store of a newer format is refused and left as it is", "[whole]") {
  const World world;
  world.write("study.nn", study());
  REQUIRE(world.nnc(world.run_words("study.nn", "store", "out")).code == 0);
  // The checksum is that of the words before it.
  const std::string newer =
      "nnc store, format 99, sha256 45167707e5c77a982e017df77954c2774a404fcfe6fe4da5bb8cdc0f1a5c2d8f\n";
  world.write("store/format", newer);
  check_refused(world.nnc(world.run_words("study.nn", "store", "other")), "format 99");
  for (const char* const verb : {"ls", "verify"})
    check_refused(world.nnc({verb, "--store", world.path_of("store")}), "format 99");
  std::ifstream in(world.path_of("store/format"));
  std::string line;
  std::getline(in, line);
  CHECK(line + "\n" == newer);
}

TEST_CASE("files that may not grow end a run with one clear error, and what was done stays done", "[whole]") {
  const World world;
  world.write("study.nn", study());
  REQUIRE(world.nnc(world.run_words("study.nn", "reference", "expected")).code == 0);
  const json expected = world.results("expected");
  int refused = 0;
  int kept = 0;
  for (const std::uint64_t kilobytes : {4U, 12U, 24U, 40U, 64U, 100U, 150U, 400U}) {
    world.remove("store");
    world.remove("out");
    Surroundings small_disk;
    small_disk.largest_file = kilobytes * 1024;
    const Ended ended = world.nnc(world.run_words("study.nn", "store", "out"), small_disk);
    INFO(kilobytes << " KB\n" << ended.told());
    CHECK(ended.disgrace() == "");
    if (ended.code != 0) {
      CHECK(ended.code == kWorld);
      CHECK(lines_with(ended.err, "error: ") == 1);
      ++refused;
    }
    const Ended again = world.nnc(world.run_words("study.nn", "store", "out"));
    INFO(again.told());
    CHECK(again.code == 0);
    CHECK(difference(outcome(expected), outcome(world.results("out"))) == "");
    const std::set<std::string> known = said_known(again.err);
    for (const std::string& name : said_done(ended.err)) {
      INFO(name);
      CHECK(known.contains(name));
      ++kept;
    }
  }
  CHECK(refused > 2);
  say(fmt::format("8 limits of the size of files: {} runs refused, {} trials that were done stayed done",
                  refused, kept));
}

TEST_CASE("where a database has no space to be opened, clean removes what it may", "[whole]") {
  const World world;
  world.write("study.nn", study());
  REQUIRE(world.nnc(world.run_words("study.nn", "store", "out")).code == 0);
  const auto files_in = [&](const char* folder) {
    return std::distance(std::filesystem::directory_iterator(world.path_of(folder)), {});
  };
  world.write("store/checkpoints/.tmp-1-1", "left");
  world.write("store/store.db.damaged", "left");
  const auto checkpoints = files_in("store/checkpoints");
  REQUIRE(checkpoints > 1);
  Surroundings full;
  full.largest_file = 16 * 1024;
  check_refused(world.nnc({"clean", "--dry-run", "--store", world.path_of("store")}, full), "space");
  CHECK(files_in("store/checkpoints") == checkpoints);
  check_refused(world.nnc({"clean", "--store", world.path_of("store")}, full), "nnc clean --checkpoints");
  CHECK(files_in("store/checkpoints") == checkpoints - 1);
  CHECK_FALSE(std::filesystem::exists(world.path_of("store/store.db.damaged")));
  CHECK(world.nnc({"clean", "--checkpoints", "--store", world.path_of("store")}, full).disgrace() == "");
  CHECK(files_in("store/checkpoints") == 0);
  CHECK(files_in("store/weights") > 0);
  const Ended again = world.nnc(world.run_words("study.nn", "store", "out"));
  INFO(again.told());
  CHECK(again.code == 0);
  CHECK(said_done(again.err).empty());
}

TEST_CASE("Ctrl-C ends also a run that waits for a store that another program keeps locked", "[whole]") {
  const World world;
  world.write("study.nn", study());
  REQUIRE(world.nnc(world.run_words("study.nn", "store", "out")).code == 0);
  const int file = ::open(world.path_of("store/lock").c_str(), O_RDWR | O_CLOEXEC);
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_len = 1;
  REQUIRE(::fcntl(file, F_OFD_SETLK, &range) == 0);
  Program program(world.path(), world.run_words("study.nn", "store", "out"));
  CHECK_FALSE(program.ends_within(0.5));
  program.send(SIGINT);
  const Ended ended = program.wait();
  ::close(file);
  INFO(ended.told());
  CHECK(ended.disgrace() == "");
  CHECK(ended.code == 128 + SIGINT);
  CHECK(ended.err.find("another program") != std::string::npos);
}
