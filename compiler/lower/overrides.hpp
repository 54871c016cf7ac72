// What `--set NAME=VALUE` puts in the place of settings and top-level lets. Such a value stands nowhere in
// the file: its place is nowhere, and what is wrong with it is said of the command line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/evaluator.hpp"
#include "compiler/sema/unread_axes.hpp"

namespace nnc {

using SetValues = std::vector<std::pair<std::string, std::string>>;  // as typed: epochs, 2

// The value of a recipe's setting: a number, a bool, none, something declared. An error if it is a word where
// a name is needed (check_overrides says so).
Value read_setting(const CheckedProgram& program, const std::string& setting, const std::string& text);

// Reports what can be told without a trial: names that nothing can be set by, words that name nothing, values
// of another kind than that of the let. Out: the others.
SetValues check_overrides(Evaluator& evaluator, const SetValues& set);

// The settings of recipes among the names.
sema::NameSet replaced_settings(const SetValues& set);

// "from the command line: --set epochs=2"
std::string command_line_note(const std::string& name, const std::string& value);

// Notes the values of the command line that a diagnostic is about.
void blame_command_line(const SourceMap& sources, const CheckedProgram& program, const SetValues& set,
                        Diagnostic& diagnostic);

}  // namespace nnc
