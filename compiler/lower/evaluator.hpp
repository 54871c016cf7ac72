// Evaluates expressions and bodies for one trial. Numbers are computed; calls of layers append to a graph.
// This is where every shape is checked: each tensor that exists here has one, and knows who asked for it.
//
// Mistakes are reported at the innermost place in the user's own code; what happens inside the standard
// library is told from there. After a mistake the value is ErrorValue, which silences what depends on it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/base/sink.hpp"
#include "compiler/ir/graph.hpp"
#include "compiler/lower/stack_guard.hpp"
#include "compiler/lower/trace.hpp"
#include "compiler/lower/value.hpp"
#include "compiler/plan/study_plan.hpp"
#include "compiler/sema/program.hpp"

namespace nnc {

// The names visible to the code of one body, innermost last.
struct Frame {
  const ast::Declaration* declaration = nullptr;  // whose body this is; null at the top of a file
  std::vector<std::pair<std::string, Value>> locals;
  std::string path;                    // of the layer: "residual_1"
  const Instance* instance = nullptr;  // the layer or optimizer that runs
  std::optional<Value> input;          // `in`
  std::optional<Value> current;        // the tensor that flows through the body
  bool stopped = false;                // an expectation failed: what follows makes no sense
  bool tells_shapes = false;           // of an init: its names may stand for sizes

  [[nodiscard]] const Value* find(std::string_view name) const;
  void define(std::string name, Value value) { locals.emplace_back(std::move(name), std::move(value)); }
  // What the language gives to a body; a parameter of that name takes its place.
  void give(std::string name, Value value) {
    if (find(name) == nullptr) define(std::move(name), std::move(value));
  }
};

// One graph while it is being built.
struct Lowering {
  ir::Graph graph;
  bool training = true;
  std::vector<LayerSummary> layers;

  struct InstanceState {
    std::string path;
    Shape first_input;
    Span first_use;
    std::map<std::string, ir::SlotId, std::less<>> slots;
  };
  std::unordered_map<const Instance*, InstanceState> instances;
  std::vector<InstancePtr> applied;     // keeps them alive: their addresses are their identity
  std::map<std::string, int> ordinals;  // "scope/kind" -> instances named so far
  std::unordered_map<ir::SlotId, ir::NodeId> slot_values;  // what a slot's name reads as now
  // Every application of a layer in the user's own code, in order: the chain of shapes for messages.
  struct Application {
    Span span;
    std::string layer;
    Shape output;
  };
  std::vector<Application> applications;
  Trace* trace = nullptr;  // null: nobody wants to know what the statements come to
  int layer_depth = 0;
  int random_places = 0;
  int random_slots = 0;
  // While an optimizer runs: its weight.
  ir::SlotId weight;
  bool reads_shapes = false;  // a size or rank was asked for as a number: the code may do otherwise elsewhere
};

// Code as a message quotes it; made text only when there is something to say, which is hardly ever.
class Quote {
 public:
  Quote(const ast::Expr& expr) : expr_(&expr) {}  // NOLINT(*-explicit-*)
  // "relu(in)": a builtin that is applied as a layer.
  explicit Quote(const BuiltinInfo& applied) : applied_(&applied) {}
  [[nodiscard]] std::string text() const {
    return expr_ != nullptr ? ast::print_expr(*expr_) : std::string(applied_->name) + "(in)";
  }

 private:
  const ast::Expr* expr_ = nullptr;
  const BuiltinInfo* applied_ = nullptr;
};

class Evaluator {
 public:
  Evaluator(const SourceMap& sources, const CheckedProgram& program, Sink& sink)
      : sources_(sources), program_(program), sink_(sink) {}

  // ---- expressions (evaluate.cpp)
  Value evaluate(const ast::Expr& expr, Frame& frame);
  // With the words of `type`, if it is a choice, readable as themselves.
  Value evaluate_as(const ast::Expr& expr, const ast::TypeExpr* type, Frame& frame);

  // ---- calls (calls.cpp)
  // An instance of a declaration with the given arguments (null: none given). Error if they do not fit.
  Value construct(const ast::Declaration& declaration, const std::vector<ast::Argument>* arguments,
                  const Span& span, Frame& frame);
  // A value where something of that kind is needed: a bare declaration becomes an instance with its defaults.
  InstancePtr to_instance(const Value& value, ast::FunctionKind kind, const Span& span, Frame& frame);
  // Applies a layer, model, fn or builtin to a tensor.
  Value apply(const Value& callee, const Value& input, const Span& span, Frame& frame);

  // ---- bodies (bodies.cpp)
  // Runs statements; the result is in frame.current.
  void run_block(const ast::Block& block, Frame& frame);
  // The value of an init, fn, loss, schedule body: that of its last expression.
  Value run_body(const ast::FunctionDecl& function, Frame& frame);
  // A distribution for a parameter of that shape.
  std::optional<Initializer> initializer_for(const Value& value, const Shape& shape, const Span& span,
                                             Frame& frame);

  // ---- reporting
  // The innermost place in the user's own code: the span itself, or the call that led here.
  [[nodiscard]] Span user_place(const Span& span) const;
  // Adds "this gives [..]" at the place a tensor came from.
  void label_tensor(DiagnosticBuilder& builder, const Value& tensor, std::string_view what = "this gives");
  // Adds the shapes along the way to the current place.
  void label_chain(DiagnosticBuilder& builder);
  std::string text_of(const ast::Expr& expr) const { return ast::print_expr(expr); }

  Sink& sink() { return sink_; }
  const SourceMap& sources() const { return sources_; }
  const CheckedProgram& program() const { return program_; }

