// driver: diagnostics for people, for editors and for other programs; what `doctor` tells.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "compiler/driver/examinations.hpp"
#include "tests/unit/driver_world.hpp"

using namespace nnc;
using nlohmann::json;

namespace {

// A mistake in line 2 behind a character of two bytes, and one with labels.
constexpr const char* kWrong =
    "model a {\n  \"ä\"; dence(3)\n}\nmodel b { input 28x28x1\n  conv2d(2, 3x3)\n  dense(10)\n}\n";

struct Checked {
  std::string out;
  std::string err;
  int exit_code = 0;
};

Checked check(const std::string& format, const std::string& text, const std::string& path = "a b.nn") {
  World world;
  world.files["a b.nn"] = text;
  const int exit_code = world.run({"check", path, "--message-format", format});
  return {world.out.str(), world.err.str(), exit_code};
}

json result_with(const json& sarif, const std::string& code) {
  for (const json& result : sarif["runs"][0]["results"]) {
    if (result["ruleId"] == code) return result;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("short messages are a line each, with what an editor needs to find the place") {
  const Checked checked = check("short", kWrong);
  CHECK(checked.exit_code == kExitErrors);
  CHECK(checked.out.empty());
  const std::regex line(R"((.+):(\d+):(\d+): (error|warning) ([EW]\d{4}): (.+))");
  std::istringstream lines(checked.err);
  int count = 0;
  for (std::string text; std::getline(lines, text); ++count) CHECK(std::regex_match(text, line));
  CHECK(count >= 2);
  CHECK_THAT(checked.err,
             Catch::Contains("a b.nn:2:9: error E0201: unknown layer `dence` (did you mean `dense`?)\n"));
}

TEST_CASE("why and diff have short messages, and help names only the formats that a verb has") {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"why", "a.nn"}, {"diff", "a.nn", "a.nn"}}) {
    World world;
    world.files["a.nn"] = "model m { dence(2) }\n";
    std::vector<std::string> given = words;
    given.insert(given.end(), {"--message-format", "short"});
    CHECK(world.run(given) == kExitErrors);
    CHECK_THAT(world.err.str(), Catch::StartsWith("a.nn:1:11: error E0201"));
    World help;
    help.run({words.front(), "--help"});
    CHECK_THAT(help.out.str(), Catch::Contains("--message-format") && !Catch::Contains("for programs"));
  }
  World help;
  help.run({"check", "--help"});
  CHECK_THAT(help.out.str(), Catch::Contains("json or sarif"));
}

TEST_CASE("fmt also has short messages") {
  World world;
  world.files["a.nn"] = "model {\n";
  CHECK(world.run({"fmt", "a.nn", "--message-format", "short"}) == kExitErrors);
  CHECK_THAT(world.err.str(), Catch::StartsWith("a.nn:1:") && Catch::Contains(": error E01"));
}

namespace {

// A folder of real files: two wrong programs that import the same wrong file, and a good one.
class WrongFolder {
 public:
  WrongFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nnc-check-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    std::filesystem::create_directories(path_ + "/below");
    write("blocks.nn", "model part { dence(2) }\n");
    write("below/a.nn", "import \"../blocks.nn\"\nlet x = y\n");
    write("good.nn", "let x = 1\n");
  }
  ~WrongFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WrongFolder(const WrongFolder&) = delete;
  WrongFolder& operator=(const WrongFolder&) = delete;

  [[nodiscard]] Checked check(std::vector<std::string> words) const {
    World world;
    world.in.str("let x = z\n");
    world.env.read_file = real_env(nullptr).read_file;
    for (std::string& word : words) word = std::regex_replace(word, std::regex("HERE"), path_);
    words.insert(words.begin(), "check");
    const int exit_code = world.run(std::move(words));
    const auto here = [&](const std::string& text) {
      return std::regex_replace(text, std::regex(path_), "HERE");
    };
    return {here(world.out.str()), here(world.err.str()), exit_code};
  }

 private:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
  }
  std::string path_;
};

