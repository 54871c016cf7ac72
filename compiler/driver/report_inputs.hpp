// What a report looks at beside the record: the predictions of a run, and images of the data.
#pragma once

#include <memory>
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
// Reads from the store, and only what the record says was written. The store must outlive the result.
rt::LoadPredictions predictions_in(rt::Store& store);
// Pictures come from `loaded`, the data of the plan in its order; if that is empty, the part of a data set that
// a picture is in is read when it is asked for. Plan and store must outlive the options.
rt::ReportOptions report_options(const StudyPlan& plan, rt::Store& store,
                                 const std::vector<rt::LoadedData>& loaded = {});

}  // namespace nnc
