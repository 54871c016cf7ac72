// Under which name the results of a trial hold a metric: the checker needs it for reports, the lowering for
// plans.
#pragma once

#include <string>

namespace nnc::sema {

// f1(micro) and f1(macro) side by side: the second, whose name is taken, is f1_macro.
inline std::string metric_result_name(const std::string& metric, const std::string& variant, bool taken) {
  return taken && !variant.empty() ? metric + "_" + variant : metric;
}

}  // namespace nnc::sema
