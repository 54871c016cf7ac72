// Asks child processes for pictures.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "runtime/report/report.hpp"

namespace nnc::rt {

struct RenderedCharts {
  std::vector<std::string> svgs;  // one per specification; empty where there is none
  std::string complaint;          // of the first chart that failed
};

// Children that load the chart engine and then wait for charts: see begin_charts(). They are ended with this
// object.
class ChartProcesses {
 public:
  ~ChartProcesses();
  ChartProcesses(const ChartProcesses&) = delete;
  ChartProcesses& operator=(const ChartProcesses&) = delete;

  // Once. The charts are divided among the children.
  Result<RenderedCharts> draw(const std::vector<std::string>& specifications, double seconds);

 private:
  struct Process;
  friend std::shared_ptr<ChartProcesses> begin_charts(const ReportOptions& options);
  ChartProcesses();

  std::vector<std::unique_ptr<Process>> processes_;
  Failure problem_{"the chart processes have drawn already", ""};  // why there is no process
};

// Fails, without harm to this process, if a child cannot start, crashes, takes too long or answers nonsense.
// Begins children if none were begun.
Result<RenderedCharts> request_charts(const std::vector<std::string>& specifications,
                                      const ReportOptions& options);

}  // namespace nnc::rt
