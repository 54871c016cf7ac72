// Calls: arguments meet parameters, declared things become instances, layers and functions are applied.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/words.hpp"
#include "compiler/lower/evaluator.hpp"
#include "compiler/sema/signatures.hpp"

namespace nnc {

namespace {

// Programs cannot recurse (the checker sees to it); layers that are passed as arguments could still nest
// deeply.
constexpr std::size_t kCallDepthLimit = 200;

std::string name_of(const ast::Declaration& declaration) { return ast::declared_name(declaration)->text; }

const std::vector<ast::Parameter>* parameters_of(const ast::Declaration& declaration) {
  if (const auto* function = as_function(&declaration)) return &function->parameters;
  if (const auto* metric = std::get_if<ast::MetricDecl>(&declaration.node)) return &metric->parameters;
  return nullptr;
}

// The parameters that a call fills; a loss is given prediction and target by the compiler.
std::vector<const ast::Parameter*> callable_parameters(const ast::Declaration& declaration,
                                                       const std::vector<ast::Parameter>& parameters) {
  std::vector<const ast::Parameter*> callable;
  const std::size_t skip = is_function_of_kind(&declaration, ast::FunctionKind::Loss) ? 2 : 0;
  for (std::size_t i = std::min(skip, parameters.size()); i < parameters.size(); ++i)
    callable.push_back(&parameters[i]);
  return callable;
}

std::string needed_text(const ast::TypeExpr& type) {
  const std::string text = ast::type_text(type);
  if (std::holds_alternative<ast::ChoiceType>(type.node)) return "one of " + text;
  if (std::holds_alternative<ast::ListType>(type.node)) return "a list " + text;
  if (text == "dims") return "a size such as 3x3";
  return ast::with_article(text);
}

// True if an argument of a builtin is a word of its parameter's choice, as in `pad: same`.
bool is_choice_word(const BuiltinInfo& builtin, const ast::Argument& argument, std::size_t position) {
  const auto* word = std::get_if<ast::NameRef>(&argument.value->node);
  if (word == nullptr) return false;
  const auto& parameters = sema::builtin_signature(builtin).parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool meant = argument.name ? parameters[i].name == argument.name->text : i == position;
    const auto& choices = parameters[i].type.choices;
    if (meant) return std::find(choices.begin(), choices.end(), word->name) != choices.end();
  }
  return false;
}

// The kinds of functions that a type can name. A fn is no value of a type of its own.
std::optional<ast::FunctionKind> instance_kind(std::string_view type) {
  using Kind = ast::FunctionKind;
  for (const Kind kind :
       {Kind::Layer, Kind::Init, Kind::Optimizer, Kind::Schedule, Kind::Loss, Kind::Model}) {
    if (ast::kind_word(kind) == type) return kind;
  }
  return std::nullopt;
}

}  // namespace

// A value as the named type has it; empty if it is none.
static std::optional<Value> convert_to_named(Evaluator& evaluator, const Value& value,
                                             const std::string& type, Frame& frame) {
  const auto same = [&](bool fits) { return fits ? std::optional(value) : std::nullopt; };
  if (type == "int") return same(value.get<std::int64_t>() != nullptr);
  if (type == "float") {
    if (const auto number = value.number()) return Value{*number, value.origin};
    return std::nullopt;
  }
  if (type == "bool") return same(value.get<bool>() != nullptr);
  if (type == "string") return same(value.get<std::string>() != nullptr);
  if (type == "tensor") return same(value.get<Tensor>() != nullptr || value.number().has_value());
  if (type == "dims") {
    if (const auto* size = value.get<std::int64_t>()) return Value{Dims{{*size, *size}}, value.origin};
    return same(value.get<Dims>() != nullptr);
  }
  if (const auto kind = instance_kind(type)) {
    // Functions of one tensor and models serve as layers.
    const auto* ref = value.get<DeclarationRef>();
    const bool applicable =
        *kind == ast::FunctionKind::Layer &&
        (value.get<BuiltinRef>() != nullptr ||
         (ref != nullptr && is_function_of_kind(ref->declaration, ast::FunctionKind::Fn)));
    if (applicable) return value;
    if (const auto* instance = value.get<InstancePtr>()) {
      return same(is_function_of_kind((*instance)->declaration, *kind) ||
                  (*kind == ast::FunctionKind::Layer &&
                   is_function_of_kind((*instance)->declaration, ast::FunctionKind::Model)));
    }
    if (ref == nullptr || !is_function_of_kind(ref->declaration, *kind)) return std::nullopt;
    return evaluator.construct(*ref->declaration, nullptr, value.origin, frame);
  }
  return value;  // data, metric, recipe: the checker has looked
}

