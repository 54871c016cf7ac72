// Statements of bodies.
#include "compiler/parse/statement_builder.hpp"

#include <utility>

#include "compiler/parse/syntax_errors.hpp"
#include "compiler/parse/text_values.hpp"

namespace nnc {

ast::Block StatementBuilder::build_block(const Cursor& block) {
  ast::Block result{{}, span_of(block)};
  ++depth_;
  for (const Cursor& statement : find_all(block.children(), Rule::statement))
    if (std::optional<ast::Statement> built = build_statement(statement))
      result.statements.push_back(std::move(*built));
  --depth_;
  return result;
}

ast::Block StatementBuilder::build_short_body(const Cursor& body) {
  ast::Statement statement{ast::ExprStatement{exprs_.build_first(body)}, {}};
  statement.span = std::get<ast::ExprStatement>(statement.node).value->span;
  ast::Block block{{}, statement.span};
  block.statements.push_back(std::move(statement));
  return block;
}

ast::Block StatementBuilder::body_of(const Cursor& statement) {
  for (const Cursor& child : statement.children())
    if (child.rule() == Rule::block) return build_block(child);
  return {{}, span(statement.node().end, statement.node().end)};
}

std::optional<ast::Statement> StatementBuilder::build_statement(const Cursor& statement) {
  const Cursors children = statement.children();
  // Nothing was recognised: an unknown value, so that what follows is not judged by it.
  if (children.empty())
    return ast::Statement{ast::ExprStatement{exprs_.build_or_error({}, span_of(statement))},
                          span_of(statement)};
  const Cursor& node = children.front();
  const Span place = span_of(node);
  const auto name = find(node.children(), Rule::name);
  switch (node.rule()) {
    case Rule::let_statement:
      if (!name) return std::nullopt;
      return ast::Statement{ast::Let{name_of(*name), exprs_.build_first(node)}, place};
    case Rule::param_statement:
      return build_slot(node, ast::SlotKind::Param);
    case Rule::state_statement:
      return build_slot(node, ast::SlotKind::State);
    case Rule::expects_statement:
      return build_expects(node);
    case Rule::for_statement:
      return build_for(node);
    case Rule::repeat_statement:
      return ast::Statement{ast::Repeat{exprs_.build_first(node), body_of(node)}, place};
    case Rule::if_statement:
      return build_if(node);
    case Rule::input_statement:
      return ast::Statement{ast::InputDecl{exprs_.build_first(node)}, place};
    case Rule::assign_statement: {
      const auto target = find(node.children(), Rule::assign_target);
      const ast::Name assigned = name_of(*find(target->children(), Rule::name));
      return ast::Statement{ast::Assign{assigned, exprs_.build_first(node)}, place};
    }
    default:
      // With something behind it that does not belong there, it is not the statement that was meant.
      if (statement.broken())
        return ast::Statement{ast::ExprStatement{exprs_.build_or_error({}, place)}, place};
      return ast::Statement{ast::ExprStatement{exprs_.build_first(node)}, place};
  }
}

std::optional<ast::Statement> StatementBuilder::build_slot(const Cursor& slot, ast::SlotKind kind) {
  const Cursors children = slot.children();
  const auto name = find(children, Rule::name);
  if (!name) return std::nullopt;
  ast::SlotDecl decl{kind, name_of(*name), nullptr, exprs_.build_first(slot)};
  if (const Cursors shapes = find_all(children, Rule::slot_shape); !shapes.empty())
    decl.shape = exprs_.build_first(shapes.front());
  return ast::Statement{std::move(decl), span_of(slot)};
}

std::optional<ast::Statement> StatementBuilder::build_for(const Cursor& loop) {
  const auto name = find(loop.children(), Rule::name);
  if (!name) return std::nullopt;
  return ast::Statement{ast::For{name_of(*name), exprs_.build_first(loop), body_of(loop)}, span_of(loop)};
}

// ---------------------------------------------------------------- expects

std::optional<ast::Statement> StatementBuilder::build_expects(const Cursor& expects) {
  if (expects.broken()) return std::nullopt;
  const Cursor node = expects.children().front();
  if (node.rule() == Rule::expects_shape) return ast::Statement{build_expects_shape(node), span_of(expects)};
  ast::ExpectsCondition condition{exprs_.build_first(node), build_hint(node.children())};
  return ast::Statement{std::move(condition), span_of(expects)};
}

ast::ExpectsShape StatementBuilder::build_expects_shape(const Cursor& shape) {
  using Kind = ast::ShapePatternItem::Kind;
  const Cursors children = shape.children();
  ast::ExpectsShape result;
  result.subject = name_of(*find(children, Rule::shape_subject));
  for (const Cursor& item : find_all(children, Rule::pattern_item)) {
    const std::string text(text_of(item));
    const Span place = span_of(item);
    if (text == "_")
      result.pattern.push_back({Kind::Any, "", 0, place});
    else if (text[0] >= '0' && text[0] <= '9')
      result.pattern.push_back({Kind::Size, "", read_integer(text, place, sink()), place});
    else
      result.pattern.push_back({Kind::Bind, text, 0, place});
  }
  result.hint = build_hint(children);
  return result;
}

std::optional<std::string> StatementBuilder::build_hint(const Cursors& children) {
  const auto hint = find(children, Rule::string_literal);
  if (!hint) return std::nullopt;
  return read_string(text_of(*hint), span_of(*hint), sink());
}

// ---------------------------------------------------------------- if

// The grammar has `if a { } else if b { } else { }` as one row; the tree nests it, from the end.
std::optional<ast::Statement> StatementBuilder::build_if(const Cursor& statement) {
  struct Arm {
    Cursor if_word;
    ast::ExprPtr condition;
    std::optional<ast::Block> body;
  };
  std::vector<Arm> arms;
  std::optional<ast::Block> otherwise;
  for (const Cursor& child : statement.children()) {
    if (child.rule() == Rule::if_word)
      arms.push_back({child, exprs_.build_or_error({}, span_of(child)), std::nullopt});
    else if (child.rule() == Rule::expression)
      arms.back().condition = exprs_.build_or_error(child, span_of(child));
    else if (child.rule() == Rule::block)
      (arms.back().body ? otherwise : arms.back().body) = build_block(child);
  }
  const std::uint32_t end = statement.node().end;
  // Every `else if` is a block in a block.
  if (depth_ + static_cast<int>(arms.size()) > kMaxNesting && arms.size() > 1) {
    sink().report(diagnostics::NestedTooDeeply, span_of(arms.back().if_word), kMaxNesting);
    return std::nullopt;
  }
  while (true) {
    Arm arm = std::move(arms.back());
    arms.pop_back();
    const Span place = span(arm.if_word.node().begin, end);
    if (!arm.body) arm.body = ast::Block{{}, span(end, end)};
    ast::Statement built{ast::If{std::move(arm.condition), std::move(*arm.body), std::move(otherwise)},
                         place};
    if (arms.empty()) return built;
    otherwise = ast::Block{{}, place};
    otherwise->statements.push_back(std::move(built));
  }
}

}  // namespace nnc
