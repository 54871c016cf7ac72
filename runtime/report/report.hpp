// Records -> report.html, report.md with figures/*.svg. Reads records only; trains nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/record/predictions.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

struct WrittenReport {
  std::vector<std::string> files;     // paths written, report.html first
  std::vector<std::string> warnings;  // such as "no charts: the chart engine is not installed"
};

// Samples of a data set by their places in one of its parts, "train" or "test", in the order asked for.
using LoadImages = std::function<Result<SampleImages>(const std::string& data, const std::string& part,
                                                      const std::vector<std::uint32_t>& samples)>;

class ChartProcesses;

struct ReportOptions {
  // The program that renders charts when started with the one argument `--render-charts`.
  std::string chart_program = "/proc/self/exe";
  double chart_seconds = 120;  // from when it is asked; then it is stopped and the report does without
  bool charts = true;
  LoadPredictions predictions = {};            // without it nothing is said about single samples and classes
  LoadImages load_images = {};                 // for the pictures of mistakes
  std::shared_ptr<ChartProcesses> begun = {};  // for this report alone; without, it begins its own
};

// Starts the programs that draw charts, for a report that will be written soon: they take time to get ready.
// They are ended with the last reference to them.
std::shared_ptr<ChartProcesses> begin_charts(const ReportOptions& options = {});

// Writes all declared reports into `directory`, made if missing: one page with all of them. A default set of
// blocks stands for a plan without any, and for an empty list. Equal plans and records give equal files.
// Figures of an earlier report in the folder that are not replaced are removed.
Result<WrittenReport> write_report(const std::vector<ReportPlan>& plans, const RunRecord& record,
                                   const std::string& directory, const ReportOptions& options = {});

// The hidden child process `nnc --render-charts`: reads a JSON array of Vega-Lite specifications from
// standard input, writes a JSON array to standard output: per chart its SVG text, or {"error": text}. Apart
// from the training process because the JavaScript engine uses signals and threads of its own. Gives the exit
// code: 0, 2 for bad input, 3 if the engine is not installed, 4 if it failed.
int render_charts_main();

}  // namespace nnc::rt
