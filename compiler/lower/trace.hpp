// What the statements of a model came to when its graph was built: for editors, which show it beside them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ast/ast.hpp"
#include "compiler/base/shared_list.hpp"
#include "compiler/plan/report_plan.hpp"
#include "compiler/types/shape.hpp"

namespace nnc {

// A statement of the user's own code, or a layer in a chain of `|>`, each time it ran.
struct TracedStatement {
  Span span;
  Shape output;
  std::int64_t parameters = 0;        // trained, where they came into being
  std::int64_t other_parameters = 0;  // kept, not trained
  double flops = 0;                   // of the forward pass while training, for one sample
};
using Trace = std::vector<TracedStatement>;  // in the order in which they ran

// A model as the trials of one experiment build it, up to a mistake if there is one.
struct ModelTrace {
  std::string experiment;                                     // "" for a model that none trains
  SharedList<std::pair<std::string, ParameterValue>> params;  // of the first point that builds it so
  const ast::Declaration* model = nullptr;
  Trace statements;
};
using ObserveModel = std::function<void(ModelTrace)>;

}  // namespace nnc
