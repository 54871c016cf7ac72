// textDocument/signatureHelp: what the call around the cursor takes.
#include <algorithm>

#include "compiler/lsp/callables.hpp"
#include "compiler/lsp/handlers.hpp"

namespace nnc::lsp {

Reply handle_signature_help(Session& session, const Json& params) {
  const std::optional<Place> place = place_of(session, params);
  if (!place) return Json();
  const CursorContext context = cursor_context(place->document.text, place->offset);
  if (context.opaque || !context.call) return Json();
  const std::optional<Callable> callable = find_callable(place->analysis, context, *context.call);
  if (!callable) return Json();
  const auto& parameters = callable->signature.parameters;
  std::size_t active = context.call->argument;
  if (!context.call->name.empty()) {
    const auto named = std::find_if(parameters.begin(), parameters.end(), [&](const auto& parameter) {
      return parameter.name == context.call->name;
    });
    active = static_cast<std::size_t>(named - parameters.begin());
  }
  Json list = Json::array();
  std::string label = callable->signature.name + "(";
  for (const sema::SignatureParameter& parameter : parameters) {
    std::string text = parameter.name;
    if (!parameter.type.unknown()) text += ": " + sema::type_text(parameter.type);
    if (!parameter.required) text = "[" + text + "]";
    label += (list.empty() ? "" : ", ") + text;
    list.push_back({{"label", std::move(text)}});
  }
  Json signature = {{"label", label + ")"}, {"documentation", markdown(callable->documentation)}};
  // Of an argument that it does not take clients would mark the first parameter, unless there is none.
  if (active < parameters.size()) signature["parameters"] = std::move(list);
  return Json{{"signatures", {std::move(signature)}}, {"activeSignature", 0}, {"activeParameter", active}};
}

}  // namespace nnc::lsp
