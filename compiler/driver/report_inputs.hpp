// What a report looks at beside the record: the predictions of a run, and images of the data.
#pragma once

#include <optional>
#include <string>

#include "compiler/driver/env.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/record/predictions.hpp"
#include "runtime/report/report.hpp"
#include "runtime/store/store.hpp"

namespace nnc {

// record.json of a folder.
Result<rt::RunRecord> read_record_of(const Env& env, const std::string& folder);
// Reads from the store, and only what the record says was written. Store and `unread` must outlive the
// result; `unread` gets why something that was written could not be read.
rt::LoadPredictions predictions_in(rt::Store& store, std::optional<Failure>* unread = nullptr);
// Reads each data set when its first picture is asked for. Plan, store and `unread` must outlive the options.
rt::ReportOptions report_options(const StudyPlan& plan, rt::Store& store,
                                 std::optional<Failure>* unread = nullptr);

}  // namespace nnc
