// The metrics that a program declares or names, as the plan has them, checked against what can be computed.
#pragma once

#include <vector>

#include "compiler/lower/evaluator.hpp"
#include "compiler/lower/study.hpp"

namespace nnc {

// Reports what the program's own metrics name that is not among the native computations.
void check_declared_metrics(Evaluator& evaluator, const std::vector<NativeMetric>& natives);

// A metric of a recipe's list, appended to the others under the name it has in results; reports what is none.
void add_metric(Evaluator& evaluator, const Value& value, const Span& place, Frame& frame,
                std::vector<MetricPlan>& metrics);

}  // namespace nnc
