// Random edits of the whole study, as an editor sends them: the texts of both sides stay equal, every place
// that the server names lies in the text, and nothing ends the server.
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "lsp_support.hpp"

using namespace nnc::lsp;
using namespace nnc::lsp::test;

namespace {

int edit_count() {
  const char* scale = std::getenv("NNC_TEST_SCALE");
  return scale != nullptr && std::string(scale) == "full" ? 10'000 : 150;
}

std::uint32_t seed() {
  const char* text = std::getenv("NNC_TEST_SEED");
  return text == nullptr ? 1 : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

std::string study_text() {
  std::ifstream file(NNC_SOURCE_DIR "/examples/fashion_mnist.nn", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A text as clients hold it: in UTF-16, with places of its own making.
class ClientText {
 public:
  explicit ClientText(std::u16string text) : text_(std::move(text)) {}

  static std::u16string from_utf8(const std::string& text) {
    std::u16string units;
    for (std::size_t i = 0; i < text.size();) {
      const auto first = static_cast<unsigned char>(text[i]);
      const std::size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
      std::uint32_t character = bytes == 1 ? first : first & (0xFFU >> (bytes + 1));
      for (std::size_t j = 1; j < bytes; ++j)
        character = character << 6U | (static_cast<unsigned char>(text[i + j]) & 0x3FU);
      i += bytes;
      if (character < 0x10000) {
        units += static_cast<char16_t>(character);
      } else {
        units += static_cast<char16_t>(0xD800 + ((character - 0x10000) >> 10U));
        units += static_cast<char16_t>(0xDC00 + ((character - 0x10000) & 0x3FFU));
      }
    }
    return units;
  }

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] const std::u16string& text() const { return text_; }
  // Not inside of a character, nor of a line break.
  [[nodiscard]] std::size_t between_characters(std::size_t at) const {
    if (at > 0 && at < text_.size() && (text_[at] & 0xFC00) == 0xDC00) --at;
    if (at > 0 && at < text_.size() && text_[at] == u'\n' && text_[at - 1] == u'\r') --at;
    return at;
  }
  [[nodiscard]] Json position(std::size_t at) const {
    int line = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < at; ++i) {
      const bool break_here =
          text_[i] == u'\n' || (text_[i] == u'\r' && !(i + 1 < text_.size() && text_[i + 1] == u'\n'));
      if (!break_here) continue;
      ++line;
      begin = i + 1;
    }
    return {{"line", line}, {"character", at - begin}};
  }
  void replace(std::size_t begin, std::size_t end, const std::u16string& with) {
    text_.replace(begin, end - begin, with);
  }

 private:
  std::u16string text_;
};

// Every object with a start and an end is a range of the text.
void check_ranges(const Json& value, const std::string& text) {
  if (value.is_object() && value.contains("start") && value.contains("end")) {
    const PositionMap map(text, Encoding::Utf16);
    const Position start{value["start"]["line"], value["start"]["character"]};
    const Position end{value["end"]["line"], value["end"]["character"]};
    for (const Position& at : {start, end}) {
      const Position back = map.position(map.offset(at));
      REQUIRE(back.line == at.line);
      REQUIRE(back.character == at.character);
    }
    REQUIRE(map.offset(start) <= map.offset(end));
  }
  if (value.is_object() || value.is_array()) {
    for (const Json& inner : value) check_ranges(inner, text);
  }
}

const std::vector<std::string> kPieces = {"a",
                                          "(",
                                          ")",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          "\"",
                                          "\"\"\"",
                                          "\n",
                                          "\r\n",
                                          "\r",
                                          " ",
                                          "\t",
                                          ":",
                                          ",",
                                          ".",
                                          "|>",
                                          "#",
                                          ";",
                                          "in",
                                          "dense(10, ",
                                          "sweep x in [1, 2]",
                                          "\xC3\xA4",
                                          "\xE6\xBC\xA2",
                                          "\xF0\x9F\x98\x80",
                                          "9",
                                          "=",
                                          "train ",
                                          "best("};

}  // namespace

TEST_CASE("random edits keep both texts equal and every place inside", "[lsp]") {
  Editor editor;
  const std::string original = study_text();
  REQUIRE(original.size() > 1000);
  editor.open(original);
  ClientText client(ClientText::from_utf8(original));
  std::mt19937 random(seed());
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  const std::vector<std::string> methods = {
      "textDocument/hover",          "textDocument/completion",   "textDocument/signatureHelp",
      "textDocument/definition",     "textDocument/references",   "textDocument/documentHighlight",
      "textDocument/documentSymbol", "textDocument/foldingRange", "textDocument/semanticTokens/full",
      "textDocument/inlayHint",      "textDocument/codeLens",     "textDocument/codeAction"};
  for (int edit = 0; edit < edit_count(); ++edit) {
    INFO("edit " << edit << " of seed " << seed());
    // Now and then all is well again, so that edits also meet whole texts.
    if (edit % 25 == 24) {
      editor.replace(original);
      client = ClientText(ClientText::from_utf8(original));
    }
    const std::size_t begin = client.between_characters(below(client.size() + 1));
    const std::size_t length = below(4) == 0 ? below(40) : below(3);
    const std::size_t end = client.between_characters(std::min(client.size(), begin + length));
    const std::string piece = below(4) == 0 ? "" : kPieces[below(kPieces.size())];
    const Json range = {{"start", client.position(begin)}, {"end", client.position(std::max(begin, end))}};
    editor.change({{{"range", range}, {"text", piece}}}, edit + 2);
    client.replace(begin, std::max(begin, end), ClientText::from_utf8(piece));
    const std::string& text = editor.document_of().text;
    REQUIRE(ClientText::from_utf8(text) == client.text());

    editor.sent.clear();
    const std::size_t cursor = client.between_characters(std::min(client.size(), begin + below(3)));
    Json params = Editor::document();
    params["position"] = client.position(cursor);
    params["range"] = {{"start", client.position(0)}, {"end", client.position(client.size())}};
    const Json answer = editor.ask(methods[below(methods.size())], params);
    REQUIRE(answer.contains("result"));
    check_ranges(answer["result"], text);
    if (edit % 5 == 0) check_ranges(editor.diagnostics(), text);
  }
}