static std::optional<Value> convert_to(Evaluator& evaluator, const Value& value, const ast::TypeExpr& type,
                                       Frame& frame) {
  return std::visit(
      ast::Overloaded{
          [&](const ast::NamedType& named) { return convert_to_named(evaluator, value, named.name, frame); },
          [&](const ast::ListType& list_type) -> std::optional<Value> {
            const auto* list = value.get<List>();
            if (list == nullptr) return std::nullopt;
            // Copied only where an item changes: the lists of a sweep are shared by its trials.
            std::shared_ptr<std::vector<Value>> changed;
            for (std::size_t i = 0; i < (*list)->size(); ++i) {
              const Value& item = (**list)[i];
              auto converted = convert_to(evaluator, item, *list_type.element, frame);
              if (!converted) return std::nullopt;
              const auto* inner = item.get<List>();
              const bool kept = converted->data.index() == item.data.index() &&
                                (inner == nullptr || *inner == *converted->get<List>());
              if (kept && !changed) continue;
              if (!changed) changed = std::make_shared<std::vector<Value>>((*list)->begin(), (*list)->end());
              (*changed)[i] = std::move(*converted);
            }
            return changed ? Value{List(std::move(changed)), value.origin} : value;
          },
          [&](const ast::ChoiceType& choice) -> std::optional<Value> {
            const auto* word = value.get<Word>();
            if (word == nullptr) return std::nullopt;
            const bool known = std::any_of(choice.choices.begin(), choice.choices.end(),
                                           [&](const ast::Name& name) { return name.text == word->text; });
            return known ? std::optional(value) : std::nullopt;
          }},
      type.node);
}

Value Evaluator::convert(const Value& value, const ast::Parameter& parameter, const ast::Expr& written,
                         Frame& frame) {
  if (value.is_error() || !parameter.type) return value;
  if (auto converted = convert_to(*this, value, *parameter.type, frame)) return *converted;
  auto builder = sink_.report(diagnostics::WrongType, user_place(value.origin), text_of(written),
                              describe_kind(value), needed_text(*parameter.type));
  builder.here(fmt::format("for `{}`", parameter.name.text));
  if (sources_.is_user_code(parameter.span)) builder.label(parameter.span, "declared here");
  return Value{ErrorValue{}, value.origin};
}

