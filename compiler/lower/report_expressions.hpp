// What reports say about results, resolved: `best(dropout).rate > 0` as data that needs no language. In:
// expressions of report declarations. Out: references and expressions of report_plan.hpp, or reports of what
// does not exist or is not clear.
#pragma once

#include <optional>
#include <string>

#include "compiler/lower/experiments.hpp"
#include "compiler/lower/trial_index.hpp"

namespace nnc {

class ReportExpressions {
 public:
  ReportExpressions(Evaluator& evaluator, const ExperimentExpander& expander, const StudyOptions& options,
                    const Study& study)
      : evaluator_(evaluator), expander_(expander), options_(options), index_(study) {}

  // An experiment, a point of it, best(..), worst(..); empty for anything else, without a report.
  std::optional<TrialsRef> read_trials(const ast::Expr& expr);
  // Null after a mistake.
  ReportExprPtr lower(const ast::Expr& expr);

  // Whether the trials exist; reports if not. True for experiments that are skipped.
  bool verify_exists(const TrialsRef& trials, const ast::Expr& expr);
  // Also whether they are one point. `rest` is what follows the reference in a hint, such as
  // ".test.accuracy".
  bool verify_one_point(const TrialsRef& trials, const ast::Expr& expr, const std::string& rest);
  // Not among those that the command line asks for.
  [[nodiscard]] bool is_skipped(const std::string& experiment) const {
    return !options_.only.empty() && experiment != options_.only;
  }
  [[nodiscard]] bool names_skipped(const ast::Expr& expr) const;

  [[nodiscard]] const TrialIndex& index() const { return index_; }
  Evaluator& evaluator() { return evaluator_; }

 private:
  [[nodiscard]] bool is_experiment(const std::string& name) const {
    return find_experiment(evaluator_.program(), name) != nullptr;
  }
  // Calls `visit` with every experiment that the expression names, until it returns true.
  template <class Visit>
  bool any_experiment(const ast::Expr& expr, Visit visit) const;
  [[nodiscard]] bool names_results(const ast::Expr& expr) const;

  std::optional<TrialsRef> read_point(const ast::Index& index);
  std::optional<TrialsRef> read_pick(const ast::Call& call);
  std::optional<ResultRef> read_result(const ast::Expr& expr);
  ReportExprPtr lower_constant(const ast::Expr& expr);
  ReportExprPtr lower_result(const ast::Expr& expr);
  ReportExprPtr lower_call(const ast::Call& call, const ast::Expr& expr);
  ReportExprPtr lower_binary(const ast::Binary& binary, const ast::Expr& expr);
  ReportExprPtr lower_unary(ReportExpr::Unary::Op op, const ast::Expr& operand, const ast::Expr& expr);
  ReportExprPtr make(decltype(ReportExpr::node) node, const ast::Expr& expr) const;
  ReportExprPtr unsupported(const ast::Expr& expr);
  [[nodiscard]] bool has_failed(const std::string& experiment) const;

  Evaluator& evaluator_;
  const ExperimentExpander& expander_;
  const StudyOptions& options_;
  TrialIndex index_;
};

}  // namespace nnc
