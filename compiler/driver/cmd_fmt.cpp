// nnc fmt: lays programs out in the one style, in place, or says or shows what it would change. A file with
// syntax errors, and one that cannot be written, stays as it is; the others are formatted all the same.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "compiler/base/render.hpp"
#include "compiler/base/text_diff.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/format/format.hpp"
#include "compiler/parse/text_check.hpp"
#include "runtime/record/record.hpp"

namespace nnc {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kStandardInput = "<stdin>";

// ---------------------------------------------------------------- which files

// All programs below a folder, in order. Hidden folders are not looked into, and links to folders not
// followed.
Result<std::vector<std::string>> programs_below(const std::string& folder) {
  std::vector<std::string> programs;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code unknown;
    if (name.starts_with(".") && at->is_directory(unknown)) at.disable_recursion_pending();
    if (name.ends_with(".nn") && name.size() > 3 && at->is_regular_file(unknown))
      programs.push_back(at->path().string());
  }
  if (error) return Failure{fmt::format("cannot search `{}`: {}", folder, error.message()), ""};
  if (programs.empty()) return Failure{fmt::format("there is no .nn file in `{}`", folder), ""};
  std::ranges::sort(programs);
  return programs;
}

struct Choice {
  std::vector<std::string> files;
  std::vector<Failure> failures;
};

// Each file once, however often and under how many names it is meant.
Choice choose_files(const Env& env, const Options& options) {
  Choice choice;
  std::set<std::string> seen;
  const auto add = [&](const std::string& file) {
    std::error_code unknown;
    const std::string real = fs::canonical(file, unknown).string();
    if (seen.insert(unknown ? file : real).second) choice.files.push_back(file);
  };
  for (const std::string& path : options.paths) {
    std::error_code unknown;
    if (!fs::is_directory(path, unknown)) {
      add(path);
    } else if (const auto programs = programs_below(path)) {
      for (const std::string& program : programs.value()) add(program);
    } else {
      choice.failures.push_back(programs.failure());
    }
  }
  if (!options.paths.empty()) return choice;
  if (const auto sole = choose_file(env, options)) {
    add(sole.value());
  } else {
    choice.failures.push_back(
        {sole.failure().message, "name files or folders: `nnc fmt .` formats all below this one"});
  }
  return choice;
}

// ---------------------------------------------------------------- one file

struct Formatted {
  std::string path;
  SourceMap sources;
  FileId file;
  std::vector<Diagnostic> mistakes;  // it was left alone because of them
  std::string text;                  // as it should be

  [[nodiscard]] std::string_view before() const { return sources.file(file).text(); }
  [[nodiscard]] bool changed() const { return mistakes.empty() && text != before(); }
};

void format_text(Formatted& result, std::string text) {
  Sink sink;
  result.file = result.sources.add(result.path, std::move(text));
  if (std::optional<std::string> formatted = format_source(result.sources, result.file, sink)) {
    result.text = std::move(*formatted);
  } else {
    result.mistakes = sink.sorted();
  }
}

// In the place of the text that was read; what somebody else wrote meanwhile is not lost.
Status write_back(const Env& env, const Formatted& result) {
  std::error_code unknown;
  if (!fs::is_regular_file(result.path, unknown))
    return Failure{fmt::format("`{}` is no file that can be replaced", result.path),
                   "`nnc fmt -` formats what comes from a pipe"};
  const Result<std::string> now = env.read_file(result.path);
  if (!now) return now.failure();
  if (now.value() != result.before())
    return Failure{fmt::format("`{}` was changed by another program meanwhile", result.path),
                   "format it again"};
  return rt::replace_file_atomically(result.path, result.text);
}

std::string diff_of(const Formatted& result, bool color) {
  return unified_diff(result.before(), result.text,
                      {.before = result.path, .after = result.path + " (formatted)", .color = color});
}

// ---------------------------------------------------------------- what is said

class Reporter {
 public:
  Reporter(Env& env, const Options& options) : env_(&env), options_(&options) {}

  void failed(const std::string& path, const Failure& failure) {
    if (options_->json) {
      files_.push_back({{"file", path}, {"status", "failed"}, {"error", failure.message}});
      if (!failure.hint.empty()) files_.back()["help"] = failure.hint;
    }
    Options spoken = *options_;
    spoken.json = false;  // the object on standard output has it
    print_error(*env_, spoken, failure);
    exit_code_ = kExitUsage;
  }

