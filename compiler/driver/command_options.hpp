// The options of the command line that several verbs share, each declared once. In: the CLI11 app of a verb
// and the Options that it fills.
#pragma once

#include "compiler/driver/commands.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace nnc {

void add_color(CLI::App& app, Options& options);
void add_common(CLI::App& app, Options& options);  // what every verb has: --color, --json, --quiet
void add_file(CLI::App& app, Options& options,
              const char* what = "the program; without it the sole .nn file of this folder");
// Any number of programs; `input`: what `-` means.
void add_files(CLI::App& app, Options& options, const char* input);
CLI::Option* add_set(CLI::App& app, Options& options);
// `formats`: those that the verb has, as a kind of value.
void add_message_format(CLI::App& app, Options& options, const char* formats = "human|short");
void add_study(CLI::App& app, Options& options);  // --only, --set
void add_smoke(CLI::App& app, Options& options);
CLI::Option* add_kernels(CLI::App& app, Options& options);
void add_dump(CLI::App& app, Options& options);  // --dump, --trial, --without
void add_folder(CLI::App& app, Options& options);
void add_store(CLI::App& app, Options& options, const char* usual = "$NNC_STORE, or .nnc beside the file");
void add_jobs(CLI::App& app, Options& options);
void add_run(CLI::App& app, Options& options);  // --jobs, --out and all that says how a run trains

}  // namespace nnc
