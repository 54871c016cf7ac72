// The files embedded in the binary for the report.
#pragma once

#include <string_view>

namespace nnc::rt::assets {

std::string_view chart_engine();  // gzip: licences, Vega, Vega-Lite
std::string_view chart_host();    // before the engine, in the child process
std::string_view chart_render();  // after it
std::string_view page_script();   // of report.html
std::string_view page_style();

}  // namespace nnc::rt::assets
