// Expressions other than operators and calls, and the question whether a value fits where it stands.
#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/base/utf8.hpp"
#include "compiler/sema/ast_walk.hpp"
#include "compiler/sema/checker.hpp"
#include "compiler/sema/foreign_words.hpp"
#include "compiler/sema/leaks.hpp"

namespace nnc::sema {
namespace {

constexpr std::size_t kExcerptBytes = 48;

// What a program declares by name: the wrong one of these is said as such.
bool is_declared_kind(Kind kind) {
  switch (kind) {
    case Kind::Layer:
    case Kind::Applicable:
    case Kind::Model:
    case Kind::Init:
    case Kind::Optimizer:
    case Kind::Schedule:
    case Kind::Loss:
    case Kind::Metric:
    case Kind::Data:
    case Kind::Recipe:
    case Kind::Experiment:
      return true;
    default:
      return false;
  }
}

bool looks_like_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
}

// `uniform(0, 1)` as the values of an axis is meant as `between(0, 1)`.
std::string drawing_hint(const ast::Call& call) {
  std::string ends;
  for (const ast::Argument& argument : call.arguments) {
    if (argument.name || argument.value == nullptr) continue;
    ends += (ends.empty() ? "" : ", ") + ast::print_expr(*argument.value);
  }
  if (call.arguments.size() != 2 || ends.size() > kExcerptBytes) ends = "low, high";
  return "for random values write `between(" + ends + ")`, and `sample 20 points`";
}

// `[3, 3]` as a size: 3x3; "" if it is none.
std::string as_sizes(const ast::ListLiteral& list) {
  std::string sizes;
  for (const ast::ExprPtr& item : list.items) {
    if (item == nullptr || !std::holds_alternative<ast::IntLiteral>(item->node)) return {};
    sizes += (sizes.empty() ? "" : "x") + ast::print_expr(*item);
  }
  return sizes;
}

// What to do about the usual mix-ups; "" if there is nothing sure to say.
std::string fitting_hint(const ast::Expr& expr, const Type& given, const Type& wanted) {
  const ast::Expr& value = without_parens(expr);
  const bool wants_number = wanted.is_number() || wanted.is(Kind::Dims) || wanted.is(Kind::Elementwise);
  if (const auto* text = std::get_if<ast::StringLiteral>(&value.node)) {
    const bool is_choice = wanted.is(Kind::Choice) && std::find(wanted.choices.begin(), wanted.choices.end(),
                                                                text->value) != wanted.choices.end();
    if (is_choice || (wants_number && looks_like_number(text->value))) return "remove the quotes";
  }
  if (const auto* number = std::get_if<ast::FloatLiteral>(&value.node)) {
    if (wanted.is(Kind::Int) && std::floor(number->value) == number->value)
      return "write it without the point";
  }
  if (wanted.is(Kind::Int) && given.is(Kind::Dims)) return "give one number";
  if (const auto* list = std::get_if<ast::ListLiteral>(&value.node);
      list != nullptr && wanted.is(Kind::Dims)) {
    const std::string sizes = as_sizes(*list);
    if (!sizes.empty()) return "write `" + sizes + "`";
  }
  if (const auto* call = std::get_if<ast::Call>(&value.node);
      call != nullptr && wanted.is(Kind::List) && given.is(Kind::Init))
    return drawing_hint(*call);
  if (wanted.is(Kind::List) && accepts(wanted.element_type(), given)) {
    return "write it in brackets: `[" + ast::print_expr(value) + "]`";
  }
  if (given.is(Kind::List) && accepts(wanted, given.element_type()) && !given.element_type().unknown()) {
    return "give one value, or a `sweep` over the list";
  }
  if (wanted.is(Kind::Init) && given.is_number()) return "for one value everywhere write `constant(...)`";
  if (wanted.is(Kind::Bool) && given.is_number()) return "write `true` or `false`, or compare it";
  if (wanted.is(Kind::Bool) && given.is(Kind::Tensor))
    return "a condition cannot depend on the data; use `select`";
  if (wanted.is(Kind::Bool) && given.builtin != nullptr && given.builtin->name == "log")
    return "write `log: true`";
  if (given.is(Kind::Function)) return "call it to get its result";
  return {};
}

}  // namespace

const std::vector<std::string>& tensor_members() {
  static const std::vector<std::string> members = {"channels", "features", "shape",  "height",
                                                   "width",    "rank",     "classes"};
  return members;
}