bool Evaluator::bind_arguments(const ast::Declaration& declaration,
                               const std::vector<ast::Parameter>& parameters,
                               const std::vector<ast::Argument>* arguments, const Span& span, Frame& caller,
                               Frame& callee, std::vector<Instance::Given>* how) {
  const auto callable = callable_parameters(declaration, parameters);
  std::vector<const ast::Argument*> given(callable.size(), nullptr);
  bool fits = true;
  std::size_t position = 0;
  for (std::size_t i = 0; arguments != nullptr && i < arguments->size(); ++i) {
    const ast::Argument& argument = (*arguments)[i];
    std::size_t at = position;
    if (argument.name) {
      const auto found = std::find_if(callable.begin(), callable.end(), [&](const ast::Parameter* parameter) {
        return parameter->name.text == argument.name->text;
      });
      at = static_cast<std::size_t>(found - callable.begin());
      if (found == callable.end()) {
        std::vector<std::string> names;
        for (const ast::Parameter* parameter : callable) names.push_back(parameter->name.text);
        sink_
            .report(diagnostics::UnknownArgument, user_place(argument.name->span), name_of(declaration),
                    argument.name->text)
            .hint(did_you_mean_hint(argument.name->text, names));
        fits = false;
        continue;
      }
    } else {
      ++position;
      if (at >= callable.size()) {
        sink_.report(diagnostics::TooManyArguments, user_place(argument.span), name_of(declaration),
                     sema::count_of_arguments(callable.size()), sema::given_text(arguments->size()));
        return false;
      }
    }
    if (given[at] != nullptr) {
      sink_.report(diagnostics::DuplicateArgument, user_place(argument.span), callable[at]->name.text)
          .label(given[at]->span, "first given here");
      fits = false;
    }
    given[at] = &argument;
  }
  callee.locals.reserve(callable.size());
  for (std::size_t i = 0; how != nullptr && i < callable.size(); ++i) {
    how->push_back(given[i] == nullptr ? Instance::Given::Default
                   : given[i]->name    ? Instance::Given::ByName
                                       : Instance::Given::ByPlace);
  }
  for (std::size_t i = 0; i < callable.size(); ++i) {
    const ast::Parameter& parameter = *callable[i];
    Value value;
    if (given[i] != nullptr) {
      const ast::TypeExpr* type = parameter.type ? &*parameter.type : nullptr;
      value = convert(evaluate_as(*given[i]->value, type, caller), parameter, *given[i]->value, caller);
      if (!value.is_error() && !sources_.is_user_code(value.origin)) value.origin = given[i]->value->span;
    } else if (parameter.default_value) {
      const ast::TypeExpr* type = parameter.type ? &*parameter.type : nullptr;
      value = convert(evaluate_as(*parameter.default_value, type, callee), parameter,
                      *parameter.default_value, callee);
      value.origin = span;
    } else {
      sink_.report(diagnostics::MissingArgument, user_place(span), name_of(declaration), parameter.name.text);
    }
    if (value.is_error()) fits = false;
    callee.define(parameter.name.text, std::move(value));
  }
  return fits;
}

Value Evaluator::construct(const ast::Declaration& declaration, const std::vector<ast::Argument>* arguments,
                           const Span& span, Frame& frame) {
  const std::vector<ast::Parameter>* parameters = parameters_of(declaration);
  if (parameters == nullptr) {
    sink_.report(diagnostics::NotCallable, user_place(span), name_of(declaration),
                 ast::with_article(ast::kind_word(declaration)));
    return Value{ErrorValue{}, span};
  }
  Frame callee;
  callee.declaration = &declaration;
  auto instance = std::make_shared<Instance>();
  {
    const CallScope scope(*this, span);
    if (!bind_arguments(declaration, *parameters, arguments, span, frame, callee, &instance->given))
      return Value{ErrorValue{}, span};
  }
  instance->declaration = &declaration;
  instance->arguments = std::move(callee.locals);
  instance->span = user_place(span);
  instance->scope = frame.path;
  return Value{InstancePtr(std::move(instance)), span};
}

InstancePtr Evaluator::to_instance(const Value& value, ast::FunctionKind kind, const Span& span,
                                   Frame& frame) {
  if (value.is_error()) return nullptr;
  if (const auto* instance = value.get<InstancePtr>();
      instance != nullptr && is_function_of_kind((*instance)->declaration, kind)) {
    return *instance;
  }
  if (const auto* ref = value.get<DeclarationRef>();
      ref != nullptr && is_function_of_kind(ref->declaration, kind)) {
    const Value made = construct(*ref->declaration, nullptr, span, frame);
    return made.is_error() ? nullptr : *made.get<InstancePtr>();
  }
  wrong_type(span, print_value(value), value, ast::with_article(ast::kind_word(kind)));
  return nullptr;
}

