// Warns of axes that nothing reads, and says where each was probably meant to be read.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/ast_walk.hpp"
#include "compiler/sema/settings.hpp"
#include "compiler/sema/unread_axes.hpp"

namespace nnc::sema {
namespace {

bool contains(const std::vector<const ast::Name*>& names, const std::string& text) {
  return std::any_of(names.begin(), names.end(), [&](const ast::Name* name) { return name->text == text; });
}

const ast::Train* train_of(const std::vector<const ast::ExperimentStatement*>& statements) {
  for (const ast::ExperimentStatement* statement : statements) {
    if (const auto* train = std::get_if<ast::Train>(&statement->node)) return train;
  }
  return nullptr;
}

// What is called, and with what: `adam`, `adam(lr: 0.1)`.
struct WrittenCall {
  const ast::NameRef* callee = nullptr;
  const std::vector<ast::Argument>* arguments = nullptr;
};

WrittenCall written_call(const ast::ExprPtr& expr) {
  if (expr == nullptr) return {};
  const ast::Expr& value = without_parens(*expr);
  if (const auto* name = std::get_if<ast::NameRef>(&value.node)) return {name, nullptr};
  const auto* call = std::get_if<ast::Call>(&value.node);
  const auto* name = call && call->callee ? std::get_if<ast::NameRef>(&call->callee->node) : nullptr;
  return name == nullptr ? WrittenCall{} : WrittenCall{name, &call->arguments};
}

// The call with the axis for the parameter of its name; "" if there is no such parameter.
std::string call_with(const WrittenCall& written, const Signature& signature, const std::string& axis) {
  const auto& parameters = signature.parameters;
  const auto parameter = std::find_if(parameters.begin(), parameters.end(),
                                      [&](const SignatureParameter& known) { return known.name == axis; });
  if (parameter == parameters.end()) return {};
  const auto position = static_cast<std::size_t>(parameter - parameters.begin());
  std::vector<std::string> arguments;
  bool placed = false;
  for (std::size_t i = 0; written.arguments != nullptr && i < written.arguments->size(); ++i) {
    const ast::Argument& argument = (*written.arguments)[i];
    const std::string prefix = argument.name ? argument.name->text + ": " : "";
    const bool is_this = argument.name ? argument.name->text == axis : i == position;
    arguments.push_back(prefix + (is_this ? axis : ast::print_expr(*argument.value)));
    placed = placed || is_this;
  }
  if (!placed) arguments.push_back(position == arguments.size() ? axis : axis + ": " + axis);
  return fmt::format("{}({})", written.callee->name, fmt::join(arguments, ", "));
}

}  // namespace

// The statements in force: those of its bases, and of several `train`s the last.
std::vector<const ast::ExperimentStatement*> Checker::statements_in_force(
    const ast::ExperimentDecl& experiment) const {
  std::vector<const ast::ExperimentDecl*> chain = {&experiment};
  while (chain.back()->base) {
    const ast::Name& name = *chain.back()->base;
    Scope scope;
    scope.file = name.span.file;
    const ast::Declaration* base = find_global(scope, name.text, Kind::Experiment);
    const auto* next = base ? std::get_if<ast::ExperimentDecl>(&base->node) : nullptr;
    if (next == nullptr || std::find(chain.begin(), chain.end(), next) != chain.end()) break;
    chain.push_back(next);
  }
  std::vector<const ast::ExperimentStatement*> statements;
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    for (const ast::ExperimentStatement& statement : (*link)->statements) {
      if (std::holds_alternative<ast::Train>(statement.node)) {
        std::erase_if(statements, [](const ast::ExperimentStatement* earlier) {
          return std::holds_alternative<ast::Train>(earlier->node);
        });
      }
      statements.push_back(&statement);
    }
  }
  return statements;
}

// An axis of a base that made no difference there either was told of there.
void Checker::warn_unread_axes() {
  if (sink_.has_errors()) return;
  for (const ast::Declaration& declaration : program_.main_module().module.declarations) {
    const auto* experiment = std::get_if<ast::ExperimentDecl>(&declaration.node);
    if (experiment == nullptr) continue;
    const auto statements = statements_in_force(*experiment);
    std::vector<const ast::Name*> known;
    if (experiment->base) {
      Scope scope;
      scope.file = declaration.span.file;
      const ast::Declaration* base = find_global(scope, experiment->base->text, Kind::Experiment);
      known = unread_axes(statements_in_force(std::get<ast::ExperimentDecl>(base->node)));
    }
    for (const ast::Name* axis : unread_axes(statements)) {
      if (axis->text.starts_with('_')) continue;
      const bool is_own = axis->span.file == declaration.span.file &&
                          axis->span.begin >= declaration.span.begin &&
                          axis->span.end <= declaration.span.end;
      if (!is_own && contains(known, axis->text)) continue;
      auto report = sink_.report(diagnostics::UnreadAxis, is_own ? axis->span : experiment->name.span,
                                 experiment->name.text, axis->text);
      if (!is_own) label_declaration(report, axis->span, "declared here");
      report.hint(unread_axis_hint(train_of(statements), axis->text));
    }
  }
}

std::string Checker::unread_axis_hint(const ast::Train* train, const std::string& axis) {
  const std::string otherwise =
      "use it in `train`, or leave it out: its values only repeat the same training";
  if (train == nullptr) return otherwise;
  const auto with = [&](const ast::ExprPtr& expr) -> std::string {
    const WrittenCall written = written_call(expr);
    if (written.callee == nullptr) return {};
    const ast::Declaration* declaration = program_.find_from(sources_, expr->span.file, written.callee->name);
    return declaration == nullptr ? std::string{} : call_with(written, signature_of(*declaration), axis);
  };
  if (const std::string model = with(train->model); !model.empty()) return "write `" + model + "`";
  const auto setting = [&](const std::string& key, const std::string& value) {
    return train->overrides.empty() && train->recipe
               ? fmt::format("write `with {} {{ {}: {} }}`", excerpt(*train->recipe), key, value)
               : fmt::format("write `{}: {}` in the braces of `train`", key, value);
  };
  const std::vector<std::string> keys = recipe_keys();
  if (std::find(keys.begin(), keys.end(), axis) != keys.end()) return setting(axis, axis);
  const auto given = std::find_if(train->overrides.begin(), train->overrides.end(),
                                  [](const ast::Setting& known) { return known.key.text == "optimizer"; });
  if (given != train->overrides.end()) {
    const std::string optimizer = with(given->value);
    return optimizer.empty() ? otherwise : "write `optimizer: " + optimizer + "`";
  }
  const WrittenCall recipe = written_call(train->recipe);
  const ast::Declaration* declaration =
      recipe.callee ? program_.find_from(sources_, train->recipe->span.file, recipe.callee->name) : nullptr;
  if (declaration == nullptr) return otherwise;
  bool complete = true;
  const auto settings = settings_in_force(*declaration, complete);
  const auto found = settings.find("optimizer");
  const std::string optimizer = found == settings.end() ? std::string{} : with(found->second->value);
  return optimizer.empty() ? otherwise : setting("optimizer", optimizer);
}

}  // namespace nnc::sema
