// The house keeps its own rules: rooms include only rooms before them, documents link to what exists, the
// commands of the README work, every example checks.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

#include "compiler/driver/driver.hpp"
#include "runtime/store/store.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = NNC_SOURCE_DIR;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The rooms in the order of the top CMakeLists.txt.
std::vector<std::string> rooms_in_order() {
  std::vector<std::string> rooms;
  const std::string text = read_text(kRoot / "CMakeLists.txt");
  const std::regex line(R"(\nadd_subdirectory\(([a-z/]+)\))");
  for (auto found = std::sregex_iterator(text.begin(), text.end(), line); found != std::sregex_iterator();
       ++found) {
    rooms.push_back((*found)[1]);
  }
  return rooms;
}

// The room a path (relative to the root) lies in; the longest match wins.
std::string room_of(const std::string& path, const std::vector<std::string>& rooms) {
  std::string best;
  for (const std::string& room : rooms) {
    if (path.starts_with(room + "/") && room.size() > best.size()) best = room;
  }
  return best;
}

std::vector<fs::path> files_under(const std::vector<std::string>& folders,
                                  const std::vector<std::string>& extensions) {
  std::vector<fs::path> files;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const std::string extension = entry.path().extension().string();
      if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end())
        files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Outcome {
  int exit_code = 0;
  std::string err;
};

Outcome run(std::vector<std::string> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  nnc::Env env = nnc::real_env(nullptr);
  const fs::path store = fs::temp_directory_path() / ("nnc-audit-" + std::to_string(::getpid()));
  env.variable = [&](const std::string& name) {
    return name == "NNC_STORE" ? std::optional(store.string()) : std::nullopt;
  };
  // As a run has made it.
  if (!nnc::rt::Store::open(store.string())) return {nnc::kExitUsage, "cannot make " + store.string()};
  env.out = &out;
  env.err = &err;
  const int exit_code = nnc::run_command_line(env, std::move(arguments));
  fs::remove_all(store);
  return {exit_code, err.str()};
}

}  // namespace

TEST_CASE("a room includes only rooms before it", "[audit]") {
  const std::vector<std::string> rooms = rooms_in_order();
  REQUIRE(rooms.size() > 15);
  const std::regex include(R"re(#include "((?:compiler|runtime|stdlib|grammar)/[^"]+)")re");
  std::vector<std::string> wrong;
  for (const fs::path& file : files_under({"grammar", "compiler", "runtime", "stdlib"}, {".hpp", ".cpp"})) {
    const std::string own_path = fs::relative(file, kRoot).string();
    const std::string own = room_of(own_path, rooms);
    const std::string text = read_text(file);
    for (auto found = std::sregex_iterator(text.begin(), text.end(), include);
         found != std::sregex_iterator(); ++found) {
      const std::string other = room_of((*found)[1], rooms);
      const auto position = [&](const std::string& room) {
        return std::find(rooms.begin(), rooms.end(), room);
      };
      const bool runtime_sees_compiler = own.starts_with("runtime/") && other.starts_with("compiler/") &&
                                         other != "compiler/base" && other != "compiler/types" &&
                                         other != "compiler/ops" && other != "compiler/plan";
      if (position(other) > position(own) || runtime_sees_compiler)
        wrong.push_back(own_path + " includes " + (*found)[1].str());
    }
  }
  CHECK(wrong == std::vector<std::string>{});
}

TEST_CASE("links in documents lead somewhere", "[audit]") {
  const std::regex link(R"(\]\(([^)#:]+)\))");
  std::vector<fs::path> documents =
      files_under({"grammar", "compiler", "runtime", "stdlib", "docs", "tests"}, {".md"});
  documents.push_back(kRoot / "README.md");
  for (const fs::path& document : documents) {
    const std::string text = read_text(document);
    for (auto found = std::sregex_iterator(text.begin(), text.end(), link); found != std::sregex_iterator();
         ++found) {
      INFO(document << " links to " << (*found)[1]);
      CHECK(fs::exists(document.parent_path() / (*found)[1].str()));
    }
  }
}

TEST_CASE("the commands of the README work", "[audit]") {
  const std::string text = read_text(kRoot / "README.md");
  const std::regex command("\nbuild/release/nnc ([^\n#]+)");
  fs::current_path(kRoot);
  int count = 0;
  for (auto found = std::sregex_iterator(text.begin(), text.end(), command); found != std::sregex_iterator();
       ++found) {
    std::istringstream words((*found)[1]);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    // The first command of the README trains the quickstart itself.
    if (arguments.front() == "run") continue;
    ++count;
    const Outcome outcome = run(arguments);
    INFO("nnc " << (*found)[1] << "\n" << outcome.err);
    CHECK(outcome.exit_code == nnc::kExitOk);
  }
  CHECK(count >= 4);
}

TEST_CASE("every example checks without a remark", "[audit]") {
  fs::current_path(kRoot);
  for (const fs::path& example : files_under({"examples"}, {".nn"})) {
    const Outcome outcome = run({"check", fs::relative(example, kRoot).string()});
    INFO(example << "\n" << outcome.err);
    CHECK(outcome.exit_code == nnc::kExitOk);
    CHECK(outcome.err.find("warning") == std::string::npos);
  }
}
