// textDocument/prepareRename and rename. Whether a new name collides with another is not guessed: the edited
// program is checked, and every name in it must refer to what it did before.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/lsp/cache_files.hpp"
#include "compiler/lsp/handlers.hpp"
#include "compiler/lsp/symbols.hpp"
#include "compiler/parse/characters.hpp"
#include "compiler/parse/keywords.hpp"

namespace nnc::lsp {
namespace {

using Edits = std::map<std::string, std::vector<TextChange>>;  // by path, in the order of the text

RequestError refuse(std::string why) { return {kRequestFailed, std::move(why)}; }

// Why the name at the cursor cannot be given another name; "" if it can.
std::string obstacle(const World& world, const Place& place, const std::optional<Symbol>& symbol) {
  const auto* reference = place.analysis.index.at(place.analysis.main, place.offset);
  if (reference == nullptr) return "there is no name here";
  const std::string name(place.analysis.sources.text(reference->use));
  if (!symbol) return fmt::format("`{}` is a name of the language", name);
  if (symbol->is_library || is_cached_library(world, symbol->path))
    return fmt::format("`{}` is a name of the standard library", name);
  return {};
}

bool is_name(const std::string& text) {
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_word_char);
}

Edits collect_edits(Session& session, const Symbol& symbol, const std::string& name) {
  std::map<std::string, std::map<std::uint32_t, TextChange>> places;
  for (auto& [uri, document] : session.documents.all()) {
    const Analysis& analysis = session.names(*document);
    for (const sema::Reference& use : uses_of(analysis, symbol)) {
      places[analysis.sources.file(use.use.file).path()][use.use.begin] = {
          use.use.begin, use.use.end, static_cast<std::uint32_t>(name.size())};
    }
  }
  Edits edits;
  for (const auto& [path, changes] : places) {
    for (const auto& [begin, change] : changes) edits[path].push_back(change);
  }
  return edits;
}

std::string edited(std::string text, const std::vector<TextChange>& changes, const std::string& name) {
  for (auto change = changes.rbegin(); change != changes.rend(); ++change)
    text.replace(change->begin, change->end - change->begin, name);
  return text;
}

// Where a byte of the text before is in the text after.
std::uint32_t moved(const std::vector<TextChange>& changes, std::uint32_t begin) {
  std::int64_t by = 0;
  for (const TextChange& change : changes) {
    if (change.begin >= begin) break;
    by += static_cast<std::int64_t>(change.length) - (change.end - change.begin);
  }
  return static_cast<std::uint32_t>(begin + by);
}

// What every name of the program refers to, with places as they are after the edits.
using Links =
    std::vector<std::tuple<std::string, std::uint32_t, sema::SymbolKind, std::string, std::uint32_t>>;

Links links_of(const Analysis& analysis, const Edits& edits) {
  const auto place = [&](const Span& span) {
    if (!span.valid()) return std::pair(std::string(), std::uint32_t{0});
    const std::string& path = analysis.sources.file(span.file).path();
    const auto changes = edits.find(path);
    return std::pair(path, changes == edits.end() ? span.begin : moved(changes->second, span.begin));
  };
  Links links;
  for (const sema::Reference& reference : analysis.index.references) {
    const auto [path, begin] = place(reference.use);
    const auto [declared_path, declared] = place(reference.declared);
    links.emplace_back(path, begin, reference.kind, declared_path, declared);
  }
  std::sort(links.begin(), links.end());
  return links;
}

// True if in every open program all names still mean the same.
bool keeps_meaning(Session& session, const Edits& edits, const std::string& name) {
  const auto text_of = [&](const std::string& path) -> Result<std::string> {
    Result<std::string> text = session.read(path);
    const auto changes = edits.find(path);
    if (!text || changes == edits.end()) return text;
    return edited(std::move(text).value(), changes->second, name);
  };
  for (auto& [uri, document] : session.documents.all()) {
    const Analysis& before = session.names(*document);
    const bool concerned = edits.contains(document->path) ||
                           std::any_of(before.read.begin(), before.read.end(),
                                       [&](const std::string& path) { return edits.contains(path); });
    if (!concerned) continue;
    const Result<std::string> text = text_of(document->path);
    if (!text) return false;
    const auto after = analyse_names(document->path, text.value(), text_of);
    if (after->sink.error_count() != before.sink.error_count()) return false;
    if (links_of(before, edits) != links_of(*after, {})) return false;
  }
  return true;
}

Json workspace_edit(Session& session, const Edits& edits, const std::string& name) {
  Json by_uri = Json::object();
  Json documents = Json::array();
  for (const auto& [path, changes] : edits) {
    const Document* open = session.documents.find_path(path);
    const Result<std::string> text = session.read(path);
    if (!text) continue;
    const PositionMap map(text.value(), session.encoding);
    Json list = Json::array();
    for (const TextChange& change : changes)
      list.push_back({{"range", range_json(map, change.begin, change.end)}, {"newText", name}});
    const std::string uri = open != nullptr ? open->uri : uri_of_path(path);
    documents.push_back(
        {{"textDocument", {{"uri", uri}, {"version", open != nullptr ? Json(open->version) : Json()}}},
         {"edits", list}});
    by_uri[uri] = std::move(list);
  }
  if (session.client.document_changes) return {{"documentChanges", std::move(documents)}};
  return {{"changes", std::move(by_uri)}};
}

}  // namespace

Reply handle_prepare_rename(Session& session, const Json& params) {
  const std::optional<Place> place = place_of(session, params);
  if (!place) return refuse("the document is not open");
  const std::optional<Symbol> symbol = symbol_at(*place);
  if (const std::string why = obstacle(session.world, *place, symbol); !why.empty()) return refuse(why);
  const Span& use = place->analysis.index.at(place->analysis.main, place->offset)->use;
  return Json{{"range", session.range(place->document, use.begin, use.end)}, {"placeholder", symbol->name}};
}

Reply handle_rename(Session& session, const Json& params) {
  const std::optional<Place> place = place_of(session, params);
  if (!place) return refuse("the document is not open");
  const std::optional<Symbol> symbol = symbol_at(*place);
  if (const std::string why = obstacle(session.world, *place, symbol); !why.empty()) return refuse(why);
  const std::string name = string_at(params, {"newName"});
  if (!is_name(name))
    return refuse(fmt::format("`{}` is not a name: letters, digits and `_`, a letter first", name));
  if (is_reserved(name)) return refuse(fmt::format("`{}` is a word of the language", name));
  if (name == symbol->name) return workspace_edit(session, {}, name);
  const Edits edits = collect_edits(session, *symbol, name);
  if (!keeps_meaning(session, edits, name))
    return refuse(
        fmt::format("`{}` has another meaning where `{}` is used: the program would not be the same", name,
                    symbol->name));
  return workspace_edit(session, edits, name);
}

}  // namespace nnc::lsp
