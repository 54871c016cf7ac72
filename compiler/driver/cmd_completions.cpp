// nnc completions: what a shell needs to complete a command line. nnc names, hidden: what those ask for while
// somebody types.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "compiler/ast/ast.hpp"
#include "compiler/driver/completions.hpp"
#include "compiler/driver/front_end.hpp"

namespace nnc {
namespace {

template <class Wanted>
std::vector<std::string> declared(const CheckedProgram& program, const Wanted& wanted) {
  std::vector<std::string> names;
  for (const auto& [name, declaration] : program.names) {
    if (wanted(*declaration)) names.push_back(name);
  }
  return names;
}

bool is_experiment(const ast::Declaration& declaration) {
  return std::holds_alternative<ast::ExperimentDecl>(declaration.node);
}

bool is_model(const ast::Declaration& declaration) {
  const auto* function = std::get_if<ast::FunctionDecl>(&declaration.node);
  return function != nullptr && function->kind == ast::FunctionKind::Model;
}

}  // namespace

std::size_t program_places(const CommandVerb& verb) {
  std::size_t places = 0;
  for (const CommandOption& argument : verb.arguments) {
    if (value_kind(argument.value).source != ValueKind::Source::Programs) continue;
    if (argument.repeated) return 0;
    ++places;
  }
  return places;
}

std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char character : text) {
    if (character == '\'') {
      result += "'\\''";
    } else {
      result += character;
    }
  }
  return result + "'";
}

std::string short_what(std::string_view what) {
  const std::size_t end = std::min(what.find_first_of(":;("), what.size());
  what = what.substr(0, end);
  while (what.ends_with(' ')) what.remove_suffix(1);
  return std::string(what);
}

int cmd_completions(Env& env, const Options& options) {
  const CommandModel model = command_model();
  if (options.topic == "bash") {
    *env.out << bash_completions(model);
  } else if (options.topic == "zsh") {
    *env.out << zsh_completions(model);
  } else {
    *env.out << fish_completions(model);
  }
  return kExitOk;
}

// Says nothing about mistakes: nobody wants to read them in the middle of a line.
int cmd_names(Env& env, const Options& options) {
  const auto opened = open_program(env, options);
  if (!opened) return kExitOk;
  Compilation& compilation = *opened.value();
  check_names_and_types(env, compilation);
  const bool models = options.topic == "MODEL";
  for (const std::string& name :
       models ? declared(compilation.program, is_model) : declared(compilation.program, is_experiment))
    *env.out << name << "\n";
  return kExitOk;
}

}  // namespace nnc
