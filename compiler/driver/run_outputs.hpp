// What a run ends with: tables and claims for the terminal, and the files of the output folder.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"
#include "runtime/report/report.hpp"

namespace nnc {

void print_results(std::ostream& out, const rt::RunRecord& record);
void print_claims(std::ostream& out, const rt::RunRecord& record);

// Writes results.json, record.json and the report, whose files it gives. Failure if one could not be written;
// what was written before stays.
Result<std::vector<std::string>> write_outputs(const StudyPlan& plan, const rt::RunRecord& record,
                                               const std::string& folder, const rt::ReportOptions& options,
                                               std::vector<std::string>& warnings);

}  // namespace nnc
