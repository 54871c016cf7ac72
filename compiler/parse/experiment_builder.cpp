// Settings, experiments, reports.
#include "compiler/parse/experiment_builder.hpp"

#include <utility>

#include "compiler/parse/text_values.hpp"

namespace nnc {

std::vector<ast::Setting> ExperimentBuilder::build_settings(const Cursor& parent) {
  std::vector<ast::Setting> settings;
  for (const Cursor& record : find_all(parent.children(), Rule::record)) {
    for (const Cursor& setting : find_all(record.children(), Rule::setting)) {
      const Cursors parts = setting.children();
      const auto key = find(parts, Rule::setting_key);
      if (!key) continue;
      ast::ExprPtr value = exprs_.build_or_error(find(parts, Rule::expression), span_of(*key));
      const Span place = cover(span_of(*key), value->span);
      settings.push_back({name_of(*key), std::move(value), place});
    }
  }
  return settings;
}

// ---------------------------------------------------------------- experiments

std::vector<ast::ExperimentStatement> ExperimentBuilder::build_experiment(const Cursor& declaration) {
  std::vector<ast::ExperimentStatement> statements;
  for (const Cursor& block : find_all(declaration.children(), Rule::experiment_block))
    for (const Cursor& statement : find_all(block.children(), Rule::experiment_statement))
      if (std::optional<ast::ExperimentStatement> built = build_statement(statement))
        statements.push_back(std::move(*built));
  return statements;
}

std::optional<ast::ExperimentStatement> ExperimentBuilder::build_statement(const Cursor& statement) {
  const Cursors children = statement.children();
  if (children.empty()) return std::nullopt;
  const Cursor& node = children.front();
  const Span place = span_of(node);
  switch (node.rule()) {
    case Rule::sweep_statement:
      return ast::ExperimentStatement{build_sweep(node), place};
    case Rule::sample_statement:
      return ast::ExperimentStatement{ast::Sample{exprs_.build_first(node)}, place};
    case Rule::where_statement:
      return ast::ExperimentStatement{ast::Where{exprs_.build_first(node)}, place};
    case Rule::train_statement:
      return ast::ExperimentStatement{build_train(node), place};
    case Rule::seeds_statement:
      return ast::ExperimentStatement{ast::RepeatSeeds{exprs_.build_first(node)}, place};
    case Rule::select_statement:
      return ast::ExperimentStatement{build_select(node), place};
    case Rule::validate_statement: {
      const auto over = find(node.children(), Rule::over_clause);
      return ast::ExperimentStatement{ast::Validate{exprs_.build_first(over ? *over : node)}, place};
    }
    case Rule::stop_statement:
      return ast::ExperimentStatement{build_stop(node), place};
    default:
      return std::nullopt;
  }
}

ast::Sweep ExperimentBuilder::build_sweep(const Cursor& sweep) {
  ast::Sweep result;
  for (const Cursor& part : sweep.children()) {
    if (part.rule() == Rule::sweep_branch) {
      result.branches.push_back(build_branch(part));
    } else if (std::optional<ast::SweepLine> line = build_line(part)) {
      result.is_short = true;
      result.branches.push_back({{}, span_of(part)});
      result.branches.back().lines.push_back(std::move(*line));
    }
  }
  return result;
}

ast::SweepBranch ExperimentBuilder::build_branch(const Cursor& branch) {
  ast::SweepBranch result{{}, span_of(branch)};
  const Cursors entries = find_all(branch.children(), Rule::sweep_entry);
  for (const Cursor& entry : entries)
    for (const Cursor& line : find_all(entry.children(), Rule::sweep_line))
      if (std::optional<ast::SweepLine> built = build_line(line)) result.lines.push_back(std::move(*built));
  if (entries.empty() && !branch.broken())
    sink()
        .report(diagnostics::SyntaxError, span_of(branch), "expected an axis between the braces")
        .hint("an axis is written `rate in [0, 0.1, 0.2]`");
  return result;
}

std::optional<ast::SweepLine> ExperimentBuilder::build_line(const Cursor& line) {
  ast::SweepLine result;
  for (const Cursor& axis : find_all(line.children(), Rule::sweep_axis))
    if (const auto name = find(axis.children(), Rule::name))
      result.axes.push_back({name_of(*name), exprs_.build_first(axis)});
  if (result.axes.empty()) return std::nullopt;
  return result;
}

ast::StopEarly ExperimentBuilder::build_stop(const Cursor& stop) {
  const Cursors parts = find_all(stop.children(), Rule::expression);
  const auto part = [&](std::size_t i) {
    return exprs_.build_or_error(i < parts.size() ? std::optional(parts[i]) : std::nullopt, span_of(stop));
  };
  return {part(0), part(1)};
}

ast::Train ExperimentBuilder::build_train(const Cursor& train) {
  const Cursors parts = find_all(train.children(), Rule::expression);
  const auto part = [&](std::size_t i) {
    return exprs_.build_or_error(i < parts.size() ? std::optional(parts[i]) : std::nullopt, span_of(train));
  };
  return {part(0), part(1), part(2), build_settings(train)};
}

ast::SelectBest ExperimentBuilder::build_select(const Cursor& select) {
  ast::SelectBest result{exprs_.build_first(select), nullptr};
  for (const Cursor& over : find_all(select.children(), Rule::over_clause))
    result.validation = exprs_.build_first(over);
  return result;
}

// ---------------------------------------------------------------- reports

ast::ReportDecl ExperimentBuilder::build_report(const Cursor& declaration) {
  const Cursors children = declaration.children();
  const Cursor title = *find(children, Rule::string_literal);
  ast::ReportDecl report{read_string(text_of(title), span_of(title), sink()), span_of(title), {}};
  for (const Cursor& block : find_all(children, Rule::report_block))
    for (const Cursor& entry : find_all(block.children(), Rule::report_entry))
      if (std::optional<ast::ReportEntry> built = build_entry(entry))
        report.entries.push_back(std::move(*built));
  return report;
}

std::optional<ast::ReportEntry> ExperimentBuilder::build_entry(const Cursor& entry) {
  const Cursors children = entry.children();
  if (children.empty() || children.front().broken()) return std::nullopt;
  const Cursor& node = children.front();
  if (node.rule() == Rule::prose) return ast::ReportEntry{build_prose(node), span_of(node)};
  ast::ReportItem item;
  for (const Cursor& part : node.children()) {
    if (part.rule() == Rule::report_word) item.keyword = name_of(part);
    if (part.rule() == Rule::report_subjects) item.subjects = build_all(part);
    if (part.rule() == Rule::report_columns) item.columns = build_all(part);
  }
  return ast::ReportEntry{std::move(item), span_of(node)};
}

ast::Prose ExperimentBuilder::build_prose(const Cursor& prose) {
  ast::Prose result;
  for (const Cursor& part : prose.children()) {
    if (part.rule() == Rule::prose_text)
      result.parts.push_back({read_prose(text_of(part)), nullptr});
    else
      result.parts.push_back({"", exprs_.build_first(part)});
  }
  return result;
}

std::vector<ast::ExprPtr> ExperimentBuilder::build_all(const Cursor& parent) {
  std::vector<ast::ExprPtr> result;
  for (const Cursor& expression : parent.children())
    result.push_back(exprs_.build_or_error(expression, span_of(expression)));
  return result;
}

}  // namespace nnc
