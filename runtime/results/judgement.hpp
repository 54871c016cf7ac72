// What predictions say about a model: which classes it confuses, how well it ranks, where it is most wrong.
// Numbers by the definitions of scikit-learn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/record/predictions.hpp"
#include "runtime/results/results.hpp"

namespace nnc::rt {

// The predictions of a point's trials: on the test part or, where none of them looked at it, on the
// validation part.
struct GroupPredictions {
  std::string part;                      // "test" or "valid"
  std::vector<Predictions> trials = {};  // one per seed and fold that could be read; all of them well formed
  std::vector<const TrialRecord*> sources = {};  // parallel to trials
  std::string reason = {};                       // why there are none or some are missing, "" otherwise
};
GroupPredictions load_predictions(const Group& group, const LoadPredictions& load);

// Labels are classes, and there is one row of scores per label. What follows takes only such predictions;
// from others it gives empty results.
bool well_formed(const Predictions& predictions);
// Two where there is one column.
std::size_t class_count(const Predictions& predictions);
// The predicted class of every sample.
std::vector<std::int32_t> predicted_classes(const Predictions& predictions);

struct Confusion {
  std::size_t classes = 0;
  std::vector<std::int64_t> counts = {};  // classes x classes: rows are true classes, columns predicted ones

  [[nodiscard]] std::int64_t at(std::size_t actual, std::size_t predicted) const {
    return counts[actual * classes + predicted];
  }
};
Confusion confusion_of(const Predictions& predictions);
// All of them summed up. They judge the same classes.
Confusion confusion_of(std::span<const Predictions> predictions);

// Precision, recall and f1 are 0 where they would divide by zero.
struct ClassScores {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  std::int64_t support = 0;  // samples of the class
};
std::vector<ClassScores> class_scores(const Confusion& confusion);

// One class against the rest, from (0, 0) to (1, 1).
struct RocCurve {
  std::vector<double> false_positive = {};  // rates; ascending
  std::vector<double> true_positive = {};
  double area =
      0;  // exact; not a number, and no points, where the class or the rest has no samples or a score is none
};
// Per class. At most about `points` points, chosen so that the curve looks the same.
std::vector<RocCurve> roc_curves(const Predictions& predictions, std::size_t points = 200);
// The mean over seeds or folds: at each rate of false positives the mean rate of true ones, and the mean
// area.
std::vector<RocCurve> mean_roc_curves(std::span<const Predictions> predictions, std::size_t points = 200);

struct Mistake {
  std::uint32_t sample = 0;  // its place in the files of its part
  std::int32_t label = 0;
  std::int32_t predicted = 0;
  double confidence = 0;  // the score of the predicted class
  double truth = 0;       // the score of the true class
};
// Those with the greatest confidence first, of equals the one with the smaller place.
std::vector<Mistake> worst_mistakes(const Predictions& predictions, std::size_t count);

}  // namespace nnc::rt
