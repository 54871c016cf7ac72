// Calls: what is called, and whether the arguments fit its parameters.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/checker.hpp"
#include "compiler/sema/foreign_words.hpp"
#include "compiler/sema/report_words.hpp"

namespace nnc::sema {
namespace {

// What a call of a declaration makes.
Kind call_result(ast::FunctionKind kind) {
  switch (kind) {
    case ast::FunctionKind::Model:
      return Kind::Model;
    case ast::FunctionKind::Layer:
      return Kind::Layer;
    case ast::FunctionKind::Fn:
      return Kind::Unknown;  // depends on its body
    case ast::FunctionKind::Init:
      return Kind::Init;
    case ast::FunctionKind::Loss:
      return Kind::Loss;
    case ast::FunctionKind::Optimizer:
      return Kind::Optimizer;
    case ast::FunctionKind::Schedule:
      return Kind::Schedule;
  }
  return Kind::Unknown;
}

bool is_layer(const ast::Declaration* declaration) {
  const auto* function = declaration ? std::get_if<ast::FunctionDecl>(&declaration->node) : nullptr;
  return function != nullptr && function->kind == ast::FunctionKind::Layer;
}

// The result of an elementwise builtin, from what it is given.
Type elementwise_result(const std::vector<Type>& given) {
  bool known = true;
  for (const Type& type : given) {
    if (type.is(Kind::Tensor)) return Kind::Tensor;
    known = known && type.is_number();
  }
  return known ? Kind::Number : Kind::Unknown;
}

// Whole numbers if both ends are.
Type between_element(const std::vector<Type>& given) {
  if (given.size() < 2 || given[0].unknown() || given[1].unknown()) return {};
  return join(given[0], given[1]);
}

}  // namespace

const Signature& Checker::signature_of(const ast::Declaration& declaration) {
  const auto known = signatures_.find(&declaration);
  if (known != signatures_.end()) return known->second;
  return signatures_.emplace(&declaration, make_signature(declaration)).first->second;
}

// The signature of something that can be called; without parameters for anything else.
// Types come from annotations and from defaults that are literals: nothing else is evaluated, so that
// signatures never depend on each other.
Signature Checker::make_signature(const ast::Declaration& declaration) {
  Signature signature;
  const std::vector<ast::Parameter>* parameters = nullptr;
  std::size_t given_by_compiler = 0;
  if (const auto* function = std::get_if<ast::FunctionDecl>(&declaration.node)) {
    parameters = &function->parameters;
    signature.result = call_result(function->kind);
    // A loss gets the prediction and the target from the compiler; a call gives the rest.
    if (function->kind == ast::FunctionKind::Loss) given_by_compiler = 2;
  } else if (const auto* metric = std::get_if<ast::MetricDecl>(&declaration.node)) {
    parameters = &metric->parameters;
    signature.result = Kind::Metric;
  }
  if (const ast::Name* name = ast::declared_name(declaration)) {
    signature.name = name->text;
    signature.span = name->span;
  }
  signature.result.declaration = &declaration;
  if (parameters == nullptr) return signature;
  Span header = declaration.span;
  if (const auto* function = std::get_if<ast::FunctionDecl>(&declaration.node)) {
    header.end = std::max(header.begin, function->body.span.begin);
  }
  signature.is_complete = !loaded_.is_broken(header);
  Scope scope = scope_for(declaration, Place::Let);
  for (std::size_t i = given_by_compiler; i < parameters->size(); ++i) {
    const ast::Parameter& written = (*parameters)[i];
    SignatureParameter parameter;
    parameter.name = written.name.text;
    parameter.span = written.span;
    parameter.required = written.default_value == nullptr;
    parameter.accepts_none =
        written.default_value && std::holds_alternative<ast::NoneLiteral>(written.default_value->node);
    parameter.type = parameter_type(written, scope);
    signature.parameters.push_back(std::move(parameter));
  }
  return signature;
}

Type Checker::parameter_type(const ast::Parameter& parameter, Scope& scope) {
  if (parameter.type) return type_of(*parameter.type);
  if (parameter.default_value == nullptr) return {};
  const ast::Expr& value = *parameter.default_value;
  if (std::holds_alternative<ast::IntLiteral>(value.node)) return Kind::Int;
  if (std::holds_alternative<ast::FloatLiteral>(value.node)) return Kind::Float;
  if (std::holds_alternative<ast::BoolLiteral>(value.node)) return Kind::Bool;
  if (std::holds_alternative<ast::StringLiteral>(value.node)) return Kind::String;
  if (std::holds_alternative<ast::DimsLiteral>(value.node)) return Kind::Dims;
  const auto* ref = std::get_if<ast::NameRef>(&value.node);
  const ast::Declaration* named = ref ? find_global(scope, ref->name) : nullptr;
  const auto* function = named ? std::get_if<ast::FunctionDecl>(&named->node) : nullptr;
  if (function == nullptr) return {};
  return function->kind == ast::FunctionKind::Fn ? Type(Kind::Layer) : Type(call_result(function->kind));
}

// Unknown words are reported where the parameter is checked, not here.
Type Checker::type_of(const ast::TypeExpr& type) {
  return std::visit(
      ast::Overloaded{
          [](const ast::NamedType& named) { return named_type(named.name); },
          [&](const ast::ListType& list) { return list_of(list.element ? type_of(*list.element) : Type{}); },
          [](const ast::ChoiceType& choice) {
            std::vector<std::string> words;
            for (const ast::Name& word : choice.choices) words.push_back(word.text);
            return choice_of(std::move(words));
          },
      },
      type.node);
}

Type Checker::check_call(const ast::Expr& expr, const ast::Call& call, Scope& scope, const Type& wanted) {
  if (call.callee == nullptr) return {};
  if (const auto* ref = std::get_if<ast::NameRef>(&call.callee->node);
      ref && scope.find(ref->name) == nullptr) {
    return check_named_call(expr, call, ref->name, scope, wanted);
  }
  const Type callee = check_expr(*call.callee, scope, Kind::Callable);
  if (callee.is(Kind::Function)) {
    const Signature& signature =
        callee.declaration ? signature_of(*callee.declaration) : builtin_signature(*callee.builtin);
    const std::vector<Type> given = bind_arguments(call, signature, scope);
    if (callee.declaration != nullptr) return result_of(*callee.declaration);
    return signature.result.is(Kind::Elementwise) ? elementwise_result(given) : signature.result;
  }
  return check_value_call(call, callee, expr.span, scope);
}

// A call of a value: it gives what was named its arguments, or applies a layer.
Type Checker::check_value_call(const ast::Call& call, const Type& callee, const Span& place, Scope& scope) {
  if (!callee.uncalled.empty() && !is_application(call, callee, scope)) {
    Type made;
    // Arguments are checked once and then compared with the other signatures: calls may nest.
    std::vector<Type> given;
    for (const ast::Declaration* declaration : callee.uncalled) {
      const int errors_before = sink_.error_count();
      const Signature& signature = signature_of(*declaration);
      const bool first = declaration == callee.uncalled.front();
      if (first) {
        given = bind_arguments(call, signature, scope);
      } else {
        bind_arguments(call, signature, scope, &given);
      }
      // What is wrong for one is mostly wrong for all.
      if (sink_.error_count() > errors_before) return {};
      made = first ? signature.result : join(made, signature.result);
    }
    return made;
  }
  if (accepts(Kind::Layer, callee)) return check_application(call, callee, scope);
  check_loose_arguments(call.arguments, scope);
  auto report = sink_.report(diagnostics::NotCallable, place, excerpt(*call.callee), describe(callee));
  const bool has_arguments = callee.is(Kind::Optimizer) || callee.is(Kind::Schedule) ||
                             callee.is(Kind::Loss) || callee.is(Kind::Init) || callee.is(Kind::Metric);
  if (has_arguments)
    report.hint("a call can give arguments only to a bare name, and one of its values has them already");
  return {};
}

// True if the one argument is a tensor: then the layer is made with its defaults and applied.
bool Checker::is_application(const ast::Call& call, const Type& callee, Scope& scope) {
  const bool applies = callee.is(Kind::Layer) || callee.is(Kind::Model);
  if (!applies || call.arguments.size() != 1 || call.arguments.front().name) return false;
  const ast::ExprPtr& input = call.arguments.front().value;
  const auto* name = input ? std::get_if<ast::NameRef>(&input->node) : nullptr;
  if (name == nullptr) return false;
  const Local* local = scope.find(name->name);
  return local != nullptr && local->type.is(Kind::Tensor);
}

Type Checker::check_named_call(const ast::Expr& expr, const ast::Call& call, const std::string& name,
                               Scope& scope, const Type& wanted) {
  const Span& span = call.callee->span;
  const ast::Declaration* declaration = find_global(scope, name);
  const bool is_let = declaration != nullptr && std::holds_alternative<ast::LetDecl>(declaration->node);
  if (declaration == nullptr && is_report_function(name, call.arguments.size())) {
    if (scope.place == Place::Report) {
      record_word(span, SymbolKind::ReportFunction, {});
      return check_report_call(call, name, scope);
    }
    // What it would compute is known only when everything is trained.
    const bool picks = is_pick_function(name);
    const bool early = std::any_of(call.arguments.begin(), call.arguments.end(), [&](const auto& argument) {
      return argument.value && names_results(*argument.value, scope);
    });
    if (early && picks) return check_early_pick(expr, call, scope);
    if (early) {
      check_loose_arguments(call.arguments, scope);
      return {};
    }
  }
  if (declaration != nullptr) record_declaration(span, *declaration, {});
  if (declaration != nullptr && !is_let) {
    note_use(scope, *declaration, span);
    const bool callable = std::holds_alternative<ast::FunctionDecl>(declaration->node) ||
                          std::holds_alternative<ast::MetricDecl>(declaration->node);
    if (!callable) {
      check_loose_arguments(call.arguments, scope);
      auto report = sink_.report(diagnostics::NotCallable, span, name,
                                 describe(value_of(*declaration, *call.callee, {})));
      label_declaration(report, ast::declared_name(*declaration)->span, "declared here");
      return {};
    }
    const Signature& signature = signature_of(*declaration);
    bind_arguments(call, signature, scope);
    return signature.result.unknown() ? result_of(*declaration) : signature.result;
  }
  if (is_let) {
    note_use(scope, *declaration, span);
    return check_value_call(call, result_of(*declaration), span, scope);
  }
  if (const BuiltinInfo* builtin = find_builtin(name)) {
    record({span, SymbolKind::Builtin, {}, nullptr, builtin, {}});
    const Signature& signature = builtin_signature(*builtin);
    const std::vector<Type> given = bind_arguments(call, signature, scope);
    if (builtin->builtin == Builtin::Between) return space_of(between_element(given));
    return signature.result.is(Kind::Elementwise) ? elementwise_result(given) : signature.result;
  }
  report_unknown_name(name, span, scope, wanted.unknown() ? Type(Kind::Callable) : wanted);
  check_loose_arguments(call.arguments, scope);
  return {};
}

// A layer value applied to a tensor: `activation(x)`.
Type Checker::check_application(const ast::Call& call, const Type& callee, Scope& scope) {
  if (callee.unknown()) {
    check_loose_arguments(call.arguments, scope);
    return {};
  }
  Signature signature;
  signature.name = excerpt(*call.callee);
  SignatureParameter input;
  input.name = "in";
  input.type = Kind::Tensor;
  signature.parameters.push_back(std::move(input));
  bind_arguments(call, signature, scope);
  return Kind::Tensor;
}

// A value for something that does not exist: its own mistakes count, but a word may be a choice of what was
// meant.
void Checker::check_loose_value(const ast::ExprPtr& value, Scope& scope) {
  const auto* ref = value ? std::get_if<ast::NameRef>(&value->node) : nullptr;
  if (ref != nullptr && choice_words_.contains(ref->name)) return;
  check_value(value, scope, {});
}

void Checker::check_loose_arguments(const std::vector<ast::Argument>& arguments, Scope& scope) {
  for (const ast::Argument& argument : arguments) check_loose_value(argument.value, scope);
}

// Reports what does not fit; the types of the arguments come back in the order they are written. They are not
// looked into again if their types are known.
std::vector<Type> Checker::bind_arguments(const ast::Call& call, const Signature& signature, Scope& scope,
                                          const std::vector<Type>* known) {
  const auto check_loosely = [&](const ast::ExprPtr& value) {
    if (known == nullptr) check_loose_value(value, scope);
  };
  if (!signature.is_complete) {
    for (const ast::Argument& argument : call.arguments) check_loosely(argument.value);
    return {};
  }
  const auto& parameters = signature.parameters;
  std::vector<const ast::Argument*> given(parameters.size(), nullptr);
  std::vector<Type> types;
  bool named_seen = false;
  bool misnamed = false;
  bool too_many = false;
  std::size_t position = 0;
  for (const ast::Argument& argument : call.arguments) {
    std::size_t at = position;
    if (argument.name) {
      named_seen = true;
      const auto found = std::find_if(
          parameters.begin(), parameters.end(),
          [&](const SignatureParameter& parameter) { return parameter.name == argument.name->text; });
      at = static_cast<std::size_t>(found - parameters.begin());
      if (found == parameters.end()) {
        misnamed = true;
        auto report = sink_.report(diagnostics::UnknownArgument, argument.name->span, signature.name,
                                   argument.name->text);
        report.note("it is " + print_signature(signature));
        hint_argument(report, argument.name->text, signature);
        label_declaration(report, signature.span, "declared here");
      } else {
        record_parameter(argument.name->span, *found, signature);
      }
    } else {
      if (named_seen) {
        misnamed = true;
        sink_.report(diagnostics::PositionalAfterNamed, argument.span)
            .hint("put it before the named ones, or name it too");
        check_loosely(argument.value);
        continue;
      }
      ++position;
      if (at >= parameters.size() && !too_many) {
        too_many = true;
        auto report = sink_.report(diagnostics::TooManyArguments, argument.span, signature.name,
                                   count_of_arguments(parameters.size()), given_text(call.arguments.size()));
        report.note("it is " + print_signature(signature));
        label_declaration(report, signature.span, "declared here");
        if (is_layer(signature.result.declaration) && argument.value) {
          report.hint("`" + signature.name + "(...)` makes a layer; `x |> " + signature.name +
                      "` applies one");
        }
      }
    }
    if (at >= parameters.size()) {
      check_loosely(argument.value);
      continue;
    }
    if (given[at] != nullptr) {
      sink_
          .report(diagnostics::DuplicateArgument, argument.name ? argument.name->span : argument.span,
                  parameters[at].name)
          .label(given[at]->span, "first given here");
    } else {
      given[at] = &argument;
    }
    if (parameters[at].is_column) continue;
    if (known == nullptr && report_misplaced_choice(argument, signature, parameters[at], scope)) {
      types.emplace_back();
    } else if (known == nullptr) {
      types.push_back(check_value(argument.value, scope, parameters[at].type, &parameters[at]));
    } else if (const auto i = static_cast<std::size_t>(&argument - call.arguments.data());
               i < known->size() && argument.value) {
      require(*argument.value, (*known)[i], parameters[at].type, &parameters[at]);
    }
  }
  for (std::size_t i = 0; i < parameters.size() && !misnamed; ++i) {
    if (!parameters[i].required || given[i] != nullptr) continue;
    report_missing(signature, parameters[i], call.callee->span);
    break;
  }
  return types;
}

// A word given by place where another parameter has it as a choice: `conv2d(16, 3x3, same)`.
bool Checker::report_misplaced_choice(const ast::Argument& argument, const Signature& signature,
                                      const SignatureParameter& parameter, Scope& scope) {
  if (argument.name || argument.value == nullptr || parameter.type.is(Kind::Choice) ||
      parameter.type.unknown() || parameter.type.is(Kind::String))
    return false;
  const auto* text = std::get_if<ast::StringLiteral>(&argument.value->node);
  const auto* ref = std::get_if<ast::NameRef>(&argument.value->node);
  if (text == nullptr && ref == nullptr) return false;
  const std::string& word = text != nullptr ? text->value : ref->name;
  const bool is_name = scope.find(word) != nullptr || find_global(scope, word, parameter.type) != nullptr ||
                       find_builtin(word) != nullptr;
  if (is_name) return false;
  for (const SignatureParameter& other : signature.parameters) {
    const auto& words = other.type.choices;
    if (!other.type.is(Kind::Choice) || std::find(words.begin(), words.end(), word) == words.end()) continue;
    auto report = sink_.report(diagnostics::WrongType, argument.span, excerpt(*argument.value),
                               text != nullptr ? "a string" : "a choice of `" + other.name + "`",
                               describe_needed(parameter.type));
    report.note("it is " + print_signature(signature)).hint("write `" + other.name + ": " + word + "`");
    return true;
  }
  return false;
}

void Checker::hint_argument(DiagnosticBuilder& report, const std::string& name, const Signature& signature) {
  std::vector<std::string> names;
  for (const SignatureParameter& parameter : signature.parameters) names.push_back(parameter.name);
  const std::string bare = without_case(name);
  for (const ForeignWord& foreign : foreign_arguments()) {
    if (foreign.name != bare) continue;
    if (foreign.ours.empty()) {
      report.hint(std::string(foreign.hint));
      return;
    }
    const std::string ours(foreign.ours);
    if (std::find(names.begin(), names.end(), ours) == names.end()) continue;
    report.hint(Guess{{ours}});
    return;
  }
  report.hint(suggestion(name, names));
}

void Checker::report_missing(const Signature& signature, const SignatureParameter& parameter,
                             const Span& span) {
  auto report = sink_.report(diagnostics::MissingArgument, span, signature.name, parameter.name);
  report.note("it is " + print_signature(signature));
  label_declaration(report, parameter.span, "needed here");
  const auto* declaration = signature.result.declaration;
  const auto* function = declaration ? std::get_if<ast::FunctionDecl>(&declaration->node) : nullptr;
  const bool is_function = function != nullptr
                               ? function->kind == ast::FunctionKind::Fn
                               : signature.result.is(Kind::Tensor) || signature.result.is(Kind::Elementwise);
  // `relu()`: a function of one tensor is a layer as it is.
  if (is_function && takes_one_tensor(signature) && &parameter == &signature.parameters.front())
    report.hint("where a layer is needed write `" + signature.name + "`");
}

}  // namespace nnc::sema
