// See program_files.hpp.
#include "compiler/driver/program_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "compiler/base/sink.hpp"

namespace nnc {
namespace {

namespace fs = std::filesystem;

bool is_program_name(const std::string& name) { return name.ends_with(".nn") && name.size() > 3; }

std::vector<std::string> programs_in(const Env& env, const std::string& folder) {
  std::vector<std::string> programs = env.list_files(folder);
  std::erase_if(programs, [](const std::string& name) { return !is_program_name(name); });
  return programs;
}

// All programs below a folder, in no order; the folders that cannot be searched are failures. Hidden folders
// are not looked into, and links to folders not followed.
void add_programs_below(const fs::path& folder, ProgramChoice& found) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code unknown;
    if (is_program_name(name) && at->is_regular_file(unknown)) found.files.push_back(at->path().string());
    if (fs::is_directory(at->symlink_status(unknown)) && !name.starts_with("."))
      folders.push_back(at->path());
  }
  if (error) {
    const std::string message = fmt::format("cannot search `{}`: {}", folder.string(), error.message());
    found.failures.push_back({message, ""});
  }
  for (const fs::path& below : folders) add_programs_below(below, found);
}

ProgramChoice programs_below(const std::string& folder) {
  ProgramChoice found;
  add_programs_below(folder, found);
  if (found.files.empty() && found.failures.empty())
    found.failures.push_back({fmt::format("there is no .nn file in `{}`", folder), ""});
  std::ranges::sort(found.files);
  return found;
}

const Failure kEmptyName = {"the name of a file is empty",
                            "without any it would be the sole .nn file of this folder"};

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

}  // namespace

Result<std::string> choose_file(const Env& env, const Options& options) {
  if (options.has_empty_name) return kEmptyName;
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
    if (path.empty()) {
      choice.failures.push_back(kEmptyName);
    } else if (!is_folder(path)) {
      add(path == "-" ? kStandardInput : path);
    } else {
      const ProgramChoice below = programs_below(path);
      for (const std::string& program : below.files) add(program);
      choice.failures.insert(choice.failures.end(), below.failures.begin(), below.failures.end());
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
  if (path == kStandardInput) return env.read_input();
  Result<std::string> text = env.read_file(path);
  if (text) return text;
  Failure failure = text.failure();
  if (failure.hint.empty()) failure.hint = near_file(env, path);
  return failure;
}

}  // namespace nnc
