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

// A study of the kind people make: a baseline, cross-validation, sweeps, one failed point, a grid with a
// selection, claims. About fifty trials.
rt::RunRecord make_study();
ReportPlan study_plan();
// With predictions and pictures for every trial, and pictures of charts if wanted.
rt::ReportOptions study_options(bool charts);

TrialsRef trials(const std::string& experiment);
TrialsRef best(const std::string& experiment);
// The value of a field, at a point or of the whole experiment.
ReportExprPtr result(const std::string& experiment, const std::string& field,
                     std::vector<std::pair<std::string, ParameterValue>> point = {});
// Prose without values.
ReportText prose(const std::string& markdown);
ReportPlan quickstart_plan();
ReportPlan sweep_plan();

}  // namespace nnc::test
