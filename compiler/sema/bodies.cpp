// Bodies of models, layers, fns, inits, losses, optimizers and schedules: their statements, their slots,
// their result.
#include <fmt/format.h>

#include <string_view>

#include "compiler/sema/checker.hpp"

namespace nnc::sema {
namespace {

bool is_layer_place(Place place) { return place == Place::Model || place == Place::Layer; }

std::string_view describe(LocalKind kind) {
  switch (kind) {
    case LocalKind::Given:
      return "given by the language";
    case LocalKind::Parameter:
      return "a parameter";
    case LocalKind::Let:
      return "a `let`";
    case LocalKind::Param:
      return "a `param`";
    case LocalKind::State:
      return "a `state`";
    case LocalKind::Loop:
      return "a loop's variable";
    case LocalKind::Size:
      return "a size";
    case LocalKind::Axis:
      return "an axis of a sweep";
  }
  return "";
}

void verify_type_words(const ast::TypeExpr& type, Sink& sink) {
  if (const auto* named = std::get_if<ast::NamedType>(&type.node)) {
    if (named->name.empty() || !named_type(named->name).unknown()) return;
    sink.report(diagnostics::UnknownName, type.span, "type", named->name)
        .hint(Guess{did_you_mean(named->name, type_words())});
  } else if (const auto* list = std::get_if<ast::ListType>(&type.node); list && list->element) {
    verify_type_words(*list->element, sink);
  }
}

}  // namespace

Place place_of(ast::FunctionKind kind) {
  switch (kind) {
    case ast::FunctionKind::Model:
      return Place::Model;
    case ast::FunctionKind::Layer:
      return Place::Layer;
    case ast::FunctionKind::Fn:
      return Place::Fn;
    case ast::FunctionKind::Init:
      return Place::Init;
    case ast::FunctionKind::Loss:
      return Place::Loss;
    case ast::FunctionKind::Optimizer:
      return Place::Optimizer;
    case ast::FunctionKind::Schedule:
      return Place::Schedule;
  }
  return Place::Fn;
}

void Checker::check_function(const ast::Declaration& declaration, const ast::FunctionDecl& function) {
  Scope scope = scope_for(declaration, place_of(function.kind));
  scope.has_current = is_layer_place(scope.place);
  for (Local& given : given_names(scope.place)) scope.add(std::move(given));
  const std::size_t dropped = function.kind == ast::FunctionKind::Loss ? 2 : 0;
  if (function.parameters.size() < dropped) {
    sink_
        .report(diagnostics::MissingArgument, function.name.span, function.name.text,
                function.parameters.empty() ? "prediction" : "target")
        .hint("a loss takes the prediction and the target first: `loss name(prediction, target)`");
  }
  check_parameters(function.parameters, signature_of(declaration), scope, dropped);
  const Type result = check_block(function.body, scope);
  if (function.kind == ast::FunctionKind::Fn) results_[&declaration] = result;
  if (function.kind == ast::FunctionKind::Optimizer && !scope.assigns_weight) {
    sink_
        .report(diagnostics::NothingToTrain, function.name.span,
                fmt::format("optimizer `{}` never changes `weight`", function.name.text))
        .hint("say how a weight follows its gradient: `weight <- weight - lr * gradient`");
  }
  warn_unused_locals(scope.frames.front(), scope);
}

std::vector<Local> given_names(Place place) {
  const auto given = [](const char* name, Type type) {
    return Local{name, {}, LocalKind::Given, std::move(type), true};
  };
  switch (place) {
    case Place::Model:
    case Place::Layer:
      return {given("in", Kind::Tensor), given("training", Kind::Bool)};
    case Place::Init:
      return {given("shape", list_of(Kind::Int)), given("fan_in", Kind::Int), given("fan_out", Kind::Int)};
    case Place::Optimizer:
      return {given("weight", Kind::Tensor), given("gradient", Kind::Tensor), given("step", Kind::Tensor),
              given("schedule", Kind::Tensor)};
    case Place::Schedule:
      return {given("epoch", Kind::Int), given("epochs", Kind::Int)};
    default:
      return {};
  }
}

// `dropped` parameters at the front are not part of the signature (the prediction and target of a loss).
void Checker::check_parameters(const std::vector<ast::Parameter>& parameters, const Signature& signature,
                               Scope& scope, std::size_t dropped) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const ast::Parameter& parameter = parameters[i];
    if (parameter.type) verify_type_words(*parameter.type, sink_);
    Type type = i < dropped ? Type(Kind::Tensor) : signature.parameters[i - dropped].type;
    if (parameter.default_value) {
      const SignatureParameter* known = i < dropped ? nullptr : &signature.parameters[i - dropped];
      const Type given = check_value(parameter.default_value, scope, type, known);
      if (type.unknown() && !parameter.type && !given.is(Kind::None)) type = given;
    }
    declare(scope, {parameter.name.text, parameter.name.span, LocalKind::Parameter, std::move(type), true});
  }
}

