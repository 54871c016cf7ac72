// Compares the printed syntax trees, which leave out places, then what they do not show: how literals and
// prose are spelled, and the comments.
#include "compiler/format/same_program.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "compiler/base/text_diff.hpp"

namespace nnc::format {
namespace {

std::string_view without_trailing_blanks(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

std::vector<std::string_view> comments_of(std::string_view text, const Trivia& trivia) {
  std::vector<std::string_view> comments;
  for (const Comment& comment : trivia.comments)
    comments.push_back(
        without_trailing_blanks(text.substr(comment.span.begin, comment.span.end - comment.span.begin)));
  return comments;
}

std::vector<std::string_view> spellings_of(std::string_view text, const syntax::Tree& tree) {
  using syntax::Rule;
  constexpr std::array kSpelled = {Rule::version_number, Rule::int_literal,    Rule::float_literal,
                                   Rule::dims_literal,   Rule::string_literal, Rule::prose};
  std::vector<std::string_view> spellings;
  for (const syntax::Node& node : tree.nodes())
    if (std::ranges::find(kSpelled, node.rule) != kSpelled.end())
      spellings.push_back(text.substr(node.begin, node.end - node.begin));
  return spellings;
}

// The documentation of a declaration is made of comments, at whose ends blanks do not count.
std::vector<std::string> documentation_of(const ast::Module& module) {
  std::vector<std::string> all;
  for (const ast::Declaration& declaration : module.declarations) {
    std::string& trimmed = all.emplace_back();
    for (const std::string_view line : lines_of(declaration.doc)) {
      trimmed += without_trailing_blanks(line);
      trimmed += '\n';
    }
  }
  return all;
}

std::string tree_without_documentation(const ast::Module& module) {
  const std::string tree = ast::print_module(module);
  std::string result;
  for (const std::string_view line : lines_of(tree)) {
    const std::size_t word = std::min(line.find_first_not_of(' '), line.size());
    if (!line.substr(word).starts_with("(doc ")) result.append(line).append("\n");
  }
  return result;
}

}  // namespace

std::string difference(std::string_view text, const ParsedText& parsed, std::string_view other_text,
                       const ParsedText& other) {
  if (tree_without_documentation(parsed.file.module) != tree_without_documentation(other.file.module))
    return "the syntax trees differ";
  if (documentation_of(parsed.file.module) != documentation_of(other.file.module))
    return "declarations are documented differently";
  if (spellings_of(text, parsed.tree) != spellings_of(other_text, other.tree))
    return "literals are spelled differently";
  if (comments_of(text, parsed.file.trivia) != comments_of(other_text, other.file.trivia))
    return "the comments differ";
  return {};
}

}  // namespace nnc::format
