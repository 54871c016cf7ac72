// A study as text: `--dump=study`. Every reference is written out as it was resolved, whatever the author
// left to be understood.
#include <fmt/format.h>

#include <filesystem>

#include "compiler/lower/study.hpp"
#include "compiler/plan/scale_name.hpp"

namespace nnc {
namespace {

using ast::Overloaded;

std::string trials_text(const TrialsRef& trials) {
  std::string text = trials.experiment;
  std::string point;
  for (const auto& [axis, value] : trials.point) {
    point += fmt::format("{}{}: {}", point.empty() ? "" : ", ", axis, parameter_text(value));
  }
  if (!point.empty()) text += "[" + point + "]";
  if (trials.pick == TrialsRef::Pick::All) return text;
  const char* word = trials.pick == TrialsRef::Pick::Best ? "best" : "worst";
  return fmt::format("{}({}{})", word, text, trials.by.empty() ? "" : ", by: " + trials.by);
}

std::string list_text(const std::vector<TrialsRef>& trials) {
  if (trials.empty()) return "all";
  std::string text;
  for (const TrialsRef& one : trials) text += (text.empty() ? "" : ", ") + trials_text(one);
  return text;
}

std::string list_text(const std::vector<TrialsRef>& trials, const std::vector<std::string>& fields) {
  return fmt::format("{}: {}", list_text(trials), fmt::join(fields, ", "));
}

const char* operator_text(ReportExpr::Binary::Op op) {
  using Op = ReportExpr::Binary::Op;
  switch (op) {
    case Op::Or:
      return "or";
    case Op::And:
      return "and";
    case Op::Equal:
      return "==";
    case Op::NotEqual:
      return "!=";
    case Op::Less:
      return "<";
    case Op::LessEqual:
      return "<=";
    case Op::Greater:
      return ">";
    case Op::GreaterEqual:
      return ">=";
    case Op::Add:
      return "+";
    case Op::Subtract:
      return "-";
    case Op::Multiply:
      return "*";
    case Op::Divide:
      return "/";
  }
  return "?";
}

const char* aggregate_word(ReportExpr::Aggregate::Kind kind) {
  using Kind = ReportExpr::Aggregate::Kind;
  switch (kind) {
    case Kind::Mean:
      return "mean";
    case Kind::Deviation:
      return "deviation";
    case Kind::Min:
      return "min";
    case Kind::Max:
      return "max";
    case Kind::Count:
      return "count";
  }
  return "?";
}

std::string result_text(const ResultRef& ref) { return trials_text(ref.trials) + "." + ref.field; }

// With parentheses around every operation, so that what belongs together is seen.
std::string expression_text(const ReportExpr& expr) {
  return std::visit(
      Overloaded{[](const ReportExpr::Constant& constant) {
                   const auto* text = std::get_if<std::string>(&constant.value);
                   return text == nullptr ? parameter_text(constant.value) : fmt::format("\"{}\"", *text);
                 },
                 [](const ReportExpr::Result& result) { return result_text(result.ref); },
                 [](const ReportExpr::Aggregate& aggregate) {
                   return fmt::format("{}({})", aggregate_word(aggregate.kind), result_text(aggregate.over));
                 },
                 [](const ReportExpr::Unary& unary) {
                   using Op = ReportExpr::Unary::Op;
                   const std::string operand = expression_text(*unary.operand);
                   if (unary.op == Op::Abs) return fmt::format("abs({})", operand);
                   return fmt::format("({}{})", unary.op == Op::Not ? "not " : "-", operand);
                 },
                 [](const ReportExpr::Binary& binary) {
                   return fmt::format("({} {} {})", expression_text(*binary.lhs), operator_text(binary.op),
                                      expression_text(*binary.rhs));
                 }},
      expr.node);
}

std::string prose_text(const ReportText& text) {
  std::string line = "text";
  for (const ReportText::Part& part : text.parts) {
    if (part.value != nullptr) line += " {" + expression_text(*part.value) + "}";
  }
  return line;
}

std::string block_text(const ReportBlock& block, const StudyPlan& plan) {
  return std::visit(
      Overloaded{
          [](const ReportText& text) { return prose_text(text); },
          [&](const ReportImages& images) {
            return fmt::format("images {}.{}, {}", plan.data[images.data].name,
                               images.train ? "train" : "test", images.count);
          },
          [](const ReportSummary& summary) { return "summary " + trials_text(summary.trials); },
          [](const ReportCurves& curves) { return "curves " + list_text(curves.trials); },
          [](const ReportTable& table) { return "table " + list_text(table.trials, table.fields); },
          [](const ReportBars& bars) { return "bars " + list_text(bars.trials, bars.fields); },
          [](const ReportCompare& compare) { return "compare " + list_text(compare.trials, compare.fields); },
          [](const ReportConfusion& confusion) { return "confusion " + trials_text(confusion.trials); },
          [](const ReportRoc& roc) { return "roc " + trials_text(roc.trials); },
          [](const ReportMistakes& mistakes) {
            return fmt::format("mistakes {}, {}", trials_text(mistakes.trials), mistakes.count);
          },
          [](const ReportHeatmap& heatmap) {
            return "heatmap " + list_text({heatmap.trials}, heatmap.fields);
          },
          [](const ReportSelection& selection) { return "selection " + selection.experiment; },
          [](const ReportClaim& claim) {
            return fmt::format("claim \"{}\": {}", claim.text, expression_text(*claim.condition));
          }},
      block);
}

const char* direction_word(Direction better) { return better == Direction::Higher ? "higher" : "lower"; }

// Equal neighbours once: "1 x 10, 0.1 x 20".
std::string rates_text(const std::vector<double>& rates) {
  std::string text;
  for (std::size_t begin = 0; begin < rates.size();) {
    std::size_t end = begin + 1;
    while (end < rates.size() && rates[end] == rates[begin]) ++end;
    text += fmt::format("{}{:.6g}", begin == 0 ? "" : ", ", rates[begin]);
    if (end - begin > 1) text += fmt::format(" x {}", end - begin);
    begin = end;
  }
  return text;
}

std::string trial_text(const TrialPlan& trial, const StudyPlan& plan) {
  std::string text = fmt::format("trial {} {}", trial.id, trial.experiment);
  for (const auto& [name, value] : trial.params) text += fmt::format(" {}={}", name, parameter_text(value));
  text += fmt::format(" seed={}", trial.seed);
  if (trial.fold) text += fmt::format(" fold={}", *trial.fold);
  if (trial.refit) text += " refit";
  text +=
      fmt::format("\n  {} on {}, {} parameters, loss {}, optimizer {}, {}batch {}, epochs {}, shuffle {}\n",
                  trial.model, plan.data[trial.data].name, trial.parameters, trial.loss, trial.optimizer,
                  trial.schedule.empty() ? "" : fmt::format("schedule {}, ", trial.schedule), trial.batch,
                  trial.epochs, trial.shuffle);
  if (trial.rates) text += fmt::format("  rates {}\n", rates_text(*trial.rates));
  if (trial.validation) text += fmt::format("  validation {}\n", validation_text(*trial.validation));
  if (trial.stop) {
    text += fmt::format("  stop by {} ({} is better) after {} epochs\n", trial.stop->field,
                        direction_word(trial.stop->better), trial.stop->patience);
  }
  text += trial.measures_test ? "  metrics" : "  metrics without test";
  for (const MetricPlan& metric : trial.metrics) {
    text += fmt::format(" {}{}{}", metric.name, metric.variant.empty() ? "" : ":", metric.variant);
  }
  return text + "\n";
}

}  // namespace

std::string print_study(const StudyPlan& plan) {
  std::string text = fmt::format("study {}\n", std::filesystem::path(plan.file).filename().string());
  for (const DataPlan& data : plan.data) {
    text += fmt::format("data {}: {} train, {} test, samples {}, {} classes, scale {}\n", data.name,
                        data.train_count, data.test_count, data.sample_shape.sample_string(),
                        data.class_count, scale_name(data.scale));
  }
  for (const TrialPlan& trial : plan.trials) text += trial_text(trial, plan);
  for (const SelectionPlan& selection : plan.selections) {
    text += fmt::format("selection {}: {} ({} is better)\n", selection.experiment, selection.field,
                        direction_word(selection.better));
  }
  for (const ReportPlan& report : plan.reports) {
    text += fmt::format("report \"{}\": {} blocks\n", report.title, report.blocks.size());
    for (const ReportBlock& block : report.blocks) text += "  " + block_text(block, plan) + "\n";
  }
  return text;
}

}  // namespace nnc
