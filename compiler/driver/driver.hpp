// The whole program as a function: `nnc` calls it with the real world, tests with their own.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/env.hpp"

namespace nnc {

// What the process ends with. The numbers are a contract with scripts.
enum ExitCode : int {
  kExitOk = 0,
  kExitErrors = 1,         // the program has errors, or a run failed
  kExitUsage = 2,          // the command line, or the world: files, disk, memory
  kExitPartlyFailed = 3,   // some trials of a sweep failed
  kExitInternal = 70,      // a bug in nnc
  kExitInterrupted = 130,  // by SIGINT; the process ends with 143 after SIGTERM
  kExitReaderGone = 141,   // nobody reads standard output any longer, as in `nnc man | head`: as by SIGPIPE
};

// Runs one command line (without the program's name). Throws nothing.
int run_command_line(Env& env, std::vector<std::string> arguments);

}  // namespace nnc
