// See expressions.hpp.
#include "runtime/results/expressions.hpp"

#include "runtime/results/evaluate.hpp"
#include "runtime/results/overloaded.hpp"

namespace nnc::rt {

std::string expression_text(const RunRecord& record, const ReportExpr& expr) {
  return std::visit(Overloaded{[](const NoResult& none) { return "(" + none.reason + ")"; },
                               [](const Quantity& quantity) { return quantity_text(quantity); },
                               [](bool truth) { return std::string(truth ? "true" : "false"); },
                               [](const std::string& word) { return word; }},
                    evaluate(record, expr));
}

}  // namespace nnc::rt
