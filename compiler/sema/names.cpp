// Names: what they refer to from a given place, and what to say when they refer to nothing.
#include <algorithm>
#include <utility>

#include "compiler/parse/characters.hpp"
#include "compiler/sema/checker.hpp"
#include "compiler/sema/foreign_words.hpp"
#include "compiler/sema/leaks.hpp"

namespace nnc::sema {
namespace {

struct WantedWord {
  Kind kind;
  std::string_view word;
};

constexpr WantedWord kWantedWords[] = {
    {Kind::Layer, "layer"},
    {Kind::Applicable, "layer"},
    {Kind::Init, "init"},
    {Kind::Optimizer, "optimizer"},
    {Kind::Schedule, "schedule"},
    {Kind::Loss, "loss"},
    {Kind::Metric, "metric"},
    {Kind::Data, "data"},
    {Kind::Model, "model"},
    {Kind::Recipe, "recipe"},
    {Kind::Experiment, "experiment"},
    {Kind::Callable, "function"},
};

// What the author meant to name, as far as the place tells.
std::string_view word_for(const Type& wanted) {
  for (const WantedWord& entry : kWantedWords) {
    if (entry.kind == wanted.kind) return entry.word;
  }
  return "name";
}

Kind kind_of(const ast::FunctionDecl& function) {
  switch (function.kind) {
    case ast::FunctionKind::Model:
      return Kind::Model;
    case ast::FunctionKind::Layer:
      return Kind::Layer;
    case ast::FunctionKind::Fn:
      return Kind::Function;
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

Kind kind_of(const ast::Declaration& declaration) {
  return std::visit(ast::Overloaded{
                        [](const ast::ImportDecl&) { return Kind::Unknown; },
                        [](const ast::LetDecl&) { return Kind::Unknown; },
                        [](const ast::DataDecl&) { return Kind::Data; },
                        [](const ast::FunctionDecl& function) { return kind_of(function); },
                        [](const ast::MetricDecl&) { return Kind::Metric; },
                        [](const ast::RecipeDecl&) { return Kind::Recipe; },
                        [](const ast::ExperimentDecl&) { return Kind::Experiment; },
                        [](const ast::ReportDecl&) { return Kind::Unknown; },
                    },
                    declaration.node);
}

// Whether a name of that kind is worth suggesting where `wanted` is needed.
bool worth_suggesting(Kind kind, const Type& wanted) {
  switch (wanted.kind) {
    case Kind::Layer:
    case Kind::Applicable:
      return kind == Kind::Layer || kind == Kind::Model || kind == Kind::Function || kind == Kind::Unknown;
    case Kind::Callable:
      return kind != Kind::Data && kind != Kind::Recipe && kind != Kind::Experiment;
    case Kind::Init:
    case Kind::Optimizer:
    case Kind::Schedule:
    case Kind::Loss:
    case Kind::Metric:
    case Kind::Data:
    case Kind::Model:
    case Kind::Recipe:
    case Kind::Experiment:
      return kind == wanted.kind || kind == Kind::Unknown;
    default:
      return true;
  }
}

// What Python's True, False and None are called here; "" for any other name.
std::string python_literal(std::string_view name) {
  if (name == "True") return "true";
  if (name == "False") return "false";
  return name == "None" ? "none" : "";
}

// True if the text has `name` right after a word that declares, such as `layer`.
bool declares(std::string_view text, std::string_view name) {
  static constexpr std::string_view kWords[] = {"let",      "data",   "model",  "layer",
                                                "fn",       "init",   "loss",   "optimizer",
                                                "schedule", "metric", "recipe", "experiment"};
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    if (at + name.size() < text.size() && is_word_char(text[at + name.size()])) continue;
    std::string_view before = text.substr(0, at);
    const std::size_t length = before.size();
    while (!before.empty() && (before.back() == ' ' || before.back() == '\t')) before.remove_suffix(1);
    if (before.size() == length) continue;
    for (const std::string_view word : kWords) {
      if (before.ends_with(word)) return true;
    }
  }
  return false;
}

}  // namespace

const ast::Declaration* Checker::find_global(const Scope& scope, std::string_view name,
                                             const Type& wanted) const {
  const ast::Declaration* found = program_.find_from(sources_, scope.file, name);
  const bool is_experiment = found != nullptr && std::holds_alternative<ast::ExperimentDecl>(found->node);
  if (!is_experiment || scope.place == Place::Report || wanted.is(Kind::Experiment)) return found;
  const auto library = program_.library_names.find(name);
  return library == program_.library_names.end() ? found : library->second;
}

void Checker::note_use(const Scope& scope, const ast::Declaration& declaration, const Span& span) {
  used_.insert(&declaration);
  if (scope.owner != nullptr) uses_[scope.owner].emplace_back(&declaration, span);
}

Guess Checker::suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  if (suggestions_left_ <= 0) return {};
  --suggestions_left_;
  return {did_you_mean(name, candidates)};
}

void Checker::label_declaration(DiagnosticBuilder& report, const Span& span, std::string text) const {
  if (span.valid() && sources_.is_user_code(span)) report.label(span, std::move(text));
}

bool Checker::may_be_declared_in_broken_text(std::string_view name) const {
  if (loaded_.import_failed) return true;
  return std::any_of(loaded_.broken_files.begin(), loaded_.broken_files.end(),
                     [&](FileId file) { return declares(sources_.file(file).text(), name); });
}

Type Checker::check_name(const ast::Expr& expr, const std::string& name, Scope& scope, const Type& wanted) {
  const bool is_choice = wanted.is(Kind::Choice) && std::find(wanted.choices.begin(), wanted.choices.end(),
                                                              name) != wanted.choices.end();
  if (is_choice) {
    record_word(expr.span, SymbolKind::Choice, wanted);
    return choice_of({name});
  }
  if (Local* local = scope.find(name)) {
    local->used = true;
    record_local(expr.span, *local, scope);
    return local->type;
  }
  const ast::Declaration* declaration = find_global(scope, name, wanted);
  const bool is_let = declaration != nullptr && std::holds_alternative<ast::LetDecl>(declaration->node);
  if (wanted.is(Kind::Choice) && !is_let) {
    report_unknown_choice(name, expr.span, wanted);
    return {};
  }
  if (declaration != nullptr) {
    note_use(scope, *declaration, expr.span);
    Type type = value_of(*declaration, expr, wanted);
    record_declaration(expr.span, *declaration, type);
    return type;
  }
  if (const BuiltinInfo* builtin = find_builtin(name)) {
    record({expr.span, SymbolKind::Builtin, {}, nullptr, builtin, {}});
    return function_type(nullptr, builtin);
  }
  report_unknown_name(name, expr.span, scope, wanted);
  return {};
}

// A declaration named without a call: layers and their like are constructed with their defaults.
Type Checker::value_of(const ast::Declaration& declaration, const ast::Expr& expr, const Type& wanted) {
  if (std::holds_alternative<ast::LetDecl>(declaration.node)) return result_of(declaration);
  Type type = kind_of(declaration);
  if (type.is(Kind::Function)) return function_type(&declaration, nullptr);
  type.declaration = &declaration;
  const bool constructed = std::holds_alternative<ast::FunctionDecl>(declaration.node) ||
                           std::holds_alternative<ast::MetricDecl>(declaration.node);
  if (constructed) type.uncalled = {&declaration};
  if (!constructed || !accepts(wanted, type)) return type;
  if (wanted.unknown() && arguments_may_follow_) return type;
  const Signature& signature = signature_of(declaration);
  for (const SignatureParameter& parameter : signature.parameters) {
    if (!parameter.required) continue;
    report_missing(signature, parameter, expr.span);
    break;
  }
  return type;
}

Type Checker::function_type(const ast::Declaration* declaration, const BuiltinInfo* builtin) {
  Type type = Kind::Function;
  type.declaration = declaration;
  type.builtin = builtin;
  type.serves_as_layer =
      takes_one_tensor(declaration != nullptr ? signature_of(*declaration) : builtin_signature(*builtin));
  if (builtin != nullptr) {
    const Type& result = builtin_signature(*builtin).result;
    type.serves_as_layer = type.serves_as_layer && (result.is(Kind::Tensor) || result.is(Kind::Elementwise));
  }
  return type;
}

void Checker::report_unknown_choice(const std::string& name, const Span& span, const Type& wanted) {
  sink_.report(diagnostics::UnknownChoice, span, name, describe_choices(wanted.choices))
      .hint(suggestion(name, wanted.choices));
}

void Checker::report_unknown_name(const std::string& name, const Span& span, const Scope& scope,
                                  const Type& wanted) {
  if (name.empty()) return;
  if (suggestions_left_ > 0) {
    if (const ast::Name* later = scope.declared_later(name)) {
      sink_.report(diagnostics::UsedBeforeDeclared, span, name).label(later->span, "declared here");
      return;
    }
  }
  if (name == "in" || name == "training") {
    report_misplaced(span, name, scope, "it exists in the body of a layer or model");
    return;
  }
  if (name == "test" && decides_training(scope.place)) return report_test_leak(span, purpose_of(scope));
  if (may_be_declared_in_broken_text(name)) return;
  const std::string lower = python_literal(name);
  auto report = sink_.report(diagnostics::UnknownName, span, std::string(word_for(wanted)), name);
  if (!lower.empty()) {
    report.hint("write `" + lower + "`");
    return;
  }
  const ForeignWord* foreign = foreign_name(name, scope, wanted);
  if (foreign != nullptr && foreign->ours.empty()) {
    report.hint(std::string(foreign->hint));
  } else if (foreign != nullptr) {
    report.hint(Guess{{std::string(foreign->ours)}});
  } else {
    report.hint(guess_name(name, scope, wanted));
  }
}

// Null if it is none of those, or is not meant as one: in a body `acc` is no metric.
const ForeignWord* Checker::foreign_name(const std::string& name, const Scope& scope,
                                         const Type& wanted) const {
  const ForeignWord* foreign = find_foreign_name(name);
  if (foreign == nullptr || declares_alike(name)) return nullptr;
  const auto ours = program_.library_names.find(foreign->ours);
  if (ours == program_.library_names.end()) return foreign;
  const bool in_body = wanted.unknown() && !scope.blocks.empty();
  return worth_suggesting(kind_of(*ours->second), in_body ? Type(Kind::Layer) : wanted) ? foreign : nullptr;
}

// True if the program itself declares a name that is the same but for its case.
bool Checker::declares_alike(std::string_view name) const {
  const std::string bare = without_case(name);
  return std::any_of(program_.names.begin(), program_.names.end(), [&](const auto& known) {
    return !program_.library_names.contains(known.first) && without_case(known.first) == bare;
  });
}

// Where a layer is needed, names of layers come first, and others only if none of them is near. In the body
// of a layer all functions of tensors are as likely.
Guess Checker::guess_name(const std::string& name, const Scope& scope, const Type& wanted) {
  if (suggestions_left_ <= 0) return {};
  const bool wants_layer =
      wanted.is(Kind::Layer) || (wanted.is(Kind::Applicable) && scope.place == Place::Model);
  const bool library = sources_.file(scope.file).is_library();
  std::vector<std::string> layers;
  std::vector<std::string> all = scope.names();
  for (const auto& [known, declaration] : library ? program_.library_names : program_.names) {
    const Kind kind = kind_of(*declaration);
    if (!worth_suggesting(kind, wanted)) continue;
    all.push_back(known);
    if (wants_layer && serves_as_layer(*declaration, kind)) layers.push_back(known);
  }
  for (const BuiltinInfo& builtin : all_builtins()) {
    if (!worth_suggesting(Kind::Function, wanted)) continue;
    all.emplace_back(builtin.name);
    if (wants_layer && function_type(nullptr, &builtin).serves_as_layer) layers.emplace_back(builtin.name);
  }
  if (wants_layer) {
    const std::vector<std::string> locals = scope.names();
    layers.insert(layers.end(), locals.begin(), locals.end());
    Guess guess = suggestion(name, layers);
    if (!guess.names.empty()) return guess;
  }
  return suggestion(name, all);
}

bool Checker::serves_as_layer(const ast::Declaration& declaration, Kind kind) {
  if (kind == Kind::Function) return function_type(&declaration, nullptr).serves_as_layer;
  return kind == Kind::Layer || kind == Kind::Model || kind == Kind::Unknown;
}

// Adds a local name; one that its block already has stays as it is and the second is reported.
void Checker::declare(Scope& scope, Local local) {
  if (local.name.empty()) return;
  const Local* first = scope.find_here(local.name);
  if (first != nullptr && first->kind != LocalKind::Given) {
    const bool both_sizes = first->kind == LocalKind::Size && local.kind == LocalKind::Size;
    record_local(local.span, both_sizes ? *first : local, scope);
    if (!both_sizes) {
      sink_.report(diagnostics::DuplicateName, local.span, local.name)
          .label(first->span, "first declared here");
    }
    return;
  }
  record_local(local.span, local, scope);
  scope.add(std::move(local));
}

}  // namespace nnc::sema
