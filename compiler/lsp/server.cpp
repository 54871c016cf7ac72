// See server.hpp.
#include "compiler/lsp/server.hpp"

#include <array>

#include "compiler/lsp/cache_files.hpp"
#include "compiler/lsp/capabilities.hpp"
#include "compiler/lsp/handlers.hpp"

namespace nnc::lsp {
namespace {

// Diagnostics wait for a pause in typing.
constexpr double kPause = 0.08;
// A study that takes longer is looked at in part.
constexpr double kLongestStudy = 1.5;

struct Method {
  std::string_view name;
  Reply (*handle)(Session& session, const Json& params);
};
constexpr auto kMethods = std::to_array<Method>({
    {"textDocument/hover", handle_hover},
    {"textDocument/inlayHint", handle_inlay_hint},
    {"textDocument/codeLens", handle_code_lens},
    {"textDocument/completion", handle_completion},
    {"textDocument/signatureHelp", handle_signature_help},
    {"textDocument/definition", handle_definition},
    {"textDocument/references", handle_references},
    {"textDocument/documentHighlight", handle_document_highlight},
    {"textDocument/prepareRename", handle_prepare_rename},
    {"textDocument/rename", handle_rename},
    {"textDocument/documentSymbol", handle_document_symbol},
    {"textDocument/foldingRange", handle_folding_range},
    {"textDocument/semanticTokens/full", handle_semantic_tokens},
    {"textDocument/codeAction", handle_code_action},
    {"textDocument/formatting", handle_formatting},
});

bool is_id(const Json& id) { return id.is_string() || id.is_number_integer(); }

}  // namespace

Server::Server(World world, std::function<void(const Json& message)> send, std::function<bool()> newer)
    : send_(std::move(send)) {
  session_.world = std::move(world);
  session_.newer = std::move(newer);
}

void Server::notify(const char* method, Json params) {
  send_({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
}

void Server::log(const std::string& message) {
  notify("window/logMessage", {{"type", 1}, {"message", message}});
}

void Server::fail(const Json& id, int code, const std::string& message) {
  send_({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", message}}}});
}

Json Server::cancelled_id(const std::string& text) {
  if (text.find("$/cancelRequest") == std::string::npos) return nullptr;
  const Json message = read_message(text);
  if (string_at(message, {"method"}) != "$/cancelRequest") return nullptr;
  const Json* id = find(message, {"params", "id"});
  return id != nullptr && is_id(*id) ? *id : Json();
}

void Server::receive(const std::string& text) {
  const Json message = read_message(text);
  if (message.is_discarded()) return fail(nullptr, kParseError, "the message is not JSON");
  handle_message(message);
}

void Server::handle_message(const Json& message) {
  const Json* id = find(message, {"id"});
  const Json* method = find(message, {"method"});
  static const Json kNone = Json::object();
  const Json* params = find(message, {"params"});
  const bool answers = method == nullptr && (find(message, {"result"}) || find(message, {"error"}));
  if (answers) return;  // to a request of ours, which all need none
  if (method == nullptr || !method->is_string() || (id != nullptr && !is_id(*id)))
    return fail(id != nullptr && is_id(*id) ? *id : Json(), kInvalidRequest, "the message is no request");
  if (id == nullptr) return handle_notification(*method, params == nullptr ? kNone : *params);
  handle_request(*method, params == nullptr ? kNone : *params, *id);
}

void Server::handle_request(const std::string& method, const Json& params, const Json& id) {
  if (cancelled_.erase(id.dump()) > 0) return fail(id, kRequestCancelled, "the request was cancelled");
  Reply reply = RequestError{};
  try {
    reply = answer(method, params);
  } catch (const std::exception& error) {
    reply = RequestError{kInternalError, error.what()};
  }
  if (const auto* error = std::get_if<RequestError>(&reply)) return fail(id, error->code, error->message);
  send_({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(std::get<Json>(reply))}});
}

Reply Server::answer(const std::string& method, const Json& params) {
  if (method == "initialize") {
    if (state_ != State::Fresh) return RequestError{kInvalidRequest, "the server is initialized already"};
    state_ = State::Running;
    return initialize(params);
  }
  if (state_ == State::Fresh) return RequestError{kServerNotInitialized, "`initialize` comes first"};
  if (state_ == State::ShutDown) return RequestError{kInvalidRequest, "the server was shut down"};
  if (method == "shutdown") {
    state_ = State::ShutDown;
    estimates_.stop();
    return Json();
  }
  for (const Method& known : kMethods) {
    if (known.name == method) return known.handle(session_, params);
  }
  return RequestError{kMethodNotFound, "there is no method `" + method + "`"};
}

Json Server::initialize(const Json& params) {
  session_.client = client_support(params);
  session_.encoding = choose_encoding(params);
  return {{"capabilities", server_capabilities(session_)},
          {"serverInfo", {{"name", "nnc"}, {"version", session_.world.version}}}};
}

void Server::handle_notification(const std::string& method, const Json& params) {
  if (method == "exit") {
    exit_code_ = state_ == State::ShutDown ? 0 : 1;
    return;
  }
  // What it cancels has been answered by now: requests and notifications have their turns in order.
  if (method == "$/cancelRequest" && lsp::find(params, {"id"}) != nullptr)
    cancelled_.erase(params["id"].dump());
  if (state_ != State::Running) return;
  try {
    if (method == "initialized") watch_files();
    if (method == "textDocument/didOpen") did_open(params);
    if (method == "textDocument/didChange") did_change(params);
    if (method == "textDocument/didClose") did_close(params);
    if (method == "workspace/didChangeWatchedFiles") files_changed(params);
    if (method == "textDocument/didSave") did_save(params);
  } catch (const std::exception& error) {
    log(method + ": " + error.what());
  }
}

// Files that are imported change outside of the editor too.
void Server::watch_files() {
  if (!session_.client.watches_files) return;
  const Json watchers = {{"watchers", {{{"globPattern", "**/*.nn"}}}}};
  const Json registration = {
      {"id", "files"}, {"method", "workspace/didChangeWatchedFiles"}, {"registerOptions", watchers}};
  ask("client/registerCapability", {{"registrations", {registration}}});
}

void Server::did_open(const Json& params) {
  const std::string uri = string_at(params, {"textDocument", "uri"});
  if (uri.empty()) return;
  Document& document =
      session_.documents.open(uri, int_at(params, {"textDocument", "version"}).value_or(0),
                              string_at(params, {"textDocument", "text"}), session_.encoding);
  document.is_library = is_cached_library(session_.world, document.path);
  estimates_.on_disk(document.path);
  session_.forget(document.path);
}

void Server::did_change(const Json& params) {
  Document* document = session_.document_of(params);
  const Json* changes = find(params, {"contentChanges"});
  if (document == nullptr || changes == nullptr) return;
  session_.documents.change(*document,
                            int_at(params, {"textDocument", "version"}).value_or(document->version), *changes,
                            session_.encoding);
  estimates_.changed(*document);
  session_.forget(document->path);
}

void Server::did_save(const Json& params) {
  const Document* document = session_.document_of(params);
  if (document == nullptr) return;
  estimates_.on_disk(document->path);
  session_.forget(document->path);
}

void Server::did_close(const Json& params) {
  const Document* document = session_.document_of(params);
  if (document == nullptr) return;
  const std::string uri = document->uri;
  const std::string path = document->path;
  estimates_.closed(*document);
  session_.documents.close(uri);
  session_.forget(path);  // what imports it reads the disk from now on
  notify("textDocument/publishDiagnostics", {{"uri", uri}, {"diagnostics", Json::array()}});
}

void Server::files_changed(const Json& params) {
  const Json* changes = find(params, {"changes"});
  if (changes == nullptr || !changes->is_array()) return;
  for (const Json& change : *changes) {
    const std::string path = path_of_uri(string_at(change, {"uri"}));
    if (session_.documents.find_path(path) != nullptr) continue;  // its text is the editor's
    estimates_.on_disk(path);
    session_.forget(path);
  }
}

std::optional<double> Server::next_work() {
  std::optional<double> next = estimates_.next_work();
  for (const auto& [uri, document] : session_.documents.all()) {
    if (!document->publish) continue;
    const double wait = std::max(0.0, document->changed_at + kPause - session_.world.seconds());
    next = std::min(next.value_or(wait), wait);
  }
  return next;
}

void Server::publish(Document& document) {
  notify("textDocument/publishDiagnostics", {{"uri", document.uri},
                                             {"version", document.version},
                                             {"diagnostics", diagnostics_of(session_, document)}});
  document.published_once = true;
}

void Server::ask(const char* method, Json params) {
  Json request = {{"jsonrpc", "2.0"}, {"id", "nnc-" + std::to_string(++asked_)}, {"method", method}};
  if (!params.is_null()) request["params"] = std::move(params);
  send_(request);
}

bool Server::work_on_estimates() {
  try {
    return estimates_.work();
  } catch (const std::exception& error) {
    estimates_.stop();
    log(std::string("estimating times: ") + error.what());
    return false;
  }
}

void Server::work() {
  bool new_shapes = false;
  for (auto& [uri, document] : session_.documents.all()) {
    if (!document->publish || document->changed_at + kPause > session_.world.seconds()) continue;
    try {
      Analysis& analysis = session_.names(*document);
      const bool known = analysis.shapes_known;
      const bool interrupted = !known && session_.study(*document, kLongestStudy) == StudyOutcome::GivenUp;
      // Names and types are worth showing while shapes have to wait.
      if (!interrupted || !document->published_once) publish(*document);
      document->publish = interrupted;
      new_shapes = new_shapes || (!known && analysis.shapes_known);
    } catch (const std::exception& error) {
      document->publish = false;
      log(uri + ": " + error.what());
    }
    if (session_.newer && session_.newer()) break;
  }
  const bool new_times = work_on_estimates();
  if (new_shapes && session_.client.refresh_hints) ask("workspace/inlayHint/refresh");
  if ((new_shapes || new_times) && session_.client.refresh_lenses) ask("workspace/codeLens/refresh");
}

}  // namespace nnc::lsp
