// What a trial begins with, for programs that train the same: initial weights, the scale of the data and the
// order of the samples in every epoch, from the code that training itself uses.
//
//   export_start FILE.nn FOLDER EPOCHS [EXPERIMENT]
//
// In: a program with one trial, or one trial in EXPERIMENT. Out, in FOLDER: <parameter>.npy as the graph has
// it (kernels [in, out] and [height, width, in, out]), scale_offset.npy and scale_factor.npy (per feature: x'
// = (x - offset) * factor), order_<epoch>.npy (int32, from 1), manifest.json.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "compiler/driver/open_study.hpp"
#include "runtime/train/training.hpp"
#include "tests/bench/npy_file.hpp"

namespace {

using Json = nlohmann::ordered_json;
using nnc::PlannedSlot;
using nnc::StepPlan;
using nnc::TrialPlan;
using nnc::bench::write_npy;
namespace rt = nnc::rt;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "export_start: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
void write_array(const std::string& path, std::span<const T> values, const std::vector<std::int64_t>& shape) {
  if (!write_npy(path, values, shape)) fail("cannot write " + path);
}

// Writes the weights and says what they are.
Json export_weights(const StepPlan& plan, const rt::Memory& state, const std::string& folder) {
  Json parameters = Json::array();
  for (const PlannedSlot& slot : plan.slots) {
    if (slot.optimizer) continue;
    const auto* values = reinterpret_cast<const float*>(state.data() + slot.operand.offset);
    const auto count = static_cast<std::size_t>(slot.operand.shape.element_count().value());
    const auto sizes = slot.operand.shape.sizes();
    write_array(folder + "/" + slot.name + ".npy", std::span(values, count), {sizes.begin(), sizes.end()});
    parameters.push_back({{"name", slot.name}, {"shape", sizes}, {"trained", slot.trained}});
  }
  return parameters;
}

void export_scale(const rt::FittedScale& scale, const std::string& folder) {
  const auto features = static_cast<std::int64_t>(scale.offset.size());
  write_array(folder + "/scale_offset.npy", std::span(scale.offset), {features});
  write_array(folder + "/scale_factor.npy", std::span(scale.factor), {features});
}

void export_orders(const TrialPlan& trial, const rt::TrialSamples& samples, std::int64_t epochs,
                   const std::string& folder) {
  std::vector<std::uint32_t> order = samples.train;
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    rt::order_samples(trial, samples, epoch, order);
    const std::vector<std::int32_t> numbers(order.begin(), order.end());
    write_array(folder + "/order_" + std::to_string(epoch) + ".npy", std::span(numbers),
                {std::ssize(numbers)});
  }
}

void export_start(const nnc::OpenStudy& study, std::int64_t epochs, const std::string& folder) {
  if (study.plan().trials.size() != 1)
    fail("the program must have one trial; name an experiment that has one");
  const TrialPlan& trial = study.plan().trials.front();
  const nnc::DataPlan& data = study.plan().data[trial.data];
  const auto samples = study.prepared->samples().get(trial);
  if (!samples) fail(samples.failure().message);
  const auto compiled = study.prepared->compiler().compile(0);
  if (!compiled) fail(compiled.failure().message);
  const StepPlan plan = compiled.value().plans(rt::Phase::Train, trial.batch);
  auto state = rt::Memory::allocate(plan.state_bytes);
  if (!state) fail(state.failure().message);
  rt::initialize_slots(plan, state.value(), trial.seed);
  const Json parameters = export_weights(plan, state.value(), folder);
  export_scale(samples.value()->scale, folder);
  export_orders(trial, *samples.value(), epochs, folder);
  Json layers = Json::array();
  for (const nnc::LayerSummary& layer : trial.layers) {
    layers.push_back({{"name", layer.name}, {"call", layer.call}, {"output", layer.output.to_string()}});
  }
  const Json manifest = {{"experiment", trial.experiment},
                         {"data", data.directory},
                         {"train_count", samples.value()->train.size()},
                         {"test_count", samples.value()->test.size()},
                         {"sample_shape", data.sample_shape.sizes()},
                         {"batch", trial.batch},
                         {"seed", trial.seed},
                         {"loss", trial.loss},
                         {"optimizer", trial.optimizer},
                         {"epochs", epochs},
                         {"parameters", parameters},
                         {"layers", layers}};
  std::ofstream file(folder + "/manifest.json");
  file << manifest.dump(1) << "\n";
  if (!file.flush()) fail("cannot write the manifest");
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) fail("wants FILE.nn FOLDER EPOCHS [EXPERIMENT]");
  const std::string folder = words[2];
  std::filesystem::create_directories(folder);
  nnc::Options options;
  options.file = words[1];
  options.store = folder + "/store";
  if (count > 4) options.only = words[4];
  nnc::Env env = nnc::real_env(nullptr);
  int exit_code = 0;
  const auto study = nnc::open_study(env, options, nnc::StoreUse::Read, exit_code);
  if (study == nullptr) return exit_code;
  export_start(*study, std::atoll(words[3]), folder);
  return 0;
}
