// The language server on two streams.
#pragma once

#include <iosfwd>

#include "compiler/lsp/analysis.hpp"

namespace nnc::lsp {

// Reads messages from a file descriptor and answers on `out` until the client ends the server or the input
// ends. What is wrong with the stream itself is said on `err`. Gives back the exit code of the protocol.
int serve(World world, int in, std::ostream& out, std::ostream& err);

}  // namespace nnc::lsp
