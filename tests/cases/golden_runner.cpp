// The program that runs the golden cases: golden_runner [--bless] [--self-test] [words of paths...]
// In: tests/cases/<folder>/*.nn with their .expected, from the repository's root. Out: a unified diff for
// every case that prints something else, and exit code 1 if there is one.
#include <fmt/format.h>
#include <cstdlib>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/base/text_diff.hpp"
#include "runtime/report/report.hpp"
#include "tests/cases/golden_case.hpp"

namespace {

using namespace nnc::test;
using nnc::unified_diff;
namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> find_cases(const std::vector<std::string>& filters) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator("tests/cases")) {
    const std::string path = entry.path().generic_string();
    const bool is_case = path.ends_with(".nn") && fs::exists(fs::path(path).replace_extension(".expected"));
    const bool begins_with_command =
        path.ends_with(".nn") && read_text(path).find("#? ") != std::string::npos;
    if (!is_case && !begins_with_command) continue;  // imported by a case
    const bool wanted =
        filters.empty() || std::any_of(filters.begin(), filters.end(), [&](const std::string& filter) {
          return path.find(filter) != std::string::npos;
        });
    if (wanted) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// Expected files whose case is gone would never fail.
std::vector<std::string> find_orphans() {
  std::vector<std::string> orphans;
  for (const auto& entry : fs::recursive_directory_iterator("tests/cases")) {
    if (entry.path().extension() != ".expected") continue;
    if (!fs::exists(fs::path(entry.path()).replace_extension(".nn")))
      orphans.push_back(entry.path().generic_string());
  }
  return orphans;
}

// True if the case holds; with `bless`, if all but the snapshot holds.
bool check_case(const std::string& path, bool bless) {
  const fs::path expected_path = fs::path(path).replace_extension(".expected");
  const CaseResult result = run_case(read_case(path, read_text(path)));
  bool good = result.failures.empty();
  for (const std::string& failure : result.failures) fmt::print("{}: {}\n", path, failure);
  const bool exists = fs::exists(expected_path);
  const std::string diff = unified_diff(read_text(expected_path), result.output);
  if (exists && diff.empty()) return good;
  if (bless) {
    std::ofstream(expected_path, std::ios::binary) << result.output;
    fmt::print("{}: written\n", expected_path.generic_string());
    return good;
  }
  fmt::print("{}: {}\n{}", path, exists ? "prints something else" : "has no .expected yet; --bless writes it",
             diff);
  return false;
}

int check(bool condition, const char* what) {
  if (!condition) fmt::print("self-test: {} does not hold\n", what);
  return condition ? 0 : 1;
}

// The runner must be able to fail.
int self_test() {
  int failures = 0;
  failures += check(unified_diff("a\nb\n", "a\nb\n").empty(), "equal texts have no difference");
  failures += check(unified_diff("a\nb\nc\n", "a\nx\nc\n") == "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n",
                    "a changed line is shown");
  failures += check(!unified_diff("a", "a\n").empty(), "a missing line break is a difference");
  const GoldenCase golden = read_case(
      "a.nn", "#? nnc check --only a [exit 1] [unmarked]\nx #~ error[E0201] unknown\n#~^^ error[E0101]\n");
  failures += check(golden.mistakes.empty() && golden.commands.size() == 1, "a command is read");
  failures += check(golden.commands[0].exit_code == 1 && golden.unmarked, "its remarks are read");
  failures += check(golden.commands[0].arguments == std::vector<std::string>{"check", "--only", "a"},
                    "its words are read");
  failures += check(golden.marks.size() == 2 && golden.marks[0].line == 2 &&
                        golden.marks[0].words == "unknown" && golden.marks[1].line == 1,
                    "marks are read");
  failures += check(!read_case("a.nn", "x\n").mistakes.empty(), "a case without a command is a mistake");
  failures += check(!read_case("a.nn", "#? nnc check\nx #~ eror[E0201]\n").mistakes.empty(),
                    "a mistyped mark is a mistake");
  return failures == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  unsetenv("NNC_WITHOUT");  // what is printed of graphs and plans is that of all optimizations
  std::vector<std::string> filters(argv + 1, argv + argc);
  const auto take = [&](const char* option) {
    const auto at = std::find(filters.begin(), filters.end(), option);
    if (at == filters.end()) return false;
    filters.erase(at);
    return true;
  };
  // The report starts its own program again to draw charts.
  if (take("--render-charts")) return nnc::rt::render_charts_main();
  if (take("--self-test")) return self_test();
  const bool bless = take("--bless");
  take("--filter");
  if (!fs::exists("tests/cases")) {
    fmt::print("run this from the root of the repository\n");
    return 2;
  }
  const std::vector<std::string> paths = find_cases(filters);
  int failed = 0;
  for (const std::string& path : paths) failed += check_case(path, bless) ? 0 : 1;
  for (const std::string& orphan : find_orphans()) {
    fmt::print("{}: its .nn file is gone\n", orphan);
    ++failed;
  }
  fmt::print("{} cases, {} failed\n", paths.size(), failed);
  return failed == 0 && !paths.empty() ? 0 : 1;
}
