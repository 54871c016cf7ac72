// Reads, checks and expands a program, and shows what is wrong with it.
#include "compiler/driver/front_end.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "compiler/base/render.hpp"
#include "compiler/driver/inspect_data.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/lower/expandable.hpp"
#include "compiler/plan/training_steps.hpp"

namespace nnc {
namespace {

std::vector<std::string> programs_in(const Env& env, const std::string& folder) {
  std::vector<std::string> programs;
  for (const std::string& name : env.list_files(folder)) {
    if (name.ends_with(".nn") && name.size() > 3) programs.push_back(name);
  }
  return programs;
}

// `blocks.nn` beside the file that was meant, if one is near.
std::string near_file(const Env& env, const std::string& path) {
  const std::filesystem::path wanted(path);
  const std::string folder = wanted.parent_path().string();
  return did_you_mean_hint(wanted.filename().string(), programs_in(env, folder.empty() ? "." : folder));
}

// Files that are missing or damaged are the world's failure, like an output folder that cannot be written.
bool only_data_is_wrong(const Sink& sink) {
  return std::all_of(sink.diagnostics().begin(), sink.diagnostics().end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity != Severity::Error || diagnostic.number == diagnostics::DataNotFound.number ||
           diagnostic.number == diagnostics::DataDamaged.number;
  });
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
  std::string names;
  for (const std::string& name : programs) names += (names.empty() ? "" : ", ") + name;
  return Failure{"no file was given, and there are several in this folder",
                 fmt::format("name one of: {}", names)};
}

Result<std::unique_ptr<Compilation>> open_program(Env& env, const Options& options) {
  Result<std::string> path = choose_file(env, options);
  if (!path) return path.failure();
  Result<std::string> text = env.read_file(path.value());
  if (!text) {
    Failure failure = text.failure();
    if (failure.hint.empty()) failure.hint = near_file(env, path.value());
    return failure;
  }
  auto compilation = std::make_unique<Compilation>();
  compilation->path = path.value();
  compilation->main = compilation->sources.add(path.value(), std::move(text).value());
  return compilation;
}

bool check_names_and_types(Env& env, Compilation& compilation) {
  compilation.program = check_program(compilation.sources, compilation.main, env.read_file, compilation.sink);
  return !compilation.sink.has_errors();
}

bool expand_study(Env&, const Options& options, Compilation& compilation) {
  StudyOptions study;
  study.only = options.only.value_or("");
  study.set = options.settings;
  study.folder = std::filesystem::path(compilation.path).parent_path().string();
  study.inspect_data = inspect_data;
  study.native_metrics = native_metrics();
  study.smoke = options.smoke;
  Sink shapes;
  compilation.study = plan_study(compilation.sources, compilation.program, study, shapes);
  add_new_mistakes(shapes, compilation.sink);
  return compilation.study.has_value() && !compilation.sink.has_errors();
}

std::unique_ptr<Compilation> load_study(Env& env, const Options& options, int& exit_code) {
  auto opened = open_program(env, options);
  if (!opened) {
    print_error(env, options, opened.failure());
    exit_code = kExitUsage;
    return nullptr;
  }
  auto compilation = std::move(opened).value();
  bool good = check_names_and_types(env, *compilation);
  if (can_be_expanded(compilation->sink)) good = expand_study(env, options, *compilation) && good;
  if (good) {
    show_diagnostics(env, options, *compilation);
    return compilation;
  }
  // A phase that gives up says why; the user must never be left with an exit code alone.
  NNC_CHECK(compilation->sink.has_errors(), "a phase failed without a diagnostic");
  show_diagnostics(env, options, *compilation);
  if (options.json) *env.out << diagnostics_document(options, *compilation);
  exit_code = only_data_is_wrong(compilation->sink) ? kExitUsage : kExitErrors;
  return nullptr;
}

std::string diagnostics_text(const Env& env, const Options& options, const SourceMap& sources,
                             const std::vector<Diagnostic>& diagnostics) {
  if (options.message_format == "short") return render_short(sources, diagnostics);
  return render_diagnostics(sources, diagnostics, {use_color(env, options, env.err_is_terminal)});
}

void show_diagnostics(Env& env, const Options& options, const Compilation& compilation) {
  if (options.json) return;
  *env.err << diagnostics_text(env, options, compilation.sources, compilation.sink.sorted()) << std::flush;
}

std::int64_t training_batch(const StudyPlan& plan, const TrialPlan& trial) {
  return std::min(trial.batch, std::max<std::int64_t>(1, training_samples(plan, trial)));
}

std::string output_folder(const Options& options, const std::string& path) {
  if (!options.folder.empty()) return options.folder;
  const std::string stem = std::filesystem::path(path).stem().string();
  // What a smoke run writes must not take the place of results.
  return (std::filesystem::path("runs") / (options.smoke ? stem + "-smoke" : stem)).string();
}

}  // namespace nnc
