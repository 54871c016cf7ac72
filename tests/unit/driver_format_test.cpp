// driver: nnc fmt, what it writes, what it says and what it leaves alone.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/unit/driver_world.hpp"

using namespace nnc;

namespace {

namespace fs = std::filesystem;

// A folder of real files, and `nnc fmt` in it.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "nnc-fmt-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(at(name)).parent_path());
    std::ofstream(at(name), std::ios::binary) << text;
    return at(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(at(name), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

struct Outcome {
  int exit_code;
  std::string out;
  std::string err;
};

Outcome fmt_of(std::vector<std::string> arguments) {
  World world;
  world.env.read_file = real_env(nullptr).read_file;
  arguments.insert(arguments.begin(), "fmt");
  const int exit_code = world.run(std::move(arguments));
  return {exit_code, world.out.str(), world.err.str()};
}

Outcome fmt_input(const std::string& text, std::vector<std::string> arguments) {
  World world;
  world.in.str(text);
  arguments.insert(arguments.begin(), {"fmt", "-"});
  const int exit_code = world.run(std::move(arguments));
  return {exit_code, world.out.str(), world.err.str()};
}

}  // namespace

TEST_CASE("fmt writes files in place and says which") {
  const Folder folder;
  const std::string a = folder.write("a.nn", "let  a=1");
  const std::string b = folder.write("b.nn", "let b = 1\n");
  const Outcome outcome = fmt_of({a, b});
  CHECK(outcome.exit_code == kExitOk);
  CHECK(outcome.out == a + ": formatted\n" + b + ": nothing to change\n1 of 2 files formatted\n");
  CHECK(outcome.err.empty());
  CHECK(folder.read("a.nn") == "let a = 1\n");
  CHECK(folder.read("b.nn") == "let b = 1\n");
  CHECK(folder.entries() == 2);
  const Outcome quiet = fmt_of({"-q", folder.write("a.nn", "let  a=1")});
  CHECK((quiet.exit_code == kExitOk && quiet.out.empty()));
}

TEST_CASE("a file with nothing to change is not touched") {
  const Folder folder;
  const std::string path = folder.write("a.nn", "let a = 1\n");
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(5);
  fs::last_write_time(path, old);
  CHECK(fmt_of({path}).exit_code == kExitOk);
  CHECK(fs::last_write_time(path) == old);
}

TEST_CASE("fmt keeps permissions, and of a link replaces what it leads to") {
  const Folder folder;
  const std::string path = folder.write("real/a.nn", "let  a=1");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  fs::create_symlink("real/a.nn", folder.at("link.nn"));
  CHECK(fmt_of({folder.at("link.nn")}).exit_code == kExitOk);
  CHECK(folder.read("real/a.nn") == "let a = 1\n");
  CHECK(fs::is_symlink(folder.at("link.nn")));
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 07777) == 0640);
}

TEST_CASE("a folder stands for the .nn files below it, each once") {
  const Folder folder;
  folder.write("b/c.nn", "let  c=1");
  folder.write("a.nn", "let  a=1");
  folder.write("a.txt", "let  a=1");
  folder.write(".hidden/a.nn", "let  a=1");
  fs::create_symlink("a.nn", folder.at("other.nn"));
  fs::create_directory_symlink(".", folder.at("b/around"));
  const Outcome outcome = fmt_of({folder.at(""), folder.at("a.nn")});
  CHECK(outcome.exit_code == kExitOk);
  CHECK_THAT(outcome.out, Catch::EndsWith("2 of 2 files formatted\n"));
  CHECK(folder.read("b/c.nn") == "let c = 1\n");
  CHECK(folder.read("a.txt") == "let  a=1");
  CHECK(folder.read(".hidden/a.nn") == "let  a=1");
  fs::create_directory(folder.at("empty"));
  const Outcome empty = fmt_of({folder.at("empty")});
  CHECK(empty.exit_code == kExitUsage);
  CHECK_THAT(empty.err, Catch::Contains("there is no .nn file in"));
}

TEST_CASE("a file without a name is not the file that was not named") {
  World world;
  world.files["sole.nn"] = "let a = 1\n";
  for (const std::string verb : {"check", "run", "plan", "summary", "fmt"}) {
    INFO(verb);
    CHECK(world.run({verb, ""}) == kExitUsage);
  }
  CHECK_THAT(world.err.str(), Catch::Contains("the name of a file is empty"));
  CHECK(world.run({"check"}) == kExitOk);
}

TEST_CASE("--check names what would change and changes nothing") {
  const Folder folder;
  const std::string a = folder.write("a.nn", "let  a=1");
  const std::string b = folder.write("b.nn", "let b = 1\n");
  const Outcome outcome = fmt_of({"--check", a, b});
  CHECK(outcome.exit_code == kExitErrors);
  CHECK(outcome.out == a + ": would be formatted\n1 of 2 files would be formatted\n");
  CHECK(folder.read("a.nn") == "let  a=1");
  CHECK(fmt_of({"--check", b}).exit_code == kExitOk);
  CHECK(fmt_of({"--check", b}).out.empty());
}

