// How the compiler reads a text, as colours: the measure of the editors' grammars.
//   colour_map FILE...
// Prints for every file `== FILE` and its text with each character replaced by the letter of its class;
// blanks and line breaks stay:
//   k keyword   s string   n number   c comment   t type   l literal   i the input of a layer   b a name that
//   the language or its library has   . anything else
// It is taken from the parse tree: a word that is no name there is a keyword. So nothing is said twice, and a
// word that becomes a keyword is expected to look like one.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "compiler/base/sink.hpp"
#include "compiler/parse/characters.hpp"
#include "compiler/parse/keywords.hpp"
#include "compiler/parse/parse.hpp"
#include "grammar/editors/word_lists.hpp"

namespace {

using namespace nnc;

struct Node {
  std::string rule;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// "  rule 3..17 text" per line: what `--dump=parse` shows.
std::vector<Node> read_nodes(const std::string& dump) {
  std::vector<Node> nodes;
  std::istringstream lines(dump);
  for (std::string line; std::getline(lines, line);) {
    Node node;
    char dot = 0;
    std::istringstream words(line);
    words >> node.rule >> node.begin >> dot >> dot >> node.end;
    nodes.push_back(node);
  }
  return nodes;
}

// The class of everything that a rule matched, until a rule inside it says otherwise.
const std::map<std::string_view, char>& class_of_rule() {
  static const std::map<std::string_view, char> classes = {
      {"version_number", 'n'}, {"declared_name", '.'}, {"base_name", '.'},      {"name", '.'},
      {"setting_key", '.'},    {"member_name", '.'},   {"reference", '.'},      {"int_literal", 'n'},
      {"float_literal", 'n'},  {"dims_literal", 'n'},  {"string_literal", 's'}, {"prose", 's'},
      {"true_literal", 'l'},   {"false_literal", 'l'}, {"none_literal", 'l'},   {"layer_input", 'i'},
  };
  return classes;
}

class ColourMap {
 public:
  ColourMap(std::string_view text, const editors::WordLists& words)
      : text_(text), classes_(text.size(), '.') {
    for (const std::string& word : words.at("Library")) library_.insert(word);
    for (const std::string& word : words.at("Functions")) functions_.insert(word);
    colour_words(0, text.size());
  }

  void add(const Node& node) {
    const std::string_view text = text_.substr(node.begin, node.end - node.begin);
    if (const auto known = class_of_rule().find(node.rule); known != class_of_rule().end())
      paint(node.begin, node.end, known->second);
    if (node.rule == "interpolation") colour_words(node.begin, node.end);
    if (node.rule == "type_word") type_word_ = node.begin;
    if (node.rule == "name" && node.begin == type_word_ && is_keyword(text, KeywordClass::Type))
      paint(node.begin, node.end, 't');
    if (node.rule == "reference" &&
        (library_.contains(text) || (functions_.contains(text) && is_called(node.end))))
      paint(node.begin, node.end, 'b');
  }

  void add_comment(const Span& span) { paint(span.begin, span.end, 'c'); }

  // One letter per character, not per byte.
  [[nodiscard]] std::string print() const {
    std::string result;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if ((static_cast<unsigned char>(text_[i]) & 0xC0U) == 0x80U) continue;
      const bool shows = text_[i] != '\n' && text_[i] != ' ' && text_[i] != '\t' && text_[i] != '\r';
      result += shows ? classes_[i] : text_[i];
    }
    return result;
  }

 private:
  void paint(std::size_t begin, std::size_t end, char colour) {
    std::fill(classes_.begin() + static_cast<std::ptrdiff_t>(begin),
              classes_.begin() + static_cast<std::ptrdiff_t>(end), colour);
  }

  void colour_words(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) classes_[i] = is_word_char(text_[i]) ? 'k' : '.';
  }

  [[nodiscard]] bool is_called(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at < text_.size() && text_[at] == '(';
  }

  std::string_view text_;
  std::string classes_;
  std::size_t type_word_ = std::string_view::npos;  // where the last one begins: the name in it is a type
  std::set<std::string, std::less<>> library_;
  std::set<std::string, std::less<>> functions_;
};

std::string read_text(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

int main(int argc, char** argv) {
  const editors::WordLists words = editors::word_lists();
  for (int i = 1; i < argc; ++i) {
    SourceMap sources;
    Sink sink;
    const FileId file = sources.add(argv[i], read_text(argv[i]));
    ColourMap map(sources.file(file).text(), words);
    for (const Node& node : read_nodes(print_parse_tree(sources, file))) map.add(node);
    for (const Comment& comment : parse_file(sources, file, sink).trivia.comments)
      map.add_comment(comment.span);
    fmt::print("== {}\n{}\n", argv[i], map.print());
  }
  return argc > 1 ? 0 : 2;
}
