// Plan and record -> content -> pictures -> files. See report.hpp.
#include "runtime/report/report.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "runtime/report/chart_client.hpp"
#include "runtime/report/content.hpp"
#include "runtime/report/emit.hpp"

namespace nnc::rt {
namespace {

// Fills in the pictures; what stands in the way is a warning.
void render_charts(Document& document, const ReportOptions& options, std::vector<std::string>& warnings) {
  const std::vector<Chart*> charts = charts_of(document);
  if (charts.empty() || !options.charts) return;
  std::vector<std::string> specifications;
  for (const Chart* chart : charts) specifications.push_back(chart->specification);
  const Result<RenderedCharts> rendered = request_charts(specifications, options);
  if (!rendered) {
    const Failure& failure = rendered.failure();
    warnings.push_back("no charts: " + failure.message + (failure.hint.empty() ? "" : "; " + failure.hint));
    return;
  }
  for (std::size_t i = 0; i < charts.size(); ++i) charts[i]->svg = rendered.value().svgs[i];
  if (!rendered.value().complaint.empty()) {
    warnings.push_back("not all charts were drawn: " + rendered.value().complaint);
  }
}

}  // namespace

Result<WrittenReport> write_report(const std::vector<ReportPlan>& plans, const RunRecord& record,
                                   const std::string& directory, const ReportOptions& options) {
  WrittenReport written;
  Document document = build_document(plans, record);
  render_charts(document, options, written.warnings);
  const MarkdownFiles markdown = emit_markdown(document);

  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(directory) / "figures", error);
  if (error) return Failure{fmt::format("cannot make the folder {}: {}", directory, error.message()), ""};

  std::vector<std::pair<std::string, std::string>> files = {{"report.html", emit_html(document)},
                                                            {"report.md", markdown.report}};
  files.insert(files.end(), markdown.figures.begin(), markdown.figures.end());
  for (const auto& [name, content] : files) {
    const std::string path = (std::filesystem::path(directory) / name).string();
    const Status status = write_file_atomically(path, content);
    if (!status) return status.failure();
    written.files.push_back(path);
  }
  return written;
}

}  // namespace nnc::rt
