// An editor for the tests of the language server: opens documents, sends requests, keeps what comes back.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "compiler/lsp/server.hpp"

namespace nnc::lsp::test {

// The program around what a test is about.
inline const std::string kStudy = R"(data fashion = idx("mnist")
model ann(hidden: [int] = [256], rate: float = 0.0) {
  flatten
  for units in hidden {
    dense(units, relu)
    dropout(rate)
  }
  dense(10, softmax)
}
recipe standard { loss: cross_entropy; optimizer: adam; batch: 32; epochs: 5; metrics: [accuracy, f1(micro)] }
experiment depth {
  sweep hidden in [[256], [256, 128]]
  train ann(hidden) on fashion with standard
}
)";

// A text with a place in it, written as `^^`.
struct Marked {
  std::string text;
  Position position;
};
inline Marked marked(std::string text) {
  const std::size_t at = text.find("^^");
  REQUIRE(at != std::string::npos);
  text.erase(at, 2);
  const PositionMap map(text, Encoding::Utf16);
  return {text, map.position(static_cast<std::uint32_t>(at))};
}

class Editor {
 public:
  // `capabilities` of the client; everything it can do by default.
  explicit Editor(Json capabilities = everything(), bool start = true)
      : server_(world(), [this](const Json& message) { sent.push_back(message); }) {
    if (!start) return;
    request("initialize",
            {{"processId", nullptr}, {"rootUri", nullptr}, {"capabilities", std::move(capabilities)}});
    notify("initialized", Json::object());
  }

  static Json everything() {
    return {
        {"textDocument",
         {{"documentSymbol", {{"hierarchicalDocumentSymbolSupport", true}}},
          {"publishDiagnostics", {{"relatedInformation", true}}},
          {"codeAction", {{"codeActionLiteralSupport", Json::object()}}}}},
        {"workspace", {{"inlayHint", {{"refreshSupport", true}}}, {"codeLens", {{"refreshSupport", true}}}}}};
  }

  void receive(const Json& message) { server_.receive(message.dump()); }
  void notify(const std::string& method, Json params) {
    receive({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
  }
  // The whole answer, with its result or error.
  Json ask(const std::string& method, Json params) {
    const int id = ++last_id_;
    receive({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}});
    for (const Json& message : sent) {
      if (message.contains("id") && message["id"] == id) return message;
    }
    FAIL("no answer to " << method);
    return nullptr;
  }
  Json request(const std::string& method, Json params) {
    const Json answer = ask(method, std::move(params));
    INFO(answer.dump(2));
    REQUIRE(answer.contains("result"));
    return answer["result"];
  }
  int error_of(const std::string& method, Json params) {
    const Json answer = ask(method, std::move(params));
    INFO(answer.dump(2));
    REQUIRE(answer.contains("error"));
    return answer["error"]["code"];
  }

  void open(const std::string& text, const std::string& uri = kUri) {
    notify("textDocument/didOpen",
           {{"textDocument", {{"uri", uri}, {"languageId", "nn"}, {"version", 1}, {"text", text}}}});
  }
  void change(Json changes, int version = 2, const std::string& uri = kUri) {
    notify("textDocument/didChange",
           {{"textDocument", {{"uri", uri}, {"version", version}}}, {"contentChanges", std::move(changes)}});
  }
  void replace(const std::string& text, const std::string& uri = kUri) { change({{{"text", text}}}, 2, uri); }

  // Opens a text with a place in it and asks about that place.
  Json at(const std::string& method, const std::string& marked_text, Json more = Json::object()) {
    const Marked cursor = marked(marked_text);
    open(cursor.text);
    return request(method, place(cursor.position, std::move(more)));
  }
  static Json place(const Position& position, Json more = Json::object(), const std::string& uri = kUri) {
    Json params = {{"textDocument", {{"uri", uri}}},
                   {"position", {{"line", position.line}, {"character", position.character}}}};
    params.update(more);
    return params;
  }
  static Json document(const std::string& uri = kUri) { return {{"textDocument", {{"uri", uri}}}}; }

  // Waits for the pause in typing and gives the diagnostics that came last.
  Json diagnostics(const std::string& uri = kUri) {
    now += 10;
    server_.work();
    for (auto message = sent.rbegin(); message != sent.rend(); ++message) {
      const bool found = message->value("method", "") == "textDocument/publishDiagnostics" &&
                         (*message)["params"]["uri"] == uri;
      if (found) return (*message)["params"]["diagnostics"];
    }
    return nullptr;
  }
  std::vector<std::string> codes(const std::string& uri = kUri) {
    std::vector<std::string> all;
    for (const Json& diagnostic : diagnostics(uri)) all.push_back(diagnostic["code"]);
    return all;
  }

  // What an edit of one document makes of a text.
  static std::string apply(std::string text, const Json& edits) {
    const PositionMap map(text, Encoding::Utf16);
    std::map<std::uint32_t, std::pair<std::uint32_t, std::string>> by_place;
    for (const Json& edit : edits) {
      const auto offset = [&](const char* side) {
        return map.offset({edit["range"][side]["line"], edit["range"][side]["character"]});
      };
      by_place[offset("start")] = {offset("end"), edit["newText"]};
    }
    for (auto edit = by_place.rbegin(); edit != by_place.rend(); ++edit)
      text.replace(edit->first, edit->second.first - edit->first, edit->second.second);
    return text;
  }

  Server& server() { return server_; }
  Document& document_of(const std::string& uri = kUri) { return *server_.session().documents.find(uri); }

  inline static const std::string kUri = "file:///programs/main.nn";

  std::vector<Json> sent;
  std::map<std::string, std::string> files;
  double now = 0;

 private:
  World world() {
    World world;
    world.read_file = [this](const std::string& path) -> Result<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return Failure{"there is no file `" + path + "`", ""};
      return found->second;
    };
    world.inspect_data = [](const std::string& folder) -> InspectedData {
      if (folder.ends_with("mnist")) return DataFacts{Shape{28, 28, 1}, 60000, 10000, 10};
      return DataProblem{DataProblem::Kind::Missing, {"there is no folder `" + folder + "`", ""}};
    };
    world.seconds = [this] { return now; };
    world.version = "test";
    return world;
  }

  Server server_;
  int last_id_ = 0;
};

inline std::vector<std::string> labels_of(const Json& items) {
  std::vector<std::string> labels;
  for (const Json& item : items) labels.push_back(item["label"]);
  return labels;
}

inline bool has(const std::vector<std::string>& list, const std::string& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

}  // namespace nnc::lsp::test
