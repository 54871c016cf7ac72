// The syntax tree as an indented S-expression: nodes become a plain tree of heads and children, which is then
// written one node per line. Nothing is left out, so that a golden file shows every change of the parser.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/ast.hpp"
#include "compiler/ast/literals.hpp"
#include "compiler/ast/words.hpp"

namespace nnc::ast {
namespace {

struct Tree {
  std::string head;
  std::vector<Tree> children;
};

// ---------------------------------------------------------------- expressions

// All declared first: lists of any of them become lists of trees by one template.
Tree tree_of(const ExprPtr& expr);
Tree tree_of(const Argument& argument);
Tree tree_of(const Statement& statement);
Tree tree_of(const ShapePatternItem& item);
Tree tree_of(const Parameter& parameter);
Tree tree_of(const Setting& setting);
Tree tree_of(const SweepAxis& axis);
Tree tree_of(const SweepLine& line);
Tree tree_of(const SweepBranch& branch);
Tree tree_of(const ExperimentStatement& statement);
Tree tree_of(const ProsePart& part);
Tree tree_of(const ReportEntry& entry);
Tree tree_of(const Declaration& declaration);

Tree tree_of(const Argument& argument) {
  return argument.name ? Tree{fmt::format("argument {}", argument.name->text), {tree_of(argument.value)}}
                       : tree_of(argument.value);
}

template <class Item>
std::vector<Tree> trees_of(const std::vector<Item>& items) {
  std::vector<Tree> result;
  for (const Item& item : items) result.push_back(tree_of(item));
  return result;
}

template <class Item>
Tree with_items(std::string head, Tree first, const std::vector<Item>& items) {
  Tree result{std::move(head), {}};
  result.children.push_back(std::move(first));
  for (Tree& item : trees_of(items)) result.children.push_back(std::move(item));
  return result;
}

Tree tree_of(const ExprPtr& expr) {
  if (!expr) return {"absent", {}};
  return std::visit(
      Overloaded{
          [](const IntLiteral& node) {
            return Tree{fmt::format("int {}", node.value), {}};
          },
          [](const FloatLiteral& node) {
            return Tree{fmt::format("float {}", float_text(node.value)), {}};
          },
          [](const BoolLiteral& node) {
            return Tree{node.value ? "true" : "false", {}};
          },
          [](const NoneLiteral&) {
            return Tree{"none", {}};
          },
          [](const StringLiteral& node) {
            return Tree{fmt::format("string {}", quoted(node.value)), {}};
          },
          [](const DimsLiteral& node) {
            return Tree{fmt::format("dims {}", dims_text(node.sizes)), {}};
          },
          [](const ListLiteral& node) {
            return Tree{"list", trees_of(node.items)};
          },
          [](const NameRef& node) {
            return Tree{fmt::format("name {}", node.name), {}};
          },
          [](const Unary& node) {
            return Tree{node.op == UnaryOp::Not ? "not" : "negate", {tree_of(node.operand)}};
          },
          [](const Binary& node) {
            return Tree{fmt::format("binary {}", operator_text(node.op)),
                        {tree_of(node.lhs), tree_of(node.rhs)}};
          },
          [](const Call& node) { return with_items("call", tree_of(node.callee), node.arguments); },
          [](const Index& node) { return with_items("index", tree_of(node.base), node.arguments); },
          [](const Member& node) {
            return Tree{fmt::format("member {}", node.member.text), {tree_of(node.base)}};
          },
          [](const IfExpr& node) {
            return Tree{"if", {tree_of(node.condition), tree_of(node.then_value), tree_of(node.else_value)}};
          },
          [](const Paren& node) {
            return Tree{"paren", {tree_of(node.inner)}};
          },
          [](const ErrorExpr&) {
            return Tree{"error", {}};
          },
      },
      expr->node);
}

// ---------------------------------------------------------------- bodies

Tree tree_of(const Block& block, std::string head) { return {std::move(head), trees_of(block.statements)}; }

Tree tree_of(const ShapePatternItem& item) {
  switch (item.kind) {
    case ShapePatternItem::Kind::Bind:
      return {fmt::format("bind {}", item.name), {}};
    case ShapePatternItem::Kind::Size:
      return {fmt::format("size {}", item.size), {}};
    case ShapePatternItem::Kind::Any:
      return {"any", {}};
  }
  return {"error", {}};
}

void add_hint(Tree& tree, const std::optional<std::string>& hint) {
  if (hint) tree.children.push_back({fmt::format("hint {}", quoted(*hint)), {}});
}

Tree tree_of(const SlotDecl& node) {
  const char* kind = node.kind == SlotKind::Param ? "param" : "state";
  Tree result{fmt::format("{} {}", kind, node.name.text), {}};
  if (node.shape) result.children.push_back({"shape", {tree_of(node.shape)}});
  result.children.push_back({"init", {tree_of(node.init)}});
  return result;
}

Tree tree_of(const ExpectsShape& node) {
  Tree result{fmt::format("expects-shape {}", node.subject.text), trees_of(node.pattern)};
  add_hint(result, node.hint);
  return result;
}

Tree tree_of(const ExpectsCondition& node) {
  Tree result{"expects", {tree_of(node.condition)}};
  add_hint(result, node.hint);
  return result;
}

Tree tree_of(const If& node) {
  Tree result{"if", {tree_of(node.condition), tree_of(node.then_body, "then")}};
  if (node.else_body) result.children.push_back(tree_of(*node.else_body, "else"));
  return result;
}

Tree tree_of(const Statement& statement) {
  return std::visit(Overloaded{
                        [](const Let& node) {
                          return Tree{fmt::format("let {}", node.name.text), {tree_of(node.value)}};
                        },
                        [](const SlotDecl& node) { return tree_of(node); },
                        [](const ExpectsShape& node) { return tree_of(node); },
                        [](const ExpectsCondition& node) { return tree_of(node); },
                        [](const Assign& node) {
                          return Tree{fmt::format("assign {}", node.target.text), {tree_of(node.value)}};
                        },
                        [](const For& node) {
                          return Tree{fmt::format("for {}", node.variable.text),
                                      {tree_of(node.iterable), tree_of(node.body, "body")}};
                        },
                        [](const Repeat& node) {
                          return Tree{"repeat", {tree_of(node.count), tree_of(node.body, "body")}};
                        },
                        [](const If& node) { return tree_of(node); },
                        [](const InputDecl& node) {
                          return Tree{"input", {tree_of(node.shape)}};
                        },
                        [](const ExprStatement& node) {
                          return Tree{"apply", {tree_of(node.value)}};
                        },
                    },
                    statement.node);
}

// ---------------------------------------------------------------- declarations

Tree tree_of(const Parameter& parameter) {
  Tree result{fmt::format("parameter {}", parameter.name.text), {}};
  if (parameter.type) result.head += fmt::format(": {}", type_text(*parameter.type));
  if (parameter.default_value) result.children.push_back(tree_of(parameter.default_value));
  return result;
}

Tree tree_of(const Setting& setting) {
  return {fmt::format("setting {}", setting.key.text), {tree_of(setting.value)}};
}

Tree tree_of(const SweepAxis& axis) {
  return {fmt::format("axis {}", axis.name.text), {tree_of(axis.values)}};
}

Tree tree_of(const SweepLine& line) { return {"line", trees_of(line.axes)}; }

Tree tree_of(const SweepBranch& branch) { return {"branch", trees_of(branch.lines)}; }

// The short form has its axes directly below it.
Tree tree_of(const Sweep& node) {
  if (!node.is_short) return {"sweep", trees_of(node.branches)};
  Tree result{"sweep", {}};
  for (const SweepBranch& branch : node.branches)
    for (const SweepLine& line : branch.lines)
      for (const SweepAxis& axis : line.axes) result.children.push_back(tree_of(axis));
  return result;
}

Tree tree_of(const Train& node) {
  Tree result{"train", {tree_of(node.model), tree_of(node.data), tree_of(node.recipe)}};
  for (Tree& setting : trees_of(node.overrides)) result.children.push_back(std::move(setting));
  return result;
}

Tree tree_of(const ExperimentStatement& statement) {
  return std::visit(Overloaded{
                        [](const Sweep& node) { return tree_of(node); },
                        [](const Sample& node) {
                          return Tree{"sample", {tree_of(node.count)}};
                        },
                        [](const Where& node) {
                          return Tree{"where", {tree_of(node.condition)}};
                        },
                        [](const Train& node) { return tree_of(node); },
                        [](const RepeatSeeds& node) {
                          return Tree{"repeat-seeds", {tree_of(node.count)}};
                        },
                        [](const SelectBest& node) {
                          Tree result{"select-best", {tree_of(node.metric)}};
                          if (node.validation) result.children.push_back(tree_of(node.validation));
                          return result;
                        },
                        [](const Validate& node) {
                          return Tree{"validate", {tree_of(node.validation)}};
                        },
                        [](const StopEarly& node) {
                          return Tree{"stop-early", {tree_of(node.metric), tree_of(node.patience)}};
                        },
                    },
                    statement.node);
}

Tree tree_of(const ProsePart& part) {
  if (part.value) return {"value", {tree_of(part.value)}};
  return {fmt::format("text {}", quoted(part.text)), {}};
}

Tree tree_of(const ReportEntry& entry) {
  return std::visit(Overloaded{
                        [](const Prose& node) {
                          return Tree{"prose", trees_of(node.parts)};
                        },
                        [](const ReportItem& node) {
                          Tree result{fmt::format("item {}", node.keyword.text), trees_of(node.subjects)};
                          if (!node.columns.empty())
                            result.children.push_back({"columns", trees_of(node.columns)});
                          return result;
                        },
                    },
                    entry.node);
}

Tree tree_of(const FunctionDecl& node) {
  Tree result{fmt::format("{} {}", kind_word(node.kind), node.name.text), trees_of(node.parameters)};
  result.children.push_back(tree_of(node.body, node.is_short ? "value" : "body"));
  return result;
}

Tree tree_of(const MetricDecl& node) {
  Tree result{fmt::format("metric {}", node.name.text), trees_of(node.parameters)};
  for (Tree& setting : trees_of(node.settings)) result.children.push_back(std::move(setting));
  return result;
}

std::string based(const char* word, const Name& name, const std::optional<Name>& base) {
  return base ? fmt::format("{} {} from {}", word, name.text, base->text)
              : fmt::format("{} {}", word, name.text);
}

Tree tree_of(const Declaration& declaration) {
  Tree result = std::visit(
      Overloaded{
          [](const ImportDecl& node) {
            return Tree{fmt::format("import {}", quoted(node.path)), {}};
          },
          [](const LetDecl& node) {
            return Tree{fmt::format("let {}", node.name.text), {tree_of(node.value)}};
          },
          [](const DataDecl& node) {
            return with_items(fmt::format("data {}", node.name.text), tree_of(node.source), node.settings);
          },
          [](const FunctionDecl& node) { return tree_of(node); },
          [](const MetricDecl& node) { return tree_of(node); },
          [](const RecipeDecl& node) {
            return Tree{based("recipe", node.name, node.base), trees_of(node.settings)};
          },
          [](const ExperimentDecl& node) {
            return Tree{based("experiment", node.name, node.base), trees_of(node.statements)};
          },
          [](const ReportDecl& node) {
            return Tree{fmt::format("report {}", quoted(node.title)), trees_of(node.entries)};
          },
      },
      declaration.node);
  if (!declaration.doc.empty()) {
    result.children.insert(result.children.begin(), Tree{fmt::format("doc {}", quoted(declaration.doc)), {}});
  }
  return result;
}

void write_tree(const Tree& tree, std::size_t depth, std::string& out) {
  out += fmt::format("{:{}}({}", "", depth * 2, tree.head);
  for (const Tree& child : tree.children) {
    out += '\n';
    write_tree(child, depth + 1, out);
  }
  out += ')';
}

}  // namespace

const Name* declared_name(const Declaration& declaration) {
  return std::visit(Overloaded{
                        [](const ImportDecl&) -> const Name* { return nullptr; },
                        [](const ReportDecl&) -> const Name* { return nullptr; },
                        [](const auto& node) -> const Name* { return &node.name; },
                    },
                    declaration.node);
}

std::string print_module(const Module& module) {
  Tree tree{"module", {}};
  if (module.version) tree.children.push_back({fmt::format("version {}", module.version->text), {}});
  for (Tree& declaration : trees_of(module.declarations)) tree.children.push_back(std::move(declaration));
  std::string out;
  write_tree(tree, 0, out);
  return out + "\n";
}

}  // namespace nnc::ast