// The type of the last expression statement; what comes before it is checked for its own sake.
Type Checker::check_block(const ast::Block& block, Scope& scope) {
  Type result;
  scope.blocks.emplace_back(&block, 0);
  for (std::size_t i = 0; i < block.statements.size(); ++i) {
    scope.blocks.back().second = i;
    result = check_statement(block.statements[i], scope);
  }
  scope.blocks.pop_back();
  return result;
}

Type Checker::check_statement(const ast::Statement& statement, Scope& scope) {
  const auto nested = [&](const ast::Block& block) {
    scope.frames.emplace_back();
    const Type result = check_block(block, scope);
    warn_unused_locals(scope.frames.back(), scope);
    scope.frames.pop_back();
    return result;
  };
  return std::visit(ast::Overloaded{
                        [&](const ast::Let& let) {
                          Type type = check_value(let.value, scope, {});
                          if (type.is(Kind::Layer)) type.uncalled.clear();  // it is made here
                          declare(scope, {let.name.text, let.name.span, LocalKind::Let, std::move(type)});
                          return Type{};
                        },
                        [&](const ast::SlotDecl& slot) {
                          check_slot(statement, slot, scope);
                          return Type{};
                        },
                        [&](const ast::ExpectsShape& expects) {
                          check_pattern(expects, scope);
                          return Type{};
                        },
                        [&](const ast::ExpectsCondition& expects) {
                          check_value(expects.condition, scope, Kind::Bool);
                          return Type{};
                        },
                        [&](const ast::Assign& assign) {
                          check_assign(statement, assign, scope);
                          return Type{};
                        },
                        [&](const ast::For& loop) {
                          check_for(loop, scope);
                          return Type{};
                        },
                        [&](const ast::Repeat& loop) {
                          check_value(loop.count, scope, Kind::Int);
                          nested(loop.body);
                          return Type{};
                        },
                        [&](const ast::If& branch) {
                          check_value(branch.condition, scope, Kind::Bool);
                          const Type then_type = nested(branch.then_body);
                          return branch.else_body ? join(then_type, nested(*branch.else_body)) : Type{};
                        },
                        [&](const ast::InputDecl& input) {
                          check_sizes(input.shape, scope);
                          if (scope.place != Place::Model) {
                            report_misplaced(statement.span, "input", scope,
                                             "in a layer say `expects in: [height, width, channels]`");
                          }
                          return Type{};
                        },
                        [&](const ast::ExprStatement& value) { return check_result(value, scope); },
                    },
                    statement.node);
}

Type Checker::check_result(const ast::ExprStatement& statement, Scope& scope) {
  switch (scope.place) {
    case Place::Model:
    case Place::Layer:
      check_value(statement.value, scope, Kind::Applicable);
      return Kind::Tensor;
    case Place::Init:
      return check_value(statement.value, scope, Kind::Init);
    case Place::Loss:
      return check_value(statement.value, scope, Kind::Tensor);
    case Place::Schedule:
      return check_value(statement.value, scope, Kind::Number);
    case Place::Optimizer:
      check_value(statement.value, scope, {});
      if (statement.value && !std::holds_alternative<ast::ErrorExpr>(statement.value->node)) {
        report_misplaced(statement.value->span, excerpt(*statement.value), scope,
                         "to change the weight write `weight <- ...`");
        scope.assigns_weight = true;  // one mistake, one message
      }
      return {};
    default:
      return check_value(statement.value, scope, {});
  }
}

