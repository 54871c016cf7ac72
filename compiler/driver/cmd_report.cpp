// nnc report: the report again, from the record of the last run and the report declarations of today; no
// training.
#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/report_inputs.hpp"
#include "compiler/driver/store_access.hpp"
#include "runtime/record/record.hpp"
#include "runtime/report/report.hpp"
#include "runtime/results/claims.hpp"

namespace nnc {
namespace {

Result<rt::RunRecord> read_run(Env& env, const std::string& folder, const std::string& program) {
  Result<rt::RunRecord> record = read_record_of(env, folder);
  if (!record && record.failure().hint.empty()) {
    return Failure{record.failure().message, fmt::format("train first: `nnc run {}`", program)};
  }
  return record;
}

}  // namespace

int cmd_report(Env& env, const Options& options) {
  int exit_code = kExitOk;
  const auto charts = rt::begin_charts();
  const auto compilation = load_study(env, options, exit_code);
  if (!compilation) return exit_code;
  const std::string folder = output_folder(options, compilation->path);
  Result<rt::RunRecord> record = read_run(env, folder, compilation->path);
  if (!record) {
    print_error(env, options, record.failure());
    return kExitUsage;
  }
  // The predictions are where that run has kept them.
  Options with_store = options;
  if (std::error_code error;
      options.store.empty() && std::filesystem::is_directory(record.value().store, error))
    with_store.store = record.value().store;
  const auto store = open_store(env, with_store, compilation->path, StoreUse::Read);
  if (store == nullptr) return kExitUsage;
  // The claims of today about the trials of the last run.
  record.value().claims =
      rt::decide_claims(compilation->study->plan.reports, record.value(), predictions_in(*store));
  rt::ReportOptions report_inputs = report_options(compilation->study->plan, *store);
  report_inputs.begun = charts;
  const Result<rt::WrittenReport> report =
      rt::write_report(compilation->study->plan.reports, record.value(), folder, report_inputs);
  if (!report) {
    print_error(env, options, report.failure());
    return kExitUsage;
  }
  tell_notices(env, *store);
  for (const std::string& warning : report.value().warnings) *env.err << "warning: " << warning << "\n";
  if (options.json) {
    *env.out << rt::results_json(record.value());
  } else if (!options.quiet) {
    for (const std::string& file : report.value().files) *env.out << file << "\n";
  }
  return kExitOk;
}

}  // namespace nnc
