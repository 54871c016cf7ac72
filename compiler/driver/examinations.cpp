// The examinations of `nnc doctor`.
#include "compiler/driver/examinations.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/base/number_text.hpp"
#include "compiler/driver/front_end.hpp"
#include "runtime/exec/executor.hpp"
#include "runtime/kernels/instruction_set.hpp"
#include "runtime/report/chart_client.hpp"
#include "runtime/store/store.hpp"

namespace nnc {
namespace {

namespace fs = std::filesystem;
using State = Finding::State;

constexpr std::uint64_t kLittle = std::uint64_t{1}
                                  << 30;  // memory or space with which large studies get stuck

// Of /proc/meminfo, in bytes; all there is if the system does not say.
std::uint64_t available_memory() {
  std::ifstream info("/proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t kilobytes = 0;
    if (words >> name >> kilobytes && name == "MemAvailable:") return kilobytes << 10;
  }
  return rt::physical_memory();
}

// The folder itself or the nearest above it that is there.
fs::path existing_part(fs::path folder) {
  std::error_code error;
  folder = fs::absolute(folder, error);
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

std::optional<std::uint64_t> free_space(const fs::path& folder) {
  struct statvfs space = {};
  if (statvfs(folder.c_str(), &space) != 0) return std::nullopt;
  return std::uint64_t{space.f_bavail} * space.f_frsize;
}

// Found out by writing: permissions say nothing to root, and nothing of disks that are mounted read-only.
bool can_be_written(const fs::path& folder) {
  std::string name = (folder / ".nnc-doctor-XXXXXX").string();
  const int file = mkstemp(name.data());
  if (file < 0) return false;
  close(file);
  unlink(name.c_str());
  return true;
}

// Those of the files, below any of the folders, that are there.
std::vector<std::string> found_below(const std::vector<fs::path>& folders, std::string_view file) {
  std::vector<std::string> found;
  std::error_code error;
  for (const fs::path& folder : folders) {
    if (fs::exists(folder / file, error)) found.push_back((folder / file).string());
  }
  return found;
}

// Where shells and editors look for what belongs to a program: beside the binary's folder, in the system, at
// home.
std::vector<fs::path> shared_folders(const Env& env) {
  std::vector<fs::path> folders = {"/usr/share", "/usr/local/share"};
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(self.parent_path().parent_path() / "share");
  if (const auto home = env.variable("HOME")) folders.push_back(fs::path(*home) / ".local/share");
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

}  // namespace

Finding examine_version() {
  return {State::Ok, "nnc", fmt::format("version {}, language version 1", NNC_VERSION), ""};
}

Finding examine_processor(const Env& env) {
  const std::string_view set = rt::instruction_set();
  const std::string machine = env.machine();
  if (set.empty()) {
    return {State::Warning, "processor",
            fmt::format("{}: no fused multiply-add, the reference kernels compute everything", machine),
            "training is many times slower here than on a processor with AVX2 or NEON"};
  }
  return {State::Ok, "processor",
          fmt::format("{}: kernels for {}; `run` trains {} at once", machine, set,
                      count_text(env.cores(), "trial")),
          ""};
}

Finding examine_memory() {
  const std::uint64_t available = std::min(available_memory(), rt::physical_memory());
  Finding finding{State::Ok, "memory",
                  fmt::format("{} of {} available", bytes_text(available), bytes_text(rt::physical_memory())),
                  ""};
  if (available < kLittle) {
    finding.state = State::Warning;
    finding.help = "`nnc plan` tells what a study needs; --jobs 1 needs least";
  }
  return finding;
}

Finding examine_store(const std::string& folder) {
  const bool is_there = rt::Store::is_store(folder);
  if (is_there) {
    const auto opened = rt::Store::open(folder, true);
    if (!opened) return {State::Error, "store", opened.failure().message, opened.failure().hint};
  }
  const fs::path place = existing_part(folder);
  if (!can_be_written(place)) {
    return {State::Error, "store", fmt::format("`{}` cannot be written", place.string()),
            "--store DIR or the variable NNC_STORE says where else trials are kept"};
  }
  const std::optional<std::uint64_t> space = free_space(place);
  Finding finding{State::Ok, "store",
                  fmt::format("{} `{}`{}", is_there ? "in" : "will be made in", folder,
                              space ? fmt::format(", {} free", bytes_text(*space)) : ""),
                  ""};
  if (space && *space < kLittle) {
    finding.state = State::Warning;
    finding.help = "`nnc clean` removes what need not be kept";
  }
  return finding;
}

Finding examine_charts() {
  constexpr const char* kChart =
      R"({"data": {"values": [{"x": 1}]}, "mark": "point", "encoding": {"x": {"field": "x"}}})";
  const auto drawn = rt::request_charts({kChart}, {});
  if (drawn && drawn.value().svgs.size() == 1 && !drawn.value().svgs.front().empty())
    return {State::Ok, "charts", "the chart engine draws", ""};
  const std::string why = drawn ? drawn.value().complaint : drawn.failure().message;
  return {State::Warning, "charts", "reports have tables but no charts: " + why,
          "install the package libjavascriptcoregtk-4.1-0"};
}

Finding examine_data(const std::string& folder) {
  std::vector<std::string> sets;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->is_directory(error)) sets.push_back(at->path().filename().string());
  }
  std::sort(sets.begin(), sets.end());
  if (sets.empty()) {
    return {State::Warning, "data sets", fmt::format("none in {}", folder),
            "the examples train on that of the package dataset-fashion-mnist"};
  }
  return {State::Ok, "data sets", fmt::format("{} in {}", fmt::join(sets, ", "), folder), ""};
}

Finding examine_completions(const Env& env) {
  struct Shell {
    const char* name;
    std::vector<const char*> files;
  };
  const Shell shells[] = {
      {"bash", {"bash-completion/completions/nnc"}},
      {"zsh", {"zsh/site-functions/_nnc", "zsh/vendor-completions/_nnc"}},
      {"fish", {"fish/vendor_completions.d/nnc.fish"}},
  };
  std::string names;
  for (const Shell& shell : shells) {
    const bool installed = std::ranges::any_of(
        shell.files, [&](const char* file) { return !found_below(shared_folders(env), file).empty(); });
    if (installed) names += (names.empty() ? "" : ", ") + std::string(shell.name);
  }
  if (names.empty()) {
    return {State::Warning, "shells", "no completions are installed",
            "`cmake --install build/release` installs them; `nnc completions --help` tells of other ways"};
  }
  return {State::Ok, "shells", "completions for " + names, ""};
}

Finding examine_editors(const Env& env) {
  struct Editor {
    const char* name;
    const char* folder;  // below HOME
    const char* begin;   // of what lies in it
  };
  // As docs/editors.md says to install them.
  constexpr Editor kEditors[] = {
      {"VS Code", ".vscode/extensions", "nnc.nn-language"},
      {"Vim", ".vim/pack/nnc/start", "nn"},
      {"Neovim", ".local/share/nvim/site/pack/nnc/start", "nn"},
      {"bat", ".config/bat/syntaxes", "nn.sublime-syntax"},
      {"Sublime Text", ".config/sublime-text/Packages/User", "nn.sublime-syntax"},
      {"Helix", ".config/helix/runtime/queries", "nn"},
  };
  const fs::path home = env.variable("HOME").value_or("/");
  std::vector<std::string> found;
  for (const Editor& editor : kEditors) {
    const std::vector<std::string> files = env.list_files((home / editor.folder).string());
    if (std::ranges::any_of(files, [&](const std::string& file) { return file.starts_with(editor.begin); }))
      found.emplace_back(editor.name);
  }
  if (found.empty()) {
    return {State::Ok, "editors", "none knows .nn files",
            "docs/editors.md says what there is for which, and where it goes"};
  }
  return {State::Ok, "editors", fmt::format("{}", fmt::join(found, ", ")), ""};
}

}  // namespace nnc
