// Plan and record -> content -> pictures -> files. See report.hpp.
#include "runtime/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

#include "runtime/report/chart_client.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/report/content.hpp"
#include "runtime/report/emit.hpp"

namespace nnc::rt {
namespace {

// Fills in the pictures; what stands in the way is a warning.
void render_charts(Document& document, const ReportOptions& options, std::vector<std::string>& warnings) {
  const std::vector<Chart*> charts = charts_of(document);
  if (charts.empty() || !options.charts) return;
  std::vector<std::string> specifications;
  std::vector<Chart*> drawn;
  for (Chart* chart : charts) {
    if (chart->specification.empty()) continue;
    specifications.push_back(chart->specification);
    drawn.push_back(chart);
  }
  if (drawn.empty()) return;
  const Result<RenderedCharts> rendered = request_charts(specifications, options);
  if (!rendered) {
    const Failure& failure = rendered.failure();
    warnings.push_back("no charts: " + failure.message + (failure.hint.empty() ? "" : "; " + failure.hint));
    return;
  }
  for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i]->svg = compact_svg(rendered.value().svgs[i]);
  if (!rendered.value().complaint.empty()) {
    warnings.push_back("not all charts were drawn: " + rendered.value().complaint);
  }
}

// "01-results-of-sweep.svg": names that only reports give.
bool is_figure_name(std::string_view name) {
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  return digits >= 2 && name.substr(digits).starts_with('-') && name.ends_with(".svg");
}

// The figures of an earlier report that this one does not have. What cannot be removed stays: it is in
// nobody's way.
void remove_old_figures(const std::filesystem::path& folder, const MarkdownFiles& markdown) {
  std::set<std::string> current;
  for (const auto& [path, content] : markdown.figures) {
    current.insert(std::filesystem::path(path).filename().string());
  }
  std::vector<std::filesystem::path> old;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code unknown;
    const bool is_file = std::filesystem::is_regular_file(at->symlink_status(unknown));
    if (is_file && is_figure_name(name) && !current.contains(name)) old.push_back(at->path());
  }
  for (const std::filesystem::path& path : old) std::filesystem::remove(path, error);
}

}  // namespace

Result<WrittenReport> write_report(const std::vector<ReportPlan>& plans, const RunRecord& record,
                                   const std::string& directory, const ReportOptions& options) {
  WrittenReport written;
  Document document = build_document(plans, record, options);
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
  remove_old_figures(std::filesystem::path(directory) / "figures", markdown);
  return written;
}

}  // namespace nnc::rt