std::string Checker::excerpt(const ast::Expr& expr) const {
  return expr.span.valid() ? one_line(sources_.text(expr.span), kExcerptBytes) : std::string();
}

Type Checker::check_expr(const ast::Expr& expr, Scope& scope, const Type& wanted) {
  const auto inner = [&](const ast::ExprPtr& part) {
    return part ? check_expr(*part, scope, wanted) : Type{};
  };
  return std::visit(ast::Overloaded{
                        [](const ast::IntLiteral&) { return Type(Kind::Int); },
                        [](const ast::FloatLiteral&) { return Type(Kind::Float); },
                        [](const ast::BoolLiteral&) { return Type(Kind::Bool); },
                        [&](const ast::NoneLiteral&) {
                          const auto& words = wanted.choices;
                          const bool is_choice = std::find(words.begin(), words.end(), "none") != words.end();
                          return is_choice ? choice_of({"none"}) : Type(Kind::None);
                        },
                        [](const ast::StringLiteral&) { return Type(Kind::String); },
                        [](const ast::DimsLiteral&) { return Type(Kind::Dims); },
                        [&](const ast::ListLiteral& list) { return check_list(list, scope, wanted); },
                        [&](const ast::NameRef& ref) { return check_name(expr, ref.name, scope, wanted); },
                        [&](const ast::Unary& unary) { return check_unary(unary, scope); },
                        [&](const ast::Binary& binary) { return check_binary(binary, scope); },
                        [&](const ast::Call& call) { return check_call(expr, call, scope, wanted); },
                        [&](const ast::Index& index) { return check_index(expr, index, scope); },
                        [&](const ast::Member& member) { return check_member(expr, member, scope); },
                        [&](const ast::IfExpr& choice) { return check_if(choice, scope, wanted); },
                        [&](const ast::Paren& paren) { return inner(paren.inner); },
                        [](const ast::ErrorExpr&) { return Type(); },
                    },
                    expr.node);
}

Type Checker::check_value(const ast::ExprPtr& expr, Scope& scope, const Type& wanted,
                          const SignatureParameter* parameter) {
  if (expr == nullptr) return {};
  Type given = check_expr(*expr, scope, wanted);
  return require(*expr, given, wanted, parameter) ? given : Type{};
}

bool Checker::require(const ast::Expr& expr, const Type& given, const Type& wanted,
                      const SignatureParameter* parameter) {
  if (accepts(wanted, given)) return true;
  if (parameter != nullptr && parameter->accepts_none && given.is(Kind::None)) return true;
  const auto* ref = std::get_if<ast::NameRef>(&without_parens(expr).node);
  if (ref != nullptr && given.declaration != nullptr && is_declared_kind(wanted.kind)) {
    auto report = sink_.report(diagnostics::NotADeclarationOfKind, expr.span, ref->name, describe(given),
                               describe(wanted));
    if (const ast::Name* name = ast::declared_name(*given.declaration)) {
      label_declaration(report, name->span, "declared here");
    }
    return false;
  }
  auto report = sink_.report(diagnostics::WrongType, expr.span, excerpt(expr), describe(given),
                             describe_needed(wanted));
  if (parameter != nullptr) label_declaration(report, parameter->span, "needed here");
  const std::string unquoted = unquoted_name(expr, wanted);
  if (unquoted.empty()) {
    report.hint(fitting_hint(expr, given, wanted));
  } else {
    report.hint("write it without quotes: `" + unquoted + "`");
  }
  return false;
}

// The declaration that a string names, as in `dense(64, "relu")`; "" if it names none that would fit.
std::string Checker::unquoted_name(const ast::Expr& expr, const Type& wanted) {
  const auto* text = std::get_if<ast::StringLiteral>(&without_parens(expr).node);
  if (text == nullptr || !is_declared_kind(wanted.kind)) return {};
  std::string lower = text->value;
  for (char& letter : lower)
    letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  Scope place;
  place.place = Place::Let;
  place.file = expr.span.file;
  const ForeignWord* foreign = find_foreign_name(text->value);
  const std::string ours(foreign != nullptr ? foreign->ours : "");
  for (const std::string& name : {text->value, lower, ours}) {
    if (const ast::Declaration* declaration = find_global(place, name, wanted)) {
      const bool before = std::exchange(arguments_may_follow_, true);
      const bool fits = accepts(wanted, value_of(*declaration, expr, {}));
      arguments_may_follow_ = before;
      if (fits) return name;
    } else if (const BuiltinInfo* builtin = find_builtin(name)) {
      if (accepts(wanted, function_type(nullptr, builtin))) return name;
    }
  }
  return {};
}

