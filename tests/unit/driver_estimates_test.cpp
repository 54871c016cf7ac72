// The process that finds out how long experiments take: here a script, which is told what nnc would be.
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "compiler/driver/estimate_process.hpp"
#include "tests/unit/data_files.hpp"

using namespace nnc;
using nnc::lsp::ExperimentSeconds;

namespace {

struct Script {
  test::TemporaryFolder folder;
  std::string path;

  explicit Script(const std::string& lines) {
    const std::string text = "#!/bin/sh\n" + lines + "\n";
    path = folder.write("nnc", test::Bytes(text.begin(), text.end()));
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  // What is written into a file of the folder; waits until it is there.
  [[nodiscard]] std::string written(const std::string& name) const {
    const std::string file = folder.path() + "/" + name;
    for (int i = 0; i < 3000 && !std::filesystem::exists(file); ++i) pause();
    std::string line;
    std::ifstream stream(file);
    std::getline(stream, line);
    return line;
  }
  static void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }
};

ExperimentSeconds answer_of(const std::string& lines) {
  const Script script(lines);
  EstimateProcesses processes(script.path);
  const auto process = processes.start("/a b.nn");
  REQUIRE(process != nullptr);
  for (int i = 0; i < 3000; ++i) {
    if (const auto times = process->poll()) {
      CHECK(process->poll() == times);
      return *times;
    }
    Script::pause();
  }
  FAIL("it never ends");
  return {};
}

bool is_alive(pid_t process) { return ::kill(process, 0) == 0; }

}  // namespace

TEST_CASE("the experiments of a plan are its answer", "[driver]") {
  CHECK(answer_of(R"(echo '{"trials": [{"experiments": 1}], "experiments": [{"name": "a", "seconds": 2.5},
      {"name": "b", "seconds": null}, {"name": "c"}, 7]}')") == ExperimentSeconds{{"a", 2.5}});
}

TEST_CASE("it plans the file, without a store, at the lowest priority", "[driver]") {
  const std::string words = "plan,/a b.nn,--json,--quiet,--store,/dev/null/store";
  const ExperimentSeconds times = answer_of(
      R"(IFS=,; read line; echo "{\"experiments\": [{\"name\": \"$*\", \"seconds\": $(nice)}]}"; echo no >&2)");
  CHECK(times == ExperimentSeconds{{words, 19}});
}

TEST_CASE("what fails or answers something else has no times", "[driver]") {
  CHECK(answer_of(R"(echo '{"experiments": [{"name": "a", "seconds": 2.5}]}'; exit 1)").empty());
  CHECK(answer_of("kill -9 $$").empty());
  CHECK(answer_of("echo '{'").empty());
  CHECK(answer_of("echo '[1]'").empty());
  CHECK(answer_of(R"(echo '{"experiments": 3}')").empty());
  CHECK(answer_of(R"(echo '{"experiments": []}'; head -c 20000000 /dev/zero)").empty());
  EstimateProcesses nothing("/nowhere/nnc");
  const auto process = nothing.start("/a.nn");
  REQUIRE(process != nullptr);
  while (!process->poll()) Script::pause();
  CHECK(process->poll() == ExperimentSeconds());
}

TEST_CASE("one that is not needed any longer is killed, and nobody waits for it", "[driver]") {
  const Script script("cd \"${0%/*}\"; echo $$ > new; mv new id; exec sleep 1000");
  EstimateProcesses processes(script.path);
  auto process = processes.start("/a.nn");
  const auto id = static_cast<pid_t>(std::stoi(script.written("id")));
  CHECK_FALSE(process->poll());
  CHECK(is_alive(id));
  process = nullptr;
  for (int i = 0; i < 3000 && is_alive(id); ++i) {
    process = processes.start("/a.nn");  // also forgets those that have ended
    Script::pause();
  }
  CHECK_FALSE(is_alive(id));
}
