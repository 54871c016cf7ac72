// Report declarations as plans; one without blocks if a file has none.
#pragma once

#include "compiler/lower/experiments.hpp"
#include "compiler/lower/report_expressions.hpp"

namespace nnc {

void lower_reports(Evaluator& evaluator, ExperimentExpander& expander, const StudyOptions& options,
                   Study& study);

// Appends the blocks of one item (`table`, `claim`, ...). What speaks only of experiments that are skipped is
// left out, and after a mistake, too.
class ReportBlocks {
 public:
  ReportBlocks(ReportExpressions& expressions, DataSets& data, const StudyOptions& options, ReportPlan& plan)
      : expressions_(expressions), data_(data), options_(options), plan_(plan) {}

  void add(const ast::ReportItem& item);

 private:
  // The subjects of an item that are not skipped.
  struct Subjects {
    std::vector<TrialsRef> trials;
    std::vector<const ast::Expr*> written;  // parallel to trials
    bool all = false;                       // `all` was among them
    bool failed = false;
  };
  Subjects read_subjects(const ast::ReportItem& item, std::size_t most);
  std::vector<std::string> read_fields(const ast::ReportItem& item, const std::vector<TrialsRef>& trials);
  void add_images(const ast::ReportItem& item);
  void add_pictures(const ast::ReportItem& item);    // of any number of experiments
  void add_judgements(const ast::ReportItem& item);  // of one point
  void add_heatmap(const ast::ReportItem& item);
  void add_selection(const ast::ReportItem& item);
  void add_claim(const ast::ReportItem& item);
  // A count behind the subject, from 1 to `most`; `otherwise` if there is none. Empty after a mistake.
  std::optional<std::int64_t> read_count(const ast::ReportItem& item, std::int64_t otherwise,
                                         std::int64_t most);

  ReportExpressions& expressions_;
  DataSets& data_;
  const StudyOptions& options_;
  ReportPlan& plan_;
};

}  // namespace nnc
