// Programs with small mistakes, and whether the compiler takes them for well formed:
//   damaged_programs FOLDER COUNT SEED FILE...
// Writes FOLDER/0.nn, 1.nn, ...: each one of the files with one to three tokens left out, doubled, exchanged
// or put in. Prints `NAME valid` or `NAME invalid` for each. Values that do not fit and another version of
// the language are no matter of syntax.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/base/sink.hpp"
#include "compiler/parse/parse.hpp"
#include "compiler/parse/tokens.hpp"

namespace {

using namespace nnc;

std::string read_text(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A text in pieces that give it back when they are joined: tokens, what stands between them, line breaks.
std::vector<std::string> pieces_of(const std::string& text) {
  std::vector<std::string> pieces;
  for (std::uint32_t at = 0; at < text.size();) {
    const Token token = token_at(text, at);
    if (token.begin > at) pieces.push_back(text.substr(at, token.begin - at));
    const bool is_line_end = token.kind == Token::Kind::LineEnd;
    const std::size_t line_end = std::min(text.find('\n', token.begin), text.size());
    const std::size_t end = !is_line_end ? token.end : text[token.begin] == '\n' ? token.begin + 1 : line_end;
    pieces.push_back(text.substr(token.begin, end - token.begin));
    at = static_cast<std::uint32_t>(std::max<std::size_t>(end, at + 1));
  }
  return pieces;
}

class Damager {
 public:
  explicit Damager(unsigned seed) : random_(seed) {}

  std::string damage(std::vector<std::string> pieces) {
    for (std::size_t count = 1 + below(3); count > 0 && pieces.size() > 1; --count) damage_once(pieces);
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    return text;
  }

  std::size_t below(std::size_t end) { return random_() % end; }

 private:
  // What often decides how the text around it is read.
  static constexpr std::array<const char*, 36> kPieces = {
      "\n", " ",    "(",  ")",   "[",  "]",   "{",     "}",  ",",   ":",  ";",      "=",
      "-",  "<",    "<-", "..",  ".",  "|>",  "|",     "~",  "\"",  "#",  "\"\"\"", "{{",
      "if", "else", "in", "not", "or", "let", "train", "12", "3x3", "1e", "name",   "sweep"};

  void damage_once(std::vector<std::string>& pieces) {
    const std::size_t at = below(pieces.size());
    const auto place = pieces.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(6)) {
      case 0:
        pieces.erase(place);
        return;
      case 1:
        pieces.insert(place, std::string(pieces[at]));
        return;
      case 2:
        std::swap(pieces[at], pieces[below(pieces.size())]);
        return;
      case 3:
        pieces[at] = kPieces.at(below(kPieces.size()));
        return;
      case 4:
        pieces.insert(place, kPieces.at(below(kPieces.size())));
        return;
      default:
        pieces[at] = pieces[below(pieces.size())];
        return;
    }
  }

  std::minstd_rand random_;
};

bool is_well_formed(const std::string& text) {
  SourceMap sources;
  Sink sink;
  parse_file(sources, sources.add("damaged.nn", text), sink);
  return std::ranges::all_of(sink.diagnostics(), [](const Diagnostic& diagnostic) {
    return diagnostic.code() == "E0105" || diagnostic.code() == "E0108";
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const std::string folder = argv[1];
  const int count = std::atoi(argv[2]);
  Damager damager(static_cast<unsigned>(std::atoi(argv[3])));
  std::vector<std::vector<std::string>> programs;
  for (int i = 4; i < argc; ++i) programs.push_back(pieces_of(read_text(argv[i])));
  for (int i = 0; i < count; ++i) {
    const std::string text = damager.damage(programs[damager.below(programs.size())]);
    const std::string path = fmt::format("{}/{}.nn", folder, i);
    std::ofstream(path, std::ios::binary) << text;
    fmt::print("{} {}\n", path, is_well_formed(text) ? "valid" : "invalid");
  }
  return 0;
}