Value Evaluator::call_fn(const ast::Declaration& declaration, const std::vector<ast::Argument>* arguments,
                         const Value* only, const Span& span, Frame& frame) {
  const ast::FunctionDecl& function = *as_function(&declaration);
  if (call_sites.size() > kCallDepthLimit) {
    sink_.report(diagnostics::TooMuchWork, user_place(span), "calls nest too deeply");
    return Value{ErrorValue{}, span};
  }
  Frame callee;
  callee.declaration = &declaration;
  callee.path = frame.path;
  const CallScope scope(*this, span);
  if (only != nullptr) {
    const bool one_parameter =
        !function.parameters.empty() &&
        std::all_of(function.parameters.begin() + 1, function.parameters.end(),
                    [](const ast::Parameter& parameter) { return parameter.default_value != nullptr; });
    if (!one_parameter) {
      sink_.report(diagnostics::NotCallable, user_place(span), function.name.text,
                   "not a function of one tensor");
      return Value{ErrorValue{}, span};
    }
    callee.define(function.parameters.front().name.text, *only);
    for (std::size_t i = 1; i < function.parameters.size(); ++i) {
      const ast::Parameter& parameter = function.parameters[i];
      callee.define(parameter.name.text, evaluate_as(*parameter.default_value,
                                                     parameter.type ? &*parameter.type : nullptr, callee));
    }
  } else if (!bind_arguments(declaration, function.parameters, arguments, span, frame, callee)) {
    return Value{ErrorValue{}, span};
  }
  Value result = run_body(function, callee);
  if (result.get<Tensor>() == nullptr) result.origin = span;
  return result;
}

Value Evaluator::evaluate_call(const ast::Call& call, const ast::Expr& expr, Frame& frame) {
  const Value callee = evaluate(*call.callee, frame);
  if (callee.is_error()) {
    // The arguments may hold mistakes of their own.
    for (const ast::Argument& argument : call.arguments) evaluate(*argument.value, frame);
    return Value{ErrorValue{}, expr.span};
  }
  if (const auto* ref = callee.get<DeclarationRef>()) {
    if (is_function_of_kind(ref->declaration, ast::FunctionKind::Fn)) {
      return call_fn(*ref->declaration, &call.arguments, nullptr, expr.span, frame);
    }
    // `block(x)` where a loop or `let` has named `block`, as the checker has it.
    const auto* input = call.arguments.size() == 1 && !call.arguments.front().name
                            ? std::get_if<ast::NameRef>(&call.arguments.front().value->node)
                            : nullptr;
    const auto* named = std::get_if<ast::NameRef>(&call.callee->node);
    const bool direct = named != nullptr && find_value(expr.span.file, named->name) == ref->declaration &&
                        frame.find(named->name) == nullptr;
    if (input != nullptr && !direct && (input->name == "in" || frame.find(input->name) != nullptr)) {
      const Value given = evaluate(*call.arguments.front().value, frame);
      if (given.get<Tensor>() != nullptr) return apply(callee, given, expr.span, frame);
    }
    return construct(*ref->declaration, &call.arguments, expr.span, frame);
  }
  if (const auto* ref = callee.get<BuiltinRef>()) {
    std::vector<std::pair<std::string, Value>> arguments;
    arguments.reserve(call.arguments.size());
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
      const ast::Argument& argument = call.arguments[i];
      Value value = is_choice_word(*ref->builtin, argument, i)
                        ? Value{Word{std::get<ast::NameRef>(argument.value->node).name}, argument.value->span}
                        : evaluate(*argument.value, frame);
      if (value.is_error()) return Value{ErrorValue{}, expr.span};
      arguments.emplace_back(argument.name ? argument.name->text : "", std::move(value));
    }
    return call_builtin(*ref->builtin, std::move(arguments), expr.span, expr);
  }
  if (callee.get<InstancePtr>() != nullptr) {
    if (call.arguments.size() == 1 && !call.arguments.front().name) {
      return apply(callee, evaluate(*call.arguments.front().value, frame), expr.span, frame);
    }
    sink_.report(diagnostics::TooManyArguments, user_place(expr.span), text_of(*call.callee), "one tensor",
                 sema::given_text(call.arguments.size()));
    return Value{ErrorValue{}, expr.span};
  }
  sink_.report(diagnostics::NotCallable, user_place(expr.span), text_of(*call.callee), describe_kind(callee));
  return Value{ErrorValue{}, expr.span};
}

