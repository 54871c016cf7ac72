// What both sides say that they can do when a session begins.
#pragma once

#include "compiler/lsp/session.hpp"

namespace nnc::lsp {

ClientSupport client_support(const Json& initialize_params);
// UTF-8 if the client offers it, because that is what texts are in; otherwise the protocol's UTF-16.
Encoding choose_encoding(const Json& initialize_params);
Json server_capabilities(const Session& session);

}  // namespace nnc::lsp