std::size_t count_of(const std::string& text, const std::string& words) {
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("check takes files and folders, and tells every mistake of all of them once") {
  const WrongFolder folder;
  const Checked all = folder.check({"HERE", "--message-format", "short"});
  CHECK(all.exit_code == kExitErrors);
  CHECK(count_of(all.err, "unknown layer `dence`") == 1);
  CHECK_THAT(all.err, Catch::Contains("HERE/below/a.nn:2:9: error E0201"));
  CHECK(all.out == "HERE/good.nn: no errors in 0 trials of 0 experiments\n2 of 3 files have errors\n");
  const Checked good = folder.check({"HERE/good.nn", "HERE/good.nn"});
  CHECK(good.exit_code == kExitOk);
  CHECK(good.out == "HERE/good.nn: no errors in 0 trials of 0 experiments\n");
  const Checked missing = folder.check({"HERE/good.nn", "HERE/goood.nn", "HERE/nothing", "--quiet"});
  CHECK(missing.exit_code == kExitUsage);
  CHECK(missing.out.empty());
  CHECK(count_of(missing.err, "error: there is no file") == 2);
  CHECK(folder.check({"HERE/blocks.nn", "HERE/goood.nn"}).exit_code == kExitErrors);
  CHECK_THAT(folder.check({"HERE", "--dump=ast"}).err, Catch::Contains("--dump shows one program"));
}

TEST_CASE("check reads standard input, alone or among files") {
  const WrongFolder folder;
  const Checked alone = folder.check({"-", "--message-format", "short"});
  CHECK(alone.exit_code == kExitErrors);
  CHECK_THAT(alone.err, Catch::StartsWith("<stdin>:1:9: error E0201"));
  const Checked among = folder.check({"HERE/blocks.nn", "-", "--message-format", "short"});
  CHECK_THAT(among.err, Catch::Contains("HERE/blocks.nn:1:14: ") && Catch::Contains("<stdin>:1:9: "));
}

TEST_CASE("of several programs there is one document") {
  const WrongFolder folder;
  const Checked checked = folder.check({"HERE", "HERE/missing.nn", "--json"});
  CHECK(checked.exit_code == kExitErrors);
  const json all = json::parse(checked.out);
  REQUIRE(all["files"].size() == 4);
  CHECK(all["with_errors"] == 2);
  CHECK(all["files"][0]["file"] == "HERE/below/a.nn");
  CHECK(all["files"][0]["errors"] == 2);
  CHECK(all["files"][2]["diagnostics"].empty());
  CHECK(all["files"][3]["error"] == "there is no file `HERE/missing.nn`");
  CHECK(json::parse(folder.check({"HERE/blocks.nn", "--json"}).out)["errors"] == 1);

  const json sarif = json::parse(folder.check({"HERE", "HERE/missing.nn", "--message-format", "sarif"}).out);
  REQUIRE(sarif["runs"].size() == 1);
  CHECK(sarif["runs"][0]["results"].size() == 2);
  CHECK(sarif["runs"][0]["tool"]["driver"]["rules"].size() == 1);
  CHECK(sarif["runs"][0]["invocations"][0]["executionSuccessful"] == false);
}

TEST_CASE("a name that may have been meant is an edit for tools; of several none is chosen") {
  const std::string one = "model m {\n  flaten\n}\n";
  const json mistake = json::parse(check("json", one).out)["diagnostics"][0];
  CHECK(mistake["hint"] == "did you mean `flatten`?");
  CHECK(mistake["alternatives"] == json{"flatten"});
  REQUIRE(mistake["suggestion"].is_object());
  CHECK(mistake["suggestion"]["replacement"] == "flatten");
  CHECK(mistake["suggestion"]["place"] == mistake["place"]);

  const json fixes = result_with(json::parse(check("sarif", one).out), "E0201")["fixes"];
  REQUIRE(fixes.size() == 1);
  CHECK(fixes[0]["description"]["text"] == "did you mean `flatten`?");
  const json& change = fixes[0]["artifactChanges"][0];
  CHECK(change["artifactLocation"]["uri"] == "a%20b.nn");
  CHECK(change["replacements"][0]["insertedContent"]["text"] == "flatten");
  const json region = {{"startLine", 2}, {"startColumn", 3}, {"endLine", 2}, {"endColumn", 9}};
  CHECK(change["replacements"][0]["deletedRegion"] == region);

  const std::string several = "let rate_a = 1\nlet rate_b = 2\nlet x = rate_c\n";
  const json open = json::parse(check("json", several).out)["diagnostics"][0];
  CHECK(open["alternatives"] == json({"rate_a", "rate_b"}));
  CHECK(open["suggestion"].is_null());
  const json choices = result_with(json::parse(check("sarif", several).out), "E0201")["fixes"];
  REQUIRE(choices.size() == 2);
  CHECK(choices[1]["description"]["text"] == "change to `rate_b`");
}

TEST_CASE("json as a format of messages is what --json prints") {
  World world;
  world.files["a b.nn"] = kWrong;
  CHECK(world.run({"check", "a b.nn", "--json"}) == kExitErrors);
  CHECK(check("json", kWrong).out == world.out.str());
  CHECK(check("json", kWrong).err.empty());
}

TEST_CASE("SARIF has rules, places in characters and related places") {
  const Checked checked = check("sarif", kWrong);
  CHECK(checked.exit_code == kExitErrors);
  CHECK(checked.err.empty());
  const json sarif = json::parse(checked.out);
  CHECK(sarif["version"] == "2.1.0");
  const json& run = sarif["runs"][0];
  CHECK(run["invocations"][0]["executionSuccessful"] == true);
  CHECK(run["columnKind"] == "unicodeCodePoints");
  for (const json& result : run["results"]) {
    const json& rule = run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()];
    CHECK(rule["id"] == result["ruleId"]);
    CHECK_FALSE(rule["shortDescription"]["text"].get<std::string>().empty());
  }
  const json unknown = result_with(sarif, "E0201");
  const json& place = unknown["locations"][0]["physicalLocation"];
  CHECK(place["artifactLocation"]["uri"] == "a%20b.nn");
  CHECK(place["region"]["startLine"] == 2);
  CHECK(place["region"]["startColumn"] == 8);
  const json related = result_with(sarif, "E0404")["relatedLocations"];
  REQUIRE_FALSE(related.empty());
  CHECK(related[0]["id"] == 1);
  CHECK_FALSE(related[0]["message"]["text"].get<std::string>().empty());
}

