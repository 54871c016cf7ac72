// See naming.hpp.
#include "runtime/report/naming.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/base/number_text.hpp"

namespace nnc::rt {
namespace {

struct Runs {
  std::set<int> folds = {};
  std::set<std::uint64_t> seeds = {};
  std::int64_t refits = 0;
};

Runs count_runs(const std::vector<const TrialRecord*>& trials) {
  Runs runs;
  for (const TrialRecord* trial : trials) {
    if (trial->refit) {
      ++runs.refits;
      continue;
    }
    if (trial->fold) runs.folds.insert(*trial->fold);
    runs.seeds.insert(trial->seed);
  }
  return runs;
}

// Of what the trials of a point are repeats; "" for one.
std::string repeats_text(const Runs& runs) {
  const std::int64_t folds = std::ssize(runs.folds);
  const std::int64_t seeds = std::ssize(runs.seeds);
  if (folds > 1 && seeds > 1) return count_text(folds, "fold") + " × " + count_text(seeds, "seed");
  if (folds > 1) return count_text(folds, "fold");
  return seeds > 1 ? count_text(seeds, "seed") : "";
}

}  // namespace

bool several_experiments(const std::vector<Group>& groups) {
  return std::ranges::any_of(groups, [&](const Group& group) {
    return group.first().experiment != groups.front().first().experiment;
  });
}

bool any_repeats(const std::vector<Group>& groups) {
  return std::ranges::any_of(groups, [](const Group& group) { return group.trials.size() > 1; });
}

std::string full_label(const TrialRecord& trial) {
  return trial.params.empty() ? trial.experiment : trial.experiment + ", " + point_label(trial);
}

std::vector<std::string> point_labels(const std::vector<Group>& groups) {
  std::vector<std::string> labels;
  const bool several = !groups.empty() && several_experiments(groups);
  const std::vector<std::string> axes = groups.empty() ? std::vector<std::string>{} : axes_of(groups).varying;
  for (const Group& group : groups) {
    labels.push_back(several ? full_label(group.first()) : point_label(group.first(), axes));
  }
  return labels;
}

std::string run_label(const TrialRecord& trial, const Group& group) {
  const Runs runs = count_runs(group.trials);
  std::string label = trial.refit ? "refit" : "";
  const auto add = [&](const std::string& text) { label += (label.empty() ? "" : ", ") + text; };
  if (runs.seeds.size() > 1 || (runs.folds.size() < 2 && !trial.refit))
    add(fmt::format("seed {}", trial.seed));
  if (trial.fold && !trial.refit) {
    add(fmt::format("fold {} of {}", static_cast<std::int64_t>(*trial.fold) + 1, *runs.folds.rbegin() + 1));
  }
  return label;
}

std::string runs_text(const Group& group) {
  const Runs runs = count_runs(group.trials);
  const std::string repeats = repeats_text(runs);
  std::string text = repeats.empty() ? "1" : repeats;
  if (runs.refits > 0 && std::ssize(group.trials) > runs.refits) {
    text += ", " + count_text(runs.refits, "refit");
  } else if (runs.refits > 0) {
    text = count_text(runs.refits, "refit");
  }
  return text;
}

std::string runs_words(const std::vector<Group>& groups) {
  std::set<std::string> texts;
  for (const Group& group : groups) texts.insert(repeats_text(count_runs(group.trials)));
  texts.erase("");
  return texts.size() == 1 ? *texts.begin() : "runs";
}

std::string interval_note(const std::vector<Group>& groups, const std::vector<std::string>& fields) {
  std::set<std::string> texts;
  bool folds = false;
  bool both = false;
  for (const Group& group : groups) {
    for (const std::string& field : fields) {
      const Measure value = measure(group, field);
      if (!value.margin) continue;
      const Runs runs = count_runs(value.sources);
      const std::string text = repeats_text(runs);
      texts.insert(text.empty() ? count_text(std::ssize(value.values), "run") : text);
      folds = folds || runs.folds.size() > 1;
      both = both || (runs.folds.size() > 1 && runs.seeds.size() > 1);
    }
  }
  if (texts.empty()) return "";
  std::string over;
  for (const std::string& text : texts) over += (over.empty() ? "" : " or ") + text;
  std::string note =
      fmt::format("Values are means over {}; ± is half the 95 % confidence interval of the mean",
                  texts.size() > 3 ? "the runs of a point" : over);
  if (both) {
    note += ", over the seeds";
  } else if (folds) {
    note += ", widened because the training parts of folds overlap (Nadeau and Bengio, 2003)";
  }
  return note + ".";
}

}  // namespace nnc::rt
