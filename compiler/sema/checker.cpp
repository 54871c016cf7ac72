// The order of work: every declaration once, on demand where a type depends on it; then recursion, then what
// nobody uses.
#include "compiler/sema/checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/ast/words.hpp"
#include "compiler/sema/settings.hpp"

namespace nnc::sema {
namespace {

// Declarations checked inside each other. Deeper ones give Unknown for now and are checked in their turn:
// no program can exhaust the stack.
constexpr int kMaxDepth = 6;

void collect_choice_words(const ast::Declaration& declaration, std::set<std::string, std::less<>>& words) {
  const auto collect = [&](const std::vector<ast::Parameter>& parameters) {
    for (const ast::Parameter& parameter : parameters) {
      const auto* choice = parameter.type ? std::get_if<ast::ChoiceType>(&parameter.type->node) : nullptr;
      if (choice == nullptr) continue;
      for (const ast::Name& word : choice->choices) words.insert(word.text);
    }
  };
  if (const auto* function = std::get_if<ast::FunctionDecl>(&declaration.node)) collect(function->parameters);
  if (const auto* metric = std::get_if<ast::MetricDecl>(&declaration.node)) collect(metric->parameters);
}

}  // namespace

Checker::Checker(const SourceMap& sources, const LoadedProgram& loaded, Sink& sink, ProgramIndex* index)
    : sources_(sources), loaded_(loaded), program_(loaded.program), sink_(sink), index_(index) {
  const auto add_words = [&](const Type& type) {
    choice_words_.insert(type.choices.begin(), type.choices.end());
  };
  for (const SettingRule& rule : data_rules()) add_words(rule.type);
  for (const SettingRule& rule : metric_rules({})) add_words(rule.type);
  for (const BuiltinInfo& builtin : all_builtins()) {
    for (const SignatureParameter& parameter : builtin_signature(builtin).parameters)
      add_words(parameter.type);
  }
  for (const auto& module : program_.modules) {
    for (const ast::Declaration& declaration : module->module.declarations) {
      collect_choice_words(declaration, choice_words_);
    }
  }
}

void Checker::check_all() {
  for (const auto& module : program_.modules) {
    for (const ast::Declaration& declaration : module->module.declarations) check_declaration(declaration);
  }
  verify_no_recursion();
  warn_unused();
  warn_unread_axes();
  finish_index();
}

Scope Checker::scope_for(const ast::Declaration& declaration, Place place) const {
  Scope scope;
  scope.place = place;
  scope.owner = &declaration;
  scope.file = declaration.span.file;
  return scope;
}

void Checker::check_declaration(const ast::Declaration& declaration) {
  Progress& progress = progress_[&declaration];
  if (progress != Progress::Waiting || depth_ >= kMaxDepth) return;
  progress = Progress::Running;
  ++depth_;
  const bool before = std::exchange(arguments_may_follow_, false);
  std::visit(ast::Overloaded{
                 [](const ast::ImportDecl&) {},
                 [&](const ast::LetDecl& let) {
                   Scope scope = scope_for(declaration, Place::Let);
                   results_[&declaration] = check_value(let.value, scope, {});
                 },
                 [&](const ast::DataDecl& data) { check_data(declaration, data); },
                 [&](const ast::FunctionDecl& function) { check_function(declaration, function); },
                 [&](const ast::MetricDecl& metric) { check_metric(declaration, metric); },
                 [&](const ast::RecipeDecl& recipe) { check_recipe(declaration, recipe); },
                 [&](const ast::ExperimentDecl& experiment) { check_experiment(declaration, experiment); },
                 [&](const ast::ReportDecl& report) { check_report(declaration, report); },
             },
             declaration.node);
  arguments_may_follow_ = before;
  --depth_;
  progress = Progress::Done;
}

Type Checker::result_of(const ast::Declaration& declaration) {
  check_declaration(declaration);
  const auto known = results_.find(&declaration);
  return known == results_.end() ? Type{} : known->second;
}

// Depth-first over the uses, without recursion of our own: a chain of declarations may be as long as the
// file.
void Checker::verify_no_recursion() {
  std::map<const ast::Declaration*, int> state;  // 1: on the path, 2: done
  struct Step {
    const ast::Declaration* declaration;
    std::size_t next = 0;
  };
  const auto report_cycle = [&](const std::vector<Step>& path, const ast::Declaration& again,
                                const Span& use) {
    const auto first =
        std::find_if(path.begin(), path.end(), [&](const Step& step) { return step.declaration == &again; });
    std::string chain;
    std::size_t length = 0;
    for (auto step = first; step != path.end() && length < 8; ++step, ++length) {
      chain += ast::declared_name(*step->declaration)->text + " -> ";
    }
    if (static_cast<std::size_t>(path.end() - first) > length) chain += "... -> ";
    const ast::Name& name = *ast::declared_name(again);
    auto report = sink_.report(diagnostics::RecursiveDeclaration, name.span, name.text, chain + name.text);
    report.label(use, "used here")
        .note("programs have no recursion, so that everything can be checked before it runs");
  };
  const auto walk_from = [&](const ast::Declaration& start) {
    if (state[&start] != 0) return;
    std::vector<Step> path = {{&start}};
    state[&start] = 1;
    while (!path.empty()) {
      const auto found = uses_.find(path.back().declaration);
      const bool finished = found == uses_.end() || path.back().next >= found->second.size();
      if (finished) {
        state[path.back().declaration] = 2;
        path.pop_back();
        continue;
      }
      const auto& [target, span] = found->second[path.back().next++];
      int& seen = state[target];
      if (seen == 1) report_cycle(path, *target, span);
      if (seen != 0) continue;
      seen = 1;
      path.push_back({target});
    }
  };
  // In the order of the files, so that a cycle always begins at the same place.
  for (const auto& module : program_.modules) {
    for (const ast::Declaration& declaration : module->module.declarations) walk_from(declaration);
  }
}

// Only in a study: a file without experiments is there to be imported.
void Checker::warn_unused() {
  if (sink_.has_errors()) return;
  const auto& declarations = program_.main_module().module.declarations;
  const bool is_study =
      std::any_of(declarations.begin(), declarations.end(), [](const ast::Declaration& declaration) {
        return std::holds_alternative<ast::ExperimentDecl>(declaration.node);
      });
  if (!is_study) return;
  for (const ast::Declaration& declaration : declarations) {
    const ast::Name* name = ast::declared_name(declaration);
    if (name == nullptr || used_.contains(&declaration) || name->text.starts_with('_')) continue;
    if (std::holds_alternative<ast::ExperimentDecl>(declaration.node)) continue;
    sink_.report(diagnostics::UnusedDeclaration, name->span, std::string(ast::kind_word(declaration)),
                 name->text);
  }
}

}  // namespace nnc::sema
