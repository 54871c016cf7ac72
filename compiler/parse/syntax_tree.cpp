// Building, walking and printing the parse tree.
#include "compiler/parse/syntax_tree.hpp"

#include <fmt/format.h>

#include <iterator>

namespace nnc::syntax {

std::string_view rule_name(Rule rule) {
  static constexpr std::string_view kNames[] = {
#define NNC_NODE(rule) #rule,
#include "compiler/parse/syntax_nodes.def"
#undef NNC_NODE
  };
  return kNames[static_cast<std::size_t>(rule)];
}

std::size_t Tree::open(Rule rule, std::uint32_t begin) {
  nodes_.push_back({.rule = rule, .begin = begin});
  return nodes_.size() - 1;
}

void Tree::close(std::size_t node, std::uint32_t end) {
  nodes_[node].end = end;
  nodes_[node].last = static_cast<std::uint32_t>(nodes_.size());
}

void Tree::close_broken(std::size_t node, std::uint32_t end) {
  for (std::size_t i = node; i < nodes_.size(); ++i) {
    if (nodes_[i].end != Node::kOpen) continue;
    nodes_[i].broken = true;
    close(i, std::max(end, nodes_[i].begin));
  }
}

void Tree::cut(std::size_t size) {
  nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(size), nodes_.end());
}

std::vector<Cursor> Cursor::children() const {
  std::vector<Cursor> result;
  for (std::size_t child = node_ + 1; child < node().last; child = (*tree_)[child].last)
    result.emplace_back(*tree_, child);
  return result;
}

std::string print_tree(const Tree& tree, std::string_view text) {
  std::string result;
  std::vector<std::uint32_t> ends;  // of the nodes around the current one
  for (std::size_t i = 0; i < tree.size(); ++i) {
    while (!ends.empty() && ends.back() <= i) ends.pop_back();
    const Node& node = tree[i];
    fmt::format_to(std::back_inserter(result), "{:{}}{} {}..{}", "", 2 * ends.size(), rule_name(node.rule),
                   node.begin, node.end);
    if (node.broken) result += " broken";
    if (node.last == i + 1) {
      result += ' ';
      for (const char c : text.substr(node.begin, node.end - node.begin)) {
        if (c == '\n')
          result += "\\n";
        else
          result += c;
      }
    }
    result += '\n';
    ends.push_back(node.last);
  }
  return result;
}

}  // namespace nnc::syntax
