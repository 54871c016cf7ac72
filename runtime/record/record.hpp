// What a run leaves behind: the versioned record of every trial, as results.json and the report read it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/result.hpp"
#include "compiler/plan/study_plan.hpp"

namespace nnc::rt {

// Of record.json: raised whenever older records cannot be read any more.
inline constexpr int kRecordSchema = 3;
// Of a trial alone, as it is kept from run to run: raised with every field that is added, but those that may
// be lacking. Older and newer ones are read all the same.
inline constexpr int kTrialSchema = 1;
// Of results.json: a contract with other programs, which fields may be added to.
inline constexpr int kResultsSchema = 1;

enum class TrialStatus : std::uint8_t { Done, Failed, Diverged, Cached };
inline constexpr TrialStatus kAllStatuses[] = {TrialStatus::Done, TrialStatus::Failed, TrialStatus::Diverged,
                                               TrialStatus::Cached};
// "done", "failed", "diverged", "cached": in files and for readers.
const char* status_word(TrialStatus status);

struct TrialRecord {
  std::string id;
  std::string identity;  // SHA-256 of everything that can change the result, and of nothing else
  // What the identity was made of, by name: "seed", "batch", "model". For people: why is this trial new?
  std::vector<std::pair<std::string, std::string>> identity_fields;
  std::string base;   // SHA-256 of what is trained, whatever the number of epochs
  std::string state;  // SHA-256 of base and epochs: trials with equal ones have equal weights
  std::string experiment;
  std::vector<std::pair<std::string, ParameterValue>> params;
  std::uint64_t seed = 0;
  std::optional<int> fold;
  bool refit = false;  // trained on everything because its point was selected
  TrialStatus status = TrialStatus::Done;
  std::string reason;  // why it failed or diverged
  std::string model;
  std::string data;
  std::string loss;
  std::string optimizer;
  std::string schedule;  // of the learning rate; "" if there was none
  std::int64_t batch = 0;
  std::int64_t parameters = 0;
  std::int64_t epochs = 0;  // trained; fewer than declared if training stopped early
  std::int64_t kept_epoch =
      0;  // whose weights these are: the last one, or the best of a trial that stops early
  std::int64_t steps_trained = 0;
  std::map<std::string, double>
      metrics;  // "test.accuracy"; "train.accuracy" is the last epoch's running mean, "fitted.accuracy"
                // that of the finished model on the samples it was trained on
  std::map<std::string, std::vector<double>> history;  // per epoch: "train.loss", "valid.accuracy", ...
  std::map<std::string, std::int64_t> samples;         // per part: "train", "valid", "test"
  std::map<std::string, Direction> directions;         // per metric name without its split: "accuracy"
  double seconds_train = 0;
  double seconds_evaluate = 0;
  std::string date;            // when its result came about, ISO 8601, UTC; "" in older stores
  std::vector<double> rates;   // what a schedule multiplied the learning rate with, per declared epoch
  std::string weights_sha256;  // of the numbers alone, whatever the layers are called
  std::string weights_file;    // SHA-256 of the file of weights; empty if there is none
  std::map<std::string, std::string> predictions;  // per part, "test" or "valid": SHA-256 of the file
  std::vector<LayerSummary> layers;

  // Done, or taken from an earlier run.
  [[nodiscard]] bool finished() const { return status == TrialStatus::Done || status == TrialStatus::Cached; }
};

// A few raw samples of a data set, for image grids: 8-bit, height x width x channels.
struct SampleImages {
  std::string data;
  bool train = true;
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<std::vector<std::uint8_t>> pixels;
  std::vector<int> labels;
  std::vector<std::string> class_names;  // per sample
};

struct DataRecord {
  std::string name;
  std::string folder;
  std::int64_t train_count = 0;
  std::int64_t test_count = 0;
  Shape sample_shape;
  std::vector<std::string> classes;
  std::string scale;
  std::string sha256;  // of the four files' contents
};

// What `select best` chose.
struct SelectionRecord {
  std::string experiment;
  std::string by;  // "valid.accuracy"
  std::vector<std::pair<std::string, ParameterValue>> params;
  double score = 0;      // the mean over folds and seeds
  double deviation = 0;  // of the sample
};

// What a run had to do, and did.
struct WorkRecord {
  std::int64_t declared = 0;         // trials of the program
  std::int64_t distinct = 0;         // different ones
  std::int64_t known = 0;            // of these, from earlier runs
  std::int64_t stages = 0;           // pieces of training between the trials' ends
  std::int64_t epochs_declared = 0;  // of all trials
  std::int64_t epochs_planned = 0;   // what is left of them when nothing is trained twice
  std::int64_t steps_trained = 0;    // in this run
  std::uint64_t memory_bytes = 0;    // the most that was in use at once, for training
};

enum class Verdict : std::uint8_t { Supported, Refuted, Inconclusive };
inline constexpr Verdict kAllVerdicts[] = {Verdict::Supported, Verdict::Refuted, Verdict::Inconclusive};
// "supported", "refuted", "inconclusive".
const char* verdict_word(Verdict verdict);

struct ClaimRecord {
  std::string text;
  std::string condition;  // as written
  Verdict verdict = Verdict::Inconclusive;
  std::string evidence;
};

struct RunRecord {
  int schema = kRecordSchema;
  std::string file;
  std::string nnc_version;
  std::string source_text;
  std::string command;
  std::string machine;  // "AMD EPYC, 2 cores"
  std::string date;     // ISO 8601, UTC
  double seconds = 0;
  std::string store;  // the folder with weights and predictions
  std::vector<DataRecord> data;
  std::int64_t expected_trials =
      0;  // of a whole run; more than there are if it was interrupted; 0: not known
  WorkRecord work;
  std::vector<TrialRecord> trials;
  std::vector<SelectionRecord> selections;
  std::vector<ClaimRecord> claims;    // in the order of the reports
  std::vector<std::string> problems;  // what could not be done beside trials: a selection without a point
  bool smoke = false;                 // on a sliver of the data: nothing of it is a result
  std::vector<SampleImages> samples;

  [[nodiscard]] bool interrupted() const {
    return static_cast<std::int64_t>(trials.size()) < expected_trials;
  }
};

// results.json: the contract. Numbers that are not finite are null. Keys are sorted; timing fields are only
// "seconds" (of the run and of each trial), "date" and "machine".
std::string results_json(const RunRecord& record);

// record.json: everything the report needs, complete and readable again.
std::string record_json(const RunRecord& record);
Result<RunRecord> read_record(const std::string& json_text);

// One trial alone, as it is kept from run to run. A field that is younger than the record keeps its default,
// one that is not known here is passed over.
std::string trial_record_json(const TrialRecord& trial);
Result<TrialRecord> read_trial_record(const std::string& json_text);

// Writes a file so that a reader sees the old or the new content and never a part: temporary file, fsync,
// rename.
Status write_file_atomically(const std::string& path, const std::string& content);
// The same with a file that is there already and the user's: it keeps its permissions and, where that is
// allowed, its owner; of a link, what it leads to is replaced. What the user has made read-only is not
// written to.
Status replace_file_atomically(const std::string& path, const std::string& content);

}  // namespace nnc::rt