Type Checker::check_list(const ast::ListLiteral& list, Scope& scope, const Type& wanted) {
  const Type wanted_element = wanted.is(Kind::List) ? wanted.element_type() : Type{};
  Type element;
  bool first = true;
  bool fits = true;
  for (const ast::ExprPtr& item : list.items) {
    if (item == nullptr) continue;
    const Type type = check_expr(*item, scope, wanted_element);
    fits = require(*item, type, wanted_element) && fits;
    element = first ? type : join(element, type);
    first = false;
  }
  return list_of(fits ? element : Type{});
}

Type Checker::check_if(const ast::IfExpr& choice, Scope& scope, const Type& wanted) {
  check_value(choice.condition, scope, Kind::Bool);
  const Type then_type = check_value(choice.then_value, scope, wanted);
  const Type else_type = check_value(choice.else_value, scope, wanted);
  return join(then_type, else_type);
}

Type Checker::check_member(const ast::Expr& expr, const ast::Member& member, Scope& scope) {
  if (member.base == nullptr) return {};
  if (is_unknown_test(*member.base, scope)) {
    report_test_leak(expr.span, purpose_of(scope));
    return {};
  }
  const Type base = check_expr(*member.base, scope);
  const std::string base_text = excerpt(*member.base);
  const std::string& name = member.member.text;
  const auto unknown = [&](const std::vector<std::string>& known) {
    sink_
        .report(diagnostics::UnknownMember, member.member.span,
                "`" + base_text + "`, " + describe(base) + ",", name)
        .hint(suggestion(name, known));
    return Type{};
  };
  const auto of_language = [&](const Type& type) {
    record_word(member.member.span, SymbolKind::Member, type);
    return type;
  };
  switch (base.kind) {
    case Kind::Unknown:
      return {};
    case Kind::Tensor: {
      const auto& known = tensor_members();
      if (std::find(known.begin(), known.end(), name) == known.end()) return unknown(known);
      return of_language(name == "shape" ? list_of(Kind::Int) : Type(Kind::Int));
    }
    case Kind::Dims:
      return name == "height" || name == "width" ? of_language(Kind::Int) : unknown({"height", "width"});
    case Kind::Data: {
      const bool decides = scope.place != Place::Report && scope.place != Place::Let;
      if (decides && name == "test") {
        report_test_leak(expr.span, purpose_of(scope));
        return {};
      }
      if (scope.place == Place::Experiment && scope.purpose == Purpose::TrainData && name == "valid") {
        report_test_leak(expr.span, Purpose::TrainValidation);
        return {};
      }
      if (name != "train" && name != "test") return unknown({"train", "test"});
      Type part = Kind::DataPart;
      part.part = name;
      return of_language(part);
    }
    case Kind::Experiment:
      if (scope.place != Place::Report)
        return report_early_result(expr.span, base.declaration, name == "test", scope);
      return result_member(base, base_text, member.member);
    case Kind::ExperimentPart:
      return part_member(base, base_text, member.member);
    default:
      return unknown({});
  }
}

Type Checker::check_index(const ast::Expr& expr, const ast::Index& index, Scope& scope) {
  if (index.base == nullptr) return {};
  const Type base = check_expr(*index.base, scope);
  if (base.is(Kind::Experiment)) return check_point(base, excerpt(*index.base), index, scope);
  if (base.unknown()) {
    check_loose_arguments(index.arguments, scope);
    return {};
  }
  if (!base.is(Kind::List) && !base.is(Kind::Dims)) {
    check_loose_arguments(index.arguments, scope);
    sink_.report(diagnostics::WrongType, index.base->span, excerpt(*index.base), describe(base), "a list");
    return {};
  }
  if (index.arguments.size() != 1) {
    check_loose_arguments(index.arguments, scope);
    sink_.report(diagnostics::TooManyArguments, expr.span, "[]", "1 position",
                 given_text(index.arguments.size()));
    return {};
  }
  const ast::Argument& position = index.arguments.front();
  if (position.name) {
    sink_.report(diagnostics::UnknownArgument, position.name->span, "[]", position.name->text)
        .note("a list is indexed by a position: `list[0]`");
  }
  check_value(position.value, scope, Kind::Int);
  return base.is(Kind::Dims) ? Type(Kind::Int) : base.element_type();
}

}  // namespace nnc::sema
