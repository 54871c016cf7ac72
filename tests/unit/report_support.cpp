// See report_support.hpp.
#include "tests/unit/report_support.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace nnc::rt;  // NOLINT

namespace nnc::test {
namespace {

// Falls from 0.9 to about `last`; accuracy rises to `accuracy`.
void add_history(TrialRecord& trial, int epochs, double last, double accuracy) {
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const double left = std::exp(-3.0 * epoch / epochs);
    trial.history["train.loss"].push_back(last + (0.9 - last) * left);
    trial.history["train.accuracy"].push_back(accuracy - (accuracy - 0.6) * left);
  }
}

SampleImages make_samples(int number) {
  SampleImages samples;
  samples.data = "fashion";
  samples.height = samples.width = 28;
  samples.channels = 1;
  const std::vector<std::string> names = {"Ankle boot", "T-shirt/top", "Dress", "Pullover", "Sandal"};
  for (int i = 0; i < number; ++i) {
    std::vector<std::uint8_t> pixels(28 * 28);
    for (int y = 0; y < 28; ++y) {
      for (int x = 0; x < 28; ++x) {
        const double distance = std::hypot(x - 13.5, (y - 13.5) * (1 + 0.15 * (i % 4)));
        pixels[static_cast<std::size_t>(y * 28 + x)] =
            static_cast<std::uint8_t>(distance < 11 ? 220 - 12 * distance + 5 * ((x + i) % 7) : 0.0);
      }
    }
    samples.pixels.push_back(std::move(pixels));
    samples.labels.push_back(i % 10);
    samples.class_names.push_back(names[static_cast<std::size_t>(i) % names.size()]);
  }
  return samples;
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "nnc-report-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::read(const std::string& name) const {
  std::ifstream file(path_ / name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ReportOptions with_charts() { return {.chart_program = NNC_RENDER_CHARTS, .chart_seconds = 60}; }
ReportOptions without_charts() { return {.charts = false}; }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

TrialRecord make_trial(const std::string& experiment, int epochs, double accuracy, std::uint64_t seed) {
  TrialRecord trial;
  trial.id = "3f1c9a" + std::to_string(seed) + experiment;
  trial.experiment = experiment;
  trial.seed = seed;
  trial.model = "ann";
  trial.data = "fashion";
  trial.loss = "cross_entropy";
  trial.optimizer = "adam";
  trial.batch = 32;
  trial.parameters = 203530;
  trial.epochs = epochs;
  trial.metrics = {{"test.accuracy", accuracy},         {"test.f1", accuracy},
                   {"test.log_loss", 1.2 - accuracy},   {"test.roc_auc", 0.99},
                   {"train.accuracy", accuracy + 0.05}, {"train.loss", 0.152}};
  trial.directions = {{"accuracy", Direction::Higher},
                      {"f1", Direction::Higher},
                      {"roc_auc", Direction::Higher},
                      {"log_loss", Direction::Lower},
                      {"loss", Direction::Lower}};
  trial.seconds_train = 0.47 * epochs;
  trial.seconds_evaluate = 0.12;
  trial.weights_sha256 = std::string(64, 'a');
  trial.layers = {{"flatten_1", "flatten", "flatten", 0, Shape{kBatch, 784}, 0, 0},
                  {"dense_1", "dense", "dense", 0, Shape{kBatch, 256}, 200960, 0},
                  {"dense_2", "dense", "dense", 0, Shape{kBatch, 10}, 2570, 0}};
  add_history(trial, epochs, 0.152, accuracy + 0.05);
  return trial;
}

RunRecord make_record() {
  RunRecord record;
  record.file = "examples/quickstart.nn";
  record.nnc_version = "0.1.0";
  record.source_text =
      "# One hidden layer.\nmodel ann(hidden: [int] = [256]) {\n  flatten\n  dense(10, softmax)\n}\n";
  record.command = "nnc run examples/quickstart.nn";
  record.machine = "AMD EPYC 7763, 2 cores";
  record.date = "2026-02-03T10:20:30Z";
  record.seconds = 84.3;
  DataRecord& data = record.data.emplace_back();
  data.name = "fashion";
  data.folder = "/usr/share/datasets/fashion-mnist";
  data.train_count = 60000;
  data.test_count = 10000;
  data.sample_shape = Shape{28, 28, 1};
  data.classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                  "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  data.scale = "minmax";
  data.sha256 = "9c1185a5c5e9fc54612808977ee8f548b2258d31a4c1f5e2b3d0f6a7c8e9d0b1";
  record.samples.push_back(make_samples(10));
  record.trials.push_back(make_trial("baseline", 25, 0.8885));
  return record;
}

TrialsRef trials(const std::string& experiment) {
  return {.experiment = experiment, .point = {}, .pick = TrialsRef::Pick::All, .by = ""};
}

TrialsRef best(const std::string& experiment) {
  return {.experiment = experiment, .point = {}, .pick = TrialsRef::Pick::Best, .by = ""};
}

ReportExprPtr result(const std::string& experiment, const std::string& field,
                     std::vector<std::pair<std::string, ParameterValue>> point) {
  TrialsRef of = trials(experiment);
  of.point = std::move(point);
  return std::make_shared<ReportExpr>(
      ReportExpr{ReportExpr::Result{ResultRef{of, field}}, experiment + "." + field});
}

ReportText prose(const std::string& markdown) { return ReportText{{{markdown, nullptr}}}; }

void add_sweep(RunRecord& record) {
  for (const double rate : {0.0, 0.1, 0.2, 0.3}) {
    for (const std::uint64_t seed : {0, 1, 2}) {
      const double accuracy = 0.884 + 0.02 * rate * (1 - rate) + 0.0012 * static_cast<double>(seed);
      TrialRecord trial = make_trial("dropout", 50, accuracy, seed);
      trial.params = {{"hidden", std::string("[256, 128]")}, {"rate", rate}};
      trial.parameters = 235146;
      if (rate == 0.3 && seed == 2) {
        trial.status = TrialStatus::Diverged;
        trial.reason = "the loss is not a number after epoch 7";
        trial.metrics.clear();
        trial.history["train.loss"].resize(7);
        trial.history["train.loss"].back() = kNan;
      }
      record.trials.push_back(std::move(trial));
    }
  }
  for (const std::int64_t epochs : {25, 50, 100, 200}) {
    TrialRecord trial =
        make_trial("epochs", static_cast<int>(epochs), 0.889 - 0.00002 * static_cast<double>(epochs));
    trial.params = {{"n", epochs}};
    trial.status = epochs == 25    ? TrialStatus::Cached
                   : epochs == 200 ? TrialStatus::Failed
                                   : TrialStatus::Done;
    if (epochs == 200) {
      trial.reason = "out of memory: 12.4 GiB are needed and 3.1 GiB are free";
      trial.metrics.clear();
      trial.history.clear();
    }
    record.trials.push_back(std::move(trial));
  }
}

ReportPlan quickstart_plan() {
  ReportPlan plan;
  plan.title = "Fashion-MNIST with one hidden layer";
  ReportText text;
  text.parts = {{"\n  A network with one hidden layer reaches **", nullptr},
                {"", result("baseline", "test.accuracy")},
                {"** on the test images after ", nullptr},
                {"", result("baseline", "epochs")},
                {" epochs.\n  ", nullptr}};
  plan.blocks = {text,
                 ReportImages{0, true, 10},
                 ReportSummary{trials("baseline")},
                 ReportCurves{{trials("baseline")}},
                 ReportTable{{trials("baseline")}, {"test.accuracy", "test.f1", "test.log_loss", "seconds"}},
                 ReportBars{{trials("baseline")}, {"train.accuracy", "test.accuracy"}}};
  return plan;
}

ReportPlan sweep_plan() {
  ReportPlan plan = quickstart_plan();
  plan.title = "Fashion-MNIST: what helps a small network?";
  const std::vector<TrialsRef> dropout = {trials("dropout")};
  const std::vector<TrialsRef> epochs = {trials("epochs")};
  plan.blocks.insert(
      plan.blocks.end(),
      {ReportTable{dropout, {"test.accuracy", "test.f1", "test.log_loss", "train.accuracy", "seconds"}},
       ReportBars{dropout, {"train.accuracy", "test.accuracy"}}, ReportCurves{dropout},
       ReportTable{epochs, {"test.accuracy", "test.roc_auc", "seconds"}},
       ReportBars{epochs, {"test.accuracy", "seconds"}}, ReportCurves{epochs}});
  return plan;
}

}  // namespace nnc::test
