// Expressions. The grammar gives a flat row `prefix* primary suffix* (operator prefix* primary suffix*)*`; it
// is grouped here with two stacks, without recursion, since a row may be long. Depth is counted on the way
// up, and a tree that would be too deep for the recursion of later phases is cut off at once.
#include "compiler/parse/expr_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/base/check.hpp"
#include "compiler/parse/syntax_errors.hpp"
#include "compiler/parse/text_values.hpp"

namespace nnc {
namespace {

enum class Associativity : std::uint8_t { Left, Right, None };

struct Operator {
  std::string_view text;
  ast::BinaryOp op;
  int level;
  Associativity associativity;
};

constexpr std::array kOperators = {
#define NNC_OPERATOR(text, name, level, associativity) \
  Operator{text, ast::BinaryOp::name, level, Associativity::associativity},
#include "grammar/operators.def"
#undef NNC_OPERATOR
};

constexpr int kNotLevel = 4;
constexpr int kMinusLevel = 9;

const Operator& find_operator(std::string_view text) {
  const auto* found = std::ranges::find(kOperators, text, &Operator::text);
  NNC_CHECK(found != kOperators.end(), std::string(text));
  return *found;
}

ast::Expr expr_at(const Span& span, auto node) { return {std::move(node), span}; }

}  // namespace

// ---------------------------------------------------------------- grouping

class ExprBuilder::Row {
 public:
  explicit Row(ExprBuilder& builder) : builder_(&builder) {}

  void add_operand(Deep operand) { operands_.push_back(std::move(operand)); }
  Deep& last_operand() { return operands_.back(); }

  void add_prefix(std::string_view text, const Span& span) {
    const bool is_not = text == "not";
    const int level = is_not ? kNotLevel : kMinusLevel;
    if (is_not && !waiting_.empty() && waiting_.back().level > level) {
      builder_->unusable_ = true;
      builder_->sink()
          .report(diagnostics::SyntaxError, span,
                  fmt::format("`not` cannot follow `{}`", builder_->text_at(waiting_.back().span)))
          .hint("put `not` and what it negates in parentheses");
    }
    waiting_.push_back({nullptr, is_not ? ast::UnaryOp::Not : ast::UnaryOp::Negate, level, span});
  }

  void add_operator(std::string_view text, const Span& span) {
    const Operator& op = find_operator(text);
    while (!waiting_.empty() &&
           (waiting_.back().level > op.level ||
            (waiting_.back().level == op.level && op.associativity == Associativity::Left)))
      group();
    if (!waiting_.empty() && waiting_.back().level == op.level && op.associativity == Associativity::None) {
      report_chain(*waiting_.back().binary, op, span);
      group();
    }
    waiting_.push_back({&op, ast::UnaryOp::Not, op.level, span});
  }

  Deep finish() {
    while (!waiting_.empty()) group();
    return std::move(operands_.back());
  }

 private:
  struct Waiting {
    const Operator* binary;  // null: a prefix operator
    ast::UnaryOp unary;
    int level;
    Span span;
  };

  void report_chain(const Operator& first, const Operator& second, const Span& span) {
    if (std::exchange(chain_reported_, true)) return;
    builder_->unusable_ = true;
    auto diagnostic = builder_->sink().report(
        diagnostics::SyntaxError, span,
        fmt::format("`{}` cannot follow `{}` without parentheses", second.text, first.text));
    diagnostic.label(waiting_.back().span, "the first one");
    if (first.op != ast::BinaryOp::Range)
      diagnostic.hint("two comparisons are joined with `and`: `a < b and b < c`");
  }

  // Builds the last waiting operator over its operands.
  void group() {
    const Waiting waiting = waiting_.back();
    waiting_.pop_back();
    Deep rhs = std::move(operands_.back());
    if (waiting.binary == nullptr) {
      const Span span = cover(waiting.span, rhs.expr->span);
      operands_.back() = builder_->make(expr_at(span, ast::Unary{waiting.unary, std::move(rhs.expr)}),
                                        rhs.depth + 1, waiting.span);
      return;
    }
    operands_.pop_back();
    Deep lhs = std::move(operands_.back());
    const Span span = cover(lhs.expr->span, rhs.expr->span);
    const int depth = std::max(lhs.depth, rhs.depth) + 1;
    operands_.back() = builder_->make(expr_at(span, ast::Binary{waiting.binary->op, std::move(lhs.expr),
                                                                std::move(rhs.expr), waiting.span}),
                                      depth, waiting.span);
  }

