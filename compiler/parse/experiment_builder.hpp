// Settings, experiments and reports of the parse tree -> those of the syntax tree.
#pragma once

#include <optional>
#include <vector>

#include "compiler/parse/expr_builder.hpp"
#include "compiler/parse/tree_reader.hpp"

namespace nnc {

class ExperimentBuilder : public TreeReader {
 public:
  explicit ExperimentBuilder(const BuildInput& input) : TreeReader(input), exprs_(input) {}

  // The settings of the record among the children; none without a record.
  std::vector<ast::Setting> build_settings(const Cursor& parent);
  std::vector<ast::ExperimentStatement> build_experiment(const Cursor& declaration);
  // The declaration has a title.
  ast::ReportDecl build_report(const Cursor& declaration);

 private:
  std::optional<ast::ExperimentStatement> build_statement(const Cursor& statement);
  ast::Sweep build_sweep(const Cursor& sweep);
  ast::SweepBranch build_branch(const Cursor& branch);
  std::optional<ast::SweepLine> build_line(const Cursor& line);
  ast::StopEarly build_stop(const Cursor& stop);
  ast::Train build_train(const Cursor& train);
  ast::SelectBest build_select(const Cursor& select);
  std::optional<ast::ReportEntry> build_entry(const Cursor& entry);
  ast::Prose build_prose(const Cursor& prose);
  std::vector<ast::ExprPtr> build_all(const Cursor& parent);

  ExprBuilder exprs_;
};

}  // namespace nnc
