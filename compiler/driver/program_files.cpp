// See program_files.hpp.
#include "compiler/driver/program_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <istream>
#include <iterator>
#include <set>

#include "compiler/base/sink.hpp"
#include "compiler/parse/text_check.hpp"

namespace nnc {
namespace {

namespace fs = std::filesystem;

bool is_program_name(const std::string& name) { return name.ends_with(".nn") && name.size() > 3; }

std::vector<std::string> programs_in(const Env& env, const std::string& folder) {
  std::vector<std::string> programs = env.list_files(folder);
  std::erase_if(programs, [](const std::string& name) { return !is_program_name(name); });
  return programs;
}

// All programs below a folder, in order. Hidden folders are not looked into, and links to folders not
// followed.
Result<std::vector<std::string>> programs_below(const std::string& folder) {
  std::vector<std::string> programs;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code unknown;
    if (name.starts_with(".") && at->is_directory(unknown)) at.disable_recursion_pending();
    if (is_program_name(name) && at->is_regular_file(unknown)) programs.push_back(at->path().string());
  }
  if (error) return Failure{fmt::format("cannot search `{}`: {}", folder, error.message()), ""};
  if (programs.empty()) return Failure{fmt::format("there is no .nn file in `{}`", folder), ""};
  std::ranges::sort(programs);
  return programs;
}

bool is_folder(const std::string& path) {
  std::error_code unknown;
  return fs::is_directory(path, unknown);
}

// `blocks.nn` beside the file that was meant, if one is near.
std::string near_file(const Env& env, const std::string& path) {
  const fs::path wanted(path);
  const std::string folder = wanted.parent_path().string();
  return did_you_mean_hint(wanted.filename().string(), programs_in(env, folder.empty() ? "." : folder));
}

Result<std::string> read_standard_input(Env& env) {
  std::string text{std::istreambuf_iterator<char>(*env.in), {}};
  if (env.in->bad()) return Failure{"cannot read standard input", ""};
  if (text.size() > kLargestProgram)
    return Failure{"what came from standard input is too large to be a program", ""};
  return text;
}

}  // namespace

Result<std::string> choose_file(const Env& env, const Options& options) {
  if (!options.file.empty()) return options.file;
  const std::vector<std::string> programs = programs_in(env, ".");
  if (programs.size() == 1) return programs.front();
  if (programs.empty()) {
    return Failure{"no file was given, and there is no .nn file in this folder",
                   "name one: `nnc run study.nn`"};
  }
  return Failure{"no file was given, and there are several in this folder",
                 fmt::format("name one of: {}", fmt::join(programs, ", "))};
}

ProgramChoice choose_programs(const Env& env, const Options& options, const std::string& verb) {
  ProgramChoice choice;
  std::set<std::string> seen;
  const auto add = [&](const std::string& file) {
    std::error_code unknown;
    const std::string real = fs::canonical(file, unknown).string();
    if (seen.insert(unknown ? file : real).second) choice.files.push_back(file);
  };
  for (const std::string& path : options.paths) {
    if (!is_folder(path)) {
      add(path == "-" ? kStandardInput : path);
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
        {sole.failure().message,
         fmt::format("name files or folders, such as all below this one: `nnc {} .`", verb)});
  }
  return choice;
}

bool means_several(const Options& options) {
  return options.paths.size() > 1 || std::ranges::any_of(options.paths, is_folder);
}

Result<std::string> read_program(Env& env, const std::string& path) {
  if (path == kStandardInput) return read_standard_input(env);
  Result<std::string> text = env.read_file(path);
  if (text) return text;
  Failure failure = text.failure();
  if (failure.hint.empty()) failure.hint = near_file(env, path);
  return failure;
}

}  // namespace nnc