  void done(const Formatted& result) {
    ++count_;
    changed_ += result.changed() ? 1 : 0;
    if (!result.mistakes.empty() || (result.changed() && options_->only_check))
      exit_code_ = std::max<int>(exit_code_, kExitErrors);
    if (options_->json) {
      files_.push_back(file_json(result));
    } else {
      print(result);
    }
  }

  int finish() {
    const bool speaks = !options_->json && !options_->quiet && !options_->diff;
    if (options_->json) print_json(*env_, {{"files", files_}, {"changed", changed_}});
    if (speaks && count_ > 1)
      *env_->out << fmt::format("{} of {} {}\n", changed_, count_text(count_, "file"), changed_word());
    return exit_code_;
  }

 private:
  [[nodiscard]] const char* changed_word() const {
    return options_->only_check || options_->diff ? "would be formatted" : "formatted";
  }

  Json file_json(const Formatted& result) const {
    if (!result.mistakes.empty()) {
      return {{"file", result.path},
              {"status", "errors"},
              {"diagnostics", Json::parse(diagnostics_json(result.sources, result.mistakes))}};
    }
    Json json = {{"file", result.path}, {"status", result.changed() ? changed_word() : "unchanged"}};
    if (options_->diff) json["diff"] = diff_of(result, false);
    if (result.path == kStandardInput) json["text"] = result.text;
    return json;
  }

  void print(const Formatted& result) {
    if (!result.mistakes.empty()) {
      *env_->err << diagnostics_text(*env_, *options_, result.sources, result.mistakes) << std::flush;
    } else if (options_->diff) {
      *env_->out << diff_of(result, use_color(*env_, *options_, env_->out_is_terminal));
    } else if (result.path == kStandardInput && !options_->only_check) {
      *env_->out << result.text;
    } else if (!options_->quiet && (result.changed() || !options_->only_check)) {
      *env_->out << fmt::format("{}: {}\n", result.path,
                                result.changed() ? changed_word() : "nothing to change");
    }
  }

  Env* env_;
  const Options* options_;
  std::int64_t count_ = 0;
  std::int64_t changed_ = 0;
  int exit_code_ = kExitOk;
  Json files_ = Json::array();
};

Result<std::string> read_input(Env& env, const Options& options, const std::string& path) {
  if (path != kStandardInput) {
    Options one = options;
    one.file = path;
    const auto opened = open_program(env, one);
    if (!opened) return opened.failure();
    return std::string(opened.value()->sources.file(opened.value()->main).text());
  }
  std::string text{std::istreambuf_iterator<char>(*env.in), {}};
  if (env.in->bad()) return Failure{"cannot read standard input", ""};
  if (text.size() > kLargestProgram)
    return Failure{"what came from standard input is too large to be a program", ""};
  return text;
}

void format_file(Env& env, const Options& options, const std::string& path, Reporter& reporter) {
  Result<std::string> text = read_input(env, options, path);
  if (!text) {
    reporter.failed(path, text.failure());
    return;
  }
  Formatted result;
  result.path = path;
  format_text(result, std::move(text).value());
  const bool writes = path != kStandardInput && !options.only_check && !options.diff && result.changed();
  if (const Status written = writes ? write_back(env, result) : Status(Done{}); !written) {
    reporter.failed(path, written.failure());
    return;
  }
  reporter.done(result);
}

}  // namespace

int cmd_fmt(Env& env, const Options& options) {
  const bool from_input = std::ranges::find(options.paths, "-") != options.paths.end();
  if (from_input && options.paths.size() > 1) {
    print_error(env, options, {"standard input is formatted alone", "leave out `-` or the files"});
    return kExitUsage;
  }
  const Choice choice = from_input ? Choice{{kStandardInput}, {}} : choose_files(env, options);
  Reporter reporter(env, options);
  for (const Failure& failure : choice.failures) reporter.failed("", failure);
  for (const std::string& file : choice.files) format_file(env, options, file, reporter);
  return reporter.finish();
}

}  // namespace nnc
