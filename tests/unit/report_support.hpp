// For the tests of the report: records of runs that never were, plans of reports about them, a folder to
// write into.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "runtime/record/record.hpp"
#include "runtime/report/report.hpp"

namespace nnc::test {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A folder of its own, removed at the end of the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string read(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

rt::ReportOptions with_charts();
rt::ReportOptions without_charts();

bool has(const std::string& text, const std::string& part);
std::size_t count(const std::string& text, const std::string& part);

rt::TrialRecord make_trial(const std::string& experiment, int epochs, double accuracy,
                           std::uint64_t seed = 0);
// One trial of `baseline`.
rt::RunRecord make_record();
// Adds a sweep with seeds, one trial that diverged and one that failed.
void add_sweep(rt::RunRecord& record);

ResultRef reference(const std::string& experiment, const std::string& field);
ReportPlan quickstart_plan();
ReportPlan sweep_plan();

}  // namespace nnc::test
