// The embedded files by name; the generated tables are made by nnc_embed.
#include "runtime/report/assets.hpp"

#include <algorithm>
#include <span>

#include "compiler/base/check.hpp"
#include "compiler/base/embedded_file.hpp"

namespace nnc {

std::span<const EmbeddedFile> report_assets();
std::span<const EmbeddedFile> report_chart_engine();

namespace rt::assets {

static std::string_view asset(std::string_view name) {
  const std::span<const EmbeddedFile> files = report_assets();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::path);
  NNC_CHECK(found != files.end());
  return found->text;
}

std::string_view chart_engine() { return report_chart_engine().front().text; }
std::string_view chart_host() { return asset("chart_host.js"); }
std::string_view chart_render() { return asset("chart_render.js"); }
std::string_view page_script() { return asset("report.js"); }
std::string_view page_style() { return asset("report.css"); }

}  // namespace rt::assets
}  // namespace nnc
