// Mistakes on the command line, with a guess at what was meant. Each function says one and gives the exit
// code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/driver/commands.hpp"

namespace CLI {
class App;
}

namespace nnc {

int usage_error(Env& env, const Options& options, const Failure& mistake);

// A first word that is no verb: a verb mistyped, or a file whose verb was left out.
int unknown_verb(Env& env, const Options& options, const std::string& word,
                 const std::vector<std::string>& verbs);

// A word that the verb has no place for.
int unexpected_argument(Env& env, const Options& options, CLI::App& app,
                        const std::vector<std::string>& arguments);

// The first value of an option that is none of its kind (value_kinds.hpp).
std::optional<Failure> unknown_value(const CLI::App& app);

}  // namespace nnc