TEST_CASE("--diff shows what would change, in colour where that is wanted") {
  const Folder folder;
  const std::string a = folder.write("a.nn", "let  a=1\n");
  const Outcome plain = fmt_of({"--diff", a});
  CHECK(plain.exit_code == kExitOk);
  CHECK(plain.out == "--- " + a + "\n+++ " + a + " (formatted)\n@@ -1 +1 @@\n-let  a=1\n+let a = 1\n");
  CHECK(folder.read("a.nn") == "let  a=1\n");
  CHECK_THAT(fmt_of({"--diff", a, "--color=always"}).out, Catch::Contains("\x1b[31m-let  a=1\x1b[0m\n"));
  CHECK(fmt_of({"--diff", "--check", a}).exit_code == kExitErrors);
  CHECK(fmt_of({"--diff", folder.write("a.nn", "let a = 1\n")}).out.empty());
}

TEST_CASE("fmt - reads standard input and writes standard output") {
  CHECK(fmt_input("let  a=1", {}).out == "let a = 1\n");
  CHECK(fmt_input("let a = 1\n", {}).out == "let a = 1\n");
  CHECK(fmt_input("", {}).out.empty());
  const Outcome check = fmt_input("let  a=1", {"--check"});
  CHECK(check.exit_code == kExitErrors);
  CHECK(check.out == "<stdin>: would be formatted\n");
  const Outcome wrong = fmt_input("let  a=", {});
  CHECK(wrong.exit_code == kExitErrors);
  CHECK(wrong.out.empty());
  CHECK_THAT(wrong.err, Catch::Contains("<stdin>:1:"));
  const Outcome both = fmt_input("", {"a.nn"});
  CHECK(both.exit_code == kExitUsage);
  CHECK_THAT(both.err, Catch::Contains("standard input is formatted alone"));
}

TEST_CASE("a file with syntax errors is left alone, the others are formatted") {
  const Folder folder;
  const std::string a = folder.write("a.nn", "let  a=\n");
  const std::string b = folder.write("b.nn", "let  b=1\n");
  const Outcome outcome = fmt_of({a, b});
  CHECK(outcome.exit_code == kExitErrors);
  CHECK_THAT(outcome.err, Catch::Contains("error[E0101]") && Catch::Contains("a.nn:1:"));
  CHECK(folder.read("a.nn") == "let  a=\n");
  CHECK(folder.read("b.nn") == "let b = 1\n");
}

TEST_CASE("files that cannot be read or written are clear errors, and stay") {
  const Folder folder;
  const Outcome missing = fmt_of({folder.at("no.nn")});
  CHECK(missing.exit_code == kExitUsage);
  CHECK_THAT(missing.err, Catch::Contains("there is no file"));
  REQUIRE(::mkfifo(folder.at("pipe.nn").c_str(), 0600) == 0);
  World piped;
  piped.files[folder.at("pipe.nn")] = "let  a=1";
  CHECK(piped.run({"fmt", folder.at("pipe.nn")}) == kExitUsage);
  CHECK_THAT(piped.err.str(), Catch::Contains("no file that can be replaced"));
  fs::remove(folder.at("pipe.nn"));
  const std::string a = folder.write("a.nn", "let  a=1");
  REQUIRE(::chmod(a.c_str(), 0444) == 0);
  const std::string b = folder.write("b.nn", "let  b=1");
  const Outcome locked = fmt_of({a, b});
  CHECK(locked.exit_code == kExitUsage);
  CHECK_THAT(locked.err, Catch::Contains("cannot write") && Catch::Contains("read-only"));
  CHECK(folder.read("a.nn") == "let  a=1");
  CHECK(folder.read("b.nn") == "let b = 1\n");
  CHECK(folder.entries() == 2);
}

TEST_CASE("what another program writes meanwhile is not lost") {
  const Folder folder;
  const std::string path = folder.write("a.nn", "let  a=1");
  World world;
  world.env.read_file = [&](const std::string& name) {
    const auto text = real_env(nullptr).read_file(name);
    folder.write("a.nn", "let  a=2");
    return text;
  };
  CHECK(world.run({"fmt", path}) == kExitUsage);
  CHECK_THAT(world.err.str(), Catch::Contains("was changed by another program"));
  CHECK(folder.read("a.nn") == "let  a=2");
}

TEST_CASE("without a file fmt takes the sole one of the folder, and says what it takes else") {
  World world;
  world.files["a.nn"] = "let a = 1\n";
  CHECK(world.run({"fmt"}) == kExitOk);
  CHECK(world.out.str() == "a.nn: nothing to change\n");
  world.files["b.nn"] = "";
  CHECK(world.run({"fmt"}) == kExitUsage);
  CHECK_THAT(world.err.str(), Catch::Contains("there are several") && Catch::Contains("`nnc fmt .`"));
}

TEST_CASE("with --json fmt prints one object") {
  const Folder folder;
  const std::string a = folder.write("a.nn", "let  a=1\n");
  const std::string b = folder.write("b.nn", "let  b=\n");
  const std::string c = folder.write("c.nn", "let c = 1\n");
  const Outcome outcome = fmt_of({"--json", "--diff", a, b, c, folder.at("d.nn")});
  CHECK(outcome.exit_code == kExitUsage);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["changed"] == 1);
  REQUIRE(json["files"].size() == 4);
  CHECK(json["files"][0]["status"] == "would be formatted");
  CHECK_THAT(json["files"][0]["diff"].get<std::string>(), Catch::Contains("+let a = 1"));
  CHECK(json["files"][1]["status"] == "errors");
  CHECK(json["files"][1]["diagnostics"][0]["code"] == "E0101");
  CHECK(json["files"][2]["status"] == "unchanged");
  CHECK(json["files"][3]["status"] == "failed");
  CHECK(nlohmann::json::parse(fmt_input("let  a=1", {"--json"}).out)["files"][0]["text"] == "let a = 1\n");
}
