// Reads cases and runs them through the driver, in this process.
#include "tests/cases/golden_case.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "compiler/base/text_diff.hpp"
#include "compiler/driver/driver.hpp"

namespace nnc::test {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::istringstream stream{std::string(text)};
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

void read_command(std::string_view text, GoldenCase& golden) {
  CaseCommand command;
  for (std::size_t open = text.rfind('['); open != std::string_view::npos; open = text.rfind('[')) {
    const std::string_view remark = trim(text.substr(open));
    if (remark == "[unmarked]") {
      golden.unmarked = true;
    } else if (remark.starts_with("[exit ") && remark.ends_with("]")) {
      command.exit_code = std::atoi(std::string(remark.substr(6)).c_str());
    } else {
      break;
    }
    text = trim(text.substr(0, open));
  }
  command.arguments = words_of(text);
  if (command.arguments.size() < 2 || command.arguments.front() != "nnc") {
    golden.mistakes.push_back(fmt::format("`#? {}` is not a command", text));
    return;
  }
  command.arguments.erase(command.arguments.begin());
  golden.commands.push_back(std::move(command));
}

void read_mark(std::string_view text, int line, GoldenCase& golden) {
  for (; text.starts_with("^"); text.remove_prefix(1)) --line;
  text = trim(text);
  const std::size_t end = text.find(']');
  const bool known = text.starts_with("error[") || text.starts_with("warning[");
  if (!known || end == std::string_view::npos) {
    golden.mistakes.push_back(fmt::format("line {}: `#~ {}` is not a mark", line, text));
    return;
  }
  golden.marks.push_back(
      {line, std::string(text.substr(0, end + 1)), std::string(trim(text.substr(end + 1)))});
}

// ---------------------------------------------------------------- running

// An empty folder for one command, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nnc-case-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void replace_all(std::string& text, std::string_view old, std::string_view with) {
  if (old.empty()) return;
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + with.size())) {
    text.replace(at, old.size(), with);
  }
}

// With `-` the file comes from standard input.
bool reads_input(const std::vector<std::string>& arguments) {
  return std::find(arguments.begin(), arguments.end(), "-") != arguments.end();
}

bool takes_file(const std::vector<std::string>& arguments) {
  return arguments.front() != "explain" && !reads_input(arguments);
}

struct Outcome {
  std::string out;
  std::string err;
  int exit_code = 0;
};

// The same everywhere: no terminal, a store that knows nothing, two cores, a clock that stands still.
Outcome run(std::vector<std::string> arguments, const std::string& file) {
  const TemporaryFolder temporary;
  for (std::string& argument : arguments) replace_all(argument, "{tmp}", temporary.path());
  std::ifstream input;
  if (reads_input(arguments)) input.open(file, std::ios::binary);
  if (takes_file(arguments)) arguments.insert(arguments.begin() + 1, file);
  std::ostringstream out;
  std::ostringstream err;
  Env env = real_env(nullptr);
  env.read_input = [&input] {
    return Result<std::string>(std::string(std::istreambuf_iterator<char>(input), {}));
  };
  env.out = &out;
  env.err = &err;
  env.out_is_terminal = false;
  env.err_is_terminal = false;
  env.columns = [] { return 80; };
  env.cores = [] { return 2; };
  env.variable = [&](const std::string& name) {
    return name == "NNC_STORE" ? std::optional(temporary.path() + "/.nnc") : std::nullopt;
  };
  env.seconds = [] { return 0.0; };
  env.date = [] { return std::string("2000-01-01T00:00:00Z"); };
  env.machine = [] { return std::string("test machine"); };
  Outcome outcome;
  outcome.exit_code = run_command_line(env, std::move(arguments));
  outcome.out = out.str();
  outcome.err = err.str();
  for (std::string* text : {&outcome.out, &outcome.err}) replace_all(*text, temporary.path(), "{tmp}");
  return outcome;
}

