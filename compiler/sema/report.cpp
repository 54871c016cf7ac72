// Reports: every entry takes what its line of report_words.hpp says, and every number it speaks of must be a
// result of the experiment it names.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/checker.hpp"

namespace nnc::sema {

void Checker::check_report(const ast::Declaration& declaration, const ast::ReportDecl& report) {
  Scope scope = scope_for(declaration, Place::Report);
  if (find_global(scope, "all") == nullptr)
    scope.add({"all", {}, LocalKind::Given, Kind::AllExperiments, true});
  for (const ast::ReportEntry& entry : report.entries) {
    std::visit(ast::Overloaded{
                   [&](const ast::Prose& prose) {
                     for (const ast::ProsePart& part : prose.parts) check_report_value(part.value, scope, {});
                   },
                   [&](const ast::ReportItem& item) { check_report_item(item, scope); },
               },
               entry.node);
  }
}

void Checker::check_report_item(const ast::ReportItem& item, Scope& scope) {
  const ReportWord* word = find_report_word(item.keyword.text);
  if (word == nullptr) return;
  verify_counts(item, *word);
  if (word->subject == ReportWord::Subject::Text) return check_claim(item, scope);
  if (word->subject == ReportWord::Subject::Data) {
    check_data_subject(item, scope);
    return check_count(item, *word, scope);
  }
  bool of_all = false;
  bool understood = true;
  const auto experiments = check_subjects(item, *word, scope, of_all, understood);
  check_count(item, *word, scope);
  if (!understood || word->columns == ReportWord::Columns::None) return;
  for (const ast::ExprPtr& column : item.columns) {
    if (column != nullptr)
      check_column(*column, experiments, of_all, word->columns == ReportWord::Columns::Numbers);
  }
}

void Checker::verify_counts(const ast::ReportItem& item, const ReportWord& word) {
  const std::string name(word.word);
  const std::string example = fmt::format("as in `{}`", word.example);
  const std::size_t most = word.takes_count ? 2 : 1;
  if (!word.several && item.subjects.size() > most && item.subjects[most] != nullptr) {
    sink_
        .report(diagnostics::TooManyArguments, item.subjects[most]->span, name,
                word.takes_count ? "one subject and a number" : "one subject",
                given_text(item.subjects.size()))
        .hint(example);
  }
  const bool is_claim = word.columns == ReportWord::Columns::Condition;
  if (word.needs_columns && item.columns.empty()) {
    sink_.report(diagnostics::MissingArgument, item.keyword.span, name, is_claim ? "condition" : "column")
        .hint(example);
  }
  const bool too_many = word.columns == ReportWord::Columns::None || (is_claim && item.columns.size() > 1);
  if (too_many && !item.columns.empty() && item.columns.back() != nullptr) {
    sink_
        .report(diagnostics::TooManyArguments, item.columns.back()->span, name,
                is_claim ? "one condition" : "no columns", given_text(item.columns.size()))
        .hint(example);
  }
}

void Checker::check_claim(const ast::ReportItem& item, Scope& scope) {
  if (!item.subjects.empty() && item.subjects.front() != nullptr) {
    const ast::Expr& text = *item.subjects.front();
    const bool is_literal = std::holds_alternative<ast::StringLiteral>(text.node) ||
                            std::holds_alternative<ast::ErrorExpr>(text.node);
    if (!is_literal) {
      const int errors_before = sink_.error_count();
      const Type given = check_expr(text, scope);
      if (sink_.error_count() == errors_before)
        sink_.report(diagnostics::WrongType, text.span, excerpt(text), describe(given), "a text in quotes")
            .hint("a claim is written `claim \"some dropout helps\": best(dropout).rate > 0`");
    }
  }
  if (!item.columns.empty()) check_report_value(item.columns.front(), scope, Kind::Bool);
}

void Checker::check_data_subject(const ast::ReportItem& item, Scope& scope) {
  if (item.subjects.empty() || item.subjects.front() == nullptr) return;
  const Type type = check_expr(*item.subjects.front(), scope);
  if (!type.is(Kind::Data)) require(*item.subjects.front(), type, Kind::DataPart);
}

// The number behind the subject, where a word takes one.
void Checker::check_count(const ast::ReportItem& item, const ReportWord& word, Scope& scope) {
  if (word.takes_count && item.subjects.size() > 1) check_value(item.subjects[1], scope, Kind::Int);
}

// The experiments that the subjects speak of; `understood` becomes false where a subject is none.
std::vector<const ast::Declaration*> Checker::check_subjects(const ast::ReportItem& item,
                                                             const ReportWord& word, Scope& scope,
                                                             bool& of_all, bool& understood) {
  std::vector<const ast::Declaration*> experiments;
  const std::size_t count =
      word.several ? item.subjects.size() : std::min<std::size_t>(1, item.subjects.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (item.subjects[i] == nullptr) continue;
    const ast::Expr& subject = *item.subjects[i];
    const Type type = check_expr(subject, scope, Kind::Experiment);
    if (type.is(Kind::AllExperiments) && word.takes_all) {
      of_all = true;
      continue;
    }
    if (!require(subject, type, Kind::Experiment) || type.declaration == nullptr) {
      understood = false;
      continue;
    }
    experiments.push_back(type.declaration);
    if (word.subject == ReportWord::Subject::Selection) verify_selection(subject, type);
  }
  if (of_all) experiments = all_experiments();
  return experiments;
}

void Checker::verify_selection(const ast::Expr& subject, const Type& type) {
  const ExperimentFacts& facts = facts_of(*type.declaration);
  const std::string& name = ast::declared_name(*type.declaration)->text;
  if (type.at_point || type.is_pick) {
    sink_.report(diagnostics::WrongType, subject.span, excerpt(subject), "one point", "an experiment")
        .hint(fmt::format("write `selection {}`", name));
  } else if (facts.known && !facts.selects) {
    sink_.report(diagnostics::UnknownResult, subject.span, name, "selection")
        .hint("the experiment needs a line such as `select best by valid.accuracy over kfold(5)`");
  }
}

std::vector<const ast::Declaration*> Checker::all_experiments() const {
  std::vector<const ast::Declaration*> experiments;
  for (const auto& module : program_.modules) {
    for (const ast::Declaration& declaration : module->module.declarations) {
      if (std::holds_alternative<ast::ExperimentDecl>(declaration.node)) experiments.push_back(&declaration);
    }
  }
  return experiments;
}

}  // namespace nnc::sema
