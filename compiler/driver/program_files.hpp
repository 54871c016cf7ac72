// Which programs a command line means, and their text.
#pragma once

#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/driver/commands.hpp"

namespace nnc {

// What a program that comes from there is called.
inline constexpr const char* kStandardInput = "<stdin>";

// The file of the command line, or the sole .nn file of the current folder.
Result<std::string> choose_file(const Env& env, const Options& options);

struct ProgramChoice {
  std::vector<std::string> files;
  std::vector<Failure> failures;
};
// All that Options::paths means: files, the .nn files below folders, and for `-` standard input, each once,
// however often and under how many names it is meant; without any, choose_file(). `verb`: for hints.
ProgramChoice choose_programs(const Env& env, const Options& options, const std::string& verb);
// Whether the words may mean any number of programs, and not the one that they name.
bool means_several(const Options& options);

// The text of a file, or of standard input.
Result<std::string> read_program(Env& env, const std::string& path);

}  // namespace nnc