  const LetValues* lets = nullptr;  // what the command line gives to top-level lets; null: nothing
  Lowering* lowering = nullptr;     // null while no graph is being built
  std::vector<Span> call_sites;     // of the calls that are running, outermost first
  std::int64_t work = 0;            // expressions and statements evaluated so far
  bool out_of_work = false;         // the limit was reported
  // What messages about the loss speak of.
  std::string model_name;
  std::string data_name;
  Span data_place;

  [[nodiscard]] ir::Graph& graph() { return lowering->graph; }
  [[nodiscard]] const Shape& shape_of(const Tensor& tensor) const {
    return lowering->graph.node(tensor.node).shape;
  }
  // ---- nodes (nodes.cpp)
  // Appends a node whose shapes may not fit; quotes the code in the report then.
  Value make_node(OpKind op, const std::vector<Value>& inputs, Attributes attributes, const Span& span,
                  const Quote& quote);
  // A tensor for a tensor or number.
  std::optional<Tensor> to_tensor(const Value& value, const Span& span);
  // Counts steps of work; false once there were too many, or the stack is nearly used up.
  bool spend(const Span& span, std::int64_t steps = 1);
  Value wrong_type(const Span& span, const std::string& text, const Value& value, const std::string& needed);
  Value call_builtin(const BuiltinInfo& builtin, std::vector<std::pair<std::string, Value>> arguments,
                     const Span& span, const Quote& quote);

 private:
  friend class BuiltinCall;

  bool give_up(const Span& span, const std::string& reason, const std::string& hint);
  bool equal(const Value& lhs, const Value& rhs, const Span& span);
  [[nodiscard]] const Value* given_let(const ast::Declaration& declaration) const;
  [[nodiscard]] const ast::Declaration* find_value(FileId file, const std::string& name) const;
  Value evaluate_name(const ast::NameRef& name, const Span& span, Frame& frame);
  Value evaluate_unary(const ast::Unary& unary, const ast::Expr& expr, Frame& frame);
  Value evaluate_binary(const ast::Binary& binary, const ast::Expr& expr, Frame& frame);
  Value evaluate_logic(const ast::Binary& binary, Frame& frame);
  Value evaluate_pipe(const ast::Binary& binary, const ast::Expr& expr, Frame& frame);
  Value evaluate_range(const Value& lhs, const Value& rhs, const ast::Expr& expr);
  Value evaluate_integers(ast::BinaryOp op, std::int64_t lhs, std::int64_t rhs, const ast::Expr& expr);
  Value evaluate_floats(ast::BinaryOp op, double lhs, double rhs, const ast::Expr& expr);
  Value evaluate_tensors(const ast::Binary& binary, const Value& lhs, const Value& rhs,
                         const ast::Expr& expr);
  Value tensor_power(const Value& base, const Value& exponent, const ast::Expr& expr);
  Value evaluate_call(const ast::Call& call, const ast::Expr& expr, Frame& frame);
  Value evaluate_index(const ast::Index& index, const ast::Expr& expr, Frame& frame);
  Value evaluate_member(const ast::Member& member, const ast::Expr& expr, Frame& frame);
  Value tensor_member(const Value& tensor, const ast::Name& member, const ast::Expr& expr);

  // Binds arguments to parameters, in the frame that will run the body; `how` each was given, if asked.
  bool bind_arguments(const ast::Declaration& declaration, const std::vector<ast::Parameter>& parameters,
                      const std::vector<ast::Argument>* arguments, const Span& span, Frame& caller,
                      Frame& callee, std::vector<Instance::Given>* how = nullptr);
  Value convert(const Value& value, const ast::Parameter& parameter, const ast::Expr& written, Frame& frame);
  Value call_fn(const ast::Declaration& declaration, const std::vector<ast::Argument>* arguments,
                const Value* only, const Span& span, Frame& frame);
  Value apply_layer(const InstancePtr& instance, const Value& input, const Span& span);

  void run_statement(const ast::Statement& statement, Frame& frame);
  // What was appended to the graph since then gave this.
  struct GraphSize {
    std::size_t nodes = 0;
    std::size_t slots = 0;
  };
  [[nodiscard]] GraphSize graph_size() const;
  void trace_statement(const Span& span, const Value& value, const GraphSize& before);
  void run_let(const ast::Let& let, Frame& frame);
  void run_slot(const ast::SlotDecl& slot, const Span& span, Frame& frame);
  void run_assign(const ast::Assign& assign, const Span& span, Frame& frame);
  void run_for(const ast::For& loop, Frame& frame);
  void run_repeat(const ast::Repeat& loop, Frame& frame);
  void run_if(const ast::If& branch, Frame& frame);
  void run_input(const ast::InputDecl& input, const Span& span, Frame& frame);
  void run_expression(const ast::ExprStatement& statement, Frame& frame);
  void expect_shape(const ast::ExpectsShape& expects, const Span& span, Frame& frame);
  void expect_condition(const ast::ExpectsCondition& expects, const Span& span, Frame& frame);
  void report_loss_mismatch(const ast::ExpectsCondition& expects, const std::set<std::string>& names,
                            const std::string& loss, Frame& frame);
  std::optional<Shape> slot_shape(const ast::SlotDecl& slot, Frame& frame);
  void name_instance(const Instance& instance, Lowering::InstanceState& state, const Shape& input);

  const SourceMap& sources_;
  const CheckedProgram& program_;
  Sink& sink_;
  StackGuard stack_;
  std::unordered_map<const ast::Declaration*, Value> let_values_;  // of top-level lets, evaluated once
};

// Keeps the stack of running calls right on every way out.
class CallScope {
 public:
  CallScope(Evaluator& evaluator, const Span& span) : evaluator_(evaluator) {
    evaluator_.call_sites.push_back(span);
  }
  ~CallScope() { evaluator_.call_sites.pop_back(); }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  Evaluator& evaluator_;
};

}  // namespace nnc