void Checker::check_slot(const ast::Statement& statement, const ast::SlotDecl& slot, Scope& scope) {
  const bool is_param = slot.kind == ast::SlotKind::Param;
  const bool fits = is_layer_place(scope.place) || (!is_param && scope.place == Place::Optimizer);
  if (!fits) {
    report_misplaced(statement.span, is_param ? "param" : "state", scope,
                     scope.place == Place::Optimizer ? "what an optimizer keeps per weight is a `state`"
                                                     : "only layers and models own tensors");
  } else if (slot.shape == nullptr && scope.place != Place::Optimizer) {
    sink_.report(diagnostics::SyntaxError, slot.name.span, fmt::format("`{}` needs a shape", slot.name.text))
        .hint(fmt::format("such as `{} {}: [in.features] ~ zeros`", is_param ? "param" : "state",
                          slot.name.text));
  }
  check_sizes(slot.shape, scope);
  // A number stands for `constant(number)`.
  if (slot.init) {
    const Type init = check_expr(*slot.init, scope, Kind::Init);
    if (!init.is_number()) require(*slot.init, init, Kind::Init);
  }
  declare(scope, {slot.name.text, slot.name.span, is_param ? LocalKind::Param : LocalKind::State,
                  Kind::Tensor, true});
}

// The sizes of a tensor: `[in.features, units]`, `3x3`, or one number.
void Checker::check_sizes(const ast::ExprPtr& shape, Scope& scope) {
  if (shape == nullptr) return;
  const Type sizes = check_expr(*shape, scope, list_of(Kind::Int));
  if (!accepts(Kind::Dims, sizes)) require(*shape, sizes, list_of(Kind::Int));
}

void Checker::check_pattern(const ast::ExpectsShape& expects, Scope& scope) {
  ast::Expr subject;
  subject.span = expects.subject.span;
  subject.node = ast::NameRef{expects.subject.text};
  const Type type = check_name(subject, expects.subject.text, scope, {});
  if (!type.is(Kind::Tensor)) require(subject, type, Kind::Tensor);
  for (const ast::ShapePatternItem& item : expects.pattern) {
    if (item.kind != ast::ShapePatternItem::Kind::Bind) continue;
    declare(scope, {item.name, item.span, LocalKind::Size, Kind::Int, true});
  }
}

void Checker::check_assign(const ast::Statement& statement, const ast::Assign& assign, Scope& scope) {
  check_value(assign.value, scope, Kind::Tensor);
  const bool stateful = is_layer_place(scope.place) || scope.place == Place::Optimizer;
  if (!stateful) {
    report_misplaced(statement.span, "<-", scope, "name a value with `let`");
    return;
  }
  Local* target = scope.find(assign.target.text);
  if (target == nullptr) {
    report_unknown_name(assign.target.text, assign.target.span, scope, {});
    return;
  }
  target->used = true;
  record_local(assign.target.span, *target, scope);
  const bool is_weight = target->kind == LocalKind::Given && target->name == "weight";
  if (is_weight) scope.assigns_weight = true;
  if (is_weight || target->kind == LocalKind::State) return;
  auto report = sink_.report(diagnostics::NotADeclarationOfKind, assign.target.span, assign.target.text,
                             std::string(describe(target->kind)), "a `state`");
  report.label(target->span, "declared here");
}

void Checker::check_for(const ast::For& loop, Scope& scope) {
  Type element;
  if (loop.iterable) {
    const Type list = check_items(*loop.iterable, scope);
    if (list.is_number()) {
      sink_
          .report(diagnostics::WrongType, loop.iterable->span, excerpt(*loop.iterable), sema::describe(list),
                  "a list")
          .hint(fmt::format("for numbers from 1 write `1 .. {}`", excerpt(*loop.iterable)));
    } else if (list.is(Kind::Dims)) {
      element = Kind::Int;
    } else if (require(*loop.iterable, list, Kind::List)) {
      element = list.element_type();
    }
  }
  scope.frames.emplace_back();
  declare(scope, {loop.variable.text, loop.variable.span, LocalKind::Loop, std::move(element), true});
  scope.frames.emplace_back();
  check_block(loop.body, scope);
  warn_unused_locals(scope.frames.back(), scope);
  scope.frames.pop_back();
  scope.frames.pop_back();
}

void Checker::report_misplaced(const Span& span, std::string_view what, const Scope& scope,
                               std::string hint) {
  sink_.report(diagnostics::MisplacedStatement, span, std::string(what), sema::describe(scope.place))
      .hint(std::move(hint));
}

void Checker::warn_unused_locals(const Scope::Frame& frame, const Scope& scope) {
  if (sources_.file(scope.file).is_library() || sink_.has_errors()) return;
  for (const auto& [name, local] : frame) {
    if (local.kind != LocalKind::Let || local.used || name.starts_with('_')) continue;
    sink_.report(diagnostics::UnusedDeclaration, local.span, "let", name);
  }
}

}  // namespace nnc::sema
