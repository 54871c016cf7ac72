// check_program with a library of one's own, for tests of the checker.
#pragma once

#include <span>

#include "compiler/base/embedded_file.hpp"
#include "compiler/sema/program.hpp"

namespace nnc::sema {

CheckedProgram check_program_with(std::span<const EmbeddedFile> library, SourceMap& sources, FileId main_file,
                                  const FileReader& read_file, Sink& sink, ProgramIndex* index = nullptr);

}  // namespace nnc::sema
