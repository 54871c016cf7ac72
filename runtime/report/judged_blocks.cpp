// The blocks that judge a point by its predictions: confusion, ROC curves, mistakes; see blocks.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/report/blocks.hpp"
#include "runtime/report/charts.hpp"
#include "runtime/results/judgement.hpp"

namespace nnc::rt {
namespace {

constexpr std::size_t kMostJudged = 6;  // points in one block
constexpr std::int64_t kMostMistakes = 200;

struct Judged {
  Group group;
  GroupPredictions predictions;
  std::string remark;  // what is summed up or missing
};

const char* part_words(const std::string& part) {
  return part == "valid" ? "the validation part" : "the test part";
}

// The points with their predictions; what cannot be read is said in `section`.
std::vector<Judged> judge(const RunRecord& record, const ReportOptions& options, const TrialsRef& trials,
                          Section& section) {
  std::vector<Judged> result;
  const std::vector<Group> groups = groups_of(record, trials);
  if (groups.empty()) {
    section.blocks.push_back(Note{fmt::format("No finished trial of {}.", describe(trials))});
    return result;
  }
  if (!options.predictions) {
    section.blocks.push_back(
        Note{"The predictions of this run are not kept, so single samples cannot be judged."});
    return result;
  }
  for (std::size_t i = 0; i < std::min(groups.size(), kMostJudged); ++i) {
    GroupPredictions predictions = load_predictions(groups[i], options.predictions);
    const std::string name = full_label(groups[i].first());
    if (predictions.trials.empty()) {
      const std::string reason = predictions.reason.empty() ? "none were kept" : predictions.reason;
      section.blocks.push_back(Note{fmt::format("No predictions of {}: {}.", name, reason)});
      continue;
    }
    std::string remark = fmt::format("{} on {}", name, part_words(predictions.part));
    if (predictions.trials.size() > 1) {
      Group of{predictions.sources};
      remark += ", " + runs_text(of);
    }
    if (!predictions.reason.empty()) remark += "; not all could be read: " + predictions.reason;
    result.push_back({groups[i], std::move(predictions), std::move(remark)});
  }
  if (groups.size() > kMostJudged) {
    section.blocks.push_back(Note{fmt::format("The first {} of {} points.", kMostJudged, groups.size())});
  }
  return result;
}

std::string class_name(const std::vector<std::string>& classes, std::int32_t index) {
  const auto place = static_cast<std::size_t>(index);
  return index >= 0 && place < classes.size() ? classes[place] : fmt::format("{}", index);
}

// Scores that are no probabilities are shown as they are.
std::string score_text(double score) {
  return score >= 0 && score <= 1 ? fmt::format("{:.1f} %", score * 100) : fmt::format("{:.3g}", score);
}

// Over all seeds and folds, each sample once, where it was wrong with the most confidence.
std::vector<Mistake> all_mistakes(const GroupPredictions& predictions, std::size_t count) {
  std::vector<Mistake> mistakes;
  for (const Predictions& trial : predictions.trials) {
    const std::vector<Mistake> worst = worst_mistakes(trial, count);
    mistakes.insert(mistakes.end(), worst.begin(), worst.end());
  }
  std::ranges::stable_sort(mistakes, [](const Mistake& lhs, const Mistake& rhs) {
    return std::pair(-lhs.confidence, lhs.sample) < std::pair(-rhs.confidence, rhs.sample);
  });
  std::set<std::uint32_t> seen;
  std::erase_if(mistakes, [&](const Mistake& mistake) { return !seen.insert(mistake.sample).second; });
  if (mistakes.size() > count) mistakes.resize(count);
  return mistakes;
}

Table mistake_table(const std::vector<Mistake>& mistakes, const std::vector<std::string>& classes,
                    bool folded) {
  Table table;
  if (folded) table.folded = "Data";
  table.columns = {{.title = "Sample", .number = true},
                   {.title = "True class"},
                   {.title = "Predicted class"},
                   {.title = "Its probability", .number = true},
                   {.title = "That of the true class", .number = true}};
  for (const Mistake& mistake : mistakes) {
    table.rows.push_back({.cells = {{fmt::format("{}", mistake.sample)},
                                    {class_name(classes, mistake.label)},
                                    {class_name(classes, mistake.predicted)},
                                    {score_text(mistake.confidence)},
                                    {score_text(mistake.truth)}}});
  }
  table.notes.emplace_back("Samples are counted from 0, in the order of their file.");
  return table;
}

// The pictures of the mistakes; without pictures, why.
Result<Gallery> mistake_gallery(const ReportOptions& options, const TrialRecord& trial,
                                const std::string& part, const std::vector<Mistake>& mistakes,
                                const std::vector<std::string>& classes) {
  if (!options.load_images) return Failure{"the pictures are not at hand", ""};
  std::vector<std::uint32_t> places;
  for (const Mistake& mistake : mistakes) places.push_back(mistake.sample);
  const Result<SampleImages> images =
      options.load_images(trial.data, part == "valid" ? "train" : "test", places);
  if (!images) return images.failure();
  Gallery gallery = make_gallery(images.value(), places.size());
  if (gallery.pictures.size() != mistakes.size()) return Failure{"the samples are not 8-bit images", ""};
  for (std::size_t i = 0; i < mistakes.size(); ++i) {
    gallery.pictures[i].lines = {class_name(classes, mistakes[i].label),
                                 "taken for " + class_name(classes, mistakes[i].predicted),
                                 score_text(mistakes[i].confidence)};
  }
  return gallery;
}

}  // namespace

void Builder::add(const ReportConfusion& confusion) {
  Section& section = open("Confusion of " + describe(confusion.trials));
  for (const Judged& judged : judge(record_, options_, confusion.trials, section)) {
    const Confusion counts = confusion_of(judged.predictions.trials);
    if (counts.classes == 0) {
      section.blocks.push_back(Note{judged.remark + ": the predictions do not tell classes apart."});
      continue;
    }
    const std::vector<std::string> classes = classes_of(judged.group.first());
    Chart chart = confusion_chart(counts, classes);
    chart.title += ": " + judged.remark;
    section.blocks.push_back(ChartRow{{std::move(chart)}});
    section.blocks.emplace_back(class_table(counts, classes));
  }
}

void Builder::add(const ReportRoc& roc) {
  Section& section = open("ROC curves of " + describe(roc.trials));
  for (const Judged& judged : judge(record_, options_, roc.trials, section)) {
    const std::vector<RocCurve> curves = mean_roc_curves(judged.predictions.trials, 100);
    const bool any =
        std::ranges::any_of(curves, [](const RocCurve& curve) { return !curve.false_positive.empty(); });
    if (!any) {
      section.blocks.push_back(Note{judged.remark + ": there is nothing to rank."});
      continue;
    }
    Chart chart = roc_chart(curves, classes_of(judged.group.first()));
    chart.title += ": " + judged.remark;
    if (judged.predictions.trials.size() > 1) chart.note += " Curves and areas are means over the runs.";
    section.blocks.push_back(ChartRow{{std::move(chart)}});
  }
}

void Builder::add(const ReportMistakes& block) {
  Section& section = open("Worst mistakes of " + describe(block.trials));
  const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(block.count, 0, kMostMistakes));
  for (const Judged& judged : judge(record_, options_, block.trials, section)) {
    const std::vector<Mistake> mistakes = all_mistakes(judged.predictions, count);
    if (mistakes.empty()) {
      section.blocks.push_back(Note{judged.remark + ": no mistakes."});
      continue;
    }
    const std::vector<std::string> classes = classes_of(judged.group.first());
    Result<Gallery> gallery = mistake_gallery(options_, *judged.predictions.sources.front(),
                                              judged.predictions.part, mistakes, classes);
    if (gallery) {
      Gallery pictures = std::move(gallery.value());
      pictures.caption = fmt::format(
          "Wrong with the greatest probability: {}. The true class, what it was taken for, and how sure.",
          judged.remark);
      section.blocks.emplace_back(std::move(pictures));
    } else {
      section.blocks.push_back(Note{"No pictures: " + gallery.failure().message + "."});
    }
    section.blocks.emplace_back(mistake_table(mistakes, classes, bool{gallery}));
  }
}

}  // namespace nnc::rt
