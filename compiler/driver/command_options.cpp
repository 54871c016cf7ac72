// The options that several verbs share.
#include "compiler/driver/command_options.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "compiler/base/optimizations.hpp"

namespace nnc {
namespace {

// What reads as a number but is none that can be counted with: inf, nan, 1e999.
bool endless(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ptr == end && (read.ec == std::errc::result_out_of_range || !std::isfinite(number));
}

std::string optimization_names() {
  std::string names;
  for (const OptimizationInfo& info : all_optimizations())
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  return names;
}

}  // namespace

void add_file(CLI::App& app, Options& options, const char* what) {
  app.add_option("FILE", options.file, what)->each([&options](const std::string& name) {
    options.has_empty_name = name.empty();
  });
}

void add_files(CLI::App& app, Options& options, const char* input) {
  app.add_option(
      "FILE", options.paths,
      fmt::format("files, folders with all .nn files in them, {}; without it the sole .nn file of this "
                  "folder",
                  input));
}

void add_color(CLI::App& app, Options& options) {
  app.add_option("--color", options.color, "colour on a terminal, always or never")
      ->type_name("auto|always|never");
}

void add_common(CLI::App& app, Options& options) {
  add_color(app, options);
  app.add_flag("--json", options.json, "print facts as JSON, and so an error");
  app.add_flag("-q,--quiet", options.quiet, "print nothing but errors");
}

CLI::Option* add_set(CLI::App& app, Options& options) {
  return app
      .add_option_function<std::vector<std::string>>(
          "--set",
          [&options](const std::vector<std::string>& values) {
            for (const std::string& value : values) {
              const std::size_t equals = value.find('=');
              if (equals == std::string::npos || equals == 0) {
                throw CLI::ValidationError("--set", fmt::format("`{}` is not of the form NAME=VALUE", value));
              }
              if (endless(value.substr(equals + 1))) {
                throw CLI::ValidationError(
                    "--set", fmt::format("`{}` is not a finite number", value.substr(equals + 1)));
              }
              options.settings.emplace_back(value.substr(0, equals), value.substr(equals + 1));
            }
          },
          "a setting of every trial (epochs=2) or a `let` of the file; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void add_message_format(CLI::App& app, Options& options, const char* formats) {
  const bool for_programs = std::string_view(formats).find("json") != std::string_view::npos;
  app.add_option(
         "--message-format", options.message_format,
         fmt::format("how mistakes are shown: human, with the lines concerned; short, a line each for "
                     "editors{}",
                     for_programs ? "; json or sarif, for programs" : ""))
      ->type_name(formats);
}

void add_study(CLI::App& app, Options& options) {
  app.add_option("--only", options.only, "this experiment alone")->type_name("EXPERIMENT");
  add_set(app, options);
}

void add_smoke(CLI::App& app, Options& options) {
  app.add_flag(
      "--smoke", options.smoke,
      "one epoch of everything on a sliver of the data, in seconds: does it all work? No claims are made");
}

CLI::Option* add_kernels(CLI::App& app, Options& options) {
  return app
      .add_option_function<std::string>(
          "--kernels", [&options](const std::string& set) { options.reference_kernels = set == "reference"; },
          "fast, or reference: the plain ones that the fast ones are tested against")
      ->type_name("fast|reference");
}

void add_dump(CLI::App& app, Options& options) {
  app.add_option(
         "--dump", options.dump,
         "print the program after a phase and stop: parse, ast, checked, study, graph, after:PASS, plan")
      ->type_name("PHASE");
  app.add_option("--trial", options.trial, "the trial that --dump shows, counted from 1")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
  app.add_option(
         "--without", options.without,
         "optimizations to switch off, separated by commas, to see what they bring: " + optimization_names())
      ->type_name("OPTIMIZATIONS");
}

void add_folder(CLI::App& app, Options& options) {
  app.add_option("-o,--out", options.folder, "where results and report go (default runs/<name of the file>)")
      ->type_name("DIR");
}

void add_store(CLI::App& app, Options& options, const char* usual) {
  app.add_option("--store", options.store,
                 fmt::format("where trials are kept from run to run (default: {})", usual))
      ->type_name("DIR");
}

void add_jobs(CLI::App& app, Options& options) {
  app.add_option("-j,--jobs", options.jobs, "trials at once (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
}

void add_run(CLI::App& app, Options& options) {
  add_folder(app, options);
  add_jobs(app, options);
  app.add_option(
         "--threads", options.threads,
         "threads within each trial (default: cores that have no trial); results are the same for any number")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  app.add_flag("--fresh", options.fresh, "train everything anew, also what earlier runs have finished");
  app.add_option_function<std::string>(
         "--share", [&options](const std::string& word) { options.share = word == "on"; },
         "on, or off: train every trial from its beginning, also equal ones, to see that sharing changes "
         "nothing")
      ->type_name("on|off");
  app.add_option(
         "--checkpoint", options.checkpoint_seconds,
         "seconds between two states to go on from (default 10); more if they take over 1 % of the time")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9))
      ->check([](const std::string& text) {  // no number is outside of every range
        return endless(text) ? fmt::format("`{}` is not a finite number", text) : std::string();
      });
  app.add_flag("--strict", options.strict, "exit with 1 if a claim is refuted");
  add_kernels(app, options);
}

}  // namespace nnc
