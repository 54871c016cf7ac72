// The room's entry: load, check, and give back the program; and its printed form.
#include "compiler/sema/program.hpp"

#include <fmt/format.h>

#include "compiler/ast/words.hpp"
#include "compiler/sema/check.hpp"
#include "compiler/sema/checker.hpp"
#include "stdlib/stdlib.hpp"

namespace nnc {
namespace {

std::string print_keys(const std::vector<ast::Setting>& settings) {
  std::string text;
  for (const ast::Setting& setting : settings) {
    text += (text.empty() ? " { " : ", ") + setting.key.text + ": " +
            (setting.value ? ast::print_expr(*setting.value) : "?");
  }
  return text.empty() ? text : text + " }";
}

std::string print_parameters(const sema::Signature& signature,
                             const std::vector<ast::Parameter>& parameters) {
  // The parameters of the signature are the last ones: a loss is given the others by the compiler.
  const std::size_t dropped = parameters.size() - signature.parameters.size();
  std::string text;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string type = i < dropped ? "tensor" : sema::type_text(signature.parameters[i - dropped].type);
    text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", parameters[i].name.text, type);
    if (parameters[i].default_value) text += " = " + ast::print_expr(*parameters[i].default_value);
  }
  return "(" + text + ")";
}

std::string print_axes(const ast::SweepLine& line) {
  std::string text;
  for (const ast::SweepAxis& axis : line.axes) {
    text +=
        fmt::format("\n  axis {} in {}", axis.name.text, axis.values ? ast::print_expr(*axis.values) : "?");
  }
  return text;
}

std::string print_experiment(const ast::ExperimentDecl& experiment) {
  std::string text = "experiment " + experiment.name.text;
  if (experiment.base) text += " from " + experiment.base->text;
  for (const ast::ExperimentStatement& statement : experiment.statements) {
    const auto* sweep = std::get_if<ast::Sweep>(&statement.node);
    if (sweep == nullptr) continue;
    for (const ast::SweepBranch& branch : sweep->branches) {
      if (&branch != &sweep->branches.front()) text += "\n  or";
      for (const ast::SweepLine& line : branch.lines) text += print_axes(line);
    }
  }
  return text;
}

std::string print_declaration(const ast::Declaration& declaration, sema::Checker& checker) {
  return std::visit(
      ast::Overloaded{
          [](const ast::ImportDecl& import) { return "import " + import.path; },
          [](const ast::LetDecl& let) {
            return "let " + let.name.text + " = " + (let.value ? ast::print_expr(*let.value) : "?");
          },
          [](const ast::DataDecl& data) { return "data " + data.name.text + print_keys(data.settings); },
          [&](const ast::FunctionDecl& function) {
            return fmt::format("{} {}{}", ast::kind_word(function.kind), function.name.text,
                               print_parameters(checker.signature_of(declaration), function.parameters));
          },
          [&](const ast::MetricDecl& metric) {
            return "metric " + metric.name.text +
                   print_parameters(checker.signature_of(declaration), metric.parameters) +
                   print_keys(metric.settings);
          },
          [](const ast::RecipeDecl& recipe) {
            return "recipe " + recipe.name.text + (recipe.base ? " from " + recipe.base->text : "") +
                   print_keys(recipe.settings);
          },
          [](const ast::ExperimentDecl& experiment) { return print_experiment(experiment); },
          [](const ast::ReportDecl& report) {
            return fmt::format("report \"{}\" of {} entries", report.title, report.entries.size());
          },
      },
      declaration.node);
}

// What is wrong with declarations that could not be read as a whole may be no mistake of its own: nothing is
// said about them. Nor is there any warning: what seems unused may be used in the part that is not
// understood.
void check_readable_parts(const SourceMap& sources, const sema::LoadedProgram& loaded, Sink& sink,
                          sema::ProgramIndex* index) {
  Sink found;
  sema::Checker(sources, loaded, found, index).check_all();
  const auto in_broken_declaration = [&](const Span& place) {
    for (const auto& module : loaded.program.modules) {
      for (const ast::Declaration& declaration : module->module.declarations) {
        const Span& span = declaration.span;
        const bool inside = span.file == place.file && span.begin <= place.begin && place.end <= span.end;
        if (inside && loaded.is_broken(span)) return true;
      }
    }
    return false;
  };
  for (const Diagnostic& diagnostic : found.diagnostics()) {
    if (diagnostic.severity == Severity::Error && !in_broken_declaration(diagnostic.primary))
      sink.add(diagnostic);
  }
}

}  // namespace

const ast::Declaration* CheckedProgram::find(std::string_view name) const {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second;
}

const ast::Declaration* CheckedProgram::find_from(const SourceMap& sources, FileId file,
                                                  std::string_view name) const {
  const auto& visible = file.valid() && sources.file(file).is_library() ? library_names : names;
  const auto found = visible.find(name);
  return found == visible.end() ? nullptr : found->second;
}

CheckedProgram check_program(SourceMap& sources, FileId main_file, const FileReader& read_file, Sink& sink,
                             sema::ProgramIndex* index) {
  return sema::check_program_with(stdlib_files(), sources, main_file, read_file, sink, index);
}

CheckedProgram sema::check_program_with(std::span<const EmbeddedFile> library, SourceMap& sources,
                                        FileId main_file, const FileReader& read_file, Sink& sink,
                                        ProgramIndex* index) {
  LoadedProgram loaded = load_program(sources, main_file, library, read_file, sink);
  if (loaded.broken_places.empty()) {
    Checker(sources, loaded, sink, index).check_all();
  } else {
    check_readable_parts(sources, loaded, sink, index);
  }
  return std::move(loaded.program);
}

std::string print_checked(const SourceMap& sources, const CheckedProgram& program) {
  // The checker reads the program through a view of it; what it would report has been reported.
  sema::LoadedProgram view;
  view.program.names = program.names;
  view.program.library_names = program.library_names;
  Sink silent;
  sema::Checker checker(sources, view, silent);
  std::string text;
  for (const auto& module : program.modules) {
    if (module->is_library) continue;
    text += "file " + module->path + "\n";
    for (const ast::Declaration& declaration : module->module.declarations) {
      text += print_declaration(declaration, checker) + "\n";
    }
  }
  return text;
}

}  // namespace nnc