TEST_CASE("what is certainly meant is a fix in SARIF") {
  const json sarif = json::parse(check("sarif", "recipe r { loss = mse }\n").out);
  const json mistake = result_with(sarif, "E0101");
  const json change = mistake["fixes"][0]["artifactChanges"][0];
  CHECK(change["artifactLocation"]["uri"] == "a%20b.nn");
  CHECK(change["replacements"][0]["insertedContent"]["text"] == ":");
  CHECK(change["replacements"][0]["deletedRegion"]["startLine"] == 1);
  CHECK(mistake["fixes"][0]["description"]["text"].is_string());
}

TEST_CASE("SARIF of a program without mistakes has no results, and of a missing file a reason") {
  const json good = json::parse(check("sarif", "model a { input 4; dense(2) }\n").out);
  CHECK(good["runs"][0]["results"] == json::array());
  const Checked missing = check("sarif", "", "missing.nn");
  CHECK(missing.exit_code == kExitUsage);
  const json invocation = json::parse(missing.out)["runs"][0]["invocations"][0];
  CHECK(invocation["executionSuccessful"] == false);
  CHECK_THAT(invocation["toolExecutionNotifications"][0]["message"]["text"].get<std::string>(),
             Catch::Contains("missing.nn"));
}

TEST_CASE("doctor says what is there, and ends with 1 only if nothing could be trained") {
  World world;
  world.variables["NNC_STORE"] = (std::filesystem::temp_directory_path() / "nnc-doctor-store").string();
  CHECK(world.run({"doctor", "--json"}) == kExitOk);
  const json told = json::parse(world.out.str());
  CHECK(told["good"] == true);
  std::vector<std::string> subjects;
  for (const json& finding : told["findings"]) {
    subjects.push_back(finding["subject"]);
    CHECK_FALSE(finding["what"].get<std::string>().empty());
    CHECK((finding["state"] == "ok" || !finding["help"].get<std::string>().empty()));
  }
  CHECK(subjects == std::vector<std::string>{"nnc", "processor", "memory", "store", "charts", "data sets",
                                             "shells", "editors"});
  World text;
  text.variables = world.variables;
  CHECK(text.run({"doctor"}) == kExitOk);
  CHECK_THAT(text.out.str(), Catch::Contains("test: kernels for") || Catch::Contains("fused multiply-add"));
  World in_the_way;
  in_the_way.variables["NNC_STORE"] = "/proc/nnc-store";
  CHECK(in_the_way.run({"doctor"}) == kExitErrors);
  CHECK_THAT(in_the_way.out.str(), Catch::Contains("error    store") && Catch::Contains("NNC_STORE"));
}

TEST_CASE("doctor knows the editors in which the files for them are installed") {
  World world;
  world.variables["HOME"] = "/home/me";
  world.env.list_files = [](const std::string& folder) -> std::vector<std::string> {
    if (folder == "/home/me/.vim/pack/nnc/start") return {"nn"};
    if (folder == "/home/me/.vscode/extensions") return {"ms-python.python-1", "nnc.nn-language-0.1.0"};
    return {};
  };
  CHECK(examine_editors(world.env).what == "VS Code, Vim");
  world.variables["HOME"] = "/home/you";
  CHECK_THAT(examine_editors(world.env).help, Catch::Contains("docs/editors.md"));
}

TEST_CASE("doctor finds no data where there is none, and says what to do") {
  const Finding finding = examine_data("/nowhere");
  CHECK(finding.state == Finding::State::Warning);
  CHECK_THAT(finding.help, Catch::Contains("dataset-fashion-mnist"));
}