Value Evaluator::apply(const Value& callee, const Value& input, const Span& span, Frame& frame) {
  if (callee.is_error() || input.is_error()) return Value{ErrorValue{}, span};
  if (input.get<Tensor>() == nullptr) return wrong_type(span, print_value(input), input, "a tensor");
  if (const auto* ref = callee.get<BuiltinRef>()) {
    return call_builtin(*ref->builtin, {{"", input}}, span, Quote(*ref->builtin));
  }
  if (const auto* ref = callee.get<DeclarationRef>()) {
    if (is_function_of_kind(ref->declaration, ast::FunctionKind::Fn)) {
      return call_fn(*ref->declaration, nullptr, &input, span, frame);
    }
    if (is_function_of_kind(ref->declaration, ast::FunctionKind::Layer) ||
        is_function_of_kind(ref->declaration, ast::FunctionKind::Model)) {
      const Value made = construct(*ref->declaration, nullptr, span, frame);
      return made.is_error() ? made : apply_layer(*made.get<InstancePtr>(), input, span);
    }
  }
  if (const auto* instance = callee.get<InstancePtr>();
      instance != nullptr && (is_function_of_kind((*instance)->declaration, ast::FunctionKind::Layer) ||
                              is_function_of_kind((*instance)->declaration, ast::FunctionKind::Model))) {
    return apply_layer(*instance, input, span);
  }
  sink_.report(diagnostics::NotCallable, user_place(span), print_value(callee),
               fmt::format("{}, not a layer,", describe_kind(callee)));
  return Value{ErrorValue{}, span};
}

void Evaluator::name_instance(const Instance& instance, Lowering::InstanceState& state, const Shape& input) {
  std::string name = instance.name;
  if (name.empty()) {
    const std::string kind = name_of(*instance.declaration);
    int& ordinal = lowering->ordinals[instance.scope + "/" + kind];
    name = fmt::format("{}_{}", kind, ++ordinal);
  }
  state.path = instance.scope.empty() ? name : instance.scope + "." + name;
  state.first_input = input;
}

Value Evaluator::apply_layer(const InstancePtr& instance, const Value& input, const Span& span) {
  const ast::FunctionDecl& function = *as_function(instance->declaration);
  if (call_sites.size() > kCallDepthLimit) {
    sink_.report(diagnostics::TooMuchWork, user_place(span), "layers nest too deeply");
    return Value{ErrorValue{}, span};
  }
  const Shape input_shape = shape_of(*input.get<Tensor>());
  const bool first_use = !lowering->instances.contains(instance.get());
  // Not a reference: the map may grow while the body runs.
  if (first_use) {
    lowering->applied.push_back(instance);
    auto& state = lowering->instances[instance.get()];
    name_instance(*instance, state, input_shape);
    state.first_use = user_place(span);
  } else {
    const auto& state = lowering->instances.at(instance.get());
    if (!state.slots.empty() && state.first_input != input_shape) {
      sink_
          .report(diagnostics::SharedShape, user_place(span), function.name.text,
                  state.first_input.to_string(), input_shape.to_string())
          .label(state.first_use, "first applied here");
      return Value{ErrorValue{}, span};
    }
  }
  const std::size_t row = lowering->layers.size();
  const std::size_t slots_before = graph().slots.size();
  if (first_use) {
    LayerSummary summary;
    summary.name = lowering->instances.at(instance.get()).path;
    summary.kind = function.name.text;
    summary.call = call_text(*instance);
    summary.depth = lowering->layer_depth;
    lowering->layers.push_back(std::move(summary));
  }

  Frame body;
  body.declaration = instance->declaration;
  body.locals = instance->arguments;
  body.instance = instance.get();
  body.path = lowering->instances.at(instance.get()).path;
  body.input = input;
  body.current = input;
  {
    const CallScope scope(*this, span);
    ++lowering->layer_depth;
    run_block(function.body, body);
    --lowering->layer_depth;
  }
  Value result = body.current.value_or(Value{});
  if (result.get<Tensor>() == nullptr) return Value{ErrorValue{}, span};
  const Shape& output = shape_of(*result.get<Tensor>());
  if (first_use) {
    LayerSummary& summary = lowering->layers[row];
    summary.output = output;
    for (std::size_t i = slots_before; i < graph().slots.size(); ++i) {
      const ir::Slot& slot = graph().slots[i];
      (slot.role == ir::SlotRole::Parameter ? summary.parameters : summary.other_parameters) +=
          slot.shape.element_count().value_or(0);
    }
  }
  if (sources_.is_user_code(span)) lowering->applications.push_back({span, function.name.text, output});
  result.origin = user_place(span);
  return result;
}

}  // namespace nnc
