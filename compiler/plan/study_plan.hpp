// What `nnc run` will do, as data: the sources to read, the trials to train, the report to write.
// Made by lower/ from a checked program; the runtime depends on this header and not on the language.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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

using ParameterValue =
    std::variant<std::int64_t, double, bool, std::string>;  // string: lists and names as written

// As the program would write it, a string without its quotes.
std::string parameter_text(const ParameterValue& value);
// 50 and 50.0 are the same.
bool same_parameter(const ParameterValue& lhs, const ParameterValue& rhs);

enum class Direction : std::uint8_t { Higher, Lower };

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
  int depth = 0;     // 0 = called by the model itself
  Shape output;
  std::int64_t parameters = 0;        // trained, counted once where shared
  std::int64_t other_parameters = 0;  // kept, not trained
};

struct TrialPlan {
  std::string id;  // hex; the trial's place in the program: experiment, parameters, seed
  std::string experiment;
  std::vector<std::pair<std::string, ParameterValue>> params;  // the sweep axes, in order of declaration
  std::uint64_t seed = 0;
  std::string model;     // the name of the model
  std::size_t data = 0;  // index into StudyPlan::data
  std::int64_t batch = 32;
  std::int64_t epochs = 1;
  bool shuffle = true;
  std::string loss;
  std::string optimizer;
  std::vector<MetricPlan> metrics;
  std::int64_t parameters = 0;  // trained parameters
  std::vector<LayerSummary> layers;
};

// ---------------------------------------------------------------- report

// One number (or word) of a trial: a metric ("test.accuracy"), one of result_fields.hpp, or the name of a
// sweep axis.
struct ResultRef {
  std::string experiment;
  std::vector<std::pair<std::string, ParameterValue>> point;  // which trial; empty where there is one
  std::string field;
};

struct ReportText {
  struct Part {
    std::string text;  // Markdown, used if there is no value
    std::optional<ResultRef> value;
  };
  std::vector<Part> parts;
};
struct ReportImages {
  std::size_t data = 0;
  bool train = true;
  std::int64_t count = 10;
};
struct ReportSummary {
  std::string experiment;
};
struct ReportCurves {
  std::string experiment;
};
struct ReportTable {
  std::vector<std::string> experiments;
  std::vector<std::string> fields;
};
struct ReportBars {
  std::vector<std::string> experiments;
  std::vector<std::string> fields;
};
using ReportBlock =
    std::variant<ReportText, ReportImages, ReportSummary, ReportCurves, ReportTable, ReportBars>;

struct ReportPlan {
  std::string title;
  std::vector<ReportBlock> blocks;  // none: the report chooses them itself
};

struct StudyPlan {
  std::string file;         // the .nn file as given
  std::string source_text;  // its text, for the reproduce box
  std::vector<DataPlan> data;
  std::vector<TrialPlan> trials;
  std::vector<ReportPlan> reports;  // at least one; without blocks if the file declares none
};

}  // namespace nnc
