// Files that are part of the program. cmake/embed.cmake makes a function
//   std::span<const EmbeddedFile> some_files();
// in namespace nnc, which the room that uses it declares itself.
#pragma once

#include <span>
#include <string_view>

namespace nnc {

struct EmbeddedFile {
  std::string_view path;  // relative, with slashes
  std::string_view text;
};

}  // namespace nnc
