// What shells need to complete a command line of nnc, written from its model.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/driver/command_model.hpp"
#include "compiler/driver/value_kinds.hpp"

namespace nnc {

std::string bash_completions(const CommandModel& model);
std::string zsh_completions(const CommandModel& model);
std::string fish_completions(const CommandModel& model);

// How many programs the arguments of the verb name; 0 if any number.
std::size_t program_places(const CommandVerb& verb);

// As one word of a shell: in quotes.
std::string shell_quoted(std::string_view text);
// What is said about a verb or option, short enough for a menu: up to the first colon, bracket or semicolon.
std::string short_what(std::string_view what);

}  // namespace nnc
