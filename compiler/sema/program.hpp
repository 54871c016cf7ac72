// The checked program: every module with its imports, and who is called what.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.hpp"
#include "compiler/base/result.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/base/source.hpp"
#include "compiler/parse/trivia.hpp"

namespace nnc {

// Reads the text of an imported file. The driver gives the real file system, tests a map.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

struct LoadedModule {
  std::string path;
  ast::Module module;
  Trivia trivia;
  bool is_library = false;
  std::vector<std::size_t> imports;  // indices into CheckedProgram::modules
};

namespace sema {
struct ProgramIndex;
}

struct CheckedProgram {
  // The standard library's modules come first, then the imports of the main file, then the main file itself.
  std::vector<std::unique_ptr<LoadedModule>> modules;
  std::size_t main = 0;

  // Every declaration visible in the main file (its own, imported, standard library), by name.
  // A user's declaration of a name that the library has takes its place (and is used by the user's code
  // only).
  std::map<std::string, const ast::Declaration*, std::less<>> names;
  // The library's own names, for bodies in the library.
  std::map<std::string, const ast::Declaration*, std::less<>> library_names;

  [[nodiscard]] const LoadedModule& main_module() const { return *modules[main]; }
  [[nodiscard]] const ast::Declaration* find(std::string_view name) const;
  // Looks a name up as code in that file sees it.
  [[nodiscard]] const ast::Declaration* find_from(const SourceMap& sources, FileId file,
                                                  std::string_view name) const;
};

// Loads the standard library and the imports, resolves every name and checks every static type.
// Reports to the sink and returns what could be understood; a program with errors must not be run.
// `index`, if there is one, is told what every name refers to (program_index.hpp).
CheckedProgram check_program(SourceMap& sources, FileId main_file, const FileReader& read_file, Sink& sink,
                             sema::ProgramIndex* index = nullptr);

// Every declaration with the type of each parameter: `--dump=checked`.
std::string print_checked(const SourceMap& sources, const CheckedProgram& program);

}  // namespace nnc