  ExprBuilder* builder_;
  std::vector<Deep> operands_;
  std::vector<Waiting> waiting_;
  bool chain_reported_ = false;
};

// ---------------------------------------------------------------- expressions

ast::ExprPtr ExprBuilder::build(const Cursor& expression) {
  unusable_ = false;
  Deep deep = build_expression(expression);
  if (unusable_) deep.expr = std::make_unique<ast::Expr>(expr_at(span_of(expression), ast::ErrorExpr{}));
  return std::move(deep.expr);
}

ast::ExprPtr ExprBuilder::build_or_error(const std::optional<Cursor>& expression, const Span& place) {
  if (expression && !expression->broken()) return build(*expression);
  return std::make_unique<ast::Expr>(expr_at(expression ? span_of(*expression) : place, ast::ErrorExpr{}));
}

ast::ExprPtr ExprBuilder::build_first(const Cursor& parent) {
  return build_or_error(find(parent.children(), Rule::expression), span_of(parent));
}

// Keeps the first node that is too deep from growing further; later ones of the same expression go
// unreported.
ExprBuilder::Deep ExprBuilder::make(ast::Expr expr, int depth, const Span& place) {
  if (depth > kMaxNesting) {
    if (!std::exchange(unusable_, true)) sink().report(diagnostics::NestedTooDeeply, place, kMaxNesting);
    expr = expr_at(expr.span, ast::ErrorExpr{});
    depth = 1;
  }
  return {std::make_unique<ast::Expr>(std::move(expr)), depth};
}

ExprBuilder::Deep ExprBuilder::build_expression(const Cursor& expression) {
  if (expression.broken())
    return make(expr_at(span_of(expression), ast::ErrorExpr{}), 1, span_of(expression));
  Row row(*this);
  for (const Cursor& child : expression.children()) {
    switch (child.rule()) {
      case Rule::prefix_operator:
        row.add_prefix(text_of(child), span_of(child));
        break;
      case Rule::binary_operator:
        row.add_operator(text_of(child), span_of(child));
        break;
      case Rule::call:
      case Rule::index:
      case Rule::member:
        row.last_operand() = build_suffix(std::move(row.last_operand()), child);
        break;
      default:
        row.add_operand(build_primary(child));
    }
  }
  return row.finish();
}

// ---------------------------------------------------------------- operands

ExprBuilder::Deep ExprBuilder::build_suffix(Deep base, const Cursor& suffix) {
  const Span span = cover(base.expr->span, span_of(suffix));
  if (suffix.rule() == Rule::member) {
    const ast::Name name = name_of(*find(suffix.children(), Rule::member_name));
    return make(expr_at(span, ast::Member{std::move(base.expr), name}), base.depth + 1, span_of(suffix));
  }
  std::vector<ast::Argument> arguments;
  const int depth = std::max(base.depth, build_arguments(suffix, arguments)) + 1;
  if (suffix.rule() == Rule::call)
    return make(expr_at(span, ast::Call{std::move(base.expr), std::move(arguments)}), depth, span_of(suffix));
  return make(expr_at(span, ast::Index{std::move(base.expr), std::move(arguments)}), depth, span_of(suffix));
}

int ExprBuilder::build_arguments(const Cursor& call, std::vector<ast::Argument>& arguments) {
  int depth = 0;
  for (const Cursor& argument : find_all(call.children(), Rule::argument)) {
    const Cursors parts = argument.children();
    std::optional<ast::Name> name;
    if (const auto label = find(parts, Rule::argument_label))
      name = name_of(*find(label->children(), Rule::name));
    Deep value = build_expression(*find(parts, Rule::expression));
    depth = std::max(depth, value.depth);
    arguments.push_back({std::move(name), std::move(value.expr), span_of(argument)});
  }
  return depth;
}

ExprBuilder::Deep ExprBuilder::build_primary(const Cursor& primary) {
  switch (primary.rule()) {
    case Rule::list_literal:
      return build_list(primary);
    case Rule::if_expression:
      return build_if(primary);
    case Rule::parenthesized: {
      Deep inner = build_expression(*find(primary.children(), Rule::expression));
      return make(expr_at(span_of(primary), ast::Paren{std::move(inner.expr)}), inner.depth + 1,
                  span_of(primary));
    }
    default:
      return make(leaf(primary), 1, span_of(primary));
  }
}

ExprBuilder::Deep ExprBuilder::build_list(const Cursor& list) {
  ast::ListLiteral literal;
  int depth = 0;
  for (const Cursor& item : list.children()) {
    Deep value = build_expression(item);
    depth = std::max(depth, value.depth);
    literal.items.push_back(std::move(value.expr));
  }
  return make(expr_at(span_of(list), std::move(literal)), depth + 1, span_of(list));
}

// `if`, condition, value, (`if`, condition, value)*, value: grouped from the end.
ExprBuilder::Deep ExprBuilder::build_if(const Cursor& if_expression) {
  const Cursors parts = if_expression.children();
  Deep result = build_expression(parts.back());
  for (std::size_t i = parts.size() - 1; i >= 3; i -= 3) {
    Deep condition = build_expression(parts[i - 2]);
    Deep then_value = build_expression(parts[i - 1]);
    const int depth = std::max({condition.depth, then_value.depth, result.depth}) + 1;
    const Span place = span(parts[i - 3].node().begin, if_expression.node().end);
    result = make(expr_at(place, ast::IfExpr{std::move(condition.expr), std::move(then_value.expr),
                                             std::move(result.expr)}),
                  depth, span_of(parts[i - 3]));
  }
  return result;
}

ast::Expr ExprBuilder::leaf(const Cursor& primary) {
  const std::string_view text = text_of(primary);
  const Span place = span_of(primary);
  switch (primary.rule()) {
    case Rule::int_literal:
      return expr_at(place, ast::IntLiteral{read_integer(text, place, sink())});
    case Rule::float_literal:
      return expr_at(place, ast::FloatLiteral{read_float(text, place, sink())});
    case Rule::dims_literal:
      return expr_at(place, ast::DimsLiteral{read_dims(text, place, sink())});
    case Rule::string_literal:
      return expr_at(place, ast::StringLiteral{read_string(text, place, sink())});
    case Rule::true_literal:
    case Rule::false_literal:
      return expr_at(place, ast::BoolLiteral{primary.rule() == Rule::true_literal});
    case Rule::none_literal:
      return expr_at(place, ast::NoneLiteral{});
    case Rule::reference:
    case Rule::layer_input:
      return expr_at(place, ast::NameRef{std::string(text)});
    default:
      return expr_at(place, ast::ErrorExpr{});
  }
}

}  // namespace nnc
