// nnc lsp: the language server, for editors.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "compiler/base/check.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/diagnostic_pages.hpp"
#include "compiler/driver/estimate_process.hpp"
#include "compiler/driver/inspect_data.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/format/format.hpp"
#include "compiler/lsp/serve.hpp"

namespace nnc {

namespace {

std::string explanation(const std::string& code) {
  for (const DiagnosticInfo& info : all_diagnostics()) {
    if (code_of(info) == code) return diagnostic_page(info);
  }
  return {};
}

// A text with mistakes of syntax stays as it is.
std::string formatted(std::string_view text) {
  SourceMap sources;
  Sink sink;
  const FileId file = sources.add("text.nn", std::string(text));
  try {
    return format_source(sources, file, sink).value_or(std::string(text));
  } catch (const InternalError&) {
    return std::string(text);
  }
}

// Of this version, so that several can be used side by side.
std::string cache_folder(const Env& env) {
  const auto absolute = [&](const char* variable) {
    const std::string folder = env.variable(variable).value_or("");
    return std::filesystem::path(folder).is_absolute() ? folder : std::string();
  };
  std::string base = absolute("XDG_CACHE_HOME");
  if (base.empty() && !absolute("HOME").empty()) base = absolute("HOME") + "/.cache";
  return base.empty() ? base : base + "/nnc/" NNC_VERSION;
}

}  // namespace

int cmd_lsp(Env& env, const Options& options) {
  if (env.in_is_terminal) {
    print_error(env, options,
                {"`nnc lsp` speaks with an editor, not with a person",
                 "docs/editors.md says what to write into the settings of yours"});
    return kExitUsage;
  }
  // A program that was started with the end of children ignored would not learn how one ended.
  ::signal(SIGCHLD, SIG_DFL);
  lsp::World world;
  world.read_file = env.read_file;
  world.inspect_data = inspect_data;
  world.native_metrics = native_metrics();
  world.seconds = env.seconds;
  world.cache_folder = cache_folder(env);
  world.explanation = explanation;
  world.format = formatted;
  world.version = NNC_VERSION;
  // This program, also if another one lies in its place by now.
  EstimateProcesses processes("/proc/self/exe");
  world.estimate_times = [&](const std::string& file) { return processes.start(file); };
  return lsp::serve(std::move(world), STDIN_FILENO, *env.out, *env.err);
}

}  // namespace nnc
