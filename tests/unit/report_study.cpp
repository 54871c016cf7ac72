// The made-up study of report_support.hpp: what a run of a whole study would leave behind.
#include <cmath>
#include <map>
#include <memory>

#include "tests/unit/report_support.hpp"

using namespace nnc::rt;  // NOLINT

namespace nnc::test {
namespace {

// Numbers that look like chance and are the same every time, in -1..1.
double wobble(std::uint64_t seed) {
  seed = (seed + 1) * 0x9E3779B97F4A7C15ULL;
  seed ^= seed >> 31;
  seed *= 0xBF58476D1CE4E5B9ULL;
  seed ^= seed >> 29;
  return static_cast<double>(seed % 20001) / 10000.0 - 1;
}

using Params = std::vector<std::pair<std::string, ParameterValue>>;

TrialRecord study_trial(const std::string& experiment, Params params, int epochs, double accuracy,
                        std::uint64_t run) {
  accuracy += 0.002 * wobble(run);
  TrialRecord trial = make_trial(experiment, epochs, accuracy);
  trial.id = experiment + std::to_string(run);
  trial.params = std::move(params);
  for (const auto& [axis, value] : trial.params) trial.id += parameter_text(value);
  trial.identity = "identity of " + trial.id;
  trial.metrics["train.accuracy"] = 1 - (1 - accuracy) * 25 / (20 + epochs);
  trial.metrics["test.loss"] = 0.3 + 0.002 * epochs;
  trial.samples = {{"train", 60000}, {"test", 10000}};
  for (auto& [field, values] : trial.history) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.003 * wobble(run * 1000 + i);
  }
  return trial;
}

// Judged on a held-out part; not on test if the experiment selects.
void validate(TrialRecord& trial, int fold, int folds, bool selects) {
  const double accuracy = trial.metrics["test.accuracy"];
  trial.fold = fold;
  trial.metrics["valid.accuracy"] = accuracy + 0.003 * wobble(static_cast<std::uint64_t>(fold) + 77);
  trial.metrics["valid.loss"] = 0.34;
  trial.metrics["fitted.accuracy"] = accuracy + 0.06;
  for (const double value : trial.history["train.accuracy"])
    trial.history["valid.accuracy"].push_back(std::min(value, accuracy + 0.2 * (value - accuracy)));
  for (const double value : trial.history["train.loss"])
    trial.history["valid.loss"].push_back(0.3 + 0.3 * (value - 0.15) * (value - 0.15));
  trial.samples = {{"train", 60000 - 60000 / folds}, {"valid", 60000 / folds}, {"test", 10000}};
  if (!selects) return;
  std::erase_if(trial.metrics, [](const auto& metric) { return metric.first.starts_with("test."); });
  trial.samples.erase("test");
}

void add_grid(RunRecord& record) {
  double most = 0;
  for (const std::int64_t size : {10, 32}) {
    for (const char* optimizer : {"adam", "rmsprop"}) {
      const Params params = {{"size", size}, {"opt", std::string(optimizer)}};
      const double accuracy = (size == 32 ? 0.893 : 0.886) - (optimizer[0] == 'r' ? 0.004 : 0);
      double mean = 0;
      for (int fold = 0; fold < 5; ++fold) {
        TrialRecord trial =
            study_trial("grid", params, 25, accuracy, static_cast<std::uint64_t>(size * 10 + fold));
        validate(trial, fold, 5, true);
        mean += trial.metrics["valid.accuracy"] / 5;
        record.trials.push_back(std::move(trial));
      }
      if (mean <= most) continue;
      most = mean;
      record.selections = {{"grid", "valid.accuracy", params, mean, 0.0021}};
    }
  }
  TrialRecord refit = study_trial("grid", record.selections[0].params, 25, 0.8925, 999);
  refit.refit = true;
  record.trials.push_back(std::move(refit));
}

Predictions make_predictions(const TrialRecord& trial, std::string_view part) {
  Predictions predictions;
  predictions.columns = 10;
  std::uint64_t salt = 0;
  for (const char c : trial.id) salt = (salt * 31 + static_cast<unsigned char>(c)) % 100003;
  const int count = part == "valid" ? 120 : 600;
  for (int i = 0; i < count; ++i) {
    const int label = i % 10;
    const double doubt = wobble(static_cast<std::uint64_t>(i) + salt * 1000);
    // Shirts and coats, sandals and sneakers.
    const int other = std::map<int, int>{{0, 6}, {6, 0}, {2, 4}, {4, 2}, {5, 7}, {7, 9}, {9, 7}}[label];
    const double truth = std::max(0.01, 0.99 - std::max(0.0, doubt + 0.2) * (label == 6 ? 1.1 : 0.5));
    predictions.samples.push_back(static_cast<std::uint32_t>(i));
    predictions.labels.push_back(label);
    for (int k = 0; k < 10; ++k) {
      const double share = k == label ? truth : k == other && other != label ? 0.97 * (1 - truth) : 0.001;
      predictions.scores.push_back(static_cast<float>(share));
    }
  }
  return predictions;
}

ReportClaim claim(const std::string& text, const std::string& condition) {
  return {text, std::make_shared<ReportExpr>(ReportExpr{ReportExpr::Constant{true}, condition})};
}

}  // namespace

