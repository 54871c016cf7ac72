// One function per request of the protocol, each in the handle_*.cpp of its family.
#pragma once

#include "compiler/lsp/session.hpp"

namespace nnc::lsp {

Reply handle_hover(Session& session, const Json& params);
Reply handle_inlay_hint(Session& session, const Json& params);
Reply handle_code_lens(Session& session, const Json& params);
Reply handle_completion(Session& session, const Json& params);
Reply handle_signature_help(Session& session, const Json& params);
Reply handle_definition(Session& session, const Json& params);
Reply handle_references(Session& session, const Json& params);
Reply handle_document_highlight(Session& session, const Json& params);
Reply handle_prepare_rename(Session& session, const Json& params);
Reply handle_rename(Session& session, const Json& params);
Reply handle_document_symbol(Session& session, const Json& params);
Reply handle_folding_range(Session& session, const Json& params);
Reply handle_semantic_tokens(Session& session, const Json& params);
Reply handle_code_action(Session& session, const Json& params);
Reply handle_formatting(Session& session, const Json& params);

// What semantic tokens are called, for the capabilities.
Json semantic_tokens_legend();
// All that is wrong in a document, as the editor shows it.
Json diagnostics_of(Session& session, Document& document);

}  // namespace nnc::lsp
