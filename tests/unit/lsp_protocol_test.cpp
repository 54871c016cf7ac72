// The states of the protocol, and what comes of messages that no client should send.
#include "lsp_support.hpp"

using namespace nnc::lsp;
using namespace nnc::lsp::test;

TEST_CASE("nothing is answered before initialize", "[lsp]") {
  Editor editor(Editor::everything(), false);
  CHECK(editor.error_of("textDocument/hover", Editor::document()) == kServerNotInitialized);
  editor.open("model m {\n");
  CHECK(editor.server().session().documents.all().empty());
  CHECK(editor.request("initialize", {{"capabilities", Json::object()}})["serverInfo"]["name"] == "nnc");
  CHECK(editor.error_of("initialize", Json::object()) == kInvalidRequest);
}

TEST_CASE("after shutdown only exit is left, which ends with 0", "[lsp]") {
  Editor editor;
  editor.request("shutdown", nullptr);
  CHECK(editor.error_of("textDocument/hover", Editor::document()) == kInvalidRequest);
  CHECK_FALSE(editor.server().exit_code());
  editor.notify("exit", nullptr);
  CHECK(editor.server().exit_code() == 0);
}

TEST_CASE("exit without shutdown ends with 1", "[lsp]") {
  Editor editor;
  editor.notify("exit", nullptr);
  CHECK(editor.server().exit_code() == 1);
}

TEST_CASE("bytes per character are used only if the client offers them", "[lsp]") {
  Editor plain;
  CHECK(plain.server().session().encoding == Encoding::Utf16);
  const Json offers = {{"general", {{"positionEncodings", {"utf-16", "utf-8"}}}}};
  Editor editor(offers);
  CHECK(editor.sent.front()["result"]["capabilities"]["positionEncoding"] == "utf-8");
}

TEST_CASE("messages that are none are answered with what is wrong", "[lsp]") {
  Editor editor;
  const auto code = [&](const std::string& text) {
    editor.sent.clear();
    editor.server().receive(text);
    return editor.sent.empty() ? 0 : editor.sent.front()["error"]["code"].get<int>();
  };
  CHECK(code("{") == kParseError);
  CHECK(code("\xFF\xFE") == kParseError);
  CHECK(code("[]") == kInvalidRequest);
  CHECK(code("17") == kInvalidRequest);
  CHECK(code("null") == kInvalidRequest);
  CHECK(code(R"({"id": 1})") == kInvalidRequest);
  CHECK(code(R"({"id": {}, "method": "shutdown"})") == kInvalidRequest);
  CHECK(code(R"({"id": 1, "method": 5})") == kInvalidRequest);
  CHECK(code(R"({"id": 1, "method": "textDocument/nothing"})") == kMethodNotFound);
  CHECK(code(R"({"method": "$/nothing"})") == 0);
  CHECK(code(R"({"id": 9, "result": null})") == 0);
}

TEST_CASE("parameters of any form are survived", "[lsp]") {
  Editor editor;
  editor.open(kStudy);
  const std::vector<Json> odd = {
      nullptr,
      1,
      "text",
      Json::array(),
      Json::object(),
      {{"textDocument", 3}},
      {{"textDocument", {{"uri", Editor::kUri}}}, {"position", "here"}, {"range", {1, 2}}},
      {{"textDocument", {{"uri", Editor::kUri}}},
       {"position", {{"line", -7}, {"character", 1e99}}},
       {"newName", {1}},
       {"context", 4}}};
  for (const std::string method :
       {"textDocument/hover", "textDocument/inlayHint", "textDocument/codeLens", "textDocument/completion",
        "textDocument/signatureHelp", "textDocument/definition", "textDocument/references",
        "textDocument/documentHighlight", "textDocument/prepareRename", "textDocument/rename",
        "textDocument/documentSymbol", "textDocument/foldingRange", "textDocument/semanticTokens/full",
        "textDocument/codeAction", "textDocument/formatting"}) {
    for (const Json& params : odd) {
      INFO(method << " " << params.dump());
      const Json answer = editor.ask(method, params);
      CHECK((answer.contains("result") || answer["error"]["code"] == kRequestFailed));
    }
  }
  for (const std::string method : {"textDocument/didOpen", "textDocument/didChange", "textDocument/didClose",
                                   "textDocument/didSave", "workspace/didChangeWatchedFiles"}) {
    for (const Json& params : odd) editor.notify(method, params);
  }
  CHECK(editor.request("textDocument/documentSymbol", Editor::document()).is_array());
}

TEST_CASE("a change without a text changes nothing", "[lsp]") {
  Editor editor;
  editor.open(kStudy);
  editor.change({{{"rangeLength", 3}}, {{"text", 7}}, nullptr});
  CHECK(editor.document_of().text == kStudy);
}

