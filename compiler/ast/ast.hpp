// The syntax tree: what the author wrote, with the bytes it came from, comments aside (parse/trivia.hpp).
// Plain structs in std::variant; visit with Overloaded and no default case, so that a new node breaks the
// build wherever work is due.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/source.hpp"

namespace nnc::ast {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Name {
  std::string text;
  Span span;
};

// ---------------------------------------------------------------- expressions

struct IntLiteral {
  std::int64_t value;
};
struct FloatLiteral {
  double value;
};
struct BoolLiteral {
  bool value;
};
struct NoneLiteral {};
struct StringLiteral {
  std::string value;
};  // escapes resolved
// "3x3", "224x224x3"
struct DimsLiteral {
  std::vector<std::int64_t> sizes;
};
struct ListLiteral {
  std::vector<ExprPtr> items;
};
// A name, or the word `in`: the input of the layer around it.
struct NameRef {
  std::string name;
};

enum class UnaryOp : std::uint8_t { Negate, Not };
struct Unary {
  UnaryOp op;
  ExprPtr operand;
};

enum class BinaryOp : std::uint8_t {
  Or,
  And,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Range,  // a .. b: both ends included
  Add,
  Subtract,
  Multiply,
  Divide,
  IntegerDivide,
  Remainder,
  MatMul,  // @
  Power,   // ^
  Pipe,    // x |> layer
};
struct Binary {
  BinaryOp op;
  ExprPtr lhs;
  ExprPtr rhs;
  Span op_span;
};

struct Argument {
  std::optional<Name> name;
  ExprPtr value;
  Span span;
};
struct Call {
  ExprPtr callee;
  std::vector<Argument> arguments;
};
struct Index {
  ExprPtr base;
  std::vector<Argument> arguments;
};  // epochs[n: 50], list[0]
struct Member {
  ExprPtr base;
  Name member;
};  // in.channels, baseline.test.accuracy
struct IfExpr {
  ExprPtr condition;
  ExprPtr then_value;
  ExprPtr else_value;
};
struct Paren {
  ExprPtr inner;
};  // kept for the formatter
// What could not be parsed; already reported.
struct ErrorExpr {};

struct Expr {
  std::variant<IntLiteral, FloatLiteral, BoolLiteral, NoneLiteral, StringLiteral, DimsLiteral, ListLiteral,
               NameRef, Unary, Binary, Call, Index, Member, IfExpr, Paren, ErrorExpr>
      node;
  Span span;
};

// ---------------------------------------------------------------- statements of bodies

struct Statement;
struct Block {
  std::vector<Statement> statements;
  Span span;  // with its braces
};

// let enc = dense(64)
struct Let {
  Name name;
  ExprPtr value;
};

// param kernel: [in.features, units] ~ init      state m ~ zeros      (trained / kept but not trained)
enum class SlotKind : std::uint8_t { Param, State };
struct SlotDecl {
  SlotKind kind;
  Name name;
  ExprPtr shape;  // null: in an optimizer, the shape of the weight
  ExprPtr init;
};

// expects in: [height, width, channels] "hint"   A name binds a size, a number demands it, `_` takes any.
struct ShapePatternItem {
  enum class Kind : std::uint8_t { Bind, Size, Any } kind;
  std::string name;
  std::int64_t size = 0;
  Span span;
};
struct ExpectsShape {
  Name subject;
  std::vector<ShapePatternItem> pattern;
  std::optional<std::string> hint;
};
// expects rate >= 0 and rate < 1 "hint"
struct ExpectsCondition {
  ExprPtr condition;
  std::optional<std::string> hint;
};

struct Assign {
  Name target;
  ExprPtr value;
};  // mean <- 0.99 * mean + 0.01 * batch_mean
struct For {
  Name variable;
  ExprPtr iterable;
  Block body;
};
struct Repeat {
  ExprPtr count;
  Block body;
};
struct If {
  ExprPtr condition;
  Block then_body;
  std::optional<Block> else_body;
};  // else if: a body of one If
struct InputDecl {
  ExprPtr shape;
};  // input 32x32x1
struct ExprStatement {
  ExprPtr value;
};

struct Statement {
  std::variant<Let, SlotDecl, ExpectsShape, ExpectsCondition, Assign, For, Repeat, If, InputDecl,
               ExprStatement>
      node;
  Span span;
};

// ---------------------------------------------------------------- declarations

struct TypeExpr;
struct NamedType {
  std::string name;
};  // int, float, layer, ...
struct ListType {
  std::unique_ptr<TypeExpr> element;
};  // [int]
struct ChoiceType {
  std::vector<Name> choices;
};  // valid | same
struct TypeExpr {
  std::variant<NamedType, ListType, ChoiceType> node;
  Span span;
};

struct Parameter {
  Name name;
  std::optional<TypeExpr> type;
  ExprPtr default_value;  // null: must be given
  Span span;
};

struct Setting {
  Name key;
  ExprPtr value;
  Span span;
};

enum class FunctionKind : std::uint8_t { Model, Layer, Fn, Init, Loss, Optimizer, Schedule };
// model ann(hidden: [int] = [256]) { ... }     fn relu(x: tensor) = max(x, 0)
struct FunctionDecl {
  FunctionKind kind;
  Name name;
  std::vector<Parameter> parameters;
  Block body;
  bool is_short = false;  // written with `= expression`: the body is that one expression statement
};

// metric f1(average: micro | macro = micro) { better: higher, ... }
struct MetricDecl {
  Name name;
  std::vector<Parameter> parameters;
  std::vector<Setting> settings;
};
// data fashion = idx("...") { classes: [...], scale: minmax }
struct DataDecl {
  Name name;
  ExprPtr source;
  std::vector<Setting> settings;
};
// recipe standard { loss: ..., ... }    recipe longer from standard { epochs: 100 }
struct RecipeDecl {
  Name name;
  std::optional<Name> base;
  std::vector<Setting> settings;
};
struct LetDecl {
  Name name;
  ExprPtr value;
};
struct ImportDecl {
  std::string path;
  Span path_span;
};

// experiment bodies
struct SweepAxis {
  Name name;
  ExprPtr values;
};  // rate in [0, 0.1]
struct SweepLine {
  std::vector<SweepAxis> axes;
};  // several axes in one line are zipped
struct SweepBranch {
  std::vector<SweepLine> lines;
  Span span;
};  // the product of its lines
// sweep rate in [0, 0.1]        sweep { opt in [adam]; rate in [0, 0.1] } or { opt in [sgd]; rate in [0.5] }
// The points of all branches, one branch after the other.
struct Sweep {
  std::vector<SweepBranch> branches;
  bool is_short = false;  // written without braces: one branch with one line
};
// sample 20 points: so many at random, of all that the sweeps span
struct Sample {
  ExprPtr count;
};
struct Where {
  ExprPtr condition;
};
struct Train {
  ExprPtr model;
  ExprPtr data;
  ExprPtr recipe;
  std::vector<Setting> overrides;
};
struct RepeatSeeds {
  ExprPtr count;
};  // repeat over 5 seeds
struct SelectBest {
  ExprPtr metric;
  ExprPtr validation;
};  // select best by valid.accuracy over kfold(5)
struct Validate {
  ExprPtr validation;
};  // validate over kfold(5)
// stop by valid.loss after 5 epochs: that many without a better value
struct StopEarly {
  ExprPtr metric;
  ExprPtr patience;
};
struct ExperimentStatement {
  std::variant<Sweep, Sample, Where, Train, RepeatSeeds, SelectBest, Validate, StopEarly> node;
  Span span;
};
struct ExperimentDecl {
  Name name;
  std::optional<Name> base;
  std::vector<ExperimentStatement> statements;
};

// report bodies
struct ProsePart {
  std::string text;  // used if value is null
  ExprPtr value;     // {baseline.test.accuracy}
};
struct Prose {
  std::vector<ProsePart> parts;
};  // """ Markdown with {values} """
// table epochs: test.accuracy, test.f1      images fashion.train, 10      claim "some dropout helps":
// condition
struct ReportItem {
  Name keyword;  // one of the report words of keywords.def
  std::vector<ExprPtr> subjects;
  std::vector<ExprPtr> columns;  // after the colon
};
struct ReportEntry {
  std::variant<Prose, ReportItem> node;
  Span span;
};
struct ReportDecl {
  std::string title;
  Span title_span;
  std::vector<ReportEntry> entries;
};

struct Declaration {
  std::variant<ImportDecl, LetDecl, DataDecl, FunctionDecl, MetricDecl, RecipeDecl, ExperimentDecl,
               ReportDecl>
      node;
  Span span;
  std::string doc;  // the `##` lines before it, without the marks
};

struct Module {
  FileId file;
  std::optional<Name> version;  // nn 1
  std::vector<Declaration> declarations;
};

// The name a declaration introduces; null for imports and reports.
const Name* declared_name(const Declaration& declaration);

// An indented S-expression, one node per line: the golden form of `--dump=ast`.
std::string print_module(const Module& module);
// One line of source-like text, for messages and for values printed in graphs.
std::string print_expr(const Expr& expr);

}  // namespace nnc::ast
