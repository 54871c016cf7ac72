// See trial.hpp.
#include "runtime/train/trial.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "runtime/metrics/metrics.hpp"

namespace nnc::rt {

TrialRecord start_record(const TrialPlan& trial, const std::string& data_name) {
  TrialRecord record;
  record.id = trial.id;
  record.experiment = trial.experiment;
  record.params = trial.params;
  record.seed = trial.seed;
  record.fold = trial.fold;
  record.refit = trial.refit;
  record.model = trial.model;
  record.data = data_name;
  record.loss = trial.loss;
  record.optimizer = trial.optimizer;
  record.schedule = trial.schedule;
  record.batch = trial.batch;
  record.parameters = trial.parameters;
  record.epochs = trial.epochs;
  record.layers = trial.layers;
  record.directions = {{"accuracy", Direction::Higher}, {"loss", Direction::Lower}};
  for (const MetricPlan& metric : trial.metrics) record.directions[metric.name] = metric.better;
  if (trial.rates != nullptr) {
    for (std::int64_t epoch = 1; epoch <= trial.epochs; ++epoch) record.rates.push_back(trial.rate(epoch));
  }
  return record;
}

std::string date_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

void record_samples(const TrialSamples& samples, bool tests, TrialRecord& record) {
  record.samples.clear();
  const auto record_part = [&](const char* name, const std::vector<std::uint32_t>& part) {
    if (!part.empty()) record.samples[name] = static_cast<std::int64_t>(part.size());
  };
  record_part("train", samples.train);
  record_part("valid", samples.valid);
  if (tests) record_part("test", samples.test);
}

void fail(TrialRecord& record, const Failure& failure) {
  record.status = TrialStatus::Failed;
  record.reason =
      failure.hint.empty() ? failure.message : fmt::format("{}; {}", failure.message, failure.hint);
}

TrialRecord record_as(const TrialPlan& trial, const std::string& data_name, const TrialRecord& equal) {
  TrialRecord record = equal;
  const TrialRecord own = start_record(trial, data_name);
  record.id = own.id;
  record.experiment = own.experiment;
  record.params = own.params;
  record.seed = own.seed;
  record.fold = own.fold;
  record.refit = own.refit;
  record.model = own.model;
  record.data = own.data;
  record.loss = own.loss;
  record.optimizer = own.optimizer;
  record.schedule = own.schedule;
  record.rates = own.rates;
  record.layers = own.layers;
  record.directions = own.directions;
  if (record.status == TrialStatus::Done) record.status = TrialStatus::Cached;
  return record;
}

Status check_metrics(const TrialPlan& trial) {
  for (const MetricPlan& metric : trial.metrics) {
    const MetricInfo* info = find_metric(metric.native);
    if (info == nullptr) {
      return Failure{
          fmt::format("metric `{}` is computed by `{}`, which does not exist", metric.name, metric.native),
          {}};
    }
    if (!has_variant(*info, metric.variant)) {
      return Failure{
          fmt::format("metric `{}`: `{}` has no variant `{}`", metric.name, metric.native, metric.variant),
          {}};
    }
  }
  return Done{};
}

}  // namespace nnc::rt