TEST_CASE("files that are imported are watched where the client can, and count as they are on the disk",
          "[lsp]") {
  Json can = Editor::everything();
  can["workspace"]["didChangeWatchedFiles"] = {{"dynamicRegistration", true}};
  Editor editor(can);
  REQUIRE(editor.sent.back()["method"] == "client/registerCapability");
  CHECK(editor.sent.back()["params"]["registrations"][0]["method"] == "workspace/didChangeWatchedFiles");
  editor.open("import \"parts.nn\"\nlet x = width\n");
  CHECK_FALSE(editor.codes().empty());
  editor.files["/programs/parts.nn"] = "let width = 8\n";
  editor.notify("workspace/didChangeWatchedFiles",
                {{"changes", {{{"uri", "file:///programs/parts.nn"}, {"type", 1}}}}});
  CHECK(editor.codes().empty());
  Editor plain;
  CHECK(plain.sent.back()["method"] != "client/registerCapability");
}

TEST_CASE("a cancelled request is answered as such", "[lsp]") {
  Editor editor;
  const Json id = Server::cancelled_id(R"({"method": "$/cancelRequest", "params": {"id": 77}})");
  REQUIRE(id == 77);
  editor.server().cancel(id);
  editor.receive({{"jsonrpc", "2.0"}, {"id", 77}, {"method", "shutdown"}});
  CHECK(editor.sent.back()["error"]["code"] == kRequestCancelled);
  CHECK(Server::cancelled_id(R"({"method": "shutdown", "id": 1})").is_null());
}

TEST_CASE("messages are put together from whatever pieces come", "[lsp]") {
  Framer framer;
  const std::string bytes = frame({{"a", "\xC3\xA4"}}) + "content-length: 2\n\n{}";
  std::vector<std::string> messages;
  for (const char byte : bytes) {
    framer.add({&byte, 1});
    while (auto message = framer.next()) messages.push_back(*message);
  }
  CHECK(messages == std::vector<std::string>{"{\"a\":\"\xC3\xA4\"}", "{}"});
}

TEST_CASE("half a pair of surrogates is one character, and no text is lost", "[lsp]") {
  CHECK(read_message(R"({"a": "x\ud83d\n\\ud83d\udE00 \ud83d\ude00"})") ==
        Json({{"a", "x\xEF\xBF\xBD\n\\ud83d\xEF\xBF\xBD \xF0\x9F\x98\x80"}}));
  for (const std::string text : {"{\"a\": \"\\", "{\"a\": \"\\u", "{\"a\": \"\\ud8", "\\ud800"})
    CHECK(read_message(text).is_discarded());
  Editor editor;
  editor.open("let a = 1\n");
  editor.server().receive(
      R"({"method": "textDocument/didChange", "params": {"textDocument": {"uri": "file:///programs/main.nn", "version": 2},
      "contentChanges": [{"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "# \ud83d\nlet b = 2\n"}]}})");
  CHECK(editor.document_of().text == "# \xEF\xBF\xBD\nlet b = 2\nlet a = 1\n");
}

TEST_CASE("headers that cannot be read end the stream with a reason", "[lsp]") {
  for (const std::string header :
       {"Content-Length: many\r\n\r\n", "Content-Type: x\r\n\r\n", "Content-Length: -1\r\n\r\n",
        "Content-Length: 99999999999999999999\r\n\r\n", "Content-Length: 4294967296\r\n\r\n"}) {
    Framer framer;
    framer.add(header);
    CHECK_FALSE(framer.next());
    CHECK_FALSE(framer.broken().empty());
  }
  Framer endless;
  endless.add(std::string(100'000, 'x'));
  CHECK_FALSE(endless.next());
  CHECK_FALSE(endless.broken().empty());
}

TEST_CASE("formatting is offered where there is a formatter, and changes what differs", "[lsp]") {
  Editor editor;
  editor.open("let  x = 1\nlet y = 2\n");
  CHECK(editor.request("textDocument/formatting", Editor::document()).empty());
  editor.server().session().world.format = [](std::string_view) {
    return std::string("let x = 1\nlet y = 2\n");
  };
  const Json edits = editor.request("textDocument/formatting", Editor::document());
  REQUIRE(edits.size() == 1);
  CHECK(Editor::apply("let  x = 1\nlet y = 2\n", edits) == "let x = 1\nlet y = 2\n");
}

TEST_CASE("formatting mends ends of lines, which are one place for an editor", "[lsp]") {
  Editor editor;
  editor.server().session().world.format = [](std::string_view text) {
    std::string plain(text);
    std::erase(plain, '\r');
    return plain;
  };
  for (const std::string text : {"let a = 1\nlet b = 2\r\n", "let a = 1\r\nlet b = 2\r\n", "\r\n",
                                 "a\r\n\r\nb", "let a = 1\r\nlet b = 2\n"}) {
    INFO(text);
    editor.open(text);
    const std::string made =
        Editor::apply(text, editor.request("textDocument/formatting", Editor::document()));
    CHECK(made.find('\r') == std::string::npos);
  }
}
