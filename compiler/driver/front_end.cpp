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
#include "compiler/driver/program_files.hpp"
#include "compiler/lower/expandable.hpp"
#include "compiler/plan/training_steps.hpp"

namespace nnc {
namespace {

// Files that are missing or damaged are the world's failure, like an output folder that cannot be written.
bool only_data_is_wrong(const Sink& sink) {
  return std::all_of(sink.diagnostics().begin(), sink.diagnostics().end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity != Severity::Error || diagnostic.number == diagnostics::DataNotFound.number ||
           diagnostic.number == diagnostics::DataDamaged.number;
  });
}

}  // namespace

Result<std::unique_ptr<Compilation>> open_program(Env& env, const Options& options) {
  Result<std::string> path = choose_file(env, options);
  if (!path) return path.failure();
  Result<std::string> text = read_program(env, path.value());
  if (!text) return text.failure();
  auto compilation = std::make_unique<Compilation>();
  compilation->path = path.value();
  compilation->main = compilation->sources.add(path.value(), std::move(text).value());
  return compilation;
}

bool check_names_and_types(Env& env, Compilation& compilation) {
  compilation.program = check_program(compilation.sources, compilation.main, env.read_file, compilation.sink);
  return !compilation.sink.has_errors();
}

bool expand_study(const Options& options, Compilation& compilation) {
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

Result<std::unique_ptr<Compilation>> compile_study(Env& env, const Options& options) {
  auto opened = open_program(env, options);
  if (!opened) return opened.failure();
  Compilation& compilation = *opened.value();
  bool good = check_names_and_types(env, compilation);
  if (can_be_expanded(compilation.sink)) good = expand_study(options, compilation) && good;
  // A phase that gives up says why; the user must never be left with an exit code alone.
  NNC_CHECK(good || compilation.sink.has_errors(), "a phase failed without a diagnostic");
  return opened;
}

int exit_code_of(const Compilation& compilation) {
  if (!compilation.sink.has_errors()) return kExitOk;
  return only_data_is_wrong(compilation.sink) ? kExitUsage : kExitErrors;
}

std::unique_ptr<Compilation> load_study(Env& env, const Options& options, int& exit_code) {
  auto compiled = compile_study(env, options);
  if (!compiled) {
    print_error(env, options, compiled.failure());
    exit_code = kExitUsage;
    return nullptr;
  }
  auto compilation = std::move(compiled).value();
  show_diagnostics(env, options, *compilation);
  const int code = exit_code_of(*compilation);
  if (code == kExitOk) return compilation;
  if (options.json) *env.out << diagnostics_document(options, *compilation);
  exit_code = code;
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
