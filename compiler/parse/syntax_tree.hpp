// The parse tree: which rule of the grammar matched where, as a flat list in the order of the text. PEGTL
// stays inside parse.cpp; the builder of the syntax tree, the recovery and `--dump=parse` see only this.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nnc::syntax {

enum class Rule : std::uint8_t {
#define NNC_NODE(rule) rule,
#include "compiler/parse/syntax_nodes.def"
#undef NNC_NODE
};

std::string_view rule_name(Rule rule);

// A node and, directly behind it in the list, everything inside it.
struct Node {
  static constexpr std::uint32_t kOpen = UINT32_MAX;

  Rule rule;
  bool broken = false;      // a mistake ended it early: children may be missing
  std::uint32_t begin = 0;  // bytes
  std::uint32_t end = kOpen;
  std::uint32_t last = 0;  // one past the last node inside it
};

class Tree {
 public:
  std::size_t open(Rule rule, std::uint32_t begin);
  void close(std::size_t node, std::uint32_t end);
  // Closes whatever a mistake left open from `node` on.
  void close_broken(std::size_t node, std::uint32_t end);
  // Forgets the nodes from `size` on.
  void cut(std::size_t size);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const Node& operator[](std::size_t node) const { return nodes_[node]; }
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }

 private:
  std::vector<Node> nodes_;
};

// One node of a finished tree, as a value to walk with.
class Cursor {
 public:
  Cursor(const Tree& tree, std::size_t node) : tree_(&tree), node_(node) {}

  [[nodiscard]] const Node& node() const { return (*tree_)[node_]; }
  [[nodiscard]] Rule rule() const { return node().rule; }
  [[nodiscard]] bool broken() const { return node().broken; }
  [[nodiscard]] std::vector<Cursor> children() const;

 private:
  const Tree* tree_;
  std::size_t node_;
};

// One node per line, indented by depth, with its byte range and, for a node without children, its text.
std::string print_tree(const Tree& tree, std::string_view text);

}  // namespace nnc::syntax
