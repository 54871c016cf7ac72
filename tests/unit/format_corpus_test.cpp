// The formatter on every program there is, and on thousands of damaged ones: formatting again changes
// nothing, the checked program stays the same, no comment is lost, and nothing crashes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "compiler/base/text_diff.hpp"
#include "compiler/parse/characters.hpp"
#include "compiler/parse/parse.hpp"
#include "compiler/parse/tokens.hpp"
#include "compiler/sema/check.hpp"
#include "compiler/sema/program.hpp"
#include "tests/unit/format_support.hpp"

using namespace nnc;

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = NNC_SOURCE_DIR;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Failure{"there is no file `" + path + "`", ""};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> programs_in(const std::vector<std::string>& folders) {
  std::vector<std::string> paths;
  for (const std::string& folder : folders)
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder))
      if (entry.path().extension() == ".nn") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> all_programs() { return programs_in({"examples", "stdlib", "tests"}); }

// What is known of a program after names and types were checked, and the codes of its mistakes, whose words
// quote it.
std::string checked_dump(const std::string& path, const std::string& text) {
  SourceMap sources;
  Sink sink;
  const FileId main = sources.add(path, text);
  const CheckedProgram program = check_program(sources, main, read_file, sink);
  std::string dump = print_checked(sources, program);
  for (const Diagnostic& diagnostic : sink.diagnostics()) dump += diagnostic.code() + "\n";
  return dump;
}

std::vector<std::string> comments_of(const std::string& text) {
  SourceMap sources;
  Sink sink;
  const FileId file = sources.add("test.nn", text);
  std::vector<std::string> comments;
  for (const Comment& comment : parse_file(sources, file, sink).trivia.comments) {
    std::string words(sources.text(comment.span));
    words.erase(words.find_last_not_of(" \t\r") + 1);
    comments.push_back(words);
  }
  return comments;
}

// ---------------------------------------------------------------- damage

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Piece {
  std::size_t begin = 0;
  std::size_t length = 0;
};

std::vector<Piece> tokens_of(const std::string& text) {
  std::vector<Piece> tokens;
  for (std::uint32_t at = 0; at < text.size();) {
    const Token token = token_at(text, at);
    if (token.kind == Token::Kind::FileEnd) break;
    std::uint32_t end = token.end;
    if (token.kind == Token::Kind::LineEnd)
      end = static_cast<std::uint32_t>(std::min(text.find('\n', at), text.size() - 1) + 1);
    tokens.push_back({token.begin, end - token.begin});
    at = end;
  }
  return tokens;
}

// One to four tokens or bytes deleted, doubled, replaced, names made long, lines broken or joined.
std::string damaged(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random()) % bound; };
  for (std::size_t count = 1 + below(4); count > 0 && text.size() > 1; --count) {
    const std::vector<Piece> tokens = tokens_of(text);
    Piece piece = {below(text.size()), 1};
    if (below(4) != 0 && !tokens.empty()) piece = tokens[below(tokens.size())];
    const std::string words = text.substr(piece.begin, piece.length);
    switch (below(8)) {
      case 0:
        text.erase(piece.begin, piece.length);
        break;
      case 1:
        text.insert(piece.begin, words + " ");
        break;
      case 2: {
        const Piece other = tokens.empty() ? piece : tokens[below(tokens.size())];
        text.replace(piece.begin, piece.length, text.substr(other.begin, other.length));
        break;
      }
      case 3:
        text.insert(piece.begin, "\n");
        break;
      case 4:
        text.insert(piece.begin, "  # remark\n");
        break;
      case 5:
        if (is_word_char(words.back())) text.insert(piece.begin + words.size(), std::string(below(90), 'a'));
        break;
      case 6:
        text.insert(piece.begin, below(2) == 0 ? ";" : "\t\r\n\r\n");
        break;
      default: {
        const std::size_t line = text.find('\n', piece.begin);
        if (line != std::string::npos) text[line] = ' ';
      }
    }
  }
  return text;
}

}  // namespace

TEST_CASE("formatting again changes nothing, and no comment is lost", "[format]") {
  int formatted = 0;
  for (const std::string& path : all_programs()) {
    const std::string text = read_file(path).value();
    const std::optional<std::string> once = test::try_format(text);
    if (!once) continue;  // a case of syntax errors
    INFO(path);
    CHECK(unified_diff(*once, test::try_format(*once).value_or("")) == "");
    CHECK(comments_of(*once) == comments_of(text));
    ++formatted;
  }
  CHECK(formatted > 80);
}

TEST_CASE("a formatted program is the same when it is checked", "[format]") {
  for (const std::string& path : all_programs()) {
    const std::string text = read_file(path).value();
    const std::optional<std::string> formatted = test::try_format(text);
    if (!formatted) continue;
    INFO(path);
    CHECK(checked_dump(path, *formatted) == checked_dump(path, text));
  }
}

TEST_CASE("the examples and the standard library are formatted", "[format]") {
  for (const std::string& path : programs_in({"examples", "stdlib"})) {
    INFO(path << ": run `nnc fmt`");
    const std::string text = read_file(path).value();
    CHECK(unified_diff(text, test::try_format(text).value_or("")) == "");
  }
}

TEST_CASE("the programs in the documents are formatted", "[format]") {
  int programs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "docs")) {
    if (entry.path().extension() != ".md") continue;
    const std::string document = read_file(entry.path().string()).value();
    const std::string open = "```nn\n";
    for (std::size_t at = document.find(open); at != std::string::npos; at = document.find(open, at + 1)) {
      const std::size_t begin = at + open.size();
      const std::string program = document.substr(begin, document.find("```", begin) - begin);
      INFO(entry.path());
      if (const auto formatted = test::try_format(program)) CHECK(unified_diff(program, *formatted) == "");
      ++programs;
    }
  }
  CHECK(programs > 5);
}

// format_source itself compares programs and throws if one has changed.
TEST_CASE("damaged programs are refused or stay the same program", "[format]") {
  const int count = from_environment("NNC_TEST_SCALE") == "full" ? 100'000 : 2'000;
  const std::vector<std::string> paths = all_programs();
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    std::string text = read_file(path).value();
    if (text.size() < 6000) texts.push_back(std::move(text));
  }
  const std::string seed = from_environment("NNC_TEST_SEED");
  std::mt19937 random(seed.empty() ? 1 : static_cast<unsigned>(std::stoul(seed)));
  int accepted = 0;
  for (int i = 0; i < count; ++i) {
    const std::string text = damaged(texts[static_cast<std::size_t>(i) % texts.size()], random);
    INFO("damage " << i);
    std::optional<std::string> once;
    REQUIRE_NOTHROW(once = test::try_format(text));
    if (!once) continue;
    std::optional<std::string> twice;
    REQUIRE_NOTHROW(twice = test::try_format(*once));
    CHECK(unified_diff(*once, twice.value_or("")) == "");
    ++accepted;
  }
  CHECK(accepted > count / 10);
  CHECK(accepted < count);
}
