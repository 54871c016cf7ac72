// See capabilities.hpp.
#include "compiler/lsp/capabilities.hpp"

#include <algorithm>

#include "compiler/lsp/handlers.hpp"

namespace nnc::lsp {

ClientSupport client_support(const Json& params) {
  ClientSupport client;
  const auto can = [&](std::initializer_list<const char*> keys) {
    const Json* capabilities = find(params, {"capabilities"});
    return capabilities != nullptr && bool_at(*capabilities, keys);
  };
  client.nested_symbols = can({"textDocument", "documentSymbol", "hierarchicalDocumentSymbolSupport"});
  client.document_changes = can({"workspace", "workspaceEdit", "documentChanges"});
  client.related_information = can({"textDocument", "publishDiagnostics", "relatedInformation"});
  client.code_action_literals =
      find(params, {"capabilities", "textDocument", "codeAction", "codeActionLiteralSupport"}) != nullptr;
  client.refresh_hints = can({"workspace", "inlayHint", "refreshSupport"});
  client.refresh_lenses = can({"workspace", "codeLens", "refreshSupport"});
  client.watches_files = can({"workspace", "didChangeWatchedFiles", "dynamicRegistration"});
  const Json* estimate = find(params, {"initializationOptions", "estimateTime"});
  client.estimate_time = estimate == nullptr || *estimate != false;
  return client;
}

Encoding choose_encoding(const Json& params) {
  const Json* offered = find(params, {"capabilities", "general", "positionEncodings"});
  const bool utf8 = offered != nullptr && offered->is_array() &&
                    std::find(offered->begin(), offered->end(), "utf-8") != offered->end();
  return utf8 ? Encoding::Utf8 : Encoding::Utf16;
}

Json server_capabilities(const Session& session) {
  constexpr int kIncremental = 2;
  Json capabilities = {
      {"positionEncoding", session.encoding == Encoding::Utf8 ? "utf-8" : "utf-16"},
      {"textDocumentSync", {{"openClose", true}, {"change", kIncremental}, {"save", true}}},
      {"hoverProvider", true},
      {"inlayHintProvider", true},
      {"codeLensProvider", Json::object()},
      {"completionProvider", {{"triggerCharacters", {".", "(", "[", ":", ",", " ", "{"}}}},
      {"signatureHelpProvider", {{"triggerCharacters", {"(", ","}}, {"retriggerCharacters", {":"}}}},
      {"definitionProvider", true},
      {"referencesProvider", true},
      {"documentHighlightProvider", true},
      {"renameProvider", {{"prepareProvider", true}}},
      {"documentSymbolProvider", true},
      {"foldingRangeProvider", true},
      {"semanticTokensProvider", {{"legend", semantic_tokens_legend()}, {"full", true}}},
      {"codeActionProvider", {{"codeActionKinds", {"quickfix"}}}},
  };
  if (session.world.format) capabilities["documentFormattingProvider"] = true;
  return capabilities;
}

}  // namespace nnc::lsp
