// The report's charts: drawn by another process, which may fail in every way, and only from what they are
// given.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "runtime/report/chart_client.hpp"
#include "runtime/report/report.hpp"
#include "tests/unit/report_support.hpp"

using namespace nnc;        // NOLINT
using namespace nnc::rt;    // NOLINT
using namespace nnc::test;  // NOLINT

TEST_CASE("the report is written with its data where the chart process fails", "[report]") {
  for (const char* program : {"/nonexistent/program", "/bin/false", "/bin/true", "/bin/cat"}) {
    CAPTURE(program);
    const Folder folder;
    const auto written = write_report({quickstart_plan()}, make_record(), folder.path(),
                                      {.chart_program = program, .chart_seconds = 20});
    REQUIRE(written);
    REQUIRE(written.value().warnings.size() == 1);
    CHECK(has(written.value().warnings[0], "charts"));
    const std::string html = folder.read("report.html");
    CHECK(count(html, "<svg") == 0);
    CHECK(has(html, "This chart was not drawn"));
    CHECK(has(html, "<summary>Data</summary>"));
    CHECK(has(folder.read("report.md"), "| Epoch |"));
  }
}

TEST_CASE("a chart process that hangs, crashes or floods is a warning", "[report]") {
  const Folder folder;
  const auto script = [&](const std::string& name, const std::string& text) {
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  };
  const auto complaint = [&](const std::string& program, double seconds) {
    const auto answer = request_charts({"{}"}, {.chart_program = program, .chart_seconds = seconds});
    REQUIRE_FALSE(answer);
    return answer.failure().message;
  };
  CHECK(complaint(script("hangs", "exec sleep 100"), 0.2) == "the chart process took too long");
  CHECK(complaint(script("closes", "exec >&-; exec sleep 100"), 5) ==
        "the chart process was ended by signal 9");
  CHECK(complaint(script("crashes", "kill -SEGV $$"), 20) == "the chart process was ended by signal 11");
  CHECK(complaint(script("missing", "exit 3"), 20) == "the chart engine is not installed");
  CHECK(complaint(script("talks", "echo '[1,2,3]'"), 20) == "the chart process answered nonsense");
  CHECK(has(complaint(script("marked", "test \"$NNC_CHART_PROCESS\" = 1 && exit 9"), 20), "code 9"));
  CHECK(has(complaint(script("explains", "echo why >&2; exit 4"), 20), "code 4: why"));
}

TEST_CASE("one bad chart does not spoil the others", "[report]") {
  const std::string good =
      R"({"data":{"values":[{"a":1,"b":2}]},"mark":"bar","encoding":{"x":{"field":"a","type":"quantitative"}}})";
  const auto charts = request_charts({good, R"({"mark":"no such mark"})", good}, with_charts());
  REQUIRE(charts);
  CHECK(has(charts.value().svgs[0], "<svg"));
  CHECK(charts.value().svgs[1].empty());
  CHECK(has(charts.value().svgs[2], "<svg"));
  CHECK_FALSE(charts.value().complaint.empty());
}

TEST_CASE("a chart cannot load anything", "[report]") {
  const auto charts = request_charts(
      {R"({"data":{"url":"file:///etc/passwd"},"mark":"point","encoding":{"x":{"field":"a","type":"quantitative"}}})"},
      with_charts());
  REQUIRE(charts);
  CHECK_FALSE(has(charts.value().svgs[0], "root:x"));
}