RunRecord make_study() {
  RunRecord record = make_record();
  record.file = "studies/fashion.nn";
  record.command = "nnc run studies/fashion.nn";
  record.seconds = 5220;
  record.trials[0] = study_trial("baseline", {}, 25, 0.8885, 1);
  for (const std::int64_t folds : {5, 10}) {
    for (int fold = 0; fold < folds; ++fold) {
      TrialRecord trial =
          study_trial("folds", {{"k", folds}}, 25, 0.887, static_cast<std::uint64_t>(folds * 10 + fold));
      validate(trial, fold, static_cast<int>(folds), false);
      record.trials.push_back(std::move(trial));
    }
  }
  for (const std::int64_t n : {25, 50, 100, 200}) {
    record.trials.push_back(
        study_trial("epochs", {{"n", n}}, static_cast<int>(n), 0.889, static_cast<std::uint64_t>(n)));
  }
  record.trials[record.trials.size() - 4].identity = record.trials[0].identity;
  record.trials[record.trials.size() - 4].status = TrialStatus::Cached;
  for (const char* hidden : {"[256]", "[256, 128]", "[256, 128, 256]"}) {
    record.trials.push_back(
        study_trial("depth", {{"hidden", std::string(hidden)}}, 50, 0.891, std::string_view(hidden).size()));
  }
  for (const double rate : {0.0, 0.1, 0.2, 0.3}) {
    record.trials.push_back(study_trial("dropout", {{"rate", rate}}, 50, 0.891 + 0.02 * rate,
                                        static_cast<std::uint64_t>(rate * 100)));
  }
  for (const std::int64_t blocks : {0, 1, 2, 3}) {
    TrialRecord trial = study_trial("convolution", {{"blocks", blocks}}, 50, blocks == 0 ? 0.89 : 0.913,
                                    static_cast<std::uint64_t>(blocks));
    if (blocks == 3) {
      trial.status = TrialStatus::Failed;
      trial.reason = "maxpool2d needs at least 2x2 values and gets 1x1";
      trial.metrics.clear();
      trial.history.clear();
    }
    record.trials.push_back(std::move(trial));
  }
  add_grid(record);
  record.claims = {
      {"ten folds give no other accuracy than five", "abs(a - b) < 0.01", Verdict::Supported,
       "the difference is 0.12 points, 95 % interval -0.1 to 0.34 points (paired t-test over 5 folds, p = "
       "0.21)"},
      {"training accuracy goes on rising with more epochs", "epochs[n: 200].train.accuracy > 0.9",
       Verdict::Supported, "97.2 % against 91.0 %"},
      {"after 50 epochs test accuracy gains no more", "epochs[n: 200].test.accuracy < 0.9",
       Verdict::Inconclusive,
       "one run each; over the 10,000 test samples the difference is 0.1 points, 95 % interval -0.4 to 0.6"},
      {"some dropout helps", "best(dropout).rate > 0", Verdict::Refuted, "best(dropout).rate is 0"}};
  return record;
}

ReportPlan study_plan() {
  ReportPlan plan = quickstart_plan();
  plan.title = "Fashion-MNIST: what helps a small network?";
  plan.blocks.pop_back();
  const auto add = [&](std::initializer_list<ReportBlock> blocks) {
    plan.blocks.insert(plan.blocks.end(), blocks);
  };
  const std::vector<std::string> both = {"train.accuracy", "test.accuracy"};
  add({ReportConfusion{trials("baseline")}, ReportRoc{trials("baseline")},
       ReportMistakes{trials("baseline"), 10}});
  add({prose("\n  ## 1. Cross-validation\n  How much does the split matter?\n"),
       ReportCurves{{trials("folds")}},
       ReportTable{
           {trials("folds")},
           {"fitted.accuracy", "valid.accuracy", "test.accuracy", "test.f1", "test.roc_auc", "seconds"}},
       ReportBars{{trials("folds")}, {"fitted.accuracy", "valid.accuracy", "test.accuracy"}},
       claim("ten folds give no other accuracy than five", "abs(a - b) < 0.01")});
  add({prose("\n  ## 2. More epochs\n"), ReportCurves{{trials("epochs")}},
       ReportTable{{trials("epochs")}, {"train.accuracy", "test.accuracy", "test.loss", "seconds"}},
       ReportBars{{trials("epochs")}, both}, ReportBars{{trials("epochs")}, {"seconds"}},
       claim("training accuracy goes on rising with more epochs", "epochs[n: 200].train.accuracy > 0.9"),
       claim("after 50 epochs test accuracy gains no more", "epochs[n: 200].test.accuracy < 0.9")});
  add({prose("\n  ## 3. Dropout\n"), ReportCurves{{trials("dropout")}}, ReportBars{{trials("dropout")}, both},
       claim("some dropout helps", "best(dropout).rate > 0")});
  add({prose("\n  ## 4. Grid search\n"), ReportSelection{"grid"},
       ReportHeatmap{trials("grid"), {"valid.accuracy"}}, ReportCurves{{trials("grid")}},
       prose("\n  ## 5. Everything\n"), ReportCompare{{}, both}});
  return plan;
}

ReportOptions study_options(bool charts) {
  ReportOptions options = charts ? with_charts() : without_charts();
  options.predictions = [](const TrialRecord& trial, std::string_view part) -> Result<Predictions> {
    if (!trial.finished()) return Failure{"no such file", ""};
    if (part == "test" && trial.fold && trial.experiment == "grid") return Failure{"no such file", ""};
    return make_predictions(trial, part);
  };
  options.load_images = [](const std::string& data, const std::string& part,
                           const std::vector<std::uint32_t>& samples) -> Result<SampleImages> {
    const SampleImages known = make_record().samples[0];
    SampleImages images = known;
    images.data = data;
    images.train = part == "train";
    images.pixels.clear();
    for (const std::uint32_t sample : samples)
      images.pixels.push_back(known.pixels[sample % known.pixels.size()]);
    return images;
  };
  return options;
}

}  // namespace nnc::test
