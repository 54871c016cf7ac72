// nnc fmt: lays programs out in the one style, in place, or says or shows what it would change. A file with
// syntax errors, and one that cannot be written, stays as it is; the others are formatted all the same.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "compiler/base/render.hpp"
#include "compiler/base/text_diff.hpp"
#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/program_files.hpp"
#include "compiler/format/format.hpp"
#include "runtime/record/record.hpp"

namespace nnc {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

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
      *env_->out << fmt::format("{}: {}\n", printable(result.path),
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

void format_file(Env& env, const Options& options, const std::string& path, Reporter& reporter) {
  Result<std::string> text = read_program(env, path);
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
  const ProgramChoice choice = choose_programs(env, options, "fmt");
  Reporter reporter(env, options);
  for (const Failure& failure : choice.failures) reporter.failed("", failure);
  for (const std::string& file : choice.files) format_file(env, options, file, reporter);
  return reporter.finish();
}

}  // namespace nnc
