// Runs a study: reads the data, lets the workers train, and puts the record together. In: the plan, and how
// to compile a trial. Out: the record of the run.
#include "runtime/train/study.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "compiler/plan/scale_name.hpp"
#include "runtime/train/prepared_study.hpp"
#include "runtime/train/schedule.hpp"
#include "runtime/train/workers.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kSamplesPerPart = 20;
// Larger samples are not kept in records: forty of them would be most of the report.
constexpr std::size_t kMaxSampleBytes = 1 << 16;

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

SampleImages first_images(const DataPlan& plan, const Dataset& data, bool train) {
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
    record.samples.push_back(first_images(plan.data[i], data, true));
    record.samples.push_back(first_images(plan.data[i], data, false));
  }
}

WorkRecord work_record(const PreparedStudy& study) {
  const StudyPlan& plan = study.plan();
  const WorkPlan& work = study.work();
  WorkRecord record;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    if (plan.trials[i].refit) continue;
    ++record.declared;
    if (work.first[i] == i) ++record.distinct;
    record.epochs_declared += plan.trials[i].epochs;
  }
  record.stages = work.stages();
  record.epochs_planned = work.epochs();
  return record;
}

}  // namespace

StudyResult run_study(PreparedStudy& study, const RunEvents& events) {
  const auto begin = std::chrono::steady_clock::now();
  const StudyPlan& plan = study.plan();
  StudyResult result;
  result.record.source_text = plan.source_text;
  result.record.smoke = study.options().smoke;
  record_data(plan, study.loaded(), result.record);
  Schedule schedule(plan, study.work(), [&study](std::size_t index, const TrialPlan& trial) {
    return study.identify(index, trial);
  });
  Workers workers(study, events, schedule);
  result.interrupted = !workers.run();
  result.failure = workers.failure();
  schedule.finish(result.record);
  for (const std::string& problem : workers.problems()) result.record.problems.push_back(problem);
  result.record.work = work_record(study);
  result.record.work.known = workers.known();
  result.record.work.steps_trained = workers.steps_trained();
  result.record.work.memory_bytes = workers.peak_bytes();
  result.record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace nnc::rt
