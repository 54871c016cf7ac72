// Asks the child process for pictures.
#pragma once

#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "runtime/report/report.hpp"

namespace nnc::rt {

struct RenderedCharts {
  std::vector<std::string> svgs;  // one per specification; empty where there is none
  std::string complaint;          // of the first chart that failed
};

// Fails, without harm to this process, if the child cannot start, crashes, takes too long or answers
// nonsense.
Result<RenderedCharts> request_charts(const std::vector<std::string>& specifications,
                                      const ReportOptions& options);

}  // namespace nnc::rt
