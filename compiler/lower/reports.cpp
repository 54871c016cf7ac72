// See reports.hpp. Here: which reports there are, and their prose; the items are in report_blocks.cpp.
#include "compiler/lower/reports.hpp"

#include <filesystem>

namespace nnc {

using ast::Overloaded;

static void add_prose(ReportExpressions& expressions, const ast::Prose& prose, ReportPlan& plan) {
  ReportText text;
  for (const ast::ProsePart& part : prose.parts) {
    if (part.value == nullptr) {
      text.parts.push_back({part.text, nullptr});
    } else if (ReportExprPtr value = expressions.lower(*part.value)) {
      text.parts.push_back({"", std::move(value)});
    }
  }
  plan.blocks.emplace_back(std::move(text));
}

void lower_reports(Evaluator& evaluator, ExperimentExpander& expander, const StudyOptions& options,
                   Study& study) {
  ReportExpressions expressions(evaluator, expander, options, study);
  std::vector<ReportPlan> reports;
  for (const ast::Declaration& declaration : evaluator.program().main_module().module.declarations) {
    const auto* report = std::get_if<ast::ReportDecl>(&declaration.node);
    if (report == nullptr) continue;
    ReportPlan& plan = reports.emplace_back();
    plan.title = report->title;
    ReportBlocks blocks(expressions, expander.data(), options, plan);
    for (const ast::ReportEntry& entry : report->entries) {
      std::visit(Overloaded{[&](const ast::Prose& prose) { add_prose(expressions, prose, plan); },
                            [&](const ast::ReportItem& item) { blocks.add(item); }},
                 entry.node);
    }
  }
  if (reports.empty()) reports.push_back({std::filesystem::path(study.plan.file).stem().string(), {}});
  study.plan.reports = std::move(reports);
}

}  // namespace nnc