std::string describe(const std::string& file, const CaseCommand& command, const Outcome& outcome) {
  std::string text = "$ nnc " + command.arguments.front();
  if (takes_file(command.arguments)) text += " " + std::filesystem::path(file).filename().string();
  for (std::size_t i = 1; i < command.arguments.size(); ++i) text += " " + command.arguments[i];
  text += "\n" + outcome.out;
  if (!outcome.err.empty()) text += "--- stderr\n" + outcome.err;
  if (outcome.exit_code != 0) text += fmt::format("[exit {}]\n", outcome.exit_code);
  return text;
}

// ---------------------------------------------------------------- marks

struct Reported {
  int line = 0;
  std::string code;
  std::string message;
  bool marked = false;
};

// What the first command reports about this file, from its JSON form. Training is not needed for that.
std::vector<Reported> reported_in(const GoldenCase& golden) {
  std::vector<std::string> arguments = golden.commands.front().arguments;
  if (arguments.front() == "run" || arguments.front() == "report") arguments = {"check"};
  arguments.emplace_back("--json");
  const auto json = nlohmann::json::parse(run(arguments, golden.path).out, nullptr, false);
  std::vector<Reported> all;
  if (json.is_discarded() || !json.contains("diagnostics")) return all;
  for (const auto& diagnostic : json["diagnostics"]) {
    const auto& place = diagnostic["place"];
    if (place.is_null() || place["path"] != golden.path) continue;
    all.push_back({place["line"].get<int>(),
                   fmt::format("{}[{}]", diagnostic["severity"].get<std::string>(),
                               diagnostic["code"].get<std::string>()),
                   diagnostic["message"].get<std::string>()});
  }
  return all;
}

void verify_marks(const GoldenCase& golden, std::vector<std::string>& failures) {
  std::vector<Reported> all = reported_in(golden);
  for (const Mark& mark : golden.marks) {
    bool found = false;
    for (Reported& reported : all) {
      if (found || reported.marked || reported.line != mark.line || reported.code != mark.code) continue;
      if (reported.message.find(mark.words) == std::string::npos) continue;
      found = reported.marked = true;
    }
    if (!found)
      failures.push_back(
          fmt::format("line {}: nothing like `{} {}` is reported", mark.line, mark.code, mark.words));
  }
  for (const Reported& reported : all) {
    if (reported.marked || golden.unmarked) continue;
    failures.push_back(
        fmt::format("line {}: `{} {}` has no mark", reported.line, reported.code, reported.message));
  }
}

}  // namespace

GoldenCase read_case(const std::string& path, const std::string& text) {
  GoldenCase golden;
  golden.path = path;
  int number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (line.starts_with("#?")) read_command(trim(line.substr(2)), golden);
    if (const std::size_t at = line.find("#~"); at != std::string_view::npos)
      read_mark(line.substr(at + 2), number, golden);
  }
  const bool wrong = std::any_of(golden.marks.begin(), golden.marks.end(),
                                 [](const Mark& mark) { return mark.code.starts_with("error"); });
  for (CaseCommand& command : golden.commands) {
    if (command.exit_code < 0) command.exit_code = wrong ? kExitErrors : kExitOk;
  }
  if (golden.commands.empty()) golden.mistakes.emplace_back("the case has no line `#? nnc ...`");
  return golden;
}

CaseResult run_case(const GoldenCase& golden) {
  CaseResult result;
  result.failures = golden.mistakes;
  if (golden.commands.empty()) return result;
  for (const CaseCommand& command : golden.commands) {
    const Outcome outcome = run(command.arguments, golden.path);
    if (outcome.exit_code != command.exit_code) {
      result.failures.push_back(fmt::format("`nnc {}` ends with exit code {} instead of {}",
                                            fmt::join(command.arguments, " "), outcome.exit_code,
                                            command.exit_code));
    }
    result.output += describe(golden.path, command, outcome);
  }
  verify_marks(golden, result.failures);
  return result;
}

}  // namespace nnc::test
