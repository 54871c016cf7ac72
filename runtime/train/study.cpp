// Runs the trials of a study one after the other. In: the plan, and how to compile a trial. Out: the record
// of the run.
#include "runtime/train/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

#include "compiler/base/check.hpp"
#include "compiler/plan/scale_name.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/train/trial.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kSamplesPerPart = 20;
// Larger samples are not kept in records: forty of them would be most of the report.
constexpr std::size_t kMaxSampleBytes = 1 << 16;

// A declared data set, ready to train with. Declarations that differ only in their scale share the samples.
struct LoadedData {
  std::shared_ptr<const Dataset> data;
  FittedScale scale;
};

// The program was checked against headers; the files may have changed since.
Status check_declaration(const DataPlan& plan, const Dataset& data) {
  const bool same = data.sample_shape == plan.sample_shape &&
                    data.train.count() == static_cast<std::size_t>(plan.train_count) &&
                    data.test.count() == static_cast<std::size_t>(plan.test_count);
  if (same) return Done{};
  return Failure{fmt::format("the data in `{}` changed after the program was checked", plan.directory),
                 "start again"};
}

Result<std::vector<LoadedData>> load_all(const StudyPlan& plan) {
  std::vector<LoadedData> loaded;
  std::map<std::pair<std::string, std::vector<std::string>>, std::shared_ptr<const Dataset>> known;
  for (const DataPlan& declared : plan.data) {
    std::shared_ptr<const Dataset>& data = known[{declared.directory, declared.classes}];
    if (data == nullptr) {
      Result<Dataset> read = load_dataset(declared);
      if (!read) return read.failure();
      data = std::make_shared<const Dataset>(std::move(read).value());
    }
    if (Status status = check_declaration(declared, *data); !status) return status.failure();
    std::vector<std::uint32_t> all(data->train.count());
    std::iota(all.begin(), all.end(), 0U);
    loaded.push_back({data, fit_scale(declared.scale, data->train_samples(), all)});
  }
  return loaded;
}

DataRecord data_record(const DataPlan& plan, const Dataset& data) {
  DataRecord record;
  record.name = plan.name;
  record.folder = plan.folder;
  record.train_count = static_cast<std::int64_t>(data.train.count());
  record.test_count = static_cast<std::int64_t>(data.test.count());
  record.sample_shape = data.sample_shape;
  record.classes = data.classes;
  record.scale = scale_name(plan.scale);
  record.sha256 = data.sha256;
  return record;
}

// Images are what has height, width, and the channels of grey or colour.
bool holds_images(const Dataset& data) {
  if (data.sample_shape.rank() != 3 || data.features > kMaxSampleBytes) return false;
  const std::int64_t channels = data.sample_shape[2];
  return channels == 1 || channels == 3 || channels == 4;
}

SampleImages first_samples(const DataPlan& plan, const Dataset& data, bool train) {
  const DataPart& part = train ? data.train : data.test;
  SampleImages images;
  images.data = plan.name;
  images.train = train;
  images.height = static_cast<int>(data.sample_shape[0]);
  images.width = static_cast<int>(data.sample_shape[1]);
  images.channels = static_cast<int>(data.sample_shape[2]);
  for (std::size_t i = 0; i < std::min(part.count(), kSamplesPerPart); ++i) {
    const std::uint8_t* pixels = part.bytes.data() + i * data.features;
    images.pixels.emplace_back(pixels, pixels + data.features);
    images.labels.push_back(part.labels[i]);
    images.class_names.push_back(data.classes[part.labels[i]]);
  }
  return images;
}

void record_data(const StudyPlan& plan, const std::vector<LoadedData>& loaded, RunRecord& record) {
  for (std::size_t i = 0; i < plan.data.size(); ++i) {
    const Dataset& data = *loaded[i].data;
    record.data.push_back(data_record(plan.data[i], data));
    if (!holds_images(data)) continue;
    record.samples.push_back(first_samples(plan.data[i], data, true));
    record.samples.push_back(first_samples(plan.data[i], data, false));
  }
}

}  // namespace

Result<StudyResult> run_study(const StudyPlan& plan, const CompileTrial& compile, const RunEvents& events,
                              const RunOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  Result<std::vector<LoadedData>> loaded = load_all(plan);
  if (!loaded) return loaded.failure();

  StudyResult result;
  result.record.source_text = plan.source_text;
  record_data(plan, loaded.value(), result.record);
  for (std::size_t i = 0; i < plan.trials.size() && !result.interrupted; ++i) {
    const TrialPlan& trial = plan.trials[i];
    NNC_CHECK(trial.data < loaded.value().size());
    const LoadedData& data = loaded.value()[trial.data];
    if (events.trial_started) events.trial_started(trial, i, plan.trials.size());
    TrialOutcome outcome = run_trial({trial, *data.data, data.scale, compile, events, options});
    result.interrupted = outcome.interrupted;
    if (outcome.interrupted) break;
    outcome.record.data = plan.data[trial.data].name;
    if (events.trial_ended) events.trial_ended(outcome.record);
    result.record.trials.push_back(std::move(outcome.record));
  }
  result.record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace nnc::rt
