// --dump=PHASE: the program after a phase, as text on out.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/commands.hpp"

namespace nnc {

// "parse", "ast", "checked", "study", "graph", "after:<pass>" for every pass, "plan".
std::vector<std::string> dump_phases();

// Does what --dump asks and gives the exit code.
int dump_phase(Env& env, const Options& options);

}  // namespace nnc
