// What `nnc run` will do, as data: the sources to read, the trials to train, the report to write.
// Made by lower/ from a checked program; the runtime depends on this header and not on the language.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/shared_list.hpp"
#include "compiler/plan/report_plan.hpp"
#include "compiler/types/shape.hpp"

namespace nnc {

// ---------------------------------------------------------------- data

enum class Scale : std::uint8_t {
  None,      // as stored
  Unit,      // divided by 255
  MinMax,    // per feature to 0..1 over the training part (scikit-learn's MinMaxScaler)
  Standard,  // per feature to mean 0, standard deviation 1 over the training part (StandardScaler)
};

// data fashion = idx("folder") { classes: [...], scale: minmax }
struct DataPlan {
  std::string name;
  std::string folder;                // as written; relative to the folder of the .nn file
  std::string directory;             // resolved
  std::vector<std::string> classes;  // empty: "0".."K-1" from the labels
  Scale scale = Scale::None;
  Shape sample_shape;  // without the batch axis: [28, 28, 1]
  std::int64_t train_count = 0;
  std::int64_t test_count = 0;
  int class_count = 0;
};

// ---------------------------------------------------------------- trials

// A metric of the standard library, computed natively from predictions and labels.
struct MetricPlan {
  std::string name;     // as results name it: "accuracy", "f1", "roc_auc", "log_loss"
  std::string native;   // the computation: "accuracy", "f1", ...
  std::string variant;  // "micro", "macro", "ovo", "ovr"; "" if there is none
  Direction better = Direction::Higher;
  bool needs_probabilities = false;  // the model must end with softmax or sigmoid
};

// A row of the model summary.
struct LayerSummary {
  std::string name;  // "dense_1"
  std::string kind;  // "dense"
  std::string call;  // with the values of the arguments that were given: "dense(256, relu)"
  int depth = 0;     // 0 = called by the model itself
  Shape output;
  std::int64_t parameters = 0;        // trained, counted once where shared
  std::int64_t other_parameters = 0;  // kept, not trained
};

// How the training part is split into what is trained on and what is judged on. Splits depend on the labels,
// this plan, the seed (if shuffled) and nothing else: all points of a sweep see the same folds.
struct ValidationPlan {
  enum class Kind : std::uint8_t { KFold, HoldOut } kind = Kind::KFold;
  std::int64_t folds = 5;  // KFold
  double fraction = 0.2;   // HoldOut: the share that is judged on
  bool stratified = true;  // every class in its proportion
  bool shuffle = false;    // otherwise in the order of the samples
};

// As the program would write it: kfold(5), holdout(0.2, shuffle: false).
std::string validation_text(const ValidationPlan& validation);

// Training ends after so many epochs without a better value, and keeps the weights of the best epoch.
struct StopPlan {
  std::string field;  // "valid.loss": valid. or train., with loss or accuracy
  Direction better = Direction::Lower;
  std::int64_t patience = 1;  // epochs
};

// What the learning rate is multiplied with, epoch by epoch. Shared: the trials of a point have the same.
using Rates = std::shared_ptr<const std::vector<double>>;

// There may be a hundred thousand of them: what is long is shared with the other trials of the point.
struct TrialPlan {
  std::string id;  // hex; the trial's place in the program: experiment, parameters, seed, fold, refit
  std::string experiment;
  SharedList<std::pair<std::string, ParameterValue>> params;  // the sweep axes, in order of declaration
  std::uint64_t seed = 0;
  std::optional<ValidationPlan> validation;  // empty: all training samples are trained on
  std::optional<int> fold;                   // from 0: which fold is judged on; KFold only
  bool refit = false;                        // on all training samples, only if its point is selected
  bool measures_test = true;                 // false while an experiment still chooses among its points
  std::optional<StopPlan>
      stop;              // of a refit, by `valid.`: it trains for the mean of the epochs its folds kept
  std::string model;     // the name of the model
  std::size_t data = 0;  // index into StudyPlan::data
  std::int64_t batch = 32;
  std::int64_t epochs = 1;
  bool shuffle = true;
  std::string loss;
  std::string optimizer;
  std::string schedule;  // of the learning rate; "" if there is none
  // One for each of the epochs that are declared; null: 1 in all of them. A refit that trains for fewer takes
  // the first ones: its epochs are those that the trials it repeats were stopped after.
  Rates rates;
  SharedList<MetricPlan> metrics;
  std::int64_t parameters = 0;  // trained parameters
  SharedList<LayerSummary> layers;

  // In an epoch, counted from 1.
  [[nodiscard]] double rate(std::int64_t epoch) const {
    return rates == nullptr ? 1.0 : rates->at(static_cast<std::size_t>(epoch - 1));
  }
};

// What an experiment chooses among its points: the one with the best mean over folds and seeds.
struct SelectionPlan {
  std::string experiment;
  std::string field;  // "valid.accuracy"
  Direction better = Direction::Higher;
};

struct StudyPlan {
  std::string file;         // the .nn file as given
  std::string source_text;  // its text, for the reproduce box
  std::vector<DataPlan> data;
  std::vector<TrialPlan> trials;  // refits follow the other trials of their experiment
  std::vector<SelectionPlan> selections;
  std::vector<ReportPlan> reports;  // at least one; without blocks if the file declares none
};

}  // namespace nnc
