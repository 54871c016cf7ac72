// Which files make up a program: the library, the main file and what it imports, each once.
// In: the library's texts, the main file and a reader for the rest. Out: CheckedProgram::modules and its
// names.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/embedded_file.hpp"
#include "compiler/sema/program.hpp"

namespace nnc::sema {

struct LoadedProgram {
  CheckedProgram program;
  // Some text could not be read (a missing import, a syntax error): a name that nobody declares may be in
  // there.
  bool import_failed = false;
  std::set<FileId> broken_files;
  std::vector<Span> broken_places;  // where they could not be read

  // True if a part of this text could not be read: what it lacks may be in that part.
  [[nodiscard]] bool is_broken(const Span& span) const;
};

LoadedProgram load_program(SourceMap& sources, FileId main_file, std::span<const EmbeddedFile> library,
                           const FileReader& read_file, Sink& sink);

}  // namespace nnc::sema
