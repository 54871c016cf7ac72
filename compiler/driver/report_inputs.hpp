// What a report looks at beside the record: the predictions of a run, and images of the data.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/env.hpp"
#include "compiler/plan/study_plan.hpp"
#include "runtime/record/predictions.hpp"
#include "runtime/report/report.hpp"
#include "runtime/store/store.hpp"
#include "runtime/train/samples.hpp"

namespace nnc {

// record.json of a folder.
Result<rt::RunRecord> read_record_of(const Env& env, const std::string& folder);
// Reads from the store, and only what the record says was written. Store and `unread` must outlive the
// result; `unread` gets why something that was written could not be read.
rt::LoadPredictions predictions_in(rt::Store& store, std::optional<Failure>* unread = nullptr);
// Pictures come from `loaded`, the data of the plan in its order; if that is empty, the part of a data set
// that a picture is in is read when it is asked for. Plan, store and `unread` must outlive the options.
rt::ReportOptions report_options(const StudyPlan& plan, rt::Store& store,
                                 const std::vector<rt::LoadedData>& loaded = {},
                                 std::optional<Failure>* unread = nullptr);

}  // namespace nnc
