// From a file's name to a study: what every verb does first.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ast/ast.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/lower/study.hpp"
#include "compiler/sema/program.hpp"

namespace nnc {

// Everything known of one program. Stays where it is: later parts refer to earlier ones.
struct Compilation {
  std::string path;
  SourceMap sources;
  FileId main;
  Sink sink;
  CheckedProgram program;
  std::optional<Study> study;
};

// Reads the main file only, the one that choose_file() gives. Failure if it cannot be read.
Result<std::unique_ptr<Compilation>> open_program(Env& env, const Options& options);
// Names and types. False if the program has errors.
bool check_names_and_types(Env& env, Compilation& compilation);
// Every shape of every trial. False if the program has errors.
bool expand_study(const Options& options, Compilation& compilation);

// All of it, with what is wrong in the sink. Failure if the file cannot be read.
Result<std::unique_ptr<Compilation>> compile_study(Env& env, const Options& options);
// What a command ends with whose program has these diagnostics.
int exit_code_of(const Compilation& compilation);
// The same with the diagnostics shown. Null if that ended the command; then `exit_code` says with what.
std::unique_ptr<Compilation> load_study(Env& env, const Options& options, int& exit_code);

// For people and editors, as --message-format says.
std::string diagnostics_text(const Env& env, const Options& options, const SourceMap& sources,
                             const std::vector<Diagnostic>& diagnostics);
// Diagnostics for people on err or, with --json, for programs on out.
void show_diagnostics(Env& env, const Options& options, const Compilation& compilation);

// The size of a full batch: no more than there are samples.
std::int64_t training_batch(const StudyPlan& plan, const TrialPlan& trial);

// runs/<stem>, or what --out says.
std::string output_folder(const Options& options, const std::string& path);

}  // namespace nnc
