// See report_inputs.hpp.
#include "compiler/driver/report_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "runtime/data/dataset.hpp"

namespace nnc {
namespace {

// By the name of the data and that of the part that is needed.
using Datasets = std::map<std::pair<std::string, std::string>, std::shared_ptr<const rt::Dataset>>;

Result<std::shared_ptr<const rt::Dataset>> dataset_of(const StudyPlan& plan, const std::string& name,
                                                      const std::string& part, Datasets& known) {
  if (const auto found = known.find({name, part}); found != known.end()) return found->second;
  const auto declared = std::find_if(plan.data.begin(), plan.data.end(),
                                     [&](const DataPlan& data) { return data.name == name; });
  if (declared == plan.data.end()) return Failure{fmt::format("the file declares no data `{}`", name), ""};
  const rt::DataSide side = part == "test" ? rt::DataSide::Test : rt::DataSide::Train;
  Result<rt::Dataset> loaded = rt::load_part_of_dataset(*declared, side);
  if (!loaded) return loaded.failure();
  return known[{name, part}] = std::make_shared<const rt::Dataset>(std::move(loaded).value());
}

Result<rt::SampleImages> images_of(const rt::Dataset& data, const std::string& name, const std::string& part,
                                   const std::vector<std::uint32_t>& samples) {
  const rt::DataPart& from = part == "test" ? data.test : data.train;
  if (data.sample_shape.rank() != 3)
    return Failure{fmt::format("the samples of `{}` are no images", name), ""};
  rt::SampleImages images;
  images.data = name;
  images.train = part != "test";
  images.height = static_cast<int>(data.sample_shape[0]);
  images.width = static_cast<int>(data.sample_shape[1]);
  images.channels = static_cast<int>(data.sample_shape[2]);
  for (const std::uint32_t sample : samples) {
    if (sample >= from.count()) return Failure{fmt::format("`{}` has no sample {}", name, sample), ""};
    const std::uint8_t* pixels = from.bytes.data() + sample * data.features;
    images.pixels.emplace_back(pixels, pixels + data.features);
    images.labels.push_back(from.labels[sample]);
    images.class_names.push_back(data.classes[from.labels[sample]]);
  }
  return images;
}

}  // namespace

Result<rt::RunRecord> read_record_of(const Env& env, const std::string& folder) {
  const std::string path = (std::filesystem::path(folder) / "record.json").string();
  std::error_code error;
  // Reading a pipe would wait for somebody to write.
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return Failure{fmt::format("`{}` is not a plain file", path), "remove it, and run the file again"};
  }
  const Result<std::string> text = env.read_file(path);
  if (!text) return text.failure();
  return rt::read_record(text.value());
}

rt::LoadPredictions predictions_in(rt::Store& store, std::optional<Failure>* unread) {
  return [&store, unread](const rt::TrialRecord& trial, std::string_view part) -> Result<rt::Predictions> {
    const auto recorded = trial.predictions.find(std::string(part));
    if (recorded == trial.predictions.end())
      return Failure{fmt::format("there are no predictions on the {} part", part), ""};
    const auto content = store.read_object(rt::ObjectKind::Predictions, recorded->second);
    if (!content && unread != nullptr) *unread = content.failure();
    if (!content) return content.failure();
    return rt::read_predictions(content.value(),
                                store.object_path(rt::ObjectKind::Predictions, recorded->second));
  };
}

rt::ReportOptions report_options(const StudyPlan& plan, rt::Store& store,
                                 const std::vector<rt::LoadedData>& loaded, std::optional<Failure>* unread) {
  rt::ReportOptions options;
  auto known = std::make_shared<Datasets>();
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    for (const char* part : {"train", "test"}) (*known)[{plan.data[i].name, part}] = loaded[i].data;
  }
  options.predictions = predictions_in(store, unread);
  options.load_images = [&plan, known](
                            const std::string& name, const std::string& part,
                            const std::vector<std::uint32_t>& samples) -> Result<rt::SampleImages> {
    const auto data = dataset_of(plan, name, part, *known);
    if (!data) return data.failure();
    return images_of(*data.value(), name, part, samples);
  };
  return options;
}

}  // namespace nnc
