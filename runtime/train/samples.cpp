// Reads data sets, splits them, fits scales. In: declarations and validation plans. Out: indices and factors.
#include "runtime/train/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "compiler/base/check.hpp"
#include "runtime/data/split.hpp"

namespace nnc::rt {
namespace {

// Folds of one data set come one after the other, seeds after them: more are rarely asked for again.
constexpr std::size_t kKept = 16;

// The program was checked against headers; the files may have changed since.
Status check_declaration(const DataPlan& plan, const Dataset& data) {
  const bool same = data.sample_shape == plan.sample_shape &&
                    data.train.count() == static_cast<std::size_t>(plan.train_count) &&
                    data.test.count() == static_cast<std::size_t>(plan.test_count);
  if (same) return Done{};
  return Failure{fmt::format("the data in `{}` changed after the program was checked", plan.directory),
                 "start again"};
}

std::vector<std::uint32_t> choose_samples(const DataPart& part, bool smoke, std::size_t sliver) {
  if (smoke) return first_samples(part.labels, sliver, kSmokePerClass);
  std::vector<std::uint32_t> all(part.count());
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

// Equal for trials that get equal samples.
std::string key_of(const TrialPlan& trial) {
  std::string key = fmt::format("{} {}", trial.data, trial.measures_test);
  if (!trial.validation) return key;
  const ValidationPlan& plan = *trial.validation;
  key += plan.kind == ValidationPlan::Kind::KFold
             ? fmt::format(" kfold {} {}", plan.folds, trial.fold.value_or(0))
             : fmt::format(" holdout {}", plan.fraction);
  key += plan.stratified ? " stratified" : " plain";
  if (plan.shuffle) key += fmt::format(" {}", trial.seed);
  return key;
}

Result<TrialSamples> make_samples(const TrialPlan& trial, Scale scale, const LoadedData& loaded) {
  TrialSamples samples;
  if (trial.validation) {
    Result<Split> split = split_samples(loaded.data->train.labels, loaded.train, *trial.validation,
                                        trial.fold.value_or(0), trial.seed);
    if (!split) return split.failure();
    samples.train = std::move(split.value().train);
    samples.valid = std::move(split.value().valid);
  } else {
    samples.train = loaded.train;
  }
  if (trial.measures_test) samples.test = loaded.test;
  samples.scale = fit_scale(scale, loaded.data->train_samples(), samples.train);
  return samples;
}

}  // namespace

Result<std::vector<LoadedData>> load_all(const StudyPlan& plan, bool smoke) {
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
    loaded.push_back({data, choose_samples(data->train, smoke, kSmokeTrain),
                      choose_samples(data->test, smoke, kSmokeTest)});
  }
  return loaded;
}

Result<std::shared_ptr<const TrialSamples>> SampleCache::get(const TrialPlan& trial) {
  NNC_CHECK(trial.data < loaded_.size());
  const std::string key = key_of(trial);
  // Held while samples are made, so that jobs that start together do not all make the same ones.
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(latest_.begin(), latest_.end(), [&](const Entry& entry) { return entry.first == key; });
  if (found != latest_.end()) return found->second;
  Result<TrialSamples> made = make_samples(trial, plan_.data[trial.data].scale, loaded_[trial.data]);
  if (!made) return made.failure();
  auto samples = std::make_shared<const TrialSamples>(std::move(made).value());
  latest_.emplace_back(key, samples);
  if (latest_.size() > kKept) latest_.pop_front();
  return samples;
}

}  // namespace nnc::rt
