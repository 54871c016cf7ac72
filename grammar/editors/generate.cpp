// Writes the editors' grammars from their templates and the tables of the compiler:
//   editor_grammars [--bless]      from the root of the repository
// Without --bless it compares what is there with what it would write, and exits with 1 if they differ.
#include <fmt/format.h>

#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <vector>

#include "grammar/editors/sublime.hpp"
#include "grammar/editors/word_lists.hpp"

namespace {

using namespace nnc::editors;
namespace fs = std::filesystem;

const fs::path kFolder = "grammar/editors";

struct Product {
  const char* source;  // a template
  const char* target;
  const char* editor;
};

constexpr Product kProducts[] = {
    // the TextMate grammar first: Sublime Text's is made from it
    {"templates/nn.tmLanguage.json", "vscode/syntaxes/nn.tmLanguage.json", "TextMate"},
    {"templates/nn.vim", "vim/syntax/nn.vim", "Vim"},
    {"templates/words.js", "tree-sitter/words.js", "tree-sitter"},
    {"templates/highlights.scm", "tree-sitter/queries/highlights.scm", "tree-sitter"},
};
constexpr const char* kSublime = "sublime/nn.sublime-syntax";

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Made {
  const char* target;
  const char* editor;
  std::string text;
};

std::vector<Made> make_all(const WordLists& lists) {
  std::vector<Made> made;
  for (const Product& product : kProducts)
    made.push_back(
        {product.target, product.editor, fill_template(read_text(kFolder / product.source), lists)});
  made.push_back({kSublime, "Sublime Text", sublime_syntax(made.front().text)});
  return made;
}

// Words that no template of an editor has, neither by their class nor by name: a new word must be given a
// place.
int count_forgotten(const std::vector<Made>& all, const WordLists& lists) {
  std::map<std::string, std::string> texts;
  for (const Made& made : all) texts[made.editor] += made.text;
  int forgotten = 0;
  for (const auto& [editor, text] : texts) {
    for (const auto& [list, words] : lists) {
      if (list == "Operators") continue;
      for (const std::string& word : words) {
        // `\bword` is an escape and a word.
        if (std::regex_search(text, std::regex("(?:\\\\b|\\b)" + word + "\\b"))) continue;
        fmt::print("no template for {} has `{}` ({})\n", editor, word, list);
        ++forgotten;
      }
    }
  }
  return forgotten;
}

// True if the file is as it should be, now.
bool check_or_bless(const Made& made, bool bless) {
  const fs::path path = kFolder / made.target;
  if (read_text(path) == made.text) return true;
  if (!bless) {
    fmt::print("{} is not what its template and the tables give; editor_grammars --bless writes it\n",
               path.generic_string());
    return false;
  }
  std::ofstream(path, std::ios::binary) << made.text;
  fmt::print("{}: written\n", path.generic_string());
  return true;
}

int check_or_bless_all(bool bless) {
  const WordLists lists = word_lists();
  const std::vector<Made> all = make_all(lists);
  int mistakes = count_forgotten(all, lists);
  for (const Made& made : all) mistakes += check_or_bless(made, bless) ? 0 : 1;
  return mistakes == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool bless = argc == 2 && std::strcmp(argv[1], "--bless") == 0;
  if ((argc > 1 && !bless) || !fs::exists(kFolder)) {
    fmt::print("usage, from the root of the repository: editor_grammars [--bless]\n");
    return 2;
  }
  try {
    return check_or_bless_all(bless);
  } catch (const std::exception& mistake) {
    fmt::print("{}\n", mistake.what());
    return 1;
  }
}
