// The standard library's .nn files, embedded in the binary.
#pragma once

#include <span>

#include "compiler/base/embedded_file.hpp"

namespace nnc {

std::span<const EmbeddedFile> stdlib_files();

}  // namespace nnc
